"""The stage `interval_labels`: which training pixels lie in intervals that somebody has labelled."""

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.census.census_files import read_codes
from semispectral.downhole.depths import from_top, logged_holes
from semispectral.downhole.log import depths
from semispectral.drillholes.interval_labels import IntervalLabel, read_interval_labels
from semispectral.drillholes.label_settings import IntervalLabelConfig
from semispectral.maps.scene_map import SceneMap
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.sampling.interval_set import SHARE
from semispectral.scans.formats.scene_files import data_files
from semispectral.scans.readers import open_scene
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.classes import IGNORED, ClassMap, read_classes
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)

CORE = ClassMap((1,), ("core",), ("#808080",))


def run_interval_labels(
    *,
    pixels_file: str | Path,
    intervals_file: str | Path,
    dealt_file: str | Path,
    codes_files: Sequence[str | Path],
    classes_file: str | Path,
    tables: Sequence[str | Path],
    cfg: str,
) -> None:
    """Find the unlabelled training pixels in each labelled interval, by the depths of their scans.

    Parameters
    ----------
    pixels_file, intervals_file : str or Path
        Parquet files to write: scene, line, sample and interval of each pixel; hole, depths, shares and weight of each
        interval, with its number of training pixels.
    dealt_file : str or Path
        Pixels of the split.
    codes_files : sequence of str or Path
        Codes of the census of every scene, in the order of ``scenes``; they say which pixels are core.
    classes_file : str or Path
        Classes of the split, classes.json.
    tables : sequence of str or Path
        Tables of interval labels, in the order of the sources.
    cfg : str
        JSON of ``scenes`` (rows of scenes.tsv), ``run_share`` and ``interval_labels``.
    """
    given = json.loads(cfg)
    config = settings(IntervalLabelConfig, given["interval_labels"], where="interval_labels")
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    codes = dict(zip((scene.name for scene in scenes), codes_files, strict=True))
    classes = read_classes(Path(classes_file))
    dealt = read_table(dealt_file)
    dealt = dealt[(dealt["part"] == "train") & (dealt["label"] < 0)]
    labels: list[IntervalLabel] = []
    facts: list[dict[str, str | float]] = []
    for source, table in zip(config.sources, tables, strict=True):
        for label in read_interval_labels(Path(table), classes):
            labels.append(label)
            facts.append({"source": str(source.table), "weight": float(source.weight)})
    holes = {label.hole for label in labels}
    known = {scene.name: scene for scene in scenes}
    placed = [
        piece
        for hole, names in logged_holes(scenes).items()
        if hole in holes
        for piece in _of_hole([known[name] for name in names], dealt, codes, given["run_share"])
    ]
    found = _inside(placed, labels)
    counts = np.bincount(found["interval"], minlength=len(labels))
    rows: list[dict[str, Any]] = [
        {
            "hole": label.hole,
            "from_m": label.from_m,
            "to_m": label.to_m,
            **fact,
            "pixels": int(count),
            **{f"{SHARE}{number}": float(share) for number, share in enumerate(label.shares)},
        }
        for label, fact, count in zip(labels, facts, counts, strict=True)
    ]
    for source in config.sources:
        mine = [row for row in rows if row["source"] == source.table]
        used = [row for row in mine if row["pixels"]]
        log.info(
            "%s: %d of %d intervals have training pixels, %d in all; weight %g",
            source.table,
            len(used),
            len(mine),
            sum(row["pixels"] for row in used),
            source.weight,
        )
    write_table(Path(pixels_file), found)
    write_table(Path(intervals_file), pd.DataFrame(rows))


def _of_hole(
    scenes: Sequence[Scene], dealt: pd.DataFrame, codes: dict[str, str | Path], run_share: float
) -> Iterator[pd.DataFrame]:
    """Yield the training pixels of each scan of a hole with their depths; memory holds one scan's codes."""
    below_m = 0.0
    for scene in from_top(scenes):
        found = read_codes(Path(codes[scene.name]), scans=data_files(scene))
        core = scene_labels(found, CORE, use=scene.use, ignore=scene.ignore) != IGNORED
        with open_scene(scene) as cube:
            stated = np.asarray(cube.extra.get("depth_m", np.empty(0)))
        shown = np.where(core, np.float32(1), np.float32(np.nan))[:, :, None]
        scan = SceneMap(shown, np.full(core.shape, np.nan, np.float32), float("-inf"), CORE, stated)
        depth_m, below_m = depths(scene, scan, below_m=below_m, run_share=run_share)
        mine = dealt.loc[dealt["scene"] == scene.name, ["scene", "hole", "line", "sample"]]
        yield mine.assign(depth_m=depth_m[mine["line"].to_numpy(), mine["sample"].to_numpy()], hole=scene.hole)


def _inside(placed: Sequence[pd.DataFrame], labels: Sequence[IntervalLabel]) -> pd.DataFrame:
    """Return scene, line, sample and interval of the pixels in intervals; a row for each source that has the pixel."""
    columns = ["scene", "line", "sample", "interval"]
    parts = [pd.DataFrame({"scene": pd.Series(dtype=str), **dict.fromkeys(columns[1:], pd.Series(dtype=np.int64))})]
    for pixels in placed:
        depth_m, hole = pixels["depth_m"].to_numpy(), pixels["hole"].iloc[0] if len(pixels) else ""
        for number, label in enumerate(labels):
            if label.hole == hole:
                inside = (depth_m >= label.from_m) & (depth_m < label.to_m)
                parts.append(pixels.loc[inside, columns[:3]].assign(interval=number))
    return pd.concat(parts, ignore_index=True).astype({"line": np.int64, "sample": np.int64, "interval": np.int64})
