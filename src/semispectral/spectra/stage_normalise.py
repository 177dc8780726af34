"""The stage `normalise`: one scene's sample as models see it."""

import json
from pathlib import Path

from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import normalise, read_scaler
from semispectral.spectra.shards import write_shard
from semispectral.study.stage_settings import settings
from semispectral.workflow.progress import timed


def run_normalise(
    normalised_file: str | Path, *, shard: str | Path, scaler_directory: str | Path, scene: str, cfg: str
) -> None:
    """Clean the sample of a scene and put it on the scale of the study.

    Parameters
    ----------
    normalised_file : str or Path Parquet file to write, as a shard: float32 spectra without unit.
    shard : str or Path Sample of the scene.
    scaler_directory : str or Path Scale of the study, with its cleaning.
    scene : str Name of the scene, for the log.
    cfg : str JSON of the section ``scenes``: the scene's row by its name, if the scene is cleaned.
    """
    scaler = read_scaler(scaler_directory)
    cleaning = settings(CleanConfig, scaler.cleaning, where="cleaning")
    pixels = read_cleaned(Path(shard), json.loads(cfg)["scenes"], cleaning)
    with timed(scene, pixels=len(pixels), size_mb=pixels.x.nbytes / 1e6):
        write_shard(Path(normalised_file), normalise(pixels, scaler))
