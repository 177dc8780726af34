"""Copies of pixels are found by their spectra: under another name, in another type, cut, or in another part."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.census.copies import (
    Fingerprint,
    fingerprint,
    fingerprint_of_labels,
    refuse_shared,
    shared_scenes,
    spectra_hash,
)
from semispectral.errors import SplitError
from semispectral.scans.cube import Cube
from semispectral.study.classes import CodeSet

USE = CodeSet(((1, 99),))
LINES, SAMPLES, BANDS = 60, 30, 12


def scan(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Values [line, sample, band] and codes of a scan of its own."""
    rng = np.random.default_rng(seed)
    codes = np.zeros((LINES, SAMPLES), np.int32)
    codes[10:14, 5:20], codes[40:52, 8:12], codes[30, 25] = 1, 2, 3
    return rng.integers(0, 4000, (LINES, SAMPLES, BANDS), dtype=np.uint16), codes


def taken(values: np.ndarray, codes: np.ndarray) -> Fingerprint:
    cube = Cube(Path("s"), values.shape, values.dtype, lambda first, last: values[first:last])
    return {**fingerprint(cube), **fingerprint_of_labels(cube, codes, USE)}


@pytest.mark.parametrize(
    "copied",
    [
        lambda values, codes: (values.copy(), codes),
        lambda values, codes: (values.astype(np.float32), codes),
        lambda values, codes: (values, np.zeros_like(codes)),
        lambda values, codes: (values[8:35], codes[8:35]),
        lambda values, codes: (values[37:, :], codes[37:, :]),
        lambda values, codes: (values[:, 4:21], codes[:, 4:21]),
    ],
    ids=["as it is", "another type", "without its labels", "some of its lines", "its end", "some of its samples"],
)
def test_a_copy_or_a_cut_is_found(copied) -> None:
    """What counts is the spectra, not the file, its type, its labels or where the cut begins."""
    prints = {"a": taken(*scan(1)), "b": taken(*copied(*scan(1))), "c": taken(*scan(2))}
    assert shared_scenes(prints) == [("a", "b")]


def test_a_copy_is_found_among_many_scenes() -> None:
    """All copies of one scan are named, pair by pair."""
    prints = {f"s{number:03d}": taken(*scan(number % 98)) for number in range(100)}
    assert shared_scenes(prints) == [("s000", "s098"), ("s001", "s099")]


def test_scans_with_little_in_them_are_no_copies() -> None:
    """Empty, saturated and flat spectra, and those that a scan repeats, tell nothing."""
    values, codes = scan(1)
    other, _ = scan(2)
    for dull in (np.zeros_like(values), np.full_like(values, 65535), np.broadcast_to(np.arange(BANDS), values.shape)):
        half = np.where(np.arange(LINES)[:, None, None] < LINES // 2, dull, values)
        rest = np.where(np.arange(LINES)[:, None, None] < LINES // 2, dull, other)
        assert shared_scenes({"a": taken(half, codes), "b": taken(rest, codes)}) == []


def test_coarse_data_of_few_bands_is_no_copy() -> None:
    """Eight bits in three bands repeat spectra from scan to scan by chance; that is not a copy."""
    prints = {}
    for number in range(12):
        rng = np.random.default_rng(number)
        values = np.clip(rng.normal(128, 26, (60, 30, 1)) + rng.normal(0, 6, (60, 30, 3)), 0, 255).astype(np.uint8)
        prints[str(number)] = taken(values, scan(1)[1])
    assert shared_scenes(prints) == []


def test_hashes_are_of_values() -> None:
    """The same values have the same hash in any type and order of bytes; another digit or order of bands has not."""
    x = np.random.default_rng(0).integers(1, 1000, (500, BANDS)).astype(np.int16)
    base = spectra_hash(x)
    for same in (x.astype(">i2"), x.astype(np.float64), np.asfortranarray(x.astype(np.float32))):
        np.testing.assert_array_equal(spectra_hash(same), base)
    changed, swapped = x.copy(), x[:, [1, 0, *range(2, BANDS)]]
    changed[:, 3] += 1
    assert not np.isin(spectra_hash(changed), base).any()
    assert (spectra_hash(swapped) == base).sum() == (x[:, 0] == x[:, 1]).sum()
    assert len(np.unique(base)) == len(np.unique(x, axis=0))
    assert spectra_hash(np.array([[2.0, 2.0], [np.nan, np.nan], [np.inf, 1.0]])).tolist() == [0, 0, 0]


def pixels(x: np.ndarray, scene: list[str], part: list[str]) -> pd.DataFrame:
    """The table of drawn pixels with these spectra."""
    return pd.DataFrame({"scene": scene, "line": range(len(x)), "sample": 0, "part": part, "hash": spectra_hash(x)})


def test_pixels_in_two_parts_are_refused() -> None:
    """What one scene gives to train and another to test, to the last digit, is named; within a part it is no leak."""
    x = np.random.default_rng(1).integers(0, 999, (40, BANDS))
    twice, scene = np.concatenate([x, x]), ["a"] * 40 + ["b"] * 40
    refuse_shared(pixels(twice, scene, ["train"] * 80))
    with pytest.raises(SplitError, match=r"40 pixels .100%. are in test and in train.*scenes a, b hold copies"):
        refuse_shared(pixels(twice, scene, ["train"] * 40 + ["test"] * 40))


def test_an_even_background_is_no_copy() -> None:
    """Black pixels of two trays are alike; a pixel that both draws hold still counts once, and its copy is seen."""
    x = np.random.default_rng(1).integers(0, 999, (80, BANDS))
    x[20:40], x[60:80] = 7, 7
    scene, part = ["a"] * 40 + ["b"] * 40, ["train"] * 40 + ["test"] * 40
    refuse_shared(pixels(x, scene, part))
    x[40:60] = x[:20]
    with pytest.raises(SplitError, match="20 pixels"):
        refuse_shared(pd.concat([pixels(x, scene, part)] * 2))


def test_pixels_that_a_scan_repeats_itself_are_no_copies() -> None:
    """A map-projected image repeats neighbours; its parts are kept apart by the buffer, not here."""
    x = np.random.default_rng(1).integers(0, 999, (40, BANDS))
    refuse_shared(pixels(np.concatenate([x, x]), ["a"] * 80, ["train"] * 40 + ["test"] * 40))
