"""Read what the stages of this room share: latents of the pool, and the spectra of the same pixels as reflectance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import read_scaler
from semispectral.spectra.shards import read_latents, read_table
from semispectral.storage.seal import read_array
from semispectral.study.classes import UNLABELLED, ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

PLACE = ["scene", "line", "sample"]
MOST_REFLECTED = 2.0  # values above are counts or percent, not shares of the light


def all_latents(paths: Sequence[str | Path]) -> Latents:
    """Read the latents of the pool of all scenes; a pixel that was drawn twice is there once.

    Parameters
    ----------
    paths : files of latents.
    """
    found = Latents.concat([read_latents(Path(path)) for path in sorted(paths, key=str)])
    return rows_of(found, ~found.table.duplicated(PLACE).to_numpy())


def rows_of(latents: Latents, keep: np.ndarray) -> Latents:
    """Return the latents of some pixels.

    Parameters
    ----------
    latents : latents of pixels.
    keep : bool [pixel], or int [chosen pixel].
    """
    return Latents(latents.mean[keep], latents.log_variance[keep], latents.table.loc[keep])


def trained_on(latents: Latents, samples: Sequence[str | Path]) -> Latents:
    """Return the latents of the pixels that M1 was trained on.

    Parameters
    ----------
    latents : latents of the pool.
    samples : samples of M1, of all scenes, whose tables say the part of each pixel.
    """
    table = pd.concat([read_table(Path(path)) for path in samples], ignore_index=True)
    return rows_of(latents, among(latents.table, table[table["part"] == "train"]))


def among(table: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Return which pixels are among others, by their place, bool [pixel].

    Parameters
    ----------
    table, others : scene, line and sample of pixels.
    """
    place, theirs = (pd.MultiIndex.from_frame(rows[PLACE].astype({"scene": str})) for rows in (table, others))
    return np.asarray(place.isin(theirs))


def read_known(table: pd.DataFrame, codes: Sequence[str | Path], *, cfg: str) -> pd.DataFrame:
    """Return scene, hole, line, sample and label of pixels; label is -1 where nobody has given one.

    Parameters
    ----------
    table : scene, line and sample of the pixels.
    codes : files of label codes, int [line, sample], each of the name of its scene.
    cfg : JSON of ``scenes`` (all rows of scenes.tsv) and ``codes`` (those of all classes).
    """
    given = json.loads(cfg)
    scenes = {row["name"]: settings(Scene, row, where="scenes.tsv") for row in given["scenes"]}
    classes = ClassMap.from_codes(code for code in given["codes"] if code != 0)
    rasters = {Path(path).stem: Path(path) for path in codes}
    found = []
    for name, rows in table.groupby("scene", sort=False):
        scene = scenes[str(name)]
        code = np.asarray(read_array(rasters[scene.name]))[rows["line"].to_numpy(), rows["sample"].to_numpy()]
        label = scene_labels(code, classes, use=scene.use, ignore=scene.ignore)
        found.append(rows[PLACE].assign(hole=scene.hole, label=np.maximum(label, UNLABELLED)))
    return pd.concat(found).loc[table.index]


def spectra_of(
    shards: Sequence[str | Path], table: pd.DataFrame, *, scaler: str | Path, scenes: Mapping[str, Any]
) -> Pixels:
    """Read the spectra of some pixels of the pool, cleaned as those that M1 saw, in the order of the table.

    Parameters
    ----------
    shards : files of the pool.
    table : scene, line and sample of the pixels.
    scaler : scale of M1, with its cleaning.
    scenes : rows of the scenes that are cleaned, by name.

    Raises
    ------
    IntegrityError : a pixel is in no shard.
    """
    cleaning = settings(CleanConfig, read_scaler(scaler).cleaning, where="cleaning")
    pixels = Pixels.concat([read_cleaned(Path(path), scenes, cleaning) for path in sorted(shards, key=str)])
    pixels = pixels.where(~pixels.table.duplicated(PLACE).to_numpy())
    there = pd.MultiIndex.from_frame(pixels.table[PLACE].astype({"scene": str}))
    found = there.get_indexer(pd.MultiIndex.from_frame(table[PLACE].astype({"scene": str})))
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
    unit = "reflectance" if not len(x) or np.percentile(x, 99) <= MOST_REFLECTED else "stored values"
    return replace(pixels, x=x), unit
