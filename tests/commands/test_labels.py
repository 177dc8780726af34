"""``semispectral labels``: templates for the scenes of a study, and classes.tsv from labels with names."""

from pathlib import Path

import numpy as np
import pytest

from cube_formats import write_tsg
from scene_rows import GOOD, write_scenes
from semispectral.commands.main import main

CELLS = {"data_key": "", "labels_key": "", "wavelengths": "none", "scale": "1"}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of two scans without labels, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(1).uniform(0, 1, (5, 4, 12)).astype(np.float32))
    rows = [GOOD | CELLS | {"scene": name, "data": f"{name}.npy"} for name in ("a", "b")]
    write_scenes(tmp_path / "scenes.tsv", *rows)
    (tmp_path / "classes.tsv").write_text(
        "code\tname\tcolour\n1\ttalc\t#ff0000\n200\ttray\t#000000\n", encoding="utf-8"
    )
    text = "scenes: scenes.tsv\nclasses: classes.tsv\ndata_root: .\nsimulate: {enabled: false}\n"
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_init_writes_and_says_what_the_table_needs(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three files for each scene; once they are there, the command writes nothing."""
    assert main(["labels", "init", "--config", "own.yaml"]) == 0
    said = capsys.readouterr().out
    assert "a      labels/a_polygons.gpkg  name:class" in said
    names = {"_picture.tif", "_labels.tif", "_labels.tif.aux.xml", "_polygons.gpkg"}
    assert {path.name for path in (study / "labels").iterdir()} == {scene + name for scene in "ab" for name in names}
    before = {path: path.stat().st_mtime_ns for path in (study / "labels").iterdir()}
    assert main(["labels", "init", "b", "--config", "own.yaml"]) == 1
    assert before == {path: path.stat().st_mtime_ns for path in (study / "labels").iterdir()}


def test_init_knows_the_scenes(study: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One scene can be named; an unknown one is answered with the known ones, and writes nothing."""
    assert main(["labels", "init", "c", "--config", "own.yaml", "--out", "here"]) == 1
    assert "scenes.tsv has no scene 'c'" in caplog.text
    assert not (study / "here").exists()
    assert main(["labels", "init", "b", "--config", "own.yaml", "--out", "here"]) == 0
    assert (study / "here" / "b_polygons.gpkg").is_file()
    assert not (study / "here" / "a_polygons.gpkg").exists()


def test_classes_writes_the_table(tmp_path: Path) -> None:
    """The names of a queue become classes.tsv, once."""
    queue = tmp_path / "queue.tsv"
    queue.write_text("scene\tline\tsample\tclass\na\t0\t0\tmica\na\t1\t0\ttalc\n", encoding="utf-8")
    arguments = ["labels", "classes", str(queue), "--out", str(tmp_path / "classes.tsv")]
    assert main(arguments) == 0
    rows = (tmp_path / "classes.tsv").read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[:2] for row in rows] == [["code", "name"], ["1", "mica"], ["2", "talc"]]
    assert main(arguments) == 1


def test_classes_of_a_hole_come_with_the_cells_of_its_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rock is used, wood ignored, and what has no mineral is neither; an empty table of a new study is filled."""
    names = ("KAOLIN", "NOTAROK", "WHITE-MICA", "INVALID")
    codes = np.array([0, 1, 2, 3, 2, 0], np.float32)
    hole = write_tsg(
        tmp_path / "DH7_tsg.tsg", np.full((6, 8), 0.5, np.float32), codes=codes, names=names, depth_m=np.arange(6.0)
    )
    table = tmp_path / "classes.tsv"
    table.write_text("code\tname\tcolour\n")
    assert main(["labels", "classes", str(hole), "--out", str(table)]) == 0
    said = capsys.readouterr().out
    assert "labels_key: name:Grp1 sTSAS" in said
    assert "use: 1,2  (KAOLIN, WHITE-MICA)" in said
    assert "ignore: 3  (NOTAROK)" in said
    assert "in neither: INVALID" in said
    assert table.read_text().splitlines()[1].startswith("1\tKAOLIN\t")
