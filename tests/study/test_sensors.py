"""The table of sensors gives scenes their further sensors, or names the fault and its place."""

from dataclasses import asdict
from pathlib import Path

import pytest

from scene_rows import GOOD, write_scenes
from semispectral.errors import ConfigError, MissingFileError, SemispectralError
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes
from semispectral.study.sensors import read_tie_points, with_sensors
from semispectral.study.stage_settings import settings
from semispectral.workflow.rerun import stage_cfg

SWIR = {"scene": "A", "sensor": "swir", "data": "A_swir.h5", "place": ""}
POINTS = "line\tsample\tgrid_line\tgrid_sample\n" + "\n".join(f"{k}\t{k % 3}\t{2 * k}\t{2 * (k % 3)}" for k in range(5))


def scene_row(name: str, **other: str) -> dict[str, str]:
    return GOOD | {"scene": name, "hole": name, "data": f"{name}.h5"} | other


def study(folder: Path, scenes: list[dict[str, str]], sensors: list[dict[str, str]] | None) -> tuple[Scene, ...]:
    """Read a table of scenes and one of sensors."""
    listed = read_scenes(write_scenes(folder / "scenes.tsv", *scenes), data_root=folder)
    table = None if sensors is None else write_scenes(folder / "sensors.tsv", *sensors)
    return with_sensors(listed, table, data_root=folder)


def test_a_study_of_one_sensor_is_as_it_was(tmp_path: Path) -> None:
    """Without a table scenes have no other sensor, whether theirs has a name or not."""
    plain = study(tmp_path, [scene_row("A"), scene_row("B")], None)
    named = study(tmp_path, [scene_row("A", sensor="x"), scene_row("B", sensor="x")], None)
    assert plain == named
    assert not any(scene.others for scene in plain)


def test_sensors_stand_in_one_order_in_all_scenes(tmp_path: Path) -> None:
    """Every scene has all sensors of the study; one that it lacks is that of the first scene that has it."""
    scenes = [scene_row("A", sensor="vnir"), scene_row("B", sensor="vnir"), scene_row("C", sensor="swir")]
    rows = [SWIR, SWIR | {"scene": "B", "sensor": "tir", "data": "B_tir.h5"}]
    a, b, c = study(tmp_path, scenes, rows)
    assert [scene.own_place for scene in (a, b, c)] == [0, 0, 1]
    assert [[(other.name, other.absent, other.row.data.name) for other in scene.others] for scene in (a, b, c)] == [
        [("swir", False, "A_swir.h5"), ("tir", True, "B_tir.h5")],
        [("swir", True, "C.h5"), ("tir", False, "B_tir.h5")],
        [("vnir", True, "A.h5"), ("tir", True, "B_tir.h5")],
    ]
    assert not a.others[1].row.has_labels


def test_a_row_passes_through_the_settings_of_a_stage(tmp_path: Path) -> None:
    """A scene with other sensors and tie points is the same after it was written as JSON."""
    (tmp_path / "points.tsv").write_text(POINTS)
    (a,) = study(tmp_path, [scene_row("A")], [SWIR | {"place": "points.tsv", "white": "w.h5", "dark": "d.h5"}])
    again = settings(Scene, stage_cfg({"scene": asdict(a)}, "scene")[len('{"scene":') : -1].strip())
    assert again == a
    assert len(a.others[0].tie_points) == 5
    assert a.others[0].row.has_references


BAD = {
    "scene": (SWIR | {"scene": "AA"}, "row 2, column 'scene': unknown scene 'AA'; did you mean 'A'"),
    "same name": (SWIR | {"sensor": "first"}, "two sensors of the name first"),
    "same file": (SWIR | {"data": "A.h5", "data_key": "/hsimage/data"}, "is named in scenes.tsv .A. too"),
    "numbers": (SWIR | {"place": "1 2 3"}, "six numbers a b c d e f are needed"),
    "six zeros": (SWIR | {"place": "0 0 0 0 0 0"}, "lead different pixels to different places"),
    "a word": (SWIR | {"place": "1 0 0 0 1 x"}, "column 'place': a number is needed"),
    "column": (
        {name: text for name, text in SWIR.items() if name != "place"} | {"plase": ""},
        "did you mean 'place' for 'plase'",
    ),
    "interpolation": (SWIR | {"interpolation": "cubic"}, "must be one of bilinear, nearest"),
    "outside": (SWIR | {"data": "../x.h5"}, "must stay inside data_root"),
    "white alone": (SWIR | {"white": "w.h5"}, "a white and a dark reference go together"),
    "no file": (SWIR | {"data": ""}, "is empty; give the path"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_row_is_named(tmp_path: Path, name: str) -> None:
    """An error names the table, the row and the column, and what to do."""
    row, words = BAD[name]
    row = {"data_key": "", **row}
    (tmp_path / "inside").mkdir()
    with pytest.raises(ConfigError, match=words):
        study(tmp_path / "inside", [scene_row("A")], [row])


def test_two_rows_of_one_sensor_are_refused(tmp_path: Path) -> None:
    """A scene has one file of each sensor."""
    with pytest.raises(ConfigError, match="row 3: A has two sensors of the name swir, the other one in row 2"):
        study(tmp_path, [scene_row("A")], [SWIR, SWIR | {"data": "other.h5"}])


def test_the_sensor_of_scenes_is_named_for_all_or_none(tmp_path: Path) -> None:
    """A name for one scene alone would leave open what the others are."""
    with pytest.raises(ConfigError, match="but B has none; name it"):
        study(tmp_path, [scene_row("A", sensor="vnir"), scene_row("B", sensor="")], [SWIR])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (POINTS.replace("grid_line", "row"), "needs the columns"),
        ("\n".join(POINTS.splitlines()[:3]), "4 to 2000 tie points of swir of the scene A are needed, got 2"),
        (POINTS.replace("\t2\t", "\tx\t"), "a number is needed"),
        ("", "needs the columns"),
        (POINTS + "\n1\t2", "row 7: 4 cells are needed, one for each column, got 2"),
    ],
)
def test_a_wrong_table_of_tie_points_is_named(tmp_path: Path, text: str, words: str) -> None:
    """Absent columns, too few points and words in place of numbers are refused."""
    (tmp_path / "points.tsv").write_text(text)
    with pytest.raises(ConfigError, match=words):
        read_tie_points(tmp_path / "points.tsv", "A", "swir")


@pytest.mark.parametrize("place", ["none.tsv", "none.csv"])
def test_a_missing_table_is_named(tmp_path: Path, place: str) -> None:
    """A table of tie points, or of sensors, that is not there is an error with its path."""
    with pytest.raises(MissingFileError, match=place):
        study(tmp_path, [scene_row("A")], [SWIR | {"place": place}])
    listed = read_scenes(tmp_path / "scenes.tsv", data_root=tmp_path)
    with pytest.raises(SemispectralError, match=r"absent\.tsv: the table of sensors does not exist"):
        with_sensors(listed, tmp_path / "absent.tsv", data_root=tmp_path)


@pytest.mark.parametrize(("name", "data"), [("SWIR", "B_swir.h5"), ("sw_ir", "B_swir.h5")])
def test_two_spellings_of_a_sensor_are_refused(tmp_path: Path, name: str, data: str) -> None:
    """Each scene would lack the sensor that the other has."""
    rows = [SWIR, SWIR | {"scene": "B", "sensor": name, "data": data}]
    with pytest.raises(ConfigError, match=f"'swir' and '{name}' look like two spellings of one sensor"):
        study(tmp_path, [scene_row("A"), scene_row("B")], rows)
