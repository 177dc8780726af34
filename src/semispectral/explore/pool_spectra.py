"""Read the spectra of pixels of the pool, cleaned, as reflectance."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError
from semispectral.explore.samples import PLACE, places
from semispectral.scans.cube import Pixels
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import read_scaler
from semispectral.study.stage_settings import settings

MOST_REFLECTED = 2.0  # values above are counts or percent, not shares of the light


def spectra_of(
    shards: Sequence[str | Path], table: pd.DataFrame, *, scaler: str | Path, scenes: Mapping[str, Any]
) -> Pixels:
    """Read the spectra of some pixels of the pool, cleaned as those that M1 saw, in the order of the table.

    Memory holds these and one shard.

    Parameters
    ----------
    shards : files of the pool.
    table : scene, line and sample of the pixels.
    scaler : a scale of the study, with the cleaning before it.
    scenes : rows of the scenes that are cleaned, by name.

    Raises
    ------
    IntegrityError : a pixel is in no shard.
    """
    cleaning = settings(CleanConfig, read_scaler(scaler).cleaning, where="cleaning")
    wanted = places(table)
    parts = (read_cleaned(Path(path), scenes, cleaning) for path in sorted(shards, key=str))
    pixels = Pixels.concat([part.where(np.asarray(places(part.table).isin(wanted))) for part in parts])
    pixels = pixels.where(~pixels.table.duplicated(PLACE).to_numpy())
    found = places(pixels.table).get_indexer(wanted)
    if (found < 0).any():
        raise IntegrityError(
            f"{int((found < 0).sum())} pixels have latents but no spectrum in the pool; run the workflow again"
        )
    return pixels.where(found)


def as_reflectance(pixels: Pixels, scales: Mapping[str, float]) -> tuple[Pixels, str]:
    """Return spectra as reflectance, and what they are in words: reflectance, or stored values.

    Parameters
    ----------
    pixels : cleaned spectra.
    scales : reflectance of one unit of a cleaned value, by scene.
    """
    factor = pixels.table["scene"].astype(str).map(scales).to_numpy(np.float32)
    x = pixels.x.astype(np.float32) * factor[:, None]
    unit = "reflectance" if not len(x) or np.nanpercentile(x, 99) <= MOST_REFLECTED else "stored values"
    return replace(pixels, x=x), unit
