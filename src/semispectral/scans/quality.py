"""Which values of a scene are good, and how many are not, from a sparse sample of it."""

from collections.abc import Iterator

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube

SAMPLE_PLACES = 8  # places along the scene where a few lines are looked at
SAMPLE_BYTES = 4 * 2**20  # at each of them, where the file's chunks allow


def valid_spectra(x: np.ndarray) -> np.ndarray:
    """Which spectra have a finite value in every band, bool [pixel]; x is [pixel, band]."""
    return np.asarray(np.isfinite(x).all(axis=1)) if x.dtype.kind == "f" else np.ones(len(x), bool)


def whole(x: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Pixels that hold data where nothing is cleaned: those with a value in every band, bool [pixel]."""
    return valid_spectra(x)


def full_scale(cube: Cube) -> np.ndarray | None:
    """The largest value that each band can hold, [band], where the file stores integers."""
    if cube.dtype.kind in "ui":
        return np.full(cube.shape[2], np.iinfo(cube.dtype).max, cube.dtype)
    return cube.extra.get("saturated")


def look(cube: Cube) -> dict[str, float]:
    """Look at a few lines in evenly spaced places.

    Returns
    -------
    minimum and maximum of the good values; bad_share of values that are none (NaN: infinite or nodata in the file);
    saturated_share of values at the largest an integer dtype can hold. Shares are 0 to 1.

    Raises
    ------
    DataError : there is no value to learn from.
    """
    minimum, maximum, bad, saturated, seen = np.inf, -np.inf, 0, 0, 0
    full = full_scale(cube)
    for values in sparse_blocks(cube):
        good = np.isfinite(values)
        kept = values[good]
        seen += values.size
        bad += values.size - kept.size
        if kept.size:
            minimum, maximum = min(minimum, float(kept.min())), max(maximum, float(kept.max()))
        if full is not None:
            saturated += int((values == full).sum())
    for share, what in ((bad / seen, "NaN, infinite or nodata"), (saturated / seen, "saturated")):
        if share == 1:
            raise DataError(
                f"{cube.path}: values to learn from are needed, but all of the {seen} looked at are {what}; check the "
                "columns data_key and nodata of scenes.tsv, or leave the scene out"
            )
    return {
        "minimum": minimum,
        "maximum": maximum,
        "bad_share": bad / seen,
        "saturated_share": saturated / seen,
    }


def sparse_blocks(cube: Cube) -> Iterator[np.ndarray]:
    """Blocks of a few lines at evenly spaced places; whole chunks of the file where it has them."""
    height = min(cube.block_lines(max_bytes=SAMPLE_BYTES), cube.shape[0])
    last = cube.shape[0] - height
    places = {int(place) // cube.chunk_lines * cube.chunk_lines for place in np.linspace(0, last, SAMPLE_PLACES)}
    for first in sorted(places):
        yield cube.read_lines(first, min(first + height, cube.shape[0]))
