"""Which values of a scene are good, and how many are not, from a sparse sample of it."""

from collections.abc import Iterator

import numpy as np

from semispectral.errors import DataError
from semispectral.pixels import Cube

SAMPLE_PLACES = 8  # places along the scene where a few lines are looked at
SAMPLE_BYTES = 4 * 2**20  # at each of them, where the file's chunks allow


def good_values(values: np.ndarray, *, nodata: float | None) -> np.ndarray:
    """Which values are finite and not nodata, bool of their shape."""
    good = np.isfinite(values) if values.dtype.kind == "f" else np.ones(values.shape, bool)
    if nodata is None or not np.isfinite(nodata):
        return good
    if values.dtype.kind == "f":
        return np.asarray(good & (values != values.dtype.type(nodata)))
    limits = np.iinfo(values.dtype)
    stored = nodata == int(nodata) and limits.min <= nodata <= limits.max
    return np.asarray(values != values.dtype.type(int(nodata))) if stored else good


def valid_spectra(x: np.ndarray, *, nodata: float | None) -> np.ndarray:
    """Which spectra hold data, bool [pixel]: all values finite, and not `nodata` in every band; x is [pixel, band]."""
    valid = np.isfinite(x).all(axis=1) if x.dtype.kind == "f" else np.ones(len(x), bool)
    if nodata is not None:
        suspects = np.flatnonzero(x[:, 0] == nodata)
        valid[suspects] &= (x[suspects] != nodata).any(axis=1)
    return np.asarray(valid)


def saturated_spectra(x: np.ndarray) -> np.ndarray:
    """Which spectra have a value at the largest that their integer dtype can hold, bool [pixel]."""
    return np.asarray((x == np.iinfo(x.dtype).max).any(axis=1)) if x.dtype.kind in "ui" else np.zeros(len(x), bool)


def look(cube: Cube) -> dict[str, float]:
    """Look at a few lines in evenly spaced places.

    Returns
    -------
    minimum and maximum of the good values, as stored; bad_share of NaN, infinite and nodata values; saturated_share
    of values at the largest an integer dtype can hold. Shares are 0 to 1.

    Raises
    ------
    DataError : there is no value to learn from.
    """
    minimum, maximum, bad, saturated, seen = np.inf, -np.inf, 0, 0, 0
    for values in sparse_blocks(cube):
        good = good_values(values, nodata=cube.nodata)
        kept = values[good]
        seen += values.size
        bad += values.size - kept.size
        if kept.size:
            minimum, maximum = min(minimum, float(kept.min())), max(maximum, float(kept.max()))
        if cube.dtype.kind in "ui":
            saturated += int((kept == np.iinfo(cube.dtype).max).sum())
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
