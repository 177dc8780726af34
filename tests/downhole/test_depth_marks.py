"""Depths by marks along the core: linear between them, with jumps where core is lost, run by run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semispectral.downhole.depths import from_top, has_depth, joins
from semispectral.downhole.log import depth_of_lines, depths
from semispectral.errors import ConfigError, DataError
from semispectral.maps.scene_map import SceneMap
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import DepthMark, Scene
from semispectral.study.scenes import read_marks

LINES, SAMPLES = 100, 22
NONE = CodeSet(())
HERE = Path("a.npy")
SCENE = Scene("a", "h", HERE, "", HERE, "", "line,sample,band", "", None, None, NONE, NONE)
CLASSES = ClassMap((1, 2), ("talc", "calcite"), ("#aa0000", "#00aa00"))


def map_of_two_runs() -> SceneMap:
    """A map whose core lies in samples 1 to 8 and 13 to 20."""
    probability = np.full((LINES, SAMPLES, 2), 0.5, np.float32)
    for column in (0, 9, 10, 11, 12, 21):
        probability[:, column] = np.nan
    return SceneMap(probability, np.zeros((LINES, SAMPLES), np.float32), -np.inf, CLASSES)


def test_depth_between_and_beyond_marks() -> None:
    """Linear between marks, a jump at two marks on one line, the length of a line beyond the ends."""
    found = depth_of_lines([10, 50, 50, 90], [5.0, 5.4, 6.0, 6.8], 100, line_m=0.01)
    expected = np.r_[5 - 0.01 * np.arange(10, 0, -1), 5 + 0.01 * np.arange(40), 6 + 0.02 * np.arange(40)]
    np.testing.assert_allclose(found[:90], expected)
    np.testing.assert_allclose(found[90:], 6.8 + 0.01 * np.arange(10))


def test_marks_of_two_runs_and_of_one() -> None:
    """Each run has its own marks; a run without any goes on where the one before it ends."""
    first = (DepthMark(1, 0, 10.0), DepthMark(1, 99, 10.99))
    both = replace(SCENE, depth_marks=(*first, DepthMark(2, 49, 12.0), DepthMark(2, 99, 12.5)))
    depth, end = depths(both, map_of_two_runs(), below_m=0.0, run_share=0.3)
    np.testing.assert_allclose(depth[[0, 50, 99], 4], [10.0, 10.5, 10.99])
    np.testing.assert_allclose(depth[[49, 99, 0], 14], [12.0, 12.5, 11.51])
    assert end == pytest.approx(12.505)
    assert np.isnan(depth[:, 10]).all()
    depth, end = depths(replace(SCENE, depth_marks=first), map_of_two_runs(), below_m=0.0, run_share=0.3)
    np.testing.assert_allclose(depth[[0, 99], 14], [11.0, 11.99])


def test_what_marks_lack() -> None:
    """A run too many, and a line whose length nothing tells, are named."""
    for marks, words in (
        ((DepthMark(3, 0, 1.0),), "of 3 runs of core, but 2 were found"),
        ((DepthMark(1, 5, 1.0),), "give pixel_mm"),
        ((DepthMark(1, 5, 1.0), DepthMark(1, 5000, 2.0)), "the mark of 2 m lies at line 5000; correct the column line"),
    ):
        with pytest.raises(DataError, match=words):
            depths(replace(SCENE, depth_marks=marks), map_of_two_runs(), below_m=0.0, run_share=0.3)


def test_a_table_of_marks(tmp_path: Path) -> None:
    """Rows of the scene alone, in order of runs and lines; what is wrong is named with its row."""
    table = tmp_path / "marks.csv"
    table.write_text("scene,run,line,depth_m\na,2,5,11.2\nb,1,0,3\na,1,90,10.5\na,1,3,10\n")
    assert read_marks(table, "a") == (DepthMark(1, 3, 10.0), DepthMark(1, 90, 10.5), DepthMark(2, 5, 11.2))
    for text, words in (
        ("scene,line\na,3\n", "needs the columns line, depth_m"),
        ("scene,line,depth_m\nb,3,1\n", "has no row of the scene a"),
        ("line,depth_m\n3,deep\n", "row 2, column 'depth_m': a number is needed"),
        ("line,depth_m\n3,5\n9,4\n", "5 m at line 3 of run 1 and then 4 m at line 9"),
        ("run,line,depth_m\n0,3,5\n", "runs count from 1"),
        ("line,depth_m\n3,5\n9,6,1\n", "row 3: 2 cells are needed"),
        ("line,line,depth_m\n3,3,5\n", "has 'line' more than once"),
    ):
        table.write_text(text)
        with pytest.raises(ConfigError, match=words):
            read_marks(table, "a")


def test_how_the_scenes_of_a_hole_join() -> None:
    """Gaps, overlaps and lost core are said; scenes are ordered by their marks."""
    marks = (DepthMark(1, 0, 12.5), DepthMark(1, 50, 13.0), DepthMark(1, 50, 13.4), DepthMark(1, 90, 13.8))
    top = replace(SCENE, name="top", depth_from_m=10.0, depth_to_m=12.0)
    low = replace(SCENE, name="low", depth_marks=marks)
    last = replace(SCENE, name="last", depth_from_m=13.7, depth_to_m=15.0)
    assert [scene.name for scene in from_top([last, low, top])] == ["top", "low", "last"]
    assert has_depth(low)
    assert joins([last, low, top]) == [
        "h: top ends at 12 m, and low begins at 12.5 m: a gap of 0.50 m",
        "h: low ends at 13.8 m, and last begins at 13.7 m: an overlap of 0.10 m",
        "low: 0.40 m of core are lost at line 50 of run 1, from 13 to 13.4 m, by its marks",
    ]
