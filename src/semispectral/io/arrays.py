"""Arrays in a file's own axis order and byte order, as [line, sample, band] in the machine's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from semispectral.cells import AXES, axis_order
from semispectral.errors import DataError, ShapeError

NUMBERS = "uif"
LABEL_KINDS = "uifb"


class Stored(Protocol):
    """What h5py datasets, memory maps and arrays have in common."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def __getitem__(self, selection: Any) -> np.ndarray: ...


def require_numbers(path: Path, key: str, dtype: np.dtype[Any], *, kinds: str = NUMBERS) -> None:
    """Refuse objects, text, records and complex numbers."""
    if dtype.kind not in kinds:
        raise DataError(
            f"{path}: {key or 'the array'} must hold plain numbers (integers or floats), got dtype {dtype}; "
            "objects, text, records and references are not read: name an array of numbers in scenes.tsv"
        )


def require_dimensions(path: Path, key: str, shape: Sequence[int], *, names: Sequence[str]) -> None:
    """Refuse arrays without one dimension for each of the named axes, or with an empty one."""
    if len(shape) != len(names) or min(shape) < 1:
        raise ShapeError(
            f"{path}: {key or 'the array'} must have {len(names)} axes ({', '.join(names)}), none of them empty, "
            f"got shape {tuple(shape)}; name another array in scenes.tsv"
        )


def native(values: np.ndarray) -> np.ndarray:
    """The values, contiguous, in the machine's byte order, and in memory of their own where a file was mapped."""
    copy = True if isinstance(values, np.memmap) else None
    return np.array(values, dtype=values.dtype.newbyteorder("="), order="C", copy=copy)


class Oriented:
    """A stored array seen as [line, sample, band], whatever the order of its axes in the file.

    Parameters
    ----------
    array : the stored array, with the axes of ``axes``.
    axes : names of its axes, in the file's order.
    chunk_lines : lines that it stores together.
    """

    def __init__(self, array: Stored, axes: tuple[str, ...], *, chunk_lines: int = 1) -> None:
        self.array = array
        self.axes = axes
        self.chunk_lines = chunk_lines
        self.permutation = tuple(axes.index(name) for name in AXES)
        lines, samples, bands = (int(array.shape[place]) for place in self.permutation)
        self.shape = (lines, samples, bands)
        self.dtype = array.dtype.newbyteorder("=")

    def read_lines(self, first: int, last: int) -> np.ndarray:
        """Values of lines first..last-1, [line, sample, band]."""
        selection = tuple(slice(first, last) if name == "line" else slice(None) for name in self.axes)
        return native(self.array[selection].transpose(self.permutation))

    def close(self) -> None:
        """Nothing is held."""


def oriented_labels(path: Path, key: str, values: np.ndarray, axes: str) -> np.ndarray:
    """A raster of labels as [line, sample]; an axis of length one is dropped."""
    require_numbers(path, key, values.dtype, kinds=LABEL_KINDS)
    order = axis_order(axes, names=AXES[:2], where=f"{path}, axes of the labels")
    if values.ndim == 3 and 1 in (values.shape[0], values.shape[-1]):
        values = values.squeeze(0 if values.shape[0] == 1 else -1)
    require_dimensions(path, key, values.shape, names=order)
    return native(values if order == AXES[:2] else values.T)


def as_codes(path: Path, values: np.ndarray, *, shape: tuple[int, int]) -> np.ndarray:
    """Check a raster of labels and give it as codes.

    Returns
    -------
    int32 [line, sample].

    Raises
    ------
    ShapeError : it does not lie over the data.
    DataError : a value is not a whole number of at most 32 bits.
    """
    if values.shape != shape:
        turned = " (the axes are swapped: set labels_axes to sample,line)" if values.shape == shape[::-1] else ""
        raise ShapeError(
            f"{path}: the labels must have the lines and samples of the data, {shape}, got {values.shape}{turned}; "
            "check the columns labels, labels_key and axes of scenes.tsv"
        )
    codes = values.astype(np.int64) if values.dtype.kind in "uib" else _whole(path, values)
    limits = np.iinfo(np.int32)
    if codes.min() < limits.min or codes.max() > limits.max:
        raise DataError(
            f"{path}: label codes must fit 32 bits, got {codes.min()} to {codes.max()}; is this a raster of labels?"
        )
    return np.ascontiguousarray(codes, dtype=np.int32)


def _whole(path: Path, values: np.ndarray) -> np.ndarray:
    wrong = ~(np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 2**53))
    if wrong.any():
        line, sample = (int(i[0]) for i in np.nonzero(wrong))
        raise DataError(
            f"{path}: label codes must be whole numbers, got {values[line, sample]} at line {line}, sample {sample} "
            f"and {int(wrong.sum()) - 1} more; mark unlabelled pixels with 0"
        )
    return values.astype(np.int64)
