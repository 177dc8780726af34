"""A draw holds its exact number, the same pixels whatever the blocks or the dtype, and no pixel without data."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semispectral.census.copies import spectra_hash
from semispectral.errors import SplitError
from semispectral.pool.draw import draw_labelled, draw_unlabelled
from semispectral.pool.pixel_ranks import priority
from semispectral.pool.sample_settings import SampleConfig
from semispectral.scans.cube import Cube, Pixels
from semispectral.scans.facts.stated_values import as_values
from semispectral.study.classes import EMPTY, MASKED, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 45, 12, 4
GENERATOR = np.random.default_rng(8)
CODES = GENERATOR.choice([0, 2, 7, 150, 200, MASKED, EMPTY], (LINES, SAMPLES)).astype(np.int32)
VALUES = (1 + np.arange(LINES * SAMPLES * BANDS) % 60_000).reshape(LINES, SAMPLES, BANDS).astype(np.uint16)
WHOLE = 10**9
LINE_BYTES = SAMPLES * BANDS * 2


def cube_of(values: np.ndarray, *, nodata: float | None = None) -> Cube:
    """A cube in memory that is read as if from disk."""
    cube = Cube(Path("core-1.h5"), values.shape, values.dtype, lambda first, last: values[first:last], nodata=nodata)
    return as_values(cube, scale=1.0)


def scene_of() -> Scene:
    """The row of scenes.tsv for that cube."""
    use, ignore = CodeSet.parse("1-99", where="test"), CodeSet.parse("200", where="test")
    file = Path("core-1.h5")
    return Scene("core-1", "A", file, "", file, "", "line,sample,band", "", 1.0, None, use, ignore)


def labelled(
    values: np.ndarray = VALUES, *, most: int = 6, block_bytes: int = WHOLE, nodata: float | None = None
) -> Pixels:
    """The labelled draw of these values."""
    settings = SampleConfig(seed=3, class_per_scene=most)
    return draw_labelled(cube_of(values, nodata=nodata), CODES, scene_of(), settings=settings, block_bytes=block_bytes)


def unlabelled(
    values: np.ndarray = VALUES,
    *,
    codes: np.ndarray = CODES,
    most: int = 40,
    block_bytes: int = WHOLE,
    clusters: int = 0,
) -> Pixels:
    """The unlabelled draw of these values."""
    settings = SampleConfig(seed=3, unlabelled_per_scene=most, clusters=clusters)
    return draw_unlabelled(cube_of(values), codes, scene_of(), settings=settings, block_bytes=block_bytes)


def test_numbers_are_exact() -> None:
    """Each class has exactly its number of pixels, and the unlabelled draw has its own."""
    assert labelled().table.groupby("code").size().to_dict() == {2: 6, 7: 6}
    assert len(unlabelled()) == 40


@pytest.mark.parametrize("draw", [labelled, unlabelled])
def test_each_row_is_the_pixel_it_says(draw: Callable[[], Pixels]) -> None:
    """Spectrum and hash are those of the line and sample beside them, in order of place."""
    found = draw()
    line, sample = found.table["line"].to_numpy(), found.table["sample"].to_numpy()
    np.testing.assert_array_equal(found.x, VALUES[line, sample])
    np.testing.assert_array_equal(found.table["hash"], spectra_hash(found.x))
    assert (np.diff(line * SAMPLES + sample) > 0).all()
    assert found.table["scene"].unique().tolist() == ["core-1"]


def test_the_unlabelled_draw_says_no_label_and_leaves_out_what_is_ignored() -> None:
    """All have code 0, whatever lies there; tray, masked and empty pixels are not drawn."""
    found = unlabelled(most=10_000)
    assert (found.table["code"] == 0).all()
    assert len(found) == (~np.isin(CODES, [200, MASKED, EMPTY])).sum()
    drawn = CODES[found.table["line"], found.table["sample"]]
    assert set(drawn.tolist()) == {0, 2, 7, 150}


def test_the_unlabelled_draw_does_not_look_at_labels() -> None:
    """With other labels on the same scan, or none, the same pixels are drawn, as long as nothing else is ignored."""
    others = np.where(np.isin(CODES, [0, 2, 7, 150]), np.roll(CODES, 1) % 100 % 3, CODES)
    blank = np.where(np.isin(CODES, [0, 2, 7, 150]), 0, CODES)
    for codes in (others, blank):
        pd.testing.assert_frame_equal(unlabelled(codes=codes.astype(np.int32)).table, unlabelled().table)


@pytest.mark.parametrize("clusters", [0, 3])
def test_a_larger_draw_holds_the_smaller_one_in_its_first_turns(clusters: int) -> None:
    """The number of pixels changes how many are drawn, not which, and the turn says in which order."""
    small, large = (unlabelled(most=most, clusters=clusters).table for most in (20, 90))
    first = large[large["turn"] < 20].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, small)
    assert sorted(large["turn"]) == list(range(90))
    classes = [labelled(most=most).table for most in (3, 20)]
    pd.testing.assert_frame_equal(classes[1][classes[1]["turn"] < 3].reset_index(drop=True), classes[0])


def test_the_lowest_priorities_are_drawn() -> None:
    """The draw is that of sorting all pixels of a class by their priority; the turn is the place in that order."""
    rank = priority(3, "core-1", *np.indices((LINES, SAMPLES)))
    expected = sorted(np.argwhere(CODES == 7).tolist(), key=lambda at: int(rank[at[0], at[1]]))[:6]
    found = labelled().table.query("code == 7").sort_values("turn")
    assert found[["line", "sample"]].to_numpy().tolist() == expected


def test_the_two_draws_are_independent() -> None:
    """A labelled pixel that is drawn is no likelier to be in the unlabelled draw than another one."""
    both = [{(row.line, row.sample) for row in found.table.itertuples()} for found in (labelled(most=40), unlabelled())]
    assert 0 < len(both[0] & both[1]) < 30


@pytest.mark.parametrize("lines", [1, 7, 44, LINES])
@pytest.mark.parametrize("most", [1, 6, 1000])
def test_the_block_size_does_not_matter(lines: int, most: int) -> None:
    """Blocks of 1 line, of 7, or the whole scene give the same pixels."""
    for draw in (labelled, unlabelled):
        whole, cut = draw(most=most), draw(most=most, block_bytes=lines * LINE_BYTES)
        np.testing.assert_array_equal(cut.x, whole.x)
        pd.testing.assert_frame_equal(cut.table, whole.table)


def test_only_blocks_with_drawn_pixels_are_read() -> None:
    """A scan of which a few lines are labelled is read there alone."""
    codes, read = np.zeros_like(CODES), []
    codes[20:22] = 2
    cube = replace(cube_of(VALUES), read_lines=lambda first, last: read.append((first, last)) or VALUES[first:last])
    draw_labelled(cube, codes, scene_of(), settings=SampleConfig(seed=3), block_bytes=LINE_BYTES)
    assert read == [(20, 21), (21, 22)]


@settings(max_examples=30, deadline=None)
@given(
    lines=st.integers(1, LINES),
    most=st.integers(1, 20),
    bad=st.sets(st.integers(0, LINES * SAMPLES - 1), max_size=200),
)
def test_pixels_without_data_give_way_to_the_next(lines: int, most: int, bad: set[int]) -> None:
    """Where some pixels are nodata, the draw is that among the others, in any blocks."""
    values = VALUES.copy()
    line, sample = np.divmod(np.array(sorted(bad), dtype=int), SAMPLES)
    values[line, sample] = 0
    rank = priority(3, "core-1", *np.indices((LINES, SAMPLES)))
    good = CODES == 2
    good[line, sample] = False
    expected = sorted(np.argwhere(good).tolist(), key=lambda at: int(rank[at[0], at[1]]))[:most]
    found = labelled(values, most=most, block_bytes=lines * LINE_BYTES, nodata=0.0).table.query("code == 2")
    assert found[["line", "sample"]].to_numpy().tolist() == sorted(expected)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_the_dtype_does_not_matter_and_is_kept(dtype: type[np.generic]) -> None:
    """The same scene as floats or integers gives the same pixels, in its own dtype."""
    found = labelled((VALUES % 30_000).astype(dtype))
    assert found.x.dtype == dtype
    columns = ["line", "sample", "code", "turn"]
    pd.testing.assert_frame_equal(found.table[columns], labelled().table[columns])


def test_too_few_valid_pixels_are_said_in_words(caplog: pytest.LogCaptureFixture) -> None:
    """A draw that cannot reach its number says which code lacks how many, and why."""
    values = VALUES.copy()
    values[CODES == 7] = 0
    with caplog.at_level(logging.WARNING):
        found = labelled(values, nodata=0.0)
    assert 7 not in found.table["code"].to_numpy()
    expected = f"core-1: 6 pixels of code 7 were asked for, 0 were drawn, because {(CODES == 7).sum()} hold no"
    assert any(expected in record.getMessage() for record in caplog.records)


def test_a_number_that_is_met_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody is warned where everything was found."""
    with caplog.at_level(logging.WARNING):
        labelled()
        unlabelled()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_scene_without_labelled_pixels_gives_an_empty_shard() -> None:
    """Nothing there, nothing drawn, but with its bands and columns."""
    found = draw_labelled(cube_of(VALUES), np.zeros_like(CODES), scene_of(), settings=SampleConfig(seed=3))
    assert found.x.shape == (0, BANDS)
    assert found.table.dtypes.equals(labelled().table.dtypes)


@pytest.mark.parametrize(
    ("dtype", "spectrum", "nodata", "values"),
    [
        ("float32", [0.0, 0.0, 0.0], None, 3),
        ("float32", [0.0, 0.1, 0.0], 0.0, 1),
        ("float32", [-9999.0, 0.2, 0.3], -9999.0, 2),
        ("float32", [-3.4028235e38, 0.2, 0.3], -3.4028234663852886e38, 2),
        ("float64", [1e20, 0.2, 0.3], 1e20, 2),
        ("float32", [0.1, np.nan, np.inf], None, 1),
        ("float32", [0.1, 3e38, -3.4e38], None, 1),
        ("float64", [0.1, 1e300, 3e29], None, 2),
        ("float32", [0.1, np.nan, 0.3], np.nan, 2),
        ("int16", [-9999, 5, -9999], -9999.0, 1),
        ("uint16", [65535, 5, 6], 65535.0, 2),
        ("uint16", [0, 5, 6], -9999.0, 3),
        ("uint8", [255, 5, 6], 0.5, 3),
    ],
)
def test_nodata_is_judged_value_by_value(dtype: str, spectrum: list[float], nodata: float | None, values: int) -> None:
    """A value that is nodata or not finite is none, whatever its neighbours are."""
    cube = cube_of(np.array([[spectrum]], dtype), nodata=nodata)
    assert np.isfinite(cube.read_lines(0, 1)).sum() == values
    assert np.isfinite(cube.read_lines(0, 1)[np.isfinite(cube.read_lines(0, 1))]).all()


def test_rasters_of_another_shape_are_refused() -> None:
    """Codes of another scene are refused with both shapes."""
    for draw in (draw_labelled, draw_unlabelled):
        with pytest.raises(SplitError, match=r"\(45, 12\)"):
            draw(cube_of(VALUES), CODES[:-1], scene_of(), settings=SampleConfig(seed=3))
