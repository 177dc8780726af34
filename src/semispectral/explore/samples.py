"""Read what the stages of this room share: latents of all scenes, and the spectra of the same pixels as reflectance."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.shards import read_latents
from semispectral.study.stage_settings import settings

PLACE = ["scene", "line", "sample"]
MOST_REFLECTED = 2.0  # values above are counts or percent, not shares of the light


def all_latents(paths: Sequence[str | Path]) -> Latents:
    """Read the latents of all scenes.

    Parameters
    ----------
    paths : files of latents.
    """
    return Latents.concat([read_latents(Path(path)) for path in sorted(paths, key=str)])


def trained_on(latents: Latents) -> Latents:
    """Return the latents of the pixels that M1 may train on.

    Parameters
    ----------
    latents : latents of all sampled pixels.
    """
    return rows_of(latents, (latents.table["part"] == "train").to_numpy())


def rows_of(latents: Latents, keep: np.ndarray) -> Latents:
    """Return the latents of some pixels.

    Parameters
    ----------
    latents : latents of sampled pixels.
    keep : bool [pixel], or int [chosen pixel].
    """
    return Latents(latents.mean[keep], latents.log_variance[keep], latents.table.loc[keep])


def spectra_of(shards: Sequence[str | Path], table: pd.DataFrame, *, cfg: Mapping[str, Any]) -> Pixels:
    """Read the cleaned spectra of some sampled pixels, in their order.

    Parameters
    ----------
    shards : samples of all scenes.
    table : scene, line and sample of the pixels.
    cfg : ``cleaning``, and ``scenes``, the rows of those that are cleaned.

    Raises
    ------
    IntegrityError : a pixel is in no sample.
    """
    cleaning = settings(CleanConfig, cfg["cleaning"], where="cleaning")
    pixels = Pixels.concat([read_cleaned(Path(path), cfg["scenes"], cleaning) for path in sorted(shards, key=str)])
    there = pd.MultiIndex.from_frame(pixels.table[PLACE].astype({"scene": str}))
    found = there.get_indexer(pd.MultiIndex.from_frame(table[PLACE].astype({"scene": str})))
    if (found < 0).any():
        raise IntegrityError(
            f"{int((found < 0).sum())} pixels have latents but no spectrum in the samples; run the workflow again"
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
    unit = "reflectance" if np.percentile(x, 99) <= MOST_REFLECTED else "stored values"
    return Pixels(x, pixels.table, pixels.wavelengths_nm, pixels.bad_bands), unit
