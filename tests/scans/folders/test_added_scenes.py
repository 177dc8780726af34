"""Rows that are added to scenes.tsv, only to be mapped."""

from pathlib import Path

import pytest

from semispectral.errors import ConfigError
from semispectral.scans.folders.added_scenes import add_to_map
from semispectral.study.scenes import read_scenes

COLUMNS = [
    *("scene", "hole", "data", "data_key", "labels", "labels_key", "axes"),
    *("wavelengths", "scale", "nodata", "use", "ignore"),
]


def table(path: Path, *rows: dict[str, str], more: tuple[str, ...] = ()) -> Path:
    """A table of scenes, and their empty files."""
    columns = [*COLUMNS, *more]
    usual = {"hole": "DH1", "axes": "line,sample,band", "use": "1-99"}
    lines = [columns, *([{**usual, **row}.get(name, "") for name in columns] for row in rows)]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    for row in rows:
        (path.parent / row["data"]).touch()
    return path


def scenes_of(path: Path) -> dict[str, bool]:
    """Names of the scenes of a table, and whether each is only mapped."""
    return {scene.name: scene.map_only for scene in read_scenes(path, data_root=path.parent)}


def test_rows_are_added_with_their_columns_and_once(tmp_path: Path) -> None:
    """What the study has stays as it is; what is new is only mapped; the same command again adds nothing."""
    study = table(tmp_path / "scenes.tsv", {"scene": "A", "data": "a.h5", "pixel_mm": "1.2"}, more=("pixel_mm",))
    more = table(
        tmp_path / "more.tsv",
        {"scene": "A", "data": "a.h5"},
        {"scene": "B", "data": "b.h5", "depth_from_m": "10"},
        more=("depth_from_m",),
    )
    assert add_to_map(study, more, data_root=tmp_path) == ["B"]
    assert scenes_of(study) == {"A": False, "B": True}
    first, second = read_scenes(study, data_root=tmp_path)
    assert (first.pixel_mm, first.depth_from_m, second.pixel_mm, second.depth_from_m) == (1.2, None, None, 10)
    written = study.read_bytes()
    assert add_to_map(study, more, data_root=tmp_path) == []
    assert study.read_bytes() == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "b.h5", "more.tsv", "scenes.tsv"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"scene": "A", "data": "other.h5"}, "the study has a scene of this name with another file"),
        ({"scene": "B", "data": "a.h5"}, "scenes.tsv with the rows of .*more.tsv, rows 2 and 3: both read"),
        ({"scene": "B", "data": "b.h5", "axes": "x"}, "more.tsv, row 2"),
    ],
)
def test_a_row_that_does_not_fit_changes_nothing(tmp_path: Path, row: dict[str, str], said: str) -> None:
    """Another scan of a known name, a scan twice, a wrong cell: each is refused, and the study's table stays."""
    study = table(tmp_path / "scenes.tsv", {"scene": "A", "data": "a.h5"})
    written = study.read_bytes()
    more = table(tmp_path / "more.tsv", row)
    with pytest.raises(ConfigError, match=said):
        add_to_map(study, more, data_root=tmp_path)
    assert study.read_bytes() == written
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(("text", "only"), [("yes", True), ("YES", True), ("no", False), ("", False)])
def test_the_column_says_yes_or_no(tmp_path: Path, text: str, only: bool) -> None:
    """Upper case is the same, and nothing means no."""
    path = table(tmp_path / "scenes.tsv", {"scene": "A", "data": "a.h5", "map_only": text}, more=("map_only",))
    assert scenes_of(path) == {"A": only}


def test_another_word_is_refused(tmp_path: Path) -> None:
    """The error names the row and the column."""
    path = table(tmp_path / "scenes.tsv", {"scene": "A", "data": "a.h5", "map_only": "x"}, more=("map_only",))
    with pytest.raises(ConfigError, match="row 2, column 'map_only': yes, no or nothing"):
        scenes_of(path)
