"""Open scenes of any format as a `Cube`; one table lists the reader of each format."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.band_widths import read_width_table
from semispectral.scans.facts.hyspex_header import read_background
from semispectral.scans.facts.stated_marks import Marks
from semispectral.scans.facts.stated_values import as_values
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS, read_wavelength_table, require_count
from semispectral.scans.formats import envi, geotiff, hdf5, tsg
from semispectral.scans.formats import first_bytes as beginnings
from semispectral.scans.formats import known as formats
from semispectral.scans.formats import matlab as mat
from semispectral.scans.formats import numpy_files as npy
from semispectral.scans.formats.known import format_of, known
from semispectral.scans.quality import full_scale
from semispectral.study.names import some
from semispectral.study.scene import WAVELENGTH_TABLES, Scene, line_range

__all__ = ["open_cube", "open_scene", "read_array"]


log = logging.getLogger(__name__)

MOST_AXES = 2  # of an array that is one line of a reference


class CubeReader(Protocol):
    """Function that opens one kind of file; ``wavelengths`` is a key in the file or empty."""

    def __call__(self, path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
        """Open a file."""


class ArrayReader(Protocol):
    """Function that reads a small array of numbers whole, with the axes that its own software shows."""

    def __call__(self, path: Path, *, key: str) -> np.ndarray:
        """Read an array."""


CUBE_READERS: dict[str, CubeReader] = {
    beginnings.HDF5: hdf5.open_cube,
    beginnings.MATLAB: mat.open_cube,
    formats.ENVI: envi.open_cube,
    beginnings.TIFF: geotiff.open_cube,
    beginnings.NUMPY: npy.open_cube,
    beginnings.TSG: tsg.open_cube,
}
ARRAY_READERS: dict[str, ArrayReader] = {
    beginnings.HDF5: hdf5.read_array,
    beginnings.MATLAB: mat.read_array,
    beginnings.NUMPY: npy.read_array,
    formats.ENVI: read_background,
}
ARRAY_AXES: dict[str, Callable[..., int]] = {
    beginnings.HDF5: hdf5.array_axes,
    beginnings.MATLAB: mat.array_axes,
    beginnings.NUMPY: npy.array_axes,
    formats.ENVI: lambda path, *, key: 2,
}


def open_cube(path: Path, *, key: str = "", axes: str = "line,sample,band", wavelengths: str = "") -> Cube:
    """Open a scene of any known format, lazily.

    Parameters
    ----------
    path : Path, the file; its first bytes, a header beside it, or its suffix tell its format.
    key : str, array inside the file; empty where the file has only one.
    axes : str, order of the axes as the file's own software shows them.
    wavelengths : str, empty (those of the file, if any), a key in the file, the path of a table, or ``none``.

    Returns
    -------
    Cube, to be used as a context manager.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder, "scan.npy"), np.arange(24.0).reshape(2, 3, 4))
    ...     with open_cube(Path(folder, "scan.npy")) as cube:
    ...         cube.shape, cube.read_lines(1, 2)[0, 0].tolist()
    ((2, 3, 4), [12.0, 13.0, 14.0, 15.0])
    """
    name = format_of(path, what="a scene")
    if name not in CUBE_READERS:
        raise DataError(
            f"{path}: a scene in a known format is needed, {known(CUBE_READERS)}, but this is {name}, which can "
            "only be "
            "labels; name the scan"
        )
    read = CUBE_READERS[name]
    if not wavelengths.lower().endswith(WAVELENGTH_TABLES):
        cube = read(path, key=key, axes=axes, wavelengths=wavelengths)
        return _without_bands_of_no_wavelength(cube, f"{path}, {wavelengths}" if wavelengths else str(path))
    table = read_wavelength_table(Path(wavelengths))
    widths = read_width_table(Path(wavelengths), bands=len(table))
    cube = read(path, key=key, axes=axes, wavelengths=NO_WAVELENGTHS)
    try:
        require_count(len(table), cube.shape[2], where=f"{wavelengths} for {path}")
    except BaseException:
        cube.close()
        raise
    cube = replace(cube, wavelengths_nm=table, extra=cube.extra | widths)
    return _without_bands_of_no_wavelength(cube, wavelengths)


def _without_bands_of_no_wavelength(cube: Cube, where: str) -> Cube:
    """Return the cube with the bands whose wavelength is 0, NaN or negative among its bad bands."""
    if cube.wavelengths_nm is None or np.isfinite(cube.wavelengths_nm).all():
        return cube
    without = np.flatnonzero(~np.isfinite(cube.wavelengths_nm))
    log.warning(
        "%s: %d of %d bands have no wavelength (0, NaN or below 0 for band %s); they count as bad bands",
        where,
        len(without),
        cube.shape[2],
        some(without.tolist(), most=5),
    )
    bad = sorted({*cube.extra.get("bad_bands", ()), *without.tolist()})
    return replace(cube, extra=cube.extra | {"bad_bands": tuple(bad)})


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read a small array, such as a white reference, from a file with keys: HDF5 or MATLAB.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file.
    """
    name = format_of(path, what="an array with a key")
    if name not in ARRAY_READERS:
        raise DataError(
            f"{path}: a file whose arrays have names (keys) is needed, {known(ARRAY_READERS)}, but this is "
            f"{name}; name "
            "another file"
        )
    return ARRAY_READERS[name](path, key=key)


def open_reference(path: Path, *, key: str, axes: str) -> Cube:
    """Open a reference measurement of any known format, lazily where it has lines.

    An array of fewer axes is one line: [sample, band], or [band], which has one sample.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file; empty where the file has only one.
    axes : str, order of the axes of an array of three.
    """
    name = format_of(path, what="a reference")
    keyed = name in ARRAY_READERS and bool(key or name == beginnings.NUMPY)
    if not keyed or ARRAY_AXES[name](path, key=key) > MOST_AXES:
        return open_cube(path, key=key, axes=axes)
    values = np.atleast_2d(ARRAY_READERS[name](path, key=key))[None]
    is_hdf5 = name == beginnings.HDF5
    nodata, extra = hdf5.read_facts(path, key=key, bands=values.shape[-1]) if is_hdf5 else (None, {})
    return Cube(path, values.shape, values.dtype, lambda first, last: values[first:last], nodata=nodata, extra=extra)


def open_scene(scene: Scene) -> Cube:
    """Open the data of a row of scenes.tsv as values; its nodata and scale take precedence over the file's.

    `Cube.extra` holds the statements of the file: nodata, conversion, bad_bands, integration_time.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.

    Examples
    --------
    >>> import tempfile
    >>> from semispectral.study.classes import CodeSet
    >>> none = CodeSet(())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "scan.npy")
    ...     np.save(path, np.array([[[-1, 200], [300, 400]]], np.int16))
    ...     scene = Scene("one", "DH1", path, "", path, "", "line,sample,band", "", None, -1.0, none, none)
    ...     with open_scene(scene) as cube:
    ...         cube.read_lines(0, 1).tolist()
    [[[nan, 200.0], [300.0, 400.0]]]
    """
    cube = open_cube(scene.data, key=scene.data_key, axes=scene.axes, wavelengths=scene.wavelengths)
    try:
        cube = replace(cube, extra={**cube.extra, "nodata_of_file": cube.nodata})
        cube = as_values(cube if scene.nodata is None else _with_nodata(cube, scene.nodata), scale=scene.scale)
        return _without_reference_lines(cube, scene)
    except BaseException:
        cube.close()
        raise


def _with_nodata(cube: Cube, nodata: float) -> Cube:
    """Return a cube with a nodata value in the place of all that its file states; the range of valid values stays."""
    marks: Marks = cube.extra.get("marks") or Marks()
    return replace(cube, nodata=nodata, extra={**cube.extra, "marks": replace(marks, values=())})


def _without_reference_lines(cube: Cube, scene: Scene) -> Cube:
    """Return a cube with NaN on the lines that are references themselves, such as shutter frames at the end."""
    lines = cube.shape[0]
    taken = [
        line_range(reference.lines, lines, f"{scene.data}, column '{reference.role}_lines'")
        for reference in scene.references
        if reference.inside
    ]
    if not taken:
        return cube
    blank = np.zeros(lines, bool)
    for first, last in taken:
        blank[first:last] = True
    if blank.all():
        raise DataError(
            f"{scene.data}: lines of rock are needed, but all of its {lines} lines are references by the columns "
            "white_lines and dark_lines of scenes.tsv; correct them"
        )

    def read_lines(first: int, last: int) -> np.ndarray:
        values = cube.read_lines(first, last).astype(np.float32)
        values[blank[first:last]] = np.nan
        return values

    facts = {"stored": cube.dtype, "saturated": full_scale(cube)} | cube.extra | {"reference_lines": blank}
    return replace(cube, dtype=np.dtype(np.float32), read_lines=read_lines, extra=facts)
