"""The numbers of a map: what was written is read back, without names and colours; damage is seen."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from semispectral.errors import IntegrityError, MisplacedError, MissingFileError
from semispectral.maps.classify import Drawn
from semispectral.maps.numbers import NUMBERS, Numbers, numbers_of, read_numbers, write_numbers
from semispectral.maps.scene_map import Ground, SceneMap
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.cube import Cube
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES = 7, 5
CLASSES = ClassMap((3, 700, 9), ("kaolinite", "séricite", "talc"), ("#ff0000", "#00ff00", "#0000ff"))
GROUND = Ground((0.5, 0.0, 500_000.0, 0.0, -0.5, 5_100_000.0), 'LOCAL_CS["mine"]')


def numbers(*, threshold: float = -1.5, labelled: bool = True) -> Numbers:
    """The map of a small scene, with a line of tray."""
    random = np.random.default_rng(5)
    probability = random.dirichlet(np.ones(3), (LINES, SAMPLES)).astype(np.float32)
    probability[2] = np.nan
    log_p = random.normal(size=(LINES, SAMPLES)).astype(np.float32)
    picture = random.uniform(0, 9000, (LINES, SAMPLES, 3)).astype(np.float32)
    label = random.integers(-1, 3, (LINES, SAMPLES)).astype(np.int16) if labelled else None
    found = SceneMap(probability, log_p, threshold, CLASSES)
    return Numbers(Drawn(found, picture, label, {"none": np.eye(3, dtype=int)}), GROUND, "A", "none")


@pytest.mark.parametrize("threshold", [-1.5, -np.inf])
@pytest.mark.parametrize("labelled", [True, False])
def test_what_was_written_is_read(tmp_path: Path, threshold: float, labelled: bool) -> None:
    """All arrays to the bit, facts and georeference, with a threshold and labels or without."""
    meant = numbers(threshold=threshold, labelled=labelled)
    write_numbers(tmp_path / NUMBERS, meant)
    found = read_numbers(tmp_path / NUMBERS)
    assert (found.ground, found.scene, found.smoothing) == (GROUND, "A", "none")
    assert found.drawn.map.threshold == threshold
    np.testing.assert_array_equal(found.drawn.map.probability, meant.drawn.map.probability)
    np.testing.assert_array_equal(found.drawn.map.log_p, meant.drawn.map.log_p)
    np.testing.assert_array_equal(found.drawn.picture, meant.drawn.picture)
    np.testing.assert_array_equal(found.drawn.confusion["none"], np.eye(3))
    assert (found.drawn.label is None) == (meant.drawn.label is None)
    if labelled:
        np.testing.assert_array_equal(found.drawn.label, meant.drawn.label)


def test_names_and_colours_change_no_byte(tmp_path: Path) -> None:
    """Classes are known by their codes, and get their names when they are shown."""
    meant = numbers()
    other = ClassMap(CLASSES.codes, ("a", "b", "c"), ("#010101", "#020202", "#030303"))
    contents = []
    for classes in (CLASSES, other):
        drawn = replace(meant.drawn, map=replace(meant.drawn.map, classes=classes))
        write_numbers(tmp_path / NUMBERS, replace(meant, drawn=drawn))
        contents.append((tmp_path / NUMBERS).read_bytes())
    assert contents[0] == contents[1]
    assert "séricite".encode() not in contents[0]
    found = read_numbers(tmp_path / NUMBERS).drawn
    assert found.map.classes.names == ("3", "700", "9")
    more = ClassMap((1, 3, 9, 700), ("x", "one", "three", "two"), ("#000000",) * 4)
    assert found.named(more).map.classes.names == ("one", "two", "three")


def test_the_size_of_a_pixel_is_not_in_them(tmp_path: Path) -> None:
    """A corrected size is put in where rasters are written; what the scan states stands."""
    write_numbers(tmp_path / NUMBERS, replace(numbers(), ground=Ground()))
    ground = read_numbers(tmp_path / NUMBERS).ground
    assert ground.sized(2.0).transform == (0.002, 0.0, 0.0, 0.0, -0.002, 0.0)
    assert GROUND.sized(2.0) == replace(GROUND, pixel_mm=2.0)


def test_absent_and_misplaced_numbers_are_seen(tmp_path: Path) -> None:
    """The message names the file."""
    path = tmp_path / NUMBERS
    with pytest.raises(MissingFileError, match=NUMBERS):
        read_numbers(path)
    write_numbers(path, numbers())
    facts = json.loads(pq.read_schema(path).metadata[b"semispectral"])
    assert facts["facts"]["codes"] == list(CLASSES.codes)
    path.rename(tmp_path / "other.parquet")
    with pytest.raises(MisplacedError, match=r"other\.parquet"):
        read_numbers(tmp_path / "other.parquet")


def test_no_flipped_bit_changes_a_number(tmp_path: Path) -> None:
    """It is an error that names the file, or lies where nobody reads."""
    path, meant = tmp_path / NUMBERS, numbers()
    write_numbers(path, meant)
    content = path.read_bytes()
    said: list[str] = []
    for place in np.linspace(4, len(content) - 9, 60).astype(int):
        flipped = bytearray(content)
        flipped[place] ^= 4
        path.write_bytes(flipped)
        try:
            found = read_numbers(path)
        except IntegrityError as error:
            said.append(str(error))
        else:
            np.testing.assert_array_equal(found.drawn.map.probability, meant.drawn.map.probability)
            np.testing.assert_array_equal(found.drawn.map.log_p, meant.drawn.map.log_p)
            assert (found.ground, found.drawn.map.threshold) == (meant.ground, meant.drawn.map.threshold)
    assert len(said) > 30
    assert all(NUMBERS in words for words in said)


@pytest.mark.parametrize(("threshold", "told"), [(-np.inf, False), (-1.5, False), (9.0, True)])
def test_a_map_of_mostly_unknown_pixels_is_warned_of(
    threshold: float, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A scan that is read wrongly looks like other rock; whoever maps it is told what to look at."""
    drawn = numbers(threshold=threshold).drawn
    assert (drawn.map.novel.sum() > drawn.map.valid.sum() / 2) == told
    path, none = Path("a.npy"), CodeSet(())
    scene = Scene("A", "A", path, "", path, "", "line,sample,band", "", 1.0, None, none, none)
    cube = Cube(
        path, (LINES, SAMPLES, 4), np.dtype(np.float32), lambda first, last: np.zeros((last - first, SAMPLES, 4))
    )
    assert numbers_of(drawn, cube, scene, SmoothConfig()).drawn is drawn
    assert ("most of its spectra are unlike" in caplog.text) == told
