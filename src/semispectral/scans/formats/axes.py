"""Turn stored arrays, in any axis order and byte order, to [line, sample, band] in the machine's byte order."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.study.scene import AXES

NUMBERS = "uif"
LARGEST_WHOLE = 4 * 2**30  # bytes


class Stored(Protocol):
    """Interface of h5py datasets, memory maps and arrays."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the values."""

    def __getitem__(self, selection: Any) -> np.ndarray: ...


def require_numbers(path: Path, key: str, dtype: np.dtype[Any], *, kinds: str = NUMBERS) -> None:
    """Refuse objects, text, records and complex numbers.

    Parameters
    ----------
    path : Path, the file, for errors.
    key : str, name of the array, for errors.
    dtype : dtype of the array.
    kinds : str, allowed kinds of NumPy dtypes, one letter each.
    """
    if dtype.kind not in kinds:
        raise DataError(
            f"{path}: {key or 'the array'} must hold plain numbers (integers or floats), got dtype {dtype}; "
            "objects, text, records and references are not read: name an array of numbers in scenes.tsv"
        )


def require_dimensions(path: Path, key: str, shape: Sequence[int], *, names: Sequence[str]) -> None:
    """Refuse arrays without one dimension for each named axis, or with an empty one.

    Parameters
    ----------
    path : Path, the file, for errors.
    key : str, name of the array, for errors.
    shape : sequence of int, shape of the array.
    names : sequence of str, names of the axes.
    """
    if len(shape) != len(names) or min(shape) < 1:
        raise ShapeError(
            f"{path}: {key or 'the array'} must have {len(names)} axes ({', '.join(names)}), none of them empty, "
            f"got shape {tuple(shape)}; name another array in scenes.tsv"
        )


def require_readable_whole(path: Path, key: str, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Refuse an array that, by its header, is too large to be read whole.

    Parameters
    ----------
    path : Path, the file, for errors.
    key : str, name of the array, for errors.
    shape : sequence of int, shape of the array.
    dtype : dtype of the array.
    """
    size = math.prod(shape) * dtype.itemsize
    if size > LARGEST_WHOLE:
        raise ShapeError(
            f"{path}: {key} is read whole, so it may have at most {LARGEST_WHOLE} bytes, but its header says "
            f"{tuple(shape)}, {size} bytes; name another array, or save a smaller one"
        )


def native(values: np.ndarray) -> np.ndarray:
    """Return the values, contiguous, in the machine's byte order, and copied where a file is mapped.

    Parameters
    ----------
    values : [...], stored values.
    """
    copy = True if isinstance(values, np.memmap) else None
    return np.array(values, dtype=values.dtype.newbyteorder("="), order="C", copy=copy)


class Oriented:
    """Stored array seen as [line, sample, band], whatever the order of its axes in the file.

    Parameters
    ----------
    array : the stored array, with the axes of ``axes``.
    axes : tuple of str, names of its axes, in the file's order.
    chunk_lines : int, lines that it stores together.
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
        """Return the values of lines first..last-1, [line, sample, band].

        Parameters
        ----------
        first : int, first line, counted from 0.
        last : int, line after the last one.
        """
        selection = tuple(slice(first, last) if name == "line" else slice(None) for name in self.axes)
        return native(self.array[selection].transpose(self.permutation))

    def close(self) -> None:
        """Do nothing, since no file is held."""
