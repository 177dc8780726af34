"""The stage `fit_scaler`: the scale on which models see spectra."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from semispectral.census.copies import refuse_shared
from semispectral.scans.cube import Pixels
from semispectral.spectra.cleaned_scans import as_cleaned, read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import fit_scaler
from semispectral.storage.model_files import save_model
from semispectral.study.stage_settings import settings


def run_fit_scaler(directory: str | Path, *, shards: Sequence[str | Path], cfg: str) -> None:
    """Fit the normalisation on the cleaned training pixels of all scenes.

    Parameters
    ----------
    directory : str or Path Folder to write: the scale, and what cleaning it belongs to.
    shards : sequence of str or Path Sample of every scene.
    cfg : str JSON of the sections ``cleaning``, ``normalise`` and ``scenes`` (rows of the scenes that are cleaned, by
        name).

    Raises
    ------
    SplitError
        A pixel of the training part lies in the validation or test part, too.
    """
    given = json.loads(cfg)
    cleaning = settings(CleanConfig, given["cleaning"], where="cleaning")
    samples = [read_cleaned(Path(path), given["scenes"], cleaning) for path in shards]
    pixels = refuse_shared(Pixels.concat(samples))
    train = pixels.where((pixels.table["part"] == "train").to_numpy())
    scaler = fit_scaler(train.x, wavelengths_nm=train.wavelengths_nm, **given["normalise"])
    cleaned = replace(scaler, cleaning=as_cleaned(given["cleaning"], pixels))
    save_model(Path(directory), *cleaned.to_saved())
