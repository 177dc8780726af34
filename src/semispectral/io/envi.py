"""ENVI: a flat binary file in any interleave and byte order, described by a text header."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.io.arrays import Oriented
from semispectral.io.codes import CodeRaster, codes_of
from semispectral.io.envi_header import Header, header_and_data, read_header
from semispectral.io.files import reading, refuse_keys
from semispectral.io.flat import FlatArray, require_size
from semispectral.io.georeference import georeference
from semispectral.io.grid import Grid
from semispectral.io.wavelengths import NO_WAVELENGTHS, in_nanometres, require_count
from semispectral.pixels import Cube

log = logging.getLogger(__name__)

WHAT = "an ENVI file"
UNKNOWN_UNITS = ("unknown", "index", "none")


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open an ENVI scene, named by its header or its data, as a `Cube`; the header knows the order of axes.

    `Cube.extra` holds what the header adds: bad_bands, reflectance_scale_factor, class_names, class_colours,
    transform, crs.
    """
    header_path, data_path = header_and_data(path)
    refuse_keys(path, what=WHAT, data_key=key, wavelengths=wavelengths.removeprefix(NO_WAVELENGTHS))
    header = read_header(header_path)
    array = _array(header, data_path)
    oriented = Oriented(array, header.axes)

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(data_path, what=WHAT):
            return oriented.read_lines(first, last)

    return Cube(
        data_path,
        oriented.shape,
        oriented.dtype,
        read_lines,
        wavelengths_nm=None if wavelengths == NO_WAVELENGTHS else _wavelengths(header),
        band_names=header.words("band names"),
        nodata=_number(header, "data ignore value"),
        extra=_extra(header, data_path),
    )


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read an ENVI classification, or any ENVI file of one band, [line, sample]."""
    refuse_keys(path, what=WHAT, labels_key=key)
    with open_cube(path, key="", axes=axes, wavelengths=NO_WAVELENGTHS) as cube:
        bands = cube.shape[2]
        if bands != 1:
            raise ShapeError(
                f"{path}: a raster of labels has one band, got {bands}; name the classification in scenes.tsv"
            )
        return codes_of(cube, over=grid)


def _array(header: Header, data: Path) -> FlatArray:
    for name in ("major frame offsets", "minor frame offsets"):
        if header.numbers(name).any():
            raise DataError(f"{header.path}: '{name}' other than 0 are not read; export the scene without them")
    if header.integer("file compression", default=0):
        raise DataError(f"{header.path}: compressed ENVI files are not read in blocks; decompress the data (gunzip)")
    shape = tuple(header.shape[axis] for axis in header.axes)
    offset = header.integer("header offset", default=0)
    if offset < 0:
        raise DataError(f"{header.path}: 'header offset' must be 0 or more, got {offset}; correct the header")
    needed = offset + math.prod(shape) * header.dtype.itemsize
    require_size(data, needed=needed, why=f"{header.path.name} says {header.shape}, {header.dtype}, offset {offset}")
    if data.stat().st_size != needed:
        log.warning("%s: has %d bytes more than %s says", data, data.stat().st_size - needed, header.path.name)
    return FlatArray(data, dtype=header.dtype, shape=shape, offset=offset)


def _wavelengths(header: Header) -> np.ndarray | None:
    values = header.numbers("wavelength")
    if not values.size:
        return None
    unit = header.fields.get("wavelength units", "").strip("{} ").lower()
    where = f"{header.path}, field 'wavelength'"
    nanometres = in_nanometres(values, unit="" if unit in UNKNOWN_UNITS else unit, where=where)
    return require_count(nanometres, header.shape["band"], where=where)


def _number(header: Header, name: str) -> float | None:
    values = header.numbers(name)
    return float(values[0]) if values.size else None


def _require_ascii(header: Header, *names: str) -> None:
    """Refuse what GDAL, which reads these fields itself, cannot."""
    for name in names:
        if not header.fields.get(name, "").isascii():
            raise DataError(f"{header.path}: the field {name!r} must be plain ASCII; correct the header")


def _extra(header: Header, data: Path) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    good = header.numbers("bbl")
    if good.size:
        if good.size != header.shape["band"]:
            raise ShapeError(
                f"{header.path}: 'bbl' needs one number per band ({header.shape['band']}), got {good.size}"
            )
        extra["bad_bands"] = tuple(int(band) for band in np.flatnonzero(good == 0))
    factor = _number(header, "reflectance scale factor")
    if factor:
        extra["reflectance_scale_factor"] = factor
    names, colours = header.words("class names"), header.numbers("class lookup")
    if names:
        extra["class_names"] = names
    if names and colours.size >= 3 * len(names):
        shown = colours[: 3 * len(names)]
        if not ((shown >= 0) & (shown <= 255)).all():
            raise DataError(f"{header.path}: 'class lookup' needs numbers from 0 to 255; correct the header")
        rows = shown.astype(int).reshape(-1, 3)
        extra["class_colours"] = tuple("#{:02x}{:02x}{:02x}".format(*row) for row in rows)
    if header.fields.get("map info"):
        _require_ascii(header, "map info", "coordinate system string", "projection info")
        with reading(data, what="an ENVI file whose header's map info can be understood"):
            extra |= georeference(data, driver="ENVI")
    return extra
