"""Open rasters through rasterio: with one driver, no other file, and no warning of a missing position."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import NotGeoreferencedWarning

CACHE_BYTES = 64 * 2**20  # GDAL would take a twentieth of the machine's memory


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the warning that a raster has no position; laboratory scans have none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def open_raster(path: Path, *, driver: str) -> Any:
    """Open a raster with one driver only, since others could lead to other files.

    Parameters
    ----------
    path : Path, file to open.
    driver : str, name of the driver of GDAL.
    """
    with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        return rasterio.open(path, driver=driver)


def of_dataset(dataset: Any) -> dict[str, Any]:
    """Return ``transform`` and ``crs`` of an open dataset, each where it has one.

    Parameters
    ----------
    dataset : open dataset of rasterio.
    """
    found: dict[str, Any] = {}
    with quiet():
        if not dataset.transform.is_identity:
            found["transform"] = tuple(dataset.transform)[:6]
        if dataset.crs:
            found["crs"] = dataset.crs.to_wkt()
    return found


def georeference(path: Path, *, driver: str) -> dict[str, Any]:
    """Return ``transform`` and ``crs`` of a file, each where it has one.

    Parameters
    ----------
    path : Path, file to read.
    driver : str, name of the driver of GDAL.
    """
    with open_raster(path, driver=driver) as dataset:
        return of_dataset(dataset)
