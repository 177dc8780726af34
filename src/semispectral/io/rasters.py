"""Write maps as rasters that GIS software reads: GeoTIFF and ENVI, with names, colours, nodata and georeference."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.crs import CRS
from rasterio.transform import Affine

from semispectral import provenance
from semispectral.errors import MissingFileError
from semispectral.io.georeference import CACHE_BYTES, quiet
from semispectral.io.grid import PIXELS, Transform
from semispectral.pixels import Cube

DEFLATE = {"driver": "GTiff", "compress": "deflate", "zlevel": 1, "tiled": True, "blockxsize": 256, "blockysize": 256}


@dataclass(frozen=True)
class Ground:
    """Where a raster lies: its transform, its coordinate system as WKT (empty: none), the size of a pixel in mm."""

    transform: Transform = PIXELS
    crs: str = ""
    pixel_mm: float | None = None

    @classmethod
    def of(cls, cube: Cube, *, pixel_mm: float | None) -> "Ground":
        """The georeference of a scan; or, where only its pixel size is known, metres from its first pixel."""
        if "transform" in cube.extra or pixel_mm is None:
            return cls(cube.extra.get("transform", PIXELS), cube.extra.get("crs", ""), pixel_mm)
        metres = pixel_mm / 1000
        return cls((metres, 0.0, 0.0, 0.0, -metres, 0.0), "", pixel_mm)

    @property
    def profile(self) -> dict[str, Any]:
        """Keywords of rasterio."""
        found: dict[str, Any] = {} if self.transform == PIXELS else {"transform": Affine(*self.transform)}
        return found | ({"crs": CRS.from_wkt(self.crs)} if self.crs else {})

    @property
    def tags(self) -> dict[str, str]:
        """Metadata of the file."""
        return {} if self.pixel_mm is None else {"PIXEL_SIZE_MM": f"{self.pixel_mm:g}"}


def _write(path: Path, bands: np.ndarray, *, names: tuple[str, ...], ground: Ground, **options: Any) -> None:
    """Write a GeoTIFF; bands is [band, line, sample]. Options ``colours`` and ``tags`` are not rasterio's own."""
    colours, tags = options.pop("colours", None), options.pop("tags", {})
    profile = DEFLATE | {
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype.name,
    }
    options = profile | ground.profile | options
    with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(path, "w", **options) as raster:
        for number, name in enumerate(names, start=1):
            raster.set_band_description(number, name)
        if colours:
            raster.write_colormap(1, colours)
        raster.update_tags(**ground.tags, **tags, **_made())
        raster.write(bands)


def _made() -> dict[str, str]:
    """What made it, as the file's own metadata."""
    made = provenance.current()
    return {"MADE": json.dumps(made, sort_keys=True)} if made else {}


def write_bands(path: Path, bands: np.ndarray, *, names: tuple[str, ...], ground: Ground, tags: dict[str, str]) -> None:
    """Write a GeoTIFF of float32 bands [band, line, sample], nodata NaN, each with its name."""
    _write(path, bands, names=names, ground=ground, tags=tags, nodata=float("nan"), predictor=3)


def write_classes(
    path: Path, raster: np.ndarray, *, names: tuple[str, ...], colours: tuple[str, ...], ground: Ground
) -> None:
    """Write a class map as GeoTIFF: colour table, names of the values as categories, 0 is nodata.

    The categories stand in ``<path>.aux.xml``, where GDAL and QGIS look for them, and in the file's own metadata
    (``CLASS_1``, ``CLASS_2``, ...), which cannot be parted from it.

    Parameters
    ----------
    raster : uint8 or uint16 [line, sample], values 0 (nodata) to K.
    names, colours : of the values, from 0.
    """
    table = {value: (*_rgb(colour), 255 if value else 0) for value, colour in enumerate(colours)}
    tags = {f"CLASS_{value}": name for value, name in enumerate(names) if value}
    path.with_name(path.name + ".aux.xml").write_text(_categories(names), encoding="utf-8")
    _write(path, raster[None], names=("class",), ground=ground, colours=table, tags=tags, nodata=0)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _categories(names: tuple[str, ...]) -> str:
    in_words = (
        name.replace(",", ";").replace("{", "(").replace("}", ")") for name in names
    )  # ENVI's lists have no quotes
    rows = "".join(f"<Category>{escape(name)}</Category>" for name in in_words)
    band = f'<PAMRasterBand band="1"><CategoryNames>{rows}</CategoryNames></PAMRasterBand>'
    return f"<PAMDataset>{band}</PAMDataset>\n"


def copy_as_envi(tif: Path, path: Path) -> None:
    """Write a class map again as an ENVI classification: names and colours stand in its header.

    Parameters
    ----------
    tif : what `write_classes` wrote.
    path : the data file, ending in .img; its header gets the suffix .hdr.
    """
    if not tif.is_file():
        raise MissingFileError(f"{tif}: the GeoTIFF to copy is not there; write it first")
    with quiet():
        rasterio.shutil.copy(tif, path, driver="ENVI")


def read_bands(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """Bands [band, line, sample] and metadata of a GeoTIFF of ours."""
    if not path.is_file():
        raise MissingFileError(f"{path}: the raster is not there; run the rule 'map'")
    with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(path, driver="GTiff") as raster:
        return np.asarray(raster.read()), dict(raster.tags())
