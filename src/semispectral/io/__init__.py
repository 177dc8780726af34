"""Files in and out: one table says which reader serves which format, and `Cube` is the one answer."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.io.codes import as_codes
from semispectral.io.formats import format_of, known
from semispectral.io.grid import Grid
from semispectral.io.wavelengths import NO_WAVELENGTHS, read_wavelength_table, require_count
from semispectral.labels import CodeSet
from semispectral.names import some
from semispectral.pixels import Cube
from semispectral.scene import WAVELENGTH_TABLES, Scene

__all__ = ["open_cube", "open_scene", "read_array", "read_labels", "read_scene_labels"]


log = logging.getLogger(__name__)

NO_CODES = CodeSet(())


def open_cube(path: Path, *, key: str = "", axes: str = "line,sample,band", wavelengths: str = "") -> Cube:
    """Open a scene of any known format, lazily.

    Parameters
    ----------
    path : the file; its first bytes say its format, or a header beside it, or its suffix.
    key : array inside the file; empty where the file has only one.
    axes : order of the axes as the file's own software shows them.
    wavelengths : empty (what the file says, if anything), a key in the file, the path of a table, or ``none``.

    Returns
    -------
    A `Cube`, to be used as a context manager.
    """
    found = format_of(path, what="a scene")
    if found.open_cube is None:
        raise DataError(
            f"{path}: a scene must be of a known format, {known(lambda each: each.open_cube is not None)}, but this is "
            f"{found.name}, for labels only; name the scan"
        )
    if not wavelengths.lower().endswith(WAVELENGTH_TABLES):
        return _without_bands_of_no_wavelength(
            found.open_cube(path, key=key, axes=axes, wavelengths=wavelengths), wavelengths or str(path)
        )
    table = read_wavelength_table(Path(wavelengths))
    cube = found.open_cube(path, key=key, axes=axes, wavelengths=NO_WAVELENGTHS)
    try:
        cube = replace(cube, wavelengths_nm=require_count(table, cube.shape[2], where=f"{wavelengths} for {path}"))
    except BaseException:
        cube.close()
        raise
    return _without_bands_of_no_wavelength(cube, wavelengths)


def _without_bands_of_no_wavelength(cube: Cube, where: str) -> Cube:
    """The cube, with the bands whose wavelength is 0, NaN or below 0 in the file among its bad bands."""
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
    found, grid = format_of(path, what="labels"), grid or Grid(shape)
    if found.read_labels is None:
        raise DataError(f"{path}: labels must be of a known format, {known(lambda each: each.read_labels is not None)}")
    return as_codes(path, found.read_labels(path, key=key, axes=axes, grid=grid), grid=grid, ignore=ignore)


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read a small array, such as a white reference, from a file with keys: HDF5 or MATLAB."""
    found = format_of(path, what="an array with a key")
    if found.read_array is None:
        raise DataError(
            f"{path}: an array with a key must be in a file with keys, but this is {found.name}; known are "
            f"{known(lambda each: each.read_array is not None)}"
        )
    return found.read_array(path, key=key)


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
