"""Polygons with a code as an attribute, burnt into a raster of labels."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from rasterio.crs import CRS
from rasterio.features import rasterize
from rasterio.transform import Affine
from rasterio.warp import transform_geom

from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.io.files import reading, require_file
from semispectral.io.grid import Grid

WHAT = "a file of polygons"
BEGINNINGS = {  # another format under these names could lead to other files
    ".gpkg": b"SQLite format 3\0",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
}
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> np.ndarray:
    """Burn polygons into a raster: a pixel whose centre lies in a polygon gets its code, others 0.

    Where polygons overlap, the later one in the file wins. If the scene has no coordinate reference system, the
    coordinates are samples (x) and lines (y, downwards, or negative as map programs show a picture without one).

    Parameters
    ----------
    path : GeoPackage, GeoJSON or Shapefile.
    key : attribute that holds the codes; ``layer/attribute`` where the file has several layers.

    Returns
    -------
    int32 [line, sample].
    """
    require_file(path, what=WHAT)
    _require_beginning(path)
    layer, attribute = _layer_and_attribute(path, key)
    with reading(path, what=WHAT):
        meta, _, geometry, columns = pyogrio.raw.read(path, layer=layer, columns=[attribute])
        shapes = shapely.from_wkb(geometry)
    codes = _codes(path, attribute, columns[0] if columns else np.empty(0))
    _require_polygons(path, shapes)
    pairs = [(shape, int(code)) for shape, code in zip(shapes, codes, strict=True) if shape and not shape.is_empty]
    if not pairs:
        return np.zeros(grid.shape, np.int32)
    placed = _on_the_grid(path, [shape for shape, _ in pairs], str(meta["crs"] or ""), grid)
    return np.asarray(
        rasterize(
            zip(placed, (code for _, code in pairs), strict=True),
            out_shape=grid.shape,
            transform=Affine(*grid.transform),
            fill=0,
            dtype="int32",
        )
    )


def _require_beginning(path: Path) -> None:
    expected = BEGINNINGS[path.suffix.lower()]
    with reading(path, what=WHAT), path.open("rb") as file:
        found = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not found.startswith(expected.lstrip()):
        raise UnreadableError(f"{path}: its content is not that of a {path.suffix} file; export the polygons again")


def _layer_and_attribute(path: Path, key: str) -> tuple[str, str]:
    with reading(path, what=WHAT):
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    layer, _, attribute = key.rpartition("/")
    layer = layer or (layers[0] if len(layers) == 1 else "")
    if layer not in layers:
        raise MissingFileError(
            f"{path}: labels_key must name one layer, as layer/attribute, of {', '.join(layers)}; got {key!r}"
        )
    with reading(path, what=WHAT):
        fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
    if attribute not in fields:
        raise MissingFileError(
            f"{path}: the column labels_key of scenes.tsv must name the attribute that holds the codes, one of "
            f"{', '.join(fields) or 'none'}; got {attribute!r}"
        )
    return layer, attribute


def _codes(path: Path, attribute: str, values: np.ndarray) -> np.ndarray:
    numbers = values.dtype.kind in "ui" or (values.dtype.kind == "f" and bool((values == np.round(values)).all()))
    if not numbers and len(values):
        raise DataError(
            f"{path}: the attribute {attribute!r} must hold whole numbers, the codes, and no empty cell; got "
            f"{values[:3].tolist()} ...; add an integer attribute"
        )
    return values.astype(np.int64)


def _require_polygons(path: Path, shapes: np.ndarray) -> None:
    kinds = {shapely.GeometryType(kind) for kind in shapely.get_type_id(shapes) if kind >= 0}
    others = kinds - set(POLYGONS)
    if others:
        raise DataError(
            f"{path}: labels must be polygons, got {', '.join(sorted(kind.name.lower() for kind in others))}; "
            "draw areas, or buffer the lines and points"
        )


def _on_the_grid(path: Path, shapes: list[Any], crs: str, grid: Grid) -> list[Any]:
    """The polygons in the coordinates of the grid."""
    if not grid.crs:
        pictures = max(shapely.bounds(shapes)[:, 3]) <= 0  # map programs hang a picture without ground below y = 0
        return [shapely.transform(shape, lambda xy: xy * (1, -1)) for shape in shapes] if pictures else shapes
    if not crs:
        raise DataError(
            f"{path}: the scene lies in a coordinate system but the polygons say none; export them with one"
        )
    with reading(path, what=WHAT):
        target, source = CRS.from_wkt(grid.crs), CRS.from_user_input(crs)
        if target == source:
            return shapes
        return [shapely.geometry.shape(transform_geom(source, target, shapely.geometry.mapping(s))) for s in shapes]
