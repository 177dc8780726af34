"""Arrays in a file's own axis order and byte order, as [line, sample, band] in the machine's."""

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


def require_readable_whole(path: Path, key: str, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Refuse an array that is too large to be read whole; asked of what its header says."""
    size = math.prod(shape) * dtype.itemsize
    if size > LARGEST_WHOLE:
        raise ShapeError(
            f"{path}: {key} is read whole, so it may have at most {LARGEST_WHOLE} bytes, but its header says "
            f"{tuple(shape)}, {size} bytes; name another array, or save a smaller one"
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
