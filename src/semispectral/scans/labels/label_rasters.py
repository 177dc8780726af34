"""Lay rasters of labels over their scan, check them, and convert them to codes."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError
from rasterio.transform import Affine
from rasterio.warp import transform

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import Grid, on_earth
from semispectral.scans.formats.axes import Stored, native, require_dimensions, require_numbers
from semispectral.study.classes import LARGEST_CODE, SMALLEST_CODE, ClassMap, CodeSet
from semispectral.study.names import plain, quoted, some
from semispectral.study.scene import AXES, axis_order

LABEL_KINDS = "uifb"
UNLABELLED_CODE, BLACK = 0, "#000000"
APART_PIXELS = 0.5  # further apart at a corner, labels belong to other pixels; programs differ by half of one
MOST_EXACT = 2**53  # a float counts whole numbers up to here
FLOAT_TOLERANCE = 1e-6  # of a nodata value that was written as text


@dataclass(frozen=True)
class CodeRaster:
    """Raster of labels as a reader returns it.

    Attributes
    ----------
    values : [line, sample], of any plain dtype.
    nodata : values that the file declares as "no label here".
    grid : position of the raster; None where its format cannot tell.
    legend : tuple of str, names or colours of classes, where values are indices into them; empty where values are
        codes. The first one, for unlabelled pixels, is empty text.
    said_at : tuple of str, where the file says each of the legend, for errors; empty where it is not known.
    """

    values: np.ndarray
    nodata: tuple[float, ...] = ()
    grid: Grid | None = None
    legend: tuple[str, ...] = ()
    said_at: tuple[str, ...] = ()


def require_over_data(path: Path, found: tuple[int, ...], shape: tuple[int, int]) -> None:
    """Refuse labels whose shape differs from the data's, before anything but the header is read.

    Parameters
    ----------
    path : Path, the file, for errors.
    found : tuple of int, (lines, samples) of the labels.
    shape : (lines, samples) of the data.
    """
    if found != shape:
        turned = " (the axes are swapped: set labels_axes to sample,line)" if found == shape[::-1] else ""
        raise ShapeError(
            f"{path}: the labels must have the lines and samples of the data, {shape}, got {found}{turned}; "
            "check the columns labels, labels_key and axes of scenes.tsv"
        )


def read_codes(path: Path, key: str, stored: Stored, axes: str, *, shape: tuple[int, int]) -> np.ndarray:
    """Read a stored raster of labels as [line, sample], once its header shows that it lies over the data.

    Parameters
    ----------
    path : Path, the file, for errors.
    key : str, its name in the file, for errors.
    stored : the array; a third axis of length one is dropped.
    axes : str, order of its axes.
    shape : (lines, samples) of the data.
    """
    require_numbers(path, key, stored.dtype, kinds=LABEL_KINDS)
    order = axis_order(axes, names=AXES[:2], where=f"{path}, axes of the labels")
    lengths = plane(stored.shape)
    require_dimensions(path, key, lengths, names=order)
    straight = order == AXES[:2]
    require_over_data(path, lengths if straight else lengths[::-1], shape)
    values = stored[...].reshape(lengths)
    return native(values if straight else values.T)


def codes_of(cube: Cube, *, over: Grid) -> CodeRaster:
    """Return the one band of a raster that was opened as a `Cube`, with its nodata and its position.

    Parameters
    ----------
    cube : Cube, open scene.
    over : Grid, grid of the data.
    """
    lines, samples = cube.shape[:2]
    require_over_data(cube.path, (lines, samples), over.shape)
    values = cube.read_lines(0, lines).reshape(lines, samples)
    return CodeRaster(values, () if cube.nodata is None else (cube.nodata,), Grid.of(cube))


def plane(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without its third axis, where that has length one.

    Parameters
    ----------
    shape : tuple of int, shape of a stored array.
    """
    if len(shape) == 3 and 1 in (shape[0], shape[-1]):
        return tuple(shape[1:]) if shape[0] == 1 else tuple(shape[:-1])
    return tuple(shape)


def as_codes(
    path: Path, found: CodeRaster, *, grid: Grid, ignore: CodeSet, classes: ClassMap | None = None
) -> np.ndarray:
    """Check a raster of labels and convert it to codes; NaN and nodata become 0, unlabelled.

    Parameters
    ----------
    path : Path, the file, for errors.
    found : raster as its reader returned it.
    grid : Grid, grid of the data.
    ignore : CodeSet, codes that scenes.tsv names as not of interest; they are kept although the file declares them as
        nodata.
    classes : ClassMap or None, classes in which names and colours are looked up.

    Returns
    -------
    int32 [line, sample].

    Raises
    ------
    ShapeError : its shape differs from the data's.
    DataError : it lies elsewhere, or a value is not a whole number of at most 32 bits.
    """
    require_over_data(path, found.values.shape, grid.shape)
    if found.grid is not None:
        require_same_place(path, found.grid, grid)
    if found.legend:
        return _looked_up(path, found, classes)
    values = np.where(_unlabelled(found, ignore), UNLABELLED_CODE, found.values)
    codes = values.astype(np.int64) if values.dtype.kind in "ib" else _whole(path, values)
    require_32_bits(path, codes)
    return np.ascontiguousarray(codes, dtype=np.int32)


def _looked_up(path: Path, found: CodeRaster, classes: ClassMap | None) -> np.ndarray:
    """Return the codes of labels that are names or colours of classes; black is unlabelled unless a class is black.

    Of names, capitals and double blanks do not matter, unless classes differ by nothing else.
    """
    if classes is None:
        raise DataError(
            f"{path}: codes are needed, because there is no classes.tsv here to look up names and colours in; save the "
            "codes"
        )
    table: dict[str, list[int]] = {}
    for code, name, colour in zip(classes.codes, classes.names, classes.colours, strict=True):
        for text in {name, colour.lower()}:
            table.setdefault(text, []).append(code)
    table[""] = [UNLABELLED_CODE]
    table.setdefault(BLACK, [UNLABELLED_CODE])
    plain_names = [plain(name) for name in classes.names]
    for code, name in zip(classes.codes, plain_names, strict=True):
        if plain_names.count(name) == 1:
            table.setdefault(name, [code])
    codes = [table.get(text) or table.get(plain(text), []) for text in found.legend]
    where = [f" ({place})" if place else "" for place in found.said_at or [""] * len(codes)]
    wrong = [
        f"{quoted(text)}{place}" for text, its, place in zip(found.legend, codes, where, strict=True) if len(its) != 1
    ]
    if wrong:
        raise DataError(
            f"{path}: each name or colour of a label must be that of one class of classes.tsv, these are of none or of "
            f"several: {some(wrong)}; correct them here or there (colours: paint without smoothed edges)"
        )
    return np.asarray(np.array([its[0] for its in codes], np.int32)[found.values])


def _unlabelled(found: CodeRaster, ignore: CodeSet) -> np.ndarray:
    """Return a mask of the pixels that the file declares as unlabelled, bool [line, sample]."""
    values = found.values
    unlabelled = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    for value in found.nodata:
        whole = np.isfinite(value) and value == int(value)
        if whole and int(value) in ignore:
            continue
        if values.dtype.kind == "f":
            unlabelled |= np.isclose(values, value, rtol=FLOAT_TOLERANCE, atol=0)
        elif whole:
            unlabelled |= values == int(value)
    return unlabelled


def _whole(path: Path, values: np.ndarray) -> np.ndarray:
    """Return the values as whole numbers, int64; larger unsigned ones stay beyond 32 bits and are refused later."""
    if values.dtype.kind == "u":
        return np.asarray(np.minimum(values.astype(np.uint64), MOST_EXACT).astype(np.int64))
    wrong = ~(np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < MOST_EXACT))
    if wrong.any():
        line, sample = (int(i[0]) for i in np.nonzero(wrong))
        raise DataError(
            f"{path}: label codes must be whole numbers, got {values[line, sample]} at line {line}, sample {sample} "
            f"and {int(wrong.sum()) - 1} more; mark unlabelled pixels with 0, or declare the value as nodata"
        )
    return values.astype(np.int64)


def require_32_bits(path: Path, codes: np.ndarray) -> None:
    """Refuse codes of more than 32 bits.

    Parameters
    ----------
    path : Path, the file, for errors.
    codes : int64 [...], codes.
    """
    if codes.size and (codes.min() < SMALLEST_CODE or codes.max() > LARGEST_CODE):
        raise DataError(
            f"{path}: label codes must fit 32 bits ({SMALLEST_CODE} to {LARGEST_CODE}), got {codes.min()} to "
            f"{codes.max()}; is this a raster of labels? Mark unlabelled pixels with 0, or declare the value as nodata"
        )


def require_same_place(path: Path, labels: Grid, data: Grid) -> None:
    """Refuse labels that lie elsewhere than the data, where both files state their position.

    Parameters
    ----------
    path : Path, the file of the labels, for errors.
    labels, data : Grid, grids of the labels and of the data.
    """
    if not (labels.located and data.located):
        return
    corners = _corners(labels)
    if on_earth(labels.crs) and on_earth(data.crs):  # else the numbers are compared as they are
        with suppress(RasterioError):
            corners = np.array(transform(CRS.from_wkt(labels.crs), CRS.from_wkt(data.crs), *corners)[:2])
    steps = np.array([~Affine(*data.transform) @ (x, y) for x, y in corners.T]).T - _corners(Grid(data.shape))
    apart = float(np.abs(steps).max())
    if not apart <= APART_PIXELS + 1e-3:  # "not <=": the distance may be NaN
        raise DataError(
            f"{path}: the labels must lie on the pixels of the scan, but their georeference puts a corner {apart:.6g} "
            f"pixels away (labels: {_said(labels)}; scan: {_said(data)}); warp them onto the scan's grid, or remove "
            "their georeference if their lines and samples are those of the scan"
        )


def _corners(grid: Grid) -> np.ndarray:
    """Return x and y of the outer corners, float64 [2, 4]."""
    lines, samples = grid.shape
    corners: Any = [Affine(*grid.transform) @ corner for corner in ((0, 0), (samples, 0), (0, lines), (samples, lines))]
    return np.array(corners, float).T


def _said(grid: Grid) -> str:
    a, b, c, d, e, f = grid.transform
    name = ""
    with suppress(CRSError):
        found = CRS.from_wkt(grid.crs) if grid.crs else None
        name = f", {found.to_string()[:40]}" if found else ", no coordinate system"
    turned = f", turned by {b:g} and {d:g}" if b or d else ""
    return f"origin {c:.10g}, {f:.10g}, pixel {a:g}, {e:g}{turned}{name}"
