"""Write maps as rasters for GIS software: GeoTIFF and ENVI, with names, colours, nodata and georeference."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.crs import CRS
from rasterio.transform import Affine

from semispectral.errors import MissingFileError
from semispectral.maps.scene_map import Ground
from semispectral.scans.facts.georeference import CACHE_BYTES, quiet
from semispectral.scans.facts.ground import PIXELS
from semispectral.storage import provenance

LARGEST_LISTED = 255
UNUSED = "unused"
ATTRIBUTES = (("Value", 0, 5), ("Class", 2, 2), ("Red", 0, 6), ("Green", 0, 7), ("Blue", 0, 8))  # GDAL's type and usage
DESCRIPTION = re.compile(r"description\s*=\s*\{[^}]*\}")
BAND_NAMES = re.compile(r"band names\s*=\s*\{[^}]*\}")
DEFLATE = {"driver": "GTiff", "compress": "deflate", "zlevel": 1, "tiled": True, "blockxsize": 256, "blockysize": 256}


def profile_of(ground: Ground) -> dict[str, Any]:
    """Return the keywords of a georeference for rasterio.

    Parameters
    ----------
    ground : the georeference.
    """
    found: dict[str, Any] = {} if ground.transform == PIXELS else {"transform": Affine(*ground.transform)}
    return found | ({"crs": CRS.from_wkt(ground.crs)} if ground.crs else {})


def _write(path: Path, bands: np.ndarray, *, names: tuple[str, ...], ground: Ground, **options: Any) -> None:
    """Write a GeoTIFF of bands [band, line, sample]. The options ``colours`` and ``tags`` are not rasterio's own."""
    colours, tags = options.pop("colours", None), options.pop("tags", {})
    profile = DEFLATE | {
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype.name,
    }
    options = profile | profile_of(ground) | options
    with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(path, "w", **options) as raster:
        for number, name in enumerate(names, start=1):
            raster.set_band_description(number, name)
        if colours:
            raster.write_colormap(1, colours)
        size = {} if ground.pixel_mm is None else {"PIXEL_SIZE_MM": f"{ground.pixel_mm:g}"}
        raster.update_tags(**size, **tags, **_made())
        raster.write(bands)


def _made() -> dict[str, str]:
    """Return the provenance as metadata of the file."""
    made = provenance.current()
    return {"MADE": json.dumps(made, sort_keys=True)} if made else {}


def write_bands(path: Path, bands: np.ndarray, *, names: tuple[str, ...], ground: Ground, tags: dict[str, str]) -> None:
    """Write a GeoTIFF of named float32 bands, with NaN as nodata.

    Parameters
    ----------
    path : file to write.
    bands : float32 [band, line, sample].
    names : name of each band.
    ground : georeference.
    tags : metadata of the file.
    """
    _write(path, bands, names=names, ground=ground, tags=tags, nodata=float("nan"), predictor=3)


@dataclass(frozen=True)
class Legend:
    """Values of a class map with their names and colours; the first is nodata.

    Attributes
    ----------
    values : values in the raster.
    names : name of each value.
    colours : colour of each value, ``#rrggbb``.
    """

    values: tuple[int, ...]
    names: tuple[str, ...]
    colours: tuple[str, ...]

    @property
    def listed(self) -> bool:
        """True if a colour table or a list of ENVI classes can hold every value up to the largest."""
        return min(self.values) >= 0 and max(self.values) <= LARGEST_LISTED

    @property
    def every_name(self) -> list[str]:
        """Names of all values from 0 to the largest, without characters that delimit lists."""
        named = dict(zip(self.values, self.names, strict=True))
        return [_in_list(named.get(value, UNUSED)) for value in range(max(self.values) + 1)]


def write_classes(path: Path, raster: np.ndarray, *, legend: Legend, ground: Ground, tags: dict[str, str]) -> None:
    """Write a class map as GeoTIFF, with names and colours of its values.

    The names are in the metadata of the file itself (``CLASS_3``), so that they cannot be separated from it. Names and
    colours are also in a raster attribute table, ``<path>.aux.xml``, which GDAL, QGIS and ArcGIS read. Maps in 8 bits
    have a colour table and categories as well.

    Parameters
    ----------
    path : file to write.
    raster : uint8, uint16 or int32 [line, sample], values of the legend.
    legend : names and colours of the values.
    ground : georeference.
    tags : metadata of the file.
    """
    table = {
        value: (*_rgb(colour), 255 if value != legend.values[0] else 0)
        for value, colour in zip(legend.values, legend.colours, strict=True)
    }
    named = {f"CLASS_{value}": name for value, name in zip(legend.values, legend.names, strict=True)}
    path.with_name(path.name + ".aux.xml").write_text(_attributes(legend), encoding="utf-8")
    options = {"colours": table if legend.listed else None, "nodata": legend.values[0], "tags": named | tags}
    _write(path, raster[None], names=("class",), ground=ground, **options)


def _rgb(colour: str) -> tuple[int, int, int]:
    """Convert ``#rrggbb`` to red, green and blue, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _in_list(name: str) -> str:
    """Replace the characters that delimit ENVI lists, which have no quotes."""
    return name.translate(str.maketrans(",{}", ";()"))


def _attributes(legend: Legend) -> str:
    """Return the raster attribute table (and the categories) as the XML that GDAL stores beside a file."""
    fields = "".join(
        f'<FieldDefn index="{index}"><Name>{name}</Name><Type>{kind}</Type><Usage>{usage}</Usage></FieldDefn>'
        for index, (name, kind, usage) in enumerate(ATTRIBUTES)
    )
    rows = "".join(
        f'<Row index="{index}">'
        + "".join(f"<F>{escape(str(cell))}</F>" for cell in (value, name, *_rgb(colour)))
        + "</Row>"
        for index, (value, name, colour) in enumerate(zip(legend.values, legend.names, legend.colours, strict=True))
    )
    table = f'<GDALRasterAttributeTable tableType="thematic">{fields}{rows}</GDALRasterAttributeTable>'
    categories = "".join(f"<Category>{escape(name)}</Category>" for name in legend.every_name) if legend.listed else ""
    named = f"<CategoryNames>{categories}</CategoryNames>" if categories else ""
    return f'<PAMDataset><PAMRasterBand band="1">{named}{table}</PAMRasterBand></PAMDataset>\n'


def copy_as_envi(tif: Path, path: Path, *, legend: Legend, scene: str) -> None:
    """Copy a class map to ENVI format, with the same values.

    With values from 0 to 255 the copy is an ENVI classification, whose header lists names and colours from 0 to the
    largest. With larger or negative values it is plain data, and the description in the header lists the names.

    Parameters
    ----------
    tif : GeoTIFF from `write_classes`.
    path : data file, ending in .img; the header has the suffix .hdr.
    legend : names and colours of the values.
    scene : name of the scene, for the description (GDAL would write a temporary path).

    Raises
    ------
    MissingFileError : the GeoTIFF is absent.
    """
    if not tif.is_file():
        raise MissingFileError(f"{tif}: the GeoTIFF to copy is not there; write it first")
    with quiet():
        rasterio.shutil.copy(tif, path, driver="ENVI")
    said = "; ".join(f"{value} {name}" for value, name in zip(legend.values, legend.names, strict=True))
    header = path.with_suffix(".hdr")
    text = header.read_text(encoding="utf-8")
    description = f"description = {{\n{_in_list(f'Classes of {scene}: {said}')}}}"
    header.write_text(DESCRIPTION.sub(lambda _: description, text, count=1), encoding="utf-8")


def copy_bands_as_envi(tif: Path, path: Path, *, names: tuple[str, ...], scene: str) -> None:
    """Copy a GeoTIFF of `write_bands` to ENVI format, with the same values and names of bands.

    Parameters
    ----------
    tif : GeoTIFF to copy.
    path : data file, ending in .img; the header has the suffix .hdr.
    names : name of each band.
    scene : name of the scene, for the description (GDAL would write a temporary path).
    """
    with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        rasterio.shutil.copy(tif, path, driver="ENVI")
    header = path.with_suffix(".hdr")
    described = f"description = {{\n{_in_list(scene)}}}"
    text = DESCRIPTION.sub(lambda _: described, header.read_text(encoding="utf-8"), count=1)
    listed = "band names = {\n" + ",\n".join(map(_in_list, names)) + "}"
    header.write_text(BAND_NAMES.sub(lambda _: listed, text, count=1), encoding="utf-8")


def read_bands(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """Read bands [band, line, sample] and metadata of a GeoTIFF that this module wrote.

    Parameters
    ----------
    path : file to read.

    Raises
    ------
    MissingFileError : the file is absent.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: the raster is not there; run the workflow again")
    with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(path, driver="GTiff") as raster:
        return np.asarray(raster.read()), dict(raster.tags())
