"""Which training pixels lie in labelled intervals: by the depths of their scans, before any map is made."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.census.stage_census import run_census
from semispectral.downhole.stage_interval_labels import run_interval_labels
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.seal import write_json
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene
from semispectral.workflow.rerun import stage_cfg

LINES, SAMPLES, BANDS = 40, 12, 5
CLASSES = ClassMap((1, 2), ("talc", "calcite"), ("#ff0000", "#00ff00"))


def scan(folder: Path, name: str, top_m: float) -> Scene:
    """A scan of two metres of core in one run, on the disk."""
    path = folder / f"{name}.npy"
    np.save(path, np.random.default_rng(1).integers(1, 999, (LINES, SAMPLES, BANDS)).astype(np.uint16))
    use = CodeSet.parse("1-9", where="test")
    place = (path, "", path, "", "line,sample,band", "")
    return Scene(name, "H", *place, 1.0, None, use, CodeSet(()), None, top_m, top_m + 2.0)


def test_pixels_are_found_by_depth(tmp_path: Path) -> None:
    """Of two scans and two sources: unlabelled training pixels alone, each in the intervals of its depth."""
    scenes = [scan(tmp_path, "a", 10.0), scan(tmp_path, "b", 12.0)]
    codes = []
    for scene in scenes:
        codes.append(tmp_path / f"{scene.name}_codes.npy")
        run_census(
            tmp_path / f"{scene.name}.parquet",
            codes[-1],
            cfg=stage_cfg({"scene": asdict(scene), "cleaning": {}}, "scene", "cleaning"),
        )
    line = np.arange(LINES)
    dealt = pd.concat(
        pd.DataFrame({"scene": scene.name, "hole": "H", "line": line, "sample": 3, "code": 0, "label": -1})
        for scene in scenes
    )
    dealt["part"], dealt["row"] = np.where(dealt["line"] == 0, "valid", "train"), 0
    dealt.loc[dealt["line"] == 1, "label"] = 1
    write_table(tmp_path / "dealt.parquet", dealt)
    write_json(tmp_path / "classes.json", CLASSES.to_dict())
    (tmp_path / "log.csv").write_text(
        "hole,from,to,class\nH,10,11,talc\nH,11.5,12.5,calcite\nX,0,9,1\n", encoding="utf-8"
    )
    (tmp_path / "xrd.csv").write_text("hole,depth,radius,talc\nH,13.5,0.1,0.25\n", encoding="utf-8")
    sources = [{"table": "log.csv", "weight": 0.5}, {"table": "xrd.csv", "weight": 1.0}]
    run_interval_labels(
        pixels_file=tmp_path / "pixels.parquet",
        intervals_file=tmp_path / "intervals.parquet",
        dealt_file=tmp_path / "dealt.parquet",
        codes_files=codes,
        classes_file=tmp_path / "classes.json",
        tables=[tmp_path / "log.csv", tmp_path / "xrd.csv"],
        cfg=stage_cfg(
            {"scenes": [asdict(scene) for scene in scenes], "run_share": 0.3, "interval_labels": {"sources": sources}},
            *("scenes", "run_share", "interval_labels"),
        ),
    )
    found, intervals = read_table(tmp_path / "pixels.parquet"), read_table(tmp_path / "intervals.parquet")
    by = dict(iter(found.groupby("interval")))
    assert by[0]["line"].tolist() == list(
        range(2, 20)
    )  # a line is 5 cm; the first two are no unlabelled training pixels
    assert by[1].groupby("scene")["line"].apply(list).to_dict() == {"a": list(range(30, 40)), "b": list(range(2, 10))}
    assert by[3]["line"].tolist() == [28, 29, 30, 31]
    assert 2 not in by
    assert intervals["pixels"].tolist() == [18, 18, 0, 4]
    assert intervals["weight"].tolist() == [0.5, 0.5, 0.5, 1.0]
    assert intervals.loc[3, ["share_0", "share_1"]].tolist() == [0.25, 0.75]
