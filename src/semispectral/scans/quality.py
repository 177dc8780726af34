"""Find the good values of a scene, and estimate the share of bad ones from a sparse sample."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.sensor_bands import Sensors, columns_of

SAMPLE_PLACES = 8  # places along the scene where a few lines are looked at
SAMPLE_BYTES = 4 * 2**20  # at each of them, where the file's chunks allow


def valid_spectra(x: np.ndarray, sensors: Sensors = ()) -> np.ndarray:
    """Return a mask of the spectra with a finite value in every band, bool [pixel]; of several sensors, of one of them.

    Parameters
    ----------
    x : [pixel, band], values.
    sensors : tuple of SensorBands, which bands are of which sensor; empty: all are of one.
    """
    if x.dtype.kind != "f":
        return np.ones(len(x), bool)
    finite = np.isfinite(x)
    columns = columns_of(sensors) or [slice(None)]
    return np.asarray(np.any([finite[:, place].all(axis=1) for place in columns], axis=0))


def whole(x: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Return a mask of the pixels with a value in every band: those that hold data where nothing is cleaned.

    Parameters
    ----------
    x : [pixel, band], values.
    sample : int [pixel], column of the detector; not used.

    Returns
    -------
    bool [pixel].
    """
    return valid_spectra(x)


def known_median(x: np.ndarray, *, axis: int) -> np.ndarray:
    """Return the median of the values that are not NaN, without the axis; NaN where there is none.

    Parameters
    ----------
    x : float [...], NaN where there is no value; none is infinite.
    axis : int, axis to take it along.
    """
    ordered = np.sort(x, axis=axis)  # NaN comes last
    count = np.isfinite(ordered).sum(axis=axis, keepdims=True)
    ends = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, x.shape[axis] - 1)
    low, high = (np.take_along_axis(ordered, place, axis=axis) for place in ends)
    return np.asarray(np.where(count > 0, (low + high) / 2, np.nan)).squeeze(axis)


def repeats(values: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """Return which lines equal the line before them in all values, as a frame grabber repeats them; bool [line].

    A line of one value alone, or of none, says nothing and is no repetition.

    Parameters
    ----------
    values : [line, sample, band], values of lines that follow each other.
    before : [sample, band], values of the line before the first; None: there is none.
    """
    found = np.zeros(len(values), bool)
    known = values if before is None else np.concatenate([before[None], values])
    same = known[1:] == known[:-1]
    if known.dtype.kind == "f":
        same |= np.isnan(known[1:]) & np.isnan(known[:-1])
    repeated = np.flatnonzero(same.all(axis=(1, 2)))
    lines = known[1:][repeated]
    says = np.fmin.reduce(lines, axis=(1, 2)) < np.fmax.reduce(lines, axis=(1, 2))
    found[len(values) - len(known) + 1 :][repeated] = says
    return found


def without_repeats(cube: Cube) -> Cube:
    """Return a cube with NaN on the lines that equal the line before them.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    last: dict[int, np.ndarray] = {}  # of the block before: streaming reads no line twice

    def read_lines(first: int, stop: int) -> np.ndarray:
        values = cube.read_lines(first, stop)
        before = None if first == 0 else last[first - 1] if first - 1 in last else cube.read_lines(first - 1, first)[0]
        last.clear()
        last[stop - 1] = values[-1].copy()
        found = values.astype(np.float32)
        found[repeats(values, before)] = np.nan
        return found

    facts = {"stored": cube.dtype, "saturated": full_scale(cube)} | cube.extra
    return replace(cube, dtype=np.dtype(np.float32), read_lines=read_lines, extra=facts)


def full_scale(cube: Cube) -> np.ndarray | None:
    """Return the largest value that each band can hold, [band], where the file stores integers; else None.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    if cube.dtype.kind in "ui":
        return np.full(cube.shape[2], np.iinfo(cube.dtype).max, cube.dtype)
    return cube.extra.get("saturated")


def look(cube: Cube) -> dict[str, float]:
    """Estimate the quality of a scene from a few lines in evenly spaced places.

    Parameters
    ----------
    cube : Cube, open scene.

    Returns
    -------
    dict of float: minimum and maximum of the good values; bad_share of values that are NaN, infinite or nodata;
        saturated_share of values at the maximum of an integer dtype. Shares are 0 to 1.

    Raises
    ------
    DataError : the sample has no good value.
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
    """Yield blocks of a few lines at evenly spaced places; whole chunks of the file where it has them.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    height = min(cube.block_lines(max_bytes=SAMPLE_BYTES), cube.shape[0])
    last = cube.shape[0] - height
    places = {int(place) // cube.chunk_lines * cube.chunk_lines for place in np.linspace(0, last, SAMPLE_PLACES)}
    for first in sorted(places):
        yield cube.read_lines(first, min(first + height, cube.shape[0]))
