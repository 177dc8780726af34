"""Read MATLAB files of version 7.3 (HDF5 with reversed axes) and version 5 (read whole)."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from semispectral.errors import MissingFileError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.band_widths import stated_widths
from semispectral.scans.facts.ground import Grid
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS, in_nanometres, require_count
from semispectral.scans.formats import hdf5
from semispectral.scans.formats import matlab5 as mat5
from semispectral.scans.formats.axes import Oriented, require_dimensions, require_numbers, require_readable_whole
from semispectral.scans.formats.hdf5_links import find_dataset, find_object
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.scans.labels.label_rasters import CodeRaster, plane, read_codes, require_over_data
from semispectral.study.scene import AXES, axis_order

WHAT = mat5.WHAT
SPARSE = "MATLAB_sparse"  # the attribute of a sparse matrix in version 7.3: how many rows it has


def _is_hdf5(path: Path) -> bool:
    require_file(path, what=WHAT)
    with reading(path, what=WHAT):
        return bool(h5py.is_hdf5(path))


def _wavelengths(path: Path, key: str, bands: int) -> np.ndarray | None:
    if key in ("", NO_WAVELENGTHS):
        return None
    name, values = mat5.load(path, key, dimensions=2)
    require_numbers(path, name, values.dtype)
    require_count(values.size, bands, where=f"{path}, {name}")
    return in_nanometres(values, unit="", where=f"{path}, {name}")


def _widths(path: Path, key: str, bands: int) -> dict[str, Any]:
    """Return the widths of the bands from the variable or field ``fwhm`` beside the wavelengths, if there is one."""
    place, sign, _ = key.rpartition("/")
    name = f"{place}{sign}fwhm"
    try:
        _, values = mat5.load(path, name, dimensions=2)
    except MissingFileError:
        return {}
    return stated_widths(values, unit="", bands=bands, where=f"{path}, {name}")


def _open_version_5(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    order = axis_order(axes, where=f"{path}, axes")
    name, values = mat5.load(path, key, dimensions=len(AXES))
    require_numbers(path, name, values.dtype)
    require_dimensions(path, name, values.shape, names=order)
    oriented = Oriented(values, order)
    wavelengths_nm = _wavelengths(path, wavelengths, oriented.shape[2])
    extra = {} if wavelengths_nm is None else _widths(path, wavelengths, oriented.shape[2])
    return Cube(path, oriented.shape, oriented.dtype, oriented.read_lines, wavelengths_nm=wavelengths_nm, extra=extra)


def _reversed(axes: str) -> str:
    """Return the reverse the order of axes: MATLAB stores its first axis fastest, HDF5 names the slowest first."""
    return ",".join(reversed(axes.split(",")))


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open one array of a MATLAB file as a `Cube`.

    A part of an array of version 5 cannot be read: its cube is held in memory until it is closed.

    Parameters
    ----------
    path : Path, file to open.
    key : str, name of the variable, or ``structure/field``; empty where the file has only one of three dimensions.
    axes : str, order of the axes that MATLAB shows, separated by commas.
    wavelengths : str, name of the array of wavelengths, or a table (.csv, .tsv); empty where the file states them
        itself.
    """
    if _is_hdf5(path):
        axis_order(axes, where=f"{path}, axes")
        return hdf5.open_cube(path, key=key, axes=_reversed(axes), wavelengths=wavelengths)
    return _open_version_5(path, key=key, axes=axes, wavelengths=wavelengths)


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a two-dimensional array of a MATLAB file whole, [line, sample].

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file.
    axes : str, order of the axes that MATLAB shows, separated by commas.
    grid : Grid, raster that the labels are laid on.
    """
    order = axis_order(axes, names=AXES[:2], where=f"{path}, axes of the labels")
    if _is_hdf5(path):
        sparse = _sparse_labels(path, key, order, grid)
        return sparse or hdf5.read_labels(path, key=key, axes=_reversed(axes), grid=grid)
    name, shape = mat5.find_variable(path, key, dimensions=2)
    if shape is not None:
        lengths = plane(shape)
        require_over_data(path, lengths if order == AXES[:2] else lengths[::-1], grid.shape)
    name, values = mat5.load(path, name, dimensions=2)
    return CodeRaster(read_codes(path, name, values, axes, shape=grid.shape))


def _sparse_labels(path: Path, key: str, order: tuple[str, ...], grid: Grid) -> CodeRaster | None:
    """Return the labels that version 7.3 stores as a sparse matrix: values, rows and column starts; None for others."""
    with hdf5.opened(path) as file:
        item = find_object(file, key) if key else None
        if not isinstance(item, h5py.Group) or SPARSE not in item.attrs:
            return None
        shape = (int(item.attrs[SPARSE]), find_dataset(file, f"{key}/jc", dimensions=1).size - 1)
        require_over_data(path, shape if order == AXES[:2] else shape[::-1], grid.shape)
        if "data" not in item:  # not one value is stored
            return CodeRaster(np.zeros(grid.shape, np.uint8))
        from scipy.sparse import csc_matrix  # here: scans of other formats need none of it

        parts = {name: find_dataset(file, f"{key}/{name}", dimensions=1) for name in ("data", "ir", "jc")}
        for name, part in parts.items():
            require_readable_whole(path, f"{key}/{name}", part.shape, part.dtype)
        values = mat5.dense(csc_matrix(tuple(part[()] for part in parts.values()), shape=shape))
    return CodeRaster(read_codes(path, key, values, ",".join(order), shape=grid.shape))


def array_axes(path: Path, *, key: str) -> int:
    """Return the number of axes of an array.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file.
    """
    if _is_hdf5(path):
        return hdf5.array_axes(path, key=key)
    shape = mat5.find_variable(path, key, dimensions=2)[1]
    return 2 if shape is None else len(shape)


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read an array of numbers whole, with the axes that MATLAB shows.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file.
    """
    values = hdf5.read_array(path, key=key).T if _is_hdf5(path) else mat5.load(path, key, dimensions=2)[1]
    require_numbers(path, key, values.dtype)
    return values
