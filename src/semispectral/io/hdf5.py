"""HDF5: any dataset by its key, read by blocks that follow its chunks; nothing outside the file is followed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from semispectral.io.arrays import Oriented, require_dimensions, require_numbers
from semispectral.io.codes import CodeRaster, read_codes
from semispectral.io.datasets import find_dataset
from semispectral.io.files import reading, require_file
from semispectral.io.grid import Grid
from semispectral.io.scratch import Rechunked, fights_with_lines, tiles_of
from semispectral.io.wavelengths import NO_WAVELENGTHS, in_nanometres, require_count
from semispectral.pixels import Cube
from semispectral.scene import AXES, axis_order

WHAT = "an HDF5 file"
WAVELENGTH_ATTRIBUTES = ("wavelengths_nm", "wavelength_nm", "wavelengths", "wavelength")
UNIT_ATTRIBUTES = ("units", "unit", "wavelength_units")
NODATA_ATTRIBUTES = ("nodata", "_FillValue", "missing_value")


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file, open for reading until the end of the block."""
    file = open_file(path)
    try:
        with reading(path, what=WHAT):
            yield file
    finally:
        file.close()


def open_file(path: Path) -> h5py.File:
    """The file, open for reading; whoever asked for it closes it."""
    require_file(path, what=WHAT)
    with reading(path, what=WHAT):
        return h5py.File(path, "r", locking="best-effort")  # shared file systems often have no locks


def _first_attribute(dataset: h5py.Dataset, names: tuple[str, ...]) -> Any:
    return next((dataset.attrs[name] for name in names if name in dataset.attrs), None)


def _unit(dataset: h5py.Dataset) -> str:
    unit = _first_attribute(dataset, UNIT_ATTRIBUTES)
    unit = np.asarray(unit).ravel()[0] if unit is not None else ""
    return unit.decode() if isinstance(unit, bytes) else str(unit)


def _wavelengths(file: h5py.File, data: h5py.Dataset, key: str) -> np.ndarray | None:
    if key == NO_WAVELENGTHS:
        return None
    where = f"{file.filename}, {key or 'attribute of ' + str(data.name)}"
    if not key:
        values = _first_attribute(data, WAVELENGTH_ATTRIBUTES)
        return None if values is None else in_nanometres(np.asarray(values), unit=_unit(data), where=where)
    dataset = find_dataset(file, key, dimensions=1)
    require_numbers(Path(file.filename), key, dataset.dtype)
    return in_nanometres(dataset[()], unit=_unit(dataset), where=where)


def _nodata(dataset: h5py.Dataset) -> float | None:
    value = _first_attribute(dataset, NODATA_ATTRIBUTES)
    return None if value is None else float(np.asarray(value).ravel()[0])


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open one dataset of an HDF5 file as a `Cube`."""
    order = axis_order(axes, where=f"{path}, axes")
    file = open_file(path)
    try:
        with reading(path, what=WHAT):
            return _cube(file, find_dataset(file, key, dimensions=len(AXES)), order, wavelengths)
    except BaseException:
        file.close()
        raise


def _cube(file: h5py.File, dataset: h5py.Dataset, order: tuple[str, ...], wavelengths: str) -> Cube:
    path, name = Path(file.filename), str(dataset.name)
    require_numbers(path, name, dataset.dtype)
    require_dimensions(path, name, dataset.shape, names=order)
    oriented = Oriented(dataset, order)
    wavelengths_nm = _wavelengths(file, dataset, wavelengths)
    if wavelengths_nm is not None:
        require_count(wavelengths_nm, oriented.shape[2], where=f"{path}, {wavelengths or name}")
    source = _source(dataset, oriented)

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(path, what=WHAT):
            return source.read_lines(first, last)

    def close() -> None:
        source.close()
        file.close()

    return Cube(
        path,
        oriented.shape,
        oriented.dtype,
        read_lines,
        chunk_lines=source.chunk_lines,
        wavelengths_nm=wavelengths_nm,
        nodata=_nodata(dataset),
        close=close,
    )


def _source(dataset: h5py.Dataset, oriented: Oriented) -> Oriented | Rechunked:
    if fights_with_lines(dataset, oriented.axes, oriented.dtype):
        return Rechunked(oriented, lambda: tiles_of(dataset, oriented.dtype))
    if dataset.chunks:
        oriented.chunk_lines = int(min(dataset.chunks[oriented.axes.index("line")], oriented.shape[0]))
    return oriented


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a two-dimensional dataset: any integer or float dtype, [line, sample]."""
    with opened(path) as file:
        dataset = find_dataset(file, key, dimensions=2)
        nodata = _nodata(dataset)
        values = read_codes(path, str(dataset.name), dataset, axes, shape=grid.shape)
        return CodeRaster(values, () if nodata is None else (nodata,))


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read a dataset of numbers whole."""
    with opened(path) as file:
        dataset = find_dataset(file, key, dimensions=2)
        require_numbers(path, str(dataset.name), dataset.dtype)
        return np.asarray(dataset[()])
