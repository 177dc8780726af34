"""A broken scene in the workflow: it stops at the census, says one clear thing, and leaves nothing half done."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from forks import Forks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SHAPE = (8, 6, 5)
HEADER = "scene\thole\tdata\tdata_key\tlabels\tlabels_key\taxes\twavelengths\tscale\tnodata\tuse\tignore\n"


def write_scene(path: Path, *, labels: tuple[int, ...]) -> None:
    """A scene with labels of this shape."""
    with h5py.File(path, "w") as file:
        file["data"] = np.random.default_rng(1).integers(1, 9, SHAPE).astype(np.uint16)
        file["labels"] = np.ones(labels, np.uint8)


def project(folder: Path) -> None:
    """Two scenes, one of them with labels of another shape."""
    rows = [
        f"{name}\th{name}\t{name}.h5\tdata\t\tlabels\tline,sample,band\t\t1\t\t1-99\t\n" for name in ("good", "bad")
    ]
    (folder / "scenes.tsv").write_text(HEADER + "".join(rows))
    (folder / "classes.tsv").write_text("code\tname\tcolour\n1\ttalc\t#00ff00\n")
    config = {"scenes": "scenes.tsv", "classes": "classes.tsv", "split": {"test_groups": ["hgood"]}}
    config |= {"m1": {"fit": {"epochs": 1}}, "features": {"enabled": False}}
    (folder / "config").mkdir()
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    write_scene(folder / "good.h5", labels=SHAPE[:2])
    write_scene(folder / "bad.h5", labels=(7, 6))


RUN = ("--snakefile", str(ROOT / "Snakefile"), "--cores", "1", "--keep-going")


def test_a_broken_scene_stops_the_workflow_at_its_labels(tmp_path: Path, forks: Forks) -> None:
    """Not zero, one message with file, need, found and remedy, no traceback; no labels of it, no split, no training."""
    project(tmp_path)
    status, text = forks.call(tmp_path, *RUN)
    assert status != 0
    said = [line for line in text.splitlines() if "the labels must have the lines and samples of the data" in line]
    assert len(said) == 1, text[-3000:]
    assert [word for word in ("bad.h5", "(8, 6)", "(7, 6)", "check the columns labels") if word not in said[0]] == []
    assert "Traceback" not in text
    results = tmp_path / "results"
    left = sorted(str(path.relative_to(results)) for path in results.rglob("*") if path.is_file())
    made = [name for name in left if not name.startswith(("logs/", "resources/"))]
    assert "labels/good.npy" in made
    assert not [name for name in made if name.startswith(("labels/bad", "splits/", "sample/", "m2/", "maps/"))]


def test_a_broken_table_stops_before_anything_runs(tmp_path: Path, forks: Forks) -> None:
    """A table that cannot be used is found when the workflow is read: no job starts, no results."""
    project(tmp_path)
    table = tmp_path / "scenes.tsv"
    table.write_text(table.read_text().replace("good\thgood", "bad\thgood", 1))
    status, text = forks.call(tmp_path, *RUN)
    assert status != 0
    assert "duplicate scenes: bad; rename them" in text
    assert "Traceback" not in text
    shutil.rmtree(tmp_path / ".snakemake", ignore_errors=True)
    assert not (tmp_path / "results").exists()
