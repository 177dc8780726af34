"""Files in and out: one table says which reader serves which suffix, and `Cube` is the one answer."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from semispectral.errors import DataError
from semispectral.io import envi, geotiff, hdf5, mat, npy, png, polygons
from semispectral.io.codes import CodeRaster, as_codes
from semispectral.io.envi_header import DATA_SUFFIXES
from semispectral.io.files import require_file
from semispectral.io.grid import Grid
from semispectral.io.wavelengths import NO_WAVELENGTHS, read_wavelength_table, require_count
from semispectral.labels import CodeSet
from semispectral.pixels import Cube
from semispectral.scenes import WAVELENGTH_TABLES, Scene

__all__ = ["CUBE_READERS", "LABEL_READERS", "open_cube", "open_scene", "read_array", "read_labels", "read_scene_labels"]


NO_CODES = CodeSet(())


class CubeReader(Protocol):
    """Opens one kind of file; ``wavelengths`` is a key in the file or empty."""

    def __call__(self, path: Path, *, key: str, axes: str, wavelengths: str) -> Cube: ...


class LabelReader(Protocol):
    """Reads the raster of labels of one kind of file, or burns it, once its header has the shape of ``grid``."""

    def __call__(self, path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster: ...


class ArrayReader(Protocol):
    """Reads a small array of numbers whole, with the axes that its own software shows."""

    def __call__(self, path: Path, *, key: str) -> np.ndarray: ...


CUBE_READERS: dict[str, CubeReader] = {
    **dict.fromkeys((".h5", ".hdf5", ".hdf"), hdf5.open_cube),
    ".mat": mat.open_cube,
    **dict.fromkeys((".hdr", *DATA_SUFFIXES), envi.open_cube),
    **dict.fromkeys((".tif", ".tiff"), geotiff.open_cube),
    ".npy": npy.open_cube,
}
LABEL_READERS: dict[str, LabelReader] = {
    **dict.fromkeys((".h5", ".hdf5", ".hdf"), hdf5.read_labels),
    ".mat": mat.read_labels,
    **dict.fromkeys((".hdr", *DATA_SUFFIXES), envi.read_labels),
    **dict.fromkeys((".tif", ".tiff"), geotiff.read_labels),
    ".npy": npy.read_labels,
    ".png": png.read_labels,
    **dict.fromkeys(polygons.BEGINNINGS, polygons.read_labels),
}


ARRAY_READERS: dict[str, ArrayReader] = {
    **dict.fromkeys((".h5", ".hdf5", ".hdf"), hdf5.read_array),
    ".mat": mat.read_array,
}


def _suffix(path: Path, known: Collection[str], what: str) -> str:
    suffix = path.suffix.lower()
    if suffix not in known and path.with_name(path.name + ".hdr").is_file():
        return ".hdr"  # an ENVI file may have any name
    if suffix not in known:
        require_file(path, what=what)
        raise DataError(
            f"{path}: {what} must be of a known format, with one of the suffixes {', '.join(filter(None, known))}; got "
            f"{path.suffix!r}; convert or rename the file"
        )
    return suffix


def open_cube(path: Path, *, key: str = "", axes: str = "line,sample,band", wavelengths: str = "") -> Cube:
    """Open a scene of any known format, lazily.

    Parameters
    ----------
    path : the file; its suffix says its format.
    key : array inside the file; empty where the file has only one.
    axes : order of the axes as the file's own software shows them.
    wavelengths : empty (what the file says, if anything), a key in the file, the path of a table, or ``none``.

    Returns
    -------
    A `Cube`, to be used as a context manager.
    """
    read = CUBE_READERS[_suffix(path, CUBE_READERS, "a scene")]
    if not wavelengths.lower().endswith(WAVELENGTH_TABLES):
        return read(path, key=key, axes=axes, wavelengths=wavelengths)
    table = read_wavelength_table(Path(wavelengths))
    cube = read(path, key=key, axes=axes, wavelengths=NO_WAVELENGTHS)
    try:
        return replace(cube, wavelengths_nm=require_count(table, cube.shape[2], where=f"{wavelengths} for {path}"))
    except BaseException:
        cube.close()
        raise


def read_labels(
    path: Path,
    *,
    key: str = "",
    axes: str = "line,sample",
    shape: tuple[int, int],
    grid: Grid | None = None,
    ignore: CodeSet = NO_CODES,
) -> np.ndarray:
    """Read the label codes of a scene of any known format; what the file declares as nodata, and NaN, is 0, unlabelled.

    Parameters
    ----------
    path, key, axes : as in `open_cube`.
    shape : (lines, samples) that the data has.
    grid : where the data lies: polygons are burnt into it, rasters must lie on it; by default samples and lines are
        the coordinates.
    ignore : codes that stay what they are although the file declares them as nodata.

    Returns
    -------
    int32 [line, sample].
    """
    read, grid = LABEL_READERS[_suffix(path, LABEL_READERS, "labels")], grid or Grid(shape)
    return as_codes(path, read(path, key=key, axes=axes, grid=grid), grid=grid, ignore=ignore)


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read a small array, such as a white reference, from a file with keys: HDF5 or MATLAB."""
    return ARRAY_READERS[_suffix(path, ARRAY_READERS, "an array with a key")](path, key=key)


def open_scene(scene: Scene) -> Cube:
    """Open the data of a row of scenes.tsv; its nodata value, where it has one, goes before the file's."""
    cube = open_cube(scene.data, key=scene.data_key, axes=scene.axes, wavelengths=scene.wavelengths)
    return cube if scene.nodata is None else replace(cube, nodata=scene.nodata)


def read_scene_labels(scene: Scene, cube: Cube) -> np.ndarray:
    """Read the label codes of a row of scenes.tsv, int32 [line, sample], as its open cube needs them."""
    return read_labels(
        scene.labels,
        key=scene.labels_key,
        axes=scene.labels_axes,
        shape=cube.shape[:2],
        grid=Grid.of(cube, pixel_mm=scene.pixel_mm),
        ignore=scene.ignore,
    )
