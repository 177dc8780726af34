"""Copy files whose layout is slow to read by lines, once, into a scratch file in line order.

A dataset whose chunks span all lines would be decompressed again for every block (73 s against 8 s for 586 MB), and one
whose fastest axis is the line would be gathered two bytes at a time. Either is read once, chunk by chunk, at the first
block, and written as [line, sample, band] to an unnamed temporary file, which is deleted with the process.
"""

import math
import mmap
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np

from semispectral.scans.formats.axes import Oriented
from semispectral.scans.formats.binary import FlatArray
from semispectral.study.scene import AXES

LARGEST_SLAB = 64 * 2**20  # bytes: a block as high as the file's chunks may take this much


class Rechunked:
    """Stored array with another layout, seen as [line, sample, band]; copied at the first read.

    Parameters
    ----------
    oriented : the stored array and the order of its axes.
    tiles : the selections of the stored array, each read once, that cover it.
    """

    chunk_lines = 1

    def __init__(self, oriented: Oriented, tiles: Callable[[], Iterator[tuple[slice, ...]]]) -> None:
        self.oriented = oriented
        self.tiles = tiles
        self._file: Any = None
        self._copy: Oriented | None = None

    def read_lines(self, first: int, last: int) -> np.ndarray:
        """Return the values of lines first..last-1, [line, sample, band].

        Parameters
        ----------
        first : int, first line, counted from 0.
        last : int, line after the last one.
        """
        if self._copy is None:
            self._copy = self._make_copy()
        return self._copy.read_lines(first, last)

    def close(self) -> None:
        """Release the scratch file."""
        if self._file is not None:
            self._file.close()

    def _make_copy(self) -> Oriented:
        shape, dtype = self.oriented.shape, self.oriented.dtype
        self._file = tempfile.TemporaryFile(prefix="semispectral-")  # noqa: SIM115  # lives until close()
        self._file.truncate(math.prod(shape) * dtype.itemsize)
        mapped = np.memmap(self._file, dtype=dtype, mode="r+", shape=shape)
        waiting = 0
        for tile in self.tiles():
            target = tuple(tile[place] for place in self.oriented.permutation)
            values = np.asarray(self.oriented.array[tile])
            mapped[target] = values.transpose(self.oriented.permutation)
            waiting += values.nbytes
            if waiting > LARGEST_SLAB:
                _forget(mapped)
                waiting = 0
        _forget(mapped)
        return Oriented(FlatArray(self._file, dtype=dtype, shape=shape), AXES)


def _forget(mapped: np.memmap[Any, Any]) -> None:
    """Release written pages from this process's memory; the file keeps them."""
    memory: Any = mapped._mmap  # type: ignore[attr-defined]  # numpy has no public name for it
    memory.flush()
    if hasattr(mmap, "MADV_DONTNEED"):
        memory.madvise(mmap.MADV_DONTNEED)


def tiles_of(dataset: h5py.Dataset, dtype: np.dtype[Any]) -> Iterator[tuple[slice, ...]]:
    """Yield the chunks of a dataset, or slabs along its first axis where it has none.

    Parameters
    ----------
    dataset : h5py.Dataset, stored array.
    dtype : dtype of its values.
    """
    if dataset.chunks:
        yield from dataset.iter_chunks()
        return
    row_bytes = math.prod(dataset.shape[1:]) * dtype.itemsize
    step = max(1, LARGEST_SLAB // row_bytes)
    for first in range(0, dataset.shape[0], step):
        yield (slice(first, min(first + step, dataset.shape[0])), *(slice(0, n) for n in dataset.shape[1:]))


def fights_with_lines(dataset: h5py.Dataset, order: tuple[str, ...], dtype: np.dtype[Any]) -> bool:
    """Return whether reading blocks of lines would read the file many times, or value by value.

    Parameters
    ----------
    dataset : h5py.Dataset, stored array.
    order : tuple of str, names of its axes, in the file's order.
    dtype : dtype of its values.
    """
    if dataset.chunks is None:
        return order[-1] == "line"
    height = int(dataset.chunks[order.index("line")])
    line_bytes = math.prod(dataset.shape) // dataset.shape[order.index("line")] * dtype.itemsize
    return bool(height > 1 and height * line_bytes > LARGEST_SLAB)
