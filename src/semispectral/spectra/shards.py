"""Read and write samples: the pixels of a scene, or their latents, with their table in one Parquet file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.scans.cube import Latents, Pixels
from semispectral.scans.sensor_bands import SensorBands
from semispectral.storage import arrays as packed


def write_shard(path: Path, pixels: Pixels, *, compression: str = "zstd") -> None:
    """Write pixels atomically.

    Parameters
    ----------
    path : Path, file to write.
    pixels : Pixels, pixels to write.
    compression : str, codec of Parquet.
    """
    wavelengths = None if pixels.wavelengths_nm is None else [float(nm) for nm in pixels.wavelengths_nm]
    facts: dict[str, Any] = {"wavelengths_nm": wavelengths, "bad_bands": list(pixels.bad_bands)}
    if pixels.sensors:
        facts["sensors"] = [[each.name, each.bands] for each in pixels.sensors]
    packed.write(path, {"spectrum": pixels.x}, pixels.table, facts, compression)


def read_shard(path: Path) -> Pixels:
    """Read the pixels that `write_shard` wrote.

    Parameters
    ----------
    path : Path, file to read.

    Raises
    ------
    MissingFileError : the file does not exist.
    IntegrityError : the file is not a sample, or was changed.
    """
    arrays, table, facts = packed.read(path, ("spectrum",))
    wavelengths = facts["wavelengths_nm"]
    known = None if wavelengths is None else np.asarray(wavelengths, np.float64)
    sensors = tuple(SensorBands(name, bands) for name, bands in facts.get("sensors", ()))
    return Pixels(arrays["spectrum"], table, known, tuple(facts.get("bad_bands", ())), sensors)


def pixels_in(path: Path) -> int:
    """Return the number of pixels of a sample, without reading them.

    Parameters
    ----------
    path : Path, file to read.
    """
    return packed.rows(path)


def made_of_shard(path: Path) -> dict[str, Any]:
    """Return the provenance that a sample records.

    Parameters
    ----------
    path : Path, file to read.
    """
    return packed.made(path)


def write_latents(path: Path, latents: Latents, *, compression: str = "zstd") -> None:
    """Write latents atomically.

    Parameters
    ----------
    path : Path, file to write.
    latents : Latents, latents to write.
    compression : str, codec of Parquet.
    """
    packed.write(path, {"mean": latents.mean, "log_variance": latents.log_variance}, latents.table, {}, compression)


def read_latents(path: Path) -> Latents:
    """Read the latents that `write_latents` wrote; raise as `read_shard` does.

    Parameters
    ----------
    path : Path, file to read.
    """
    arrays, table, _ = packed.read(path, ("mean", "log_variance"))
    return Latents(arrays["mean"], arrays["log_variance"], table)


def read_table(path: Path) -> pd.DataFrame:
    """Read the table of a sample or of latents alone: one row per pixel, no spectra.

    Parameters
    ----------
    path : Path, file to read.
    """
    return packed.read_table(path)
