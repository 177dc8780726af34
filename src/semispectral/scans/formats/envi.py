"""Read ENVI: a flat binary file in any interleave and byte order, described by a text header."""

import logging
import math
from pathlib import Path

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.envi_facts import facts_of
from semispectral.scans.facts.ground import Grid
from semispectral.scans.facts.hyspex_header import read_hyspex_header
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS
from semispectral.scans.formats import first_bytes as beginnings
from semispectral.scans.formats import geotiff
from semispectral.scans.formats.axes import Oriented
from semispectral.scans.formats.binary import FlatArray, require_size
from semispectral.scans.formats.envi_files import says_tiff, stated_bytes
from semispectral.scans.formats.envi_header import Header, header_and_data
from semispectral.scans.formats.open_file import reading, refuse_keys
from semispectral.scans.labels.label_rasters import CodeRaster, codes_of
from semispectral.study.names import printable

log = logging.getLogger(__name__)

WHAT = "an ENVI file"
RAW_TYPES = ("", "envi", "standard", "envi standard", "envi classification", "classification", "unknown")
OTHER_TYPES = {  # words in the field 'file type', and what such a file is
    "spectral library": "a spectral library, spectra without lines and samples; name a scan",
    "meta file": "a list of other files; name the scan itself, or export it as ENVI Standard",
    "virtual": "a mosaic of other files; name the scan itself, or export it as ENVI Standard",
    "layer stack": "a list of other files; name the scan itself, or export it as ENVI Standard",
}


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open an ENVI scene, named by its header or its data, as a `Cube`.

    The header states the order of axes. `Cube.extra` holds the further facts of the header: see `facts_of`. A header
    that describes a TIFF is read with that TIFF.

    Parameters
    ----------
    path : Path, header or data file.
    key : str, must be empty, since the format has no keys.
    axes : str, not used: the header states the order.
    wavelengths : str, empty (those of the header), or ``none``.
    """
    header, data_path = header_and_data(path)
    if _is_tiff(header, data_path):
        return _described(geotiff.open_cube(data_path, key=key, axes=axes, wavelengths=wavelengths), header)
    refuse_keys(path, what=WHAT, data_key=key, wavelengths=wavelengths.removeprefix(NO_WAVELENGTHS))
    array = _array(header, data_path)
    oriented = Oriented(array, header.axes)
    facts = facts_of(header, wavelengths=wavelengths != NO_WAVELENGTHS)
    hyspex = read_hyspex_header(data_path)
    time = hyspex.integration_time if hyspex else None

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(data_path, what=WHAT):
            return oriented.read_lines(first, last)

    return Cube(
        data_path,
        oriented.shape,
        oriented.dtype,
        read_lines,
        wavelengths_nm=facts.wavelengths_nm,
        band_names=facts.band_names,
        nodata=facts.nodata,
        extra=facts.extra | ({"integration_time": time} if time else {}),
    )


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read an ENVI classification, or any ENVI file of one band, [line, sample].

    Parameters
    ----------
    path : Path, header or data file.
    key : str, must be empty, since the format has no keys.
    axes : str, not used: the header states the order.
    grid : Grid, grid of the data.
    """
    refuse_keys(path, what=WHAT, labels_key=key)
    with open_cube(path, key="", axes=axes, wavelengths=NO_WAVELENGTHS) as cube:
        bands = cube.shape[2]
        if bands != 1:
            raise ShapeError(
                f"{path}: a raster of labels has one band, got {bands}; name the classification in scenes.tsv"
            )
        return codes_of(cube, over=grid)


def _described(tiff: Cube, header: Header) -> Cube:
    """Return the TIFF if it has the shape that the header states; refuse another one."""
    shape = header.shape
    stated = (shape["line"], shape["sample"], shape["band"])
    if tiff.shape != stated:
        tiff.close()
        raise ShapeError(
            f"{header.path}: says (lines, samples, bands) {stated}, but the TIFF beside it, {tiff.path.name}, has "
            f"{tiff.shape}; name the data file itself, or correct the header"
        )
    return tiff


def _is_tiff(header: Header, data: Path) -> bool:
    """Return whether the data are a TIFF by their first bytes; refuse data that contradict the header."""
    kind = " ".join(header.fields.get("file type", "").lower().split()).strip("{} ")
    for words, what in OTHER_TYPES.items():
        if words in kind:
            raise DataError(f"{header.path}: a scan is needed, but its 'file type' says {what}; name the scan")
    content = beginnings.beginning(data, what=WHAT)
    found, fits = beginnings.kind_of(content), data.stat().st_size == stated_bytes(header.fields)
    if found == beginnings.TIFF and (says_tiff(header.fields) or not fits):
        return True
    if says_tiff(header.fields):
        raise DataError(
            f"{data}: a TIFF is needed, as the 'file type' of {header.path.name} says, but it begins with "
            f"{content[:8]!r}; correct the header or name the TIFF"
        )
    if not fits:
        beginnings.refuse_others(data, content, what=WHAT)
    if kind not in RAW_TYPES:
        _take_unknown_type(header, data, fits=fits)
    return False


def _take_unknown_type(header: Header, data: Path, *, fits: bool) -> None:
    kind = printable(header.fields["file type"], limit=60)
    if not fits:
        raise DataError(
            f"{header.path}: the 'file type' must be ENVI Standard, ENVI Classification or TIFF, got '{kind}', and "
            f"{data.name} has not the size of plain numbers; export the scan as ENVI Standard"
        )
    log.warning("%s: the 'file type' '%s' is not known; the data are read as plain numbers", header.path, kind)


def _array(header: Header, data: Path) -> FlatArray:
    for name in ("major frame offsets", "minor frame offsets"):
        if header.numbers(name).any():
            raise DataError(f"{header.path}: '{name}' must be 0, got other numbers; export the scan without them")
    if header.integer("file compression", default=0):
        raise DataError(
            f"{header.path}: data that are not compressed are needed, got 'file compression' other than 0; decompress "
            "them (gunzip), and set it to 0"
        )
    shape = tuple(header.shape[axis] for axis in header.axes)
    offset = header.integer("header offset", default=0)
    if offset < 0:
        raise DataError(f"{header.path}: 'header offset' must be 0 or more, got {offset}; correct the header")
    needed = offset + math.prod(shape) * header.dtype.itemsize
    require_size(data, needed=needed, why=f"{header.path.name} says {header.shape}, {header.dtype}, offset {offset}")
    more = data.stat().st_size - needed
    if more:
        log.warning(
            "%s: has %d bytes more than %s says; if its 'header offset' (%d), size or data type is wrong, so are all "
            "values",
            data,
            more,
            header.path.name,
            offset,
        )
    return FlatArray(data, dtype=header.dtype, shape=shape, offset=offset)
