"""A shard holds its exact quota, the same pixels whatever the blocks or the dtype, and no pixel without data."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semispectral.errors import SplitError
from semispectral.sampling.draw import shard
from semispectral.sampling.pixel_ranks import priority
from semispectral.sampling.quota_files import BAD_BANDS
from semispectral.scans.cube import Cube, Pixels
from semispectral.scans.facts.stated_values import as_values
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 45, 12, 4
CLASSES = ClassMap((2, 7), ("quartz", "chlorite"), ("#cccccc", "#00aa55"))
GENERATOR = np.random.default_rng(8)
CODES = GENERATOR.choice([0, 2, 7, 150, 200], (LINES, SAMPLES)).astype(np.int16)
PARTS = np.where(CODES == 200, 0, GENERATOR.integers(0, 4, (LINES, SAMPLES))).astype(np.uint8)
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


def quotas_of(quota: int) -> pd.DataFrame:
    """The same quota for every label and part, for this scene and for another."""
    rows = [
        (scene, label, part, quota + (scene == "other"))
        for scene in ("core-1", "other")
        for label in (-1, 0, 1)
        for part in ("train", "valid", "test")
    ]
    return pd.DataFrame(rows, columns=["scene", "label", "part", "quota"])


def draw(
    values: np.ndarray = VALUES, *, quota: int = 6, block_bytes: int = WHOLE, nodata: float | None = None
) -> Pixels:
    """A shard of these values."""
    scene = scene_of()
    return shard(
        cube_of(values, nodata=nodata), CODES, PARTS, quotas_of(quota), scene, CLASSES, seed=3, block_bytes=block_bytes
    )


def test_quotas_are_exact() -> None:
    """Each label and part has exactly its quota of pixels."""
    counts = draw().table.groupby(["label", "part"]).size()
    assert counts.to_dict() == {(label, part): 6 for label in (-1, 0, 1) for part in ("train", "valid", "test")}


def test_each_row_is_the_pixel_it_says() -> None:
    """Spectrum, code, label and part are those of the line and sample beside them, in order of place."""
    found = draw()
    line, sample = found.table["line"].to_numpy(), found.table["sample"].to_numpy()
    np.testing.assert_array_equal(found.x, VALUES[line, sample])
    np.testing.assert_array_equal(found.table["code"], CODES[line, sample])
    names = np.array(["none", "train", "valid", "test"])
    assert found.table["part"].tolist() == names[PARTS[line, sample]].tolist()
    assert found.table["label"].tolist() == [{2: 0, 7: 1}.get(code, -1) for code in found.table["code"]]
    assert (np.diff(line * SAMPLES + sample) > 0).all()
    assert found.table[["scene", "hole"]].drop_duplicates().to_numpy().tolist() == [["core-1", "A"]]


def test_the_lowest_priorities_are_drawn() -> None:
    """The draw is that of sorting all pixels of a label and part by their priority."""
    rank = priority(3, "core-1", *np.indices((LINES, SAMPLES)))
    places = np.argwhere((CODES == 7) & (PARTS == 1))
    expected = sorted(places.tolist(), key=lambda at: int(rank[at[0], at[1]]))[:6]
    found = draw().table.query("label == 1 and part == 'train'")
    assert found[["line", "sample"]].to_numpy().tolist() == sorted(expected)


@pytest.mark.parametrize("lines", [1, 7, 44, LINES])
@pytest.mark.parametrize("quota", [1, 6, 1000])
def test_the_block_size_does_not_matter(lines: int, quota: int) -> None:
    """Blocks of 1 line, of 7, or the whole scene give the same pixels."""
    whole, cut = draw(quota=quota), draw(quota=quota, block_bytes=lines * LINE_BYTES)
    np.testing.assert_array_equal(cut.x, whole.x)
    pd.testing.assert_frame_equal(cut.table, whole.table)


@settings(max_examples=30, deadline=None)
@given(
    lines=st.integers(1, LINES),
    quota=st.integers(0, 20),
    bad=st.sets(st.integers(0, LINES * SAMPLES - 1), max_size=200),
)
def test_pixels_without_data_give_way_to_the_next(lines: int, quota: int, bad: set[int]) -> None:
    """Where some pixels are nodata, the draw is that among the others, in any blocks."""
    values = VALUES.copy()
    line, sample = np.divmod(np.array(sorted(bad), dtype=int), SAMPLES)
    values[line, sample] = 0
    rank = priority(3, "core-1", *np.indices((LINES, SAMPLES)))
    good = (CODES == 2) & (PARTS == 1)
    good[line, sample] = False
    expected = sorted(np.argwhere(good).tolist(), key=lambda at: int(rank[at[0], at[1]]))[:quota]
    found = draw(values, quota=quota, block_bytes=lines * LINE_BYTES, nodata=0.0).table
    found = found.query("label == 0 and part == 'train'")
    assert found[["line", "sample"]].to_numpy().tolist() == sorted(expected)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_the_dtype_does_not_matter_and_is_kept(dtype: type[np.generic]) -> None:
    """The same scene as floats or integers gives the same pixels, in its own dtype."""
    found = draw((VALUES % 30_000).astype(dtype))
    assert found.x.dtype == dtype
    pd.testing.assert_frame_equal(found.table, draw().table)


def test_too_few_valid_pixels_are_said_in_words(caplog: pytest.LogCaptureFixture) -> None:
    """A shard that cannot meet its quota says which class lacks how many, and why."""
    values = VALUES.copy()
    values[CODES == 7] = 0
    with caplog.at_level(logging.WARNING):
        found = draw(values, nodata=0.0)
    assert 1 not in found.table["label"].to_numpy()
    count = int(((CODES == 7) & (PARTS == 1)).sum())
    expected = (
        f"core-1: 6 pixels of class chlorite (code 7) were planned for train, 0 were drawn, because {count} hold no"
    )
    assert any(expected in record.getMessage() for record in caplog.records)


def test_a_quota_that_is_met_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is logged where everything was found."""
    draw()
    assert not caplog.records


def test_an_empty_quota_gives_an_empty_shard() -> None:
    """Nothing asked, nothing drawn, but with its bands and columns."""
    found = draw(quota=0)
    assert found.x.shape == (0, BANDS)
    assert found.table.dtypes.equals(draw().table.dtypes)


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


def test_the_shard_keeps_the_bands_that_are_left_out_and_says_which() -> None:
    """Bands that the plan leaves out are in the shard, with their numbers beside them."""
    quotas = quotas_of(2)
    quotas.attrs[BAD_BANDS] = [1, 3]
    found = shard(cube_of(VALUES), CODES, PARTS, quotas, scene_of(), CLASSES, seed=3, block_bytes=WHOLE)
    assert (found.x.shape[1], found.bad_bands) == (BANDS, (1, 3))


def test_rasters_of_another_shape_are_refused() -> None:
    """Codes or parts of another scene are refused with both shapes."""
    for codes, parts in ((CODES[:-1], PARTS), (CODES, PARTS.T)):
        with pytest.raises(SplitError, match=r"\(45, 12\)"):
            shard(cube_of(VALUES), codes, parts, quotas_of(1), scene_of(), CLASSES, seed=3, block_bytes=WHOLE)


def test_a_scene_without_quotas_is_refused() -> None:
    """A scene that the plan does not know is an error, not an empty shard."""
    others = quotas_of(1).query("scene == 'other'")
    with pytest.raises(SplitError, match="core-1: the plan has no quotas"):
        shard(cube_of(VALUES), CODES, PARTS, others, scene_of(), CLASSES, seed=3, block_bytes=WHOLE)
