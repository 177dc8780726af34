"""The stage `fit_scaler`: a scale on which models see spectra."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from semispectral.noise.covariance import read_noise
from semispectral.scans.cube import Pixels
from semispectral.spectra.cleaned_scans import as_cleaned
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.scaling_choice import read_choice
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import save_model

USED = ("windows", "optional_windows", "mnf_components")  # keys of the section `normalise`, beside the method


def run_fit_scaler(
    directory: str | Path,
    *,
    samples: Sequence[str | Path],
    choices: Sequence[str | Path],
    noises: Sequence[str | Path],
    cfg: str,
) -> None:
    """Fit a normalisation on the training pixels of M1, which are chosen without labels.

    Parameters
    ----------
    directory : str or Path
        Folder to write: the scale, and what cleaning it belongs to.
    samples : sequence of str or Path
        Cleaned pixels of M1, of every scene.
    choices : sequence of str or Path
        File of the chosen normalisation; empty if the configuration names one, and where no label could choose among
        candidates: the first one is taken.
    noises : sequence of str or Path
        Folder of the noise covariance; empty for a normalisation that does not need it.
    cfg : str
        JSON of the sections ``cleaning`` and ``normalise``.
    """
    given = json.loads(cfg)
    pixels = Pixels.concat([read_shard(Path(path)) for path in samples])
    train = pixels.where((pixels.table["part"] == "train").to_numpy())
    named = given["normalise"].get("candidates") or [given["normalise"]["method"]]
    methods = [read_choice(Path(path)).chosen for path in choices] or named
    used = {name: given["normalise"][name] for name in USED if name in given["normalise"]}
    noise = read_noise(noises[0]).covariance if noises else None
    nm, sensors = train.wavelengths_nm, train.sensors
    scaler = fit_scaler(train.x, method=methods[0], wavelengths_nm=nm, noise=noise, sensors=sensors, **used)
    cleaned = replace(scaler, cleaning=as_cleaned(given["cleaning"], pixels))
    save_model(Path(directory), *cleaned.to_saved())
