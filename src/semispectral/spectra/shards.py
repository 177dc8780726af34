"""Shards: the pixels of a scene, or their latents, each with its table, in one Parquet file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.scans.cube import Latents, Pixels
from semispectral.storage import arrays as packed


def write_shard(path: Path, pixels: Pixels, *, compression: str = "zstd") -> None:
    """Write pixels; the file is absent, as before, or complete."""
    wavelengths = None if pixels.wavelengths_nm is None else [float(nm) for nm in pixels.wavelengths_nm]
    facts = {"wavelengths_nm": wavelengths, "bad_bands": list(pixels.bad_bands)}
    packed.write(path, {"spectrum": pixels.x}, pixels.table, facts, compression)


def read_shard(path: Path) -> Pixels:
    """Read what `write_shard` wrote.

    Raises
    ------
    MissingFileError : it is not there.
    IntegrityError : it is not a shard, or not what was written.
    """
    arrays, table, facts = packed.read(path, ("spectrum",))
    wavelengths = facts["wavelengths_nm"]
    known = None if wavelengths is None else np.asarray(wavelengths, np.float64)
    return Pixels(arrays["spectrum"], table, known, tuple(facts.get("bad_bands", ())))


def spectra_bytes(path: Path) -> int:
    """Bytes of the spectra of a shard in memory, without reading them."""
    return packed.array_bytes(path, "spectrum")


def made_of_shard(path: Path) -> dict[str, Any]:
    """What made a shard, as it says itself."""
    return packed.made(path)


def write_latents(path: Path, latents: Latents, *, compression: str = "zstd") -> None:
    """Write latents; the file is absent, as before, or complete."""
    packed.write(path, {"mean": latents.mean, "log_variance": latents.log_variance}, latents.table, {}, compression)


def read_latents(path: Path) -> Latents:
    """Read what `write_latents` wrote; raises as `read_shard` does."""
    arrays, table, _ = packed.read(path, ("mean", "log_variance"))
    return Latents(arrays["mean"], arrays["log_variance"], table)


def read_table(path: Path) -> pd.DataFrame:
    """Read the table of a shard or of latents alone: one row per pixel, no spectra."""
    return packed.read_table(path)
