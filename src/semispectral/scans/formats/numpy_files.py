"""Map NumPy files block by block; objects (pickle) are never read."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import Grid
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS
from semispectral.scans.formats.axes import (
    Oriented,
    native,
    require_dimensions,
    require_numbers,
    require_readable_whole,
)
from semispectral.scans.formats.binary import FlatArray, require_size
from semispectral.scans.formats.open_file import reading, refuse_keys, require_file
from semispectral.scans.labels.label_rasters import CodeRaster, read_codes
from semispectral.study.scene import AXES, axis_order

WHAT = "a NumPy file (.npy)"


def _header(path: Path) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Return shape, whether the first axis runs fastest, dtype, and bytes before the values."""
    require_file(path, what=WHAT)
    with reading(path, what=WHAT), path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, first_fastest, dtype = read(file)
        return shape, first_fastest, dtype, file.tell()


def _array(path: Path, axes: tuple[str, ...], kinds: str) -> tuple[FlatArray, tuple[str, ...]]:
    """Return the array in its order in memory, and the names of its axes in that order."""
    shape, first_fastest, dtype, offset = _header(path)
    require_numbers(path, "", dtype, kinds=kinds)
    require_dimensions(path, "", shape, names=axes)
    require_size(path, needed=offset + math.prod(shape) * dtype.itemsize, why=f"its header says {shape}, {dtype}")
    turn = slice(None, None, -1 if first_fastest else 1)
    return FlatArray(path, dtype=dtype, shape=shape[turn], offset=offset), axes[turn]


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open a three-dimensional array as a `Cube`.

    Parameters
    ----------
    path : Path, file to open.
    key : str, must be empty, since the format has no keys.
    axes : str, names of the stored axes in order, separated by commas.
    wavelengths : str, must be empty, or ``none``.
    """
    order = axis_order(axes, where=f"{path}, axes")
    refuse_keys(path, what=WHAT, data_key=key, wavelengths=wavelengths.removeprefix(NO_WAVELENGTHS))
    array, stored = _array(path, order, "uif")
    oriented = Oriented(array, stored)

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(path, what=WHAT):
            return oriented.read_lines(first, last)

    return Cube(path, oriented.shape, oriented.dtype, read_lines)


def array_axes(path: Path, *, key: str) -> int:
    """Return the number of axes of the array.

    Parameters
    ----------
    path : Path, file to read.
    key : str, not used.
    """
    return len(_header(path)[0])


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read an array of numbers whole.

    Parameters
    ----------
    path : Path, file to read.
    key : str, must be empty, since the format has no keys.
    """
    refuse_keys(path, what=WHAT, data_key=key)
    shape, first_fastest, dtype, offset = _header(path)
    require_numbers(path, "the array", dtype)
    require_readable_whole(path, "the array", shape, dtype)
    require_size(path, needed=offset + math.prod(shape) * dtype.itemsize, why=f"its header says {shape}, {dtype}")
    turn = slice(None, None, -1 if first_fastest else 1)
    with reading(path, what=WHAT):
        values = native(FlatArray(path, dtype=dtype, shape=shape[turn], offset=offset)[...])
    return values.T if first_fastest else values


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a two-dimensional array, [line, sample].

    Parameters
    ----------
    path : Path, file to read.
    key : str, must be empty, since the format has no keys.
    axes : str, names of the stored axes in order, separated by commas.
    grid : Grid, raster that the labels are laid on.
    """
    refuse_keys(path, what=WHAT, labels_key=key)
    array, stored = _array(path, axis_order(axes, names=AXES[:2], where=f"{path}, axes of the labels"), "uifb")
    with reading(path, what=WHAT):
        return CodeRaster(read_codes(path, "", array, ",".join(stored), shape=grid.shape))
