"""Burn polygons with a code as an attribute into a raster of labels."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from rasterio.crs import CRS
from rasterio.features import rasterize
from rasterio.transform import Affine
from rasterio.warp import transform_geom

from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.scans.facts.ground import Grid, on_earth
from semispectral.scans.formats import first_bytes as beginnings
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.scans.labels.label_rasters import UNLABELLED_CODE, CodeRaster
from semispectral.study.classes import LARGEST_CODE, SMALLEST_CODE
from semispectral.study.names import printable, quoted, some
from semispectral.study.scene import NAMED

log = logging.getLogger(__name__)

WHAT = "a file of polygons"
LARGEST_IN_METRES = 0.1  # pixels of a metre and more are not told from metres
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Burn polygons into a raster: a pixel whose centre lies in a polygon gets its code, others 0.

    Where polygons overlap, the later one in the file wins. The coordinates are one of these: those of any coordinate
    system that the file names, where the scan has one too; those of the scan's own transform, where it has one and no
    coordinate system (a mine's grid, millimetres); or, where the scan has no position, samples (x) and lines (y,
    downwards, or negative as map programs show a picture without a position) or metres from the first pixel (y
    negative), as in our own maps.

    Parameters
    ----------
    path : Path, file to read: GeoPackage, GeoJSON or Shapefile.
    key : str, attribute that holds the codes; ``layer/attribute`` where the file has several layers. With ``name:``
        before it, it holds names of classes.
    axes : str, not used: polygons have coordinates.
    grid : Grid, raster to burn into.
    """
    require_file(path, what=WHAT)
    _require_beginning(path)
    layer, attribute = _layer_and_attribute(path, key.removeprefix(NAMED))
    with _reading(path), np.errstate(invalid="ignore"):
        meta, _, geometry, columns = pyogrio.raw.read(path, layer=layer, columns=[attribute])
        shapes = shapely.from_wkb(geometry, on_invalid="ignore")
    values = columns[0] if columns else np.empty(0)
    named = key.startswith(NAMED)
    legend, said_at, codes = _names(path, attribute, values) if named else ((), (), _codes(path, attribute, values))
    _require_polygons(path, geometry, shapes)
    drawn = [number for number, shape in enumerate(shapes) if shape and not shape.is_empty]
    if len(drawn) < len(shapes):
        log.warning("%s: %d features have no shape, and label nothing", path, len(shapes) - len(drawn))
    if not drawn:
        return CodeRaster(np.zeros(grid.shape, np.int32))
    placed = _on_the_grid(path, shapes[drawn], str(meta["crs"] or ""), grid)
    burnt = _burnt(placed, codes[drawn], grid)
    disputed = int((burnt != _burnt(placed[::-1], codes[drawn][::-1], grid)).sum())
    if disputed:
        log.warning(
            "%s: %d pixels lie under polygons of several classes; the last one in the file counts", path, disputed
        )
    if codes[drawn].any() and not burnt.any():
        _miss(path, placed, grid)
    else:
        _say_lost(path, placed, np.array(drawn) + 1, grid)
    return CodeRaster(burnt, legend=legend, said_at=said_at)


def _burnt(shapes: np.ndarray, codes: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the code of the last polygon over the centre of each pixel, int32 [line, sample]."""
    pairs = zip(shapes, codes.tolist(), strict=True)
    transform = Affine(*grid.transform)
    burnt = rasterize(pairs, out_shape=grid.shape, transform=transform, fill=UNLABELLED_CODE, dtype="int32")
    return np.asarray(burnt)


def _require_beginning(path: Path) -> None:
    expected = beginnings.POLYGONS[path.suffix.lower()]
    with reading(path, what=WHAT), path.open("rb") as file:
        found = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not found.startswith(expected.lstrip()):
        raise UnreadableError(f"{path}: its content is not that of a {path.suffix} file; export the polygons again")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors of reading into ours, as `reading` does; what GDAL only warns of, such as open rings, is refused."""
    with reading(path, what=WHAT), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def _layer_and_attribute(path: Path, key: str) -> tuple[str, str]:
    with _reading(path):
        layers = [str(name) for name, kind in pyogrio.list_layers(path).tolist() if kind]  # without a kind: no shapes
    layer, _, attribute = key.rpartition("/")
    layer = layer or (layers[0] if len(layers) == 1 else "")
    if layer not in layers:
        raise MissingFileError(
            f"{path}: labels_key must name one layer, as layer/attribute, of {some(layers)}; got {quoted(key)}"
        )
    with _reading(path):
        fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
    if attribute not in fields:
        raise MissingFileError(
            f"{path}: the column labels_key of scenes.tsv must name the attribute that holds the codes, one of "
            f"{some(fields)}, with {NAMED} before it if it holds names of classes; got {quoted(attribute)}"
        )
    return layer, attribute


def _codes(path: Path, attribute: str, values: np.ndarray) -> np.ndarray:
    """Return the attribute as codes, int64."""
    numbers = values.dtype.kind in "uif" and bool(np.isfinite(values).all() and (values == np.round(values)).all())
    if not numbers and len(values):
        raise DataError(
            f"{path}: the attribute {quoted(attribute)} must hold whole numbers, the codes, and no empty cell; "
            f"got {some(values.tolist(), most=3)}; add an integer attribute; or, if these are names of classes.tsv, "
            f"write {NAMED}{printable(attribute)} into the column labels_key"
        )
    numbers_64 = values.astype(float)
    beyond = values[(numbers_64 < SMALLEST_CODE) | (numbers_64 > LARGEST_CODE)]
    if len(beyond):
        raise DataError(
            f"{path}: the attribute {quoted(attribute)} must hold codes of at most 32 bits "
            f"({SMALLEST_CODE} to {LARGEST_CODE}), got {some(beyond.tolist(), most=3)}; is it a number that names the "
            "polygon? Name the attribute that holds the codes of classes.tsv"
        )
    return values.astype(np.int64)


def _names(path: Path, attribute: str, values: np.ndarray) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
    """Return the names that occur, after an empty one, where each is first, and the index of each value among them."""
    texts = [str(value).strip() if isinstance(value, str) else "" for value in values.tolist()]
    without = [number for number, text in enumerate(texts, start=1) if not text]
    if without:
        raise DataError(
            f"{path}: the attribute {quoted(attribute)} must hold names of classes, and no empty cell, but feature "
            f"{some(without)} has {some([values[number - 1] for number in without], most=3)}; choose its class, or "
            f"delete it; for codes leave {NAMED} out of the column labels_key"
        )
    names, first, place = np.unique(np.array(texts, dtype=str), return_index=True, return_inverse=True)
    said_at = ("", *(f"feature {number}" for number in (first + 1).tolist()))
    return ("", *names.tolist()), said_at, place.astype(np.int64) + 1


def _require_polygons(path: Path, geometry: np.ndarray, shapes: np.ndarray) -> None:
    """Refuse shapes that are not areas, and coordinates that are not numbers; skip features without a shape."""
    kinds = {shapely.GeometryType(kind) for kind in shapely.get_type_id(shapes) if kind >= 0}
    others = kinds - set(POLYGONS)
    if others:
        raise DataError(
            f"{path}: labels must be polygons, got {', '.join(sorted(kind.name.lower() for kind in others))}; "
            "draw areas, or buffer the lines and points"
        )
    _require_finite(path, shapes, "correct or delete them")
    unread = np.array([raw is not None and shape is None for raw, shape in zip(geometry, shapes, strict=True)], bool)
    flat = unread | ((shapely.area(shapes) == 0) & ~shapely.is_empty(shapes))
    if flat.any():
        raise DataError(
            f"{path}: a polygon needs an area, three corners or more and edges that do not cross, but feature "
            f"{some(np.flatnonzero(flat) + 1)} has none; draw it again, or delete it"
        )


def _require_finite(path: Path, shapes: np.ndarray, remedy: str) -> None:
    endless = [
        n for n, shape in enumerate(shapes, 1) if shape and not np.isfinite(shapely.get_coordinates(shape)).all()
    ]
    if endless:
        raise DataError(
            f"{path}: corners of polygons must be finite numbers, but feature {some(endless)} has others; {remedy}"
        )


def _on_the_grid(path: Path, shapes: np.ndarray, crs: str, grid: Grid) -> np.ndarray:
    """Return the polygons in the coordinates of the grid."""
    if not grid.located:
        return _in_pixels(path, shapes, grid)
    if not on_earth(grid.crs):
        return shapes
    if not on_earth(crs):
        raise DataError(
            f"{path}: the scene lies in a coordinate system but the polygons say none; export them with one"
        )
    with reading(path, what=WHAT):
        target, source = CRS.from_wkt(grid.crs), CRS.from_user_input(crs)
        if target == source:
            return shapes
        carried = [transform_geom(source, target, shapely.geometry.mapping(shape)) for shape in shapes]
        found = np.array([shapely.geometry.shape(shape) for shape in carried], dtype=object)
    _require_finite(
        path, found, f"their place cannot be carried to the scan's coordinate system: is {crs[:40]} theirs?"
    )
    return found


def _in_pixels(path: Path, shapes: np.ndarray, grid: Grid) -> np.ndarray:
    """Convert polygons over a scan without a position to samples and lines.

    Map programs hang a picture without a place below y = 0. Our own maps of such a scan have metres from its first
    pixel where the size of a pixel is known: polygons drawn over them all lie in what would be a corner of the picture
    if they were pixels.
    """
    _, bottom, right, top = shapely.total_bounds(shapes)
    lines, samples = grid.shape
    if top + bottom > 0:
        return shapes
    metre = (grid.pixel_mm or np.inf) / 1000
    if metre <= LARGEST_IN_METRES and right <= (samples + 1) * metre and -bottom <= (lines + 1) * metre:
        log.info("%s: taken as metres from the first pixel of the scan, as in maps of it", path)
        return np.asarray(shapely.transform(shapes, lambda xy: xy * (1 / metre, -1 / metre)))
    return np.asarray(shapely.transform(shapes, lambda xy: xy * (1, -1)))


def _say_lost(path: Path, placed: np.ndarray, numbers: np.ndarray, grid: Grid) -> None:
    """Warn of polygons over the centre of no pixel; over a scan with a position, those elsewhere are of other scans."""
    hidden = ~np.isin(np.arange(1, len(placed) + 1), _burnt(placed, np.arange(1, len(placed) + 1), grid))
    placed, numbers = placed[hidden], numbers[hidden]  # they lie under later ones, elsewhere, or between the centres
    to_pixels = ~Affine(*grid.transform)
    pixels = shapely.transform(placed, lambda xy: np.stack(to_pixels @ (xy[:, 0], xy[:, 1]), axis=1))
    if grid.located:
        here = shapely.intersects(pixels, shapely.box(0, 0, grid.shape[1], grid.shape[0]))
        pixels, numbers = pixels[here], numbers[here]
    lost = [number for number, shape in zip(numbers.tolist(), pixels, strict=True) if not _covers(shape, grid.shape)]
    if lost:
        log.warning(
            "%s: %d polygons cover the centre of no pixel, and label nothing (feature %s): draw them larger, or where "
            "the scan is",
            *(path, len(lost), some(lost)),
        )


def _covers(shape: shapely.Geometry, size: tuple[int, int]) -> bool:
    """Return whether a polygon in samples and lines covers the centre of a pixel of a raster."""
    left, top, right, bottom = shape.bounds
    first_sample, last_sample = max(int(np.floor(left)), 0), min(int(np.ceil(right)), size[1])
    first_line, last_line = max(int(np.floor(top)), 0), min(int(np.ceil(bottom)), size[0])
    if first_sample >= last_sample or first_line >= last_line:
        return False
    window = (last_line - first_line, last_sample - first_sample)
    return bool(rasterize([shape], out_shape=window, transform=Affine.translation(first_sample, first_line)).any())


def _miss(path: Path, placed: np.ndarray, grid: Grid) -> None:
    """Warn that no polygon covers the centre of a pixel; refuse coordinates that cannot be meant so."""
    lines, samples = grid.shape
    left, bottom, right, top = shapely.total_bounds(placed)
    corners = np.array([Affine(*grid.transform) @ xy for xy in ((0, 0), (samples, 0), (0, lines), (samples, lines))])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    said = (
        f"{path}: no polygon covers the centre of a pixel of the scan: they lie at x {left:.6g} to {right:.6g}, y "
        f"{bottom:.6g} to {top:.6g}, the scan at x {west:.6g} to {east:.6g}, y {south:.6g} to {north:.6g}"
    )
    pixels = left >= 0 and right <= samples and max(abs(bottom), abs(top)) <= lines
    if not grid.located or (pixels and not on_earth(grid.crs)):
        raise DataError(f"{said}; draw them in the coordinates of the scan")
    log.warning("%s", said)
