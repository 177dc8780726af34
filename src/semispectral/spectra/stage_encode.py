"""The stage `encode`: the latents of one scene's pool."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.inference.m1_inference import M1Inference
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.cleaned_scans import read_cleaned, without_lost
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.noise_scores import with_scores
from semispectral.spectra.scaling import read_scaler
from semispectral.spectra.shards import read_table, write_latents
from semispectral.storage.model_files import load_model
from semispectral.study.stage_settings import settings
from semispectral.workflow.progress import timed


def run_encode(
    latents_file: str | Path,
    *,
    shards: Sequence[str | Path],
    scaler_directory: str | Path,
    m1_directory: str | Path,
    scores_directories: Sequence[str | Path],
    scene: str,
    cfg: str,
) -> None:
    """Encode all drawn pixels of a scene with M1: q(z1|x) of every pixel, with noise scores beside them if asked.

    Parameters
    ----------
    latents_file : str or Path
        Parquet file to write: mean and log variance, float32 [pixel, latent], then those of the scores; its table has
        the columns scene, line, sample, code (0 in the unlabelled draw), turn, hash and row, the pixel's row in its
        shard.
    shards : sequence of str or Path
        Pool of the scene: the unlabelled draw, and the labelled one where there is one.
    scaler_directory : str or Path
        Scale of M1, with its cleaning.
    m1_directory : str or Path
        Trained M1.
    scores_directories : sequence of str or Path
        Scale of the noise-whitened scores that are put beside the latents; empty: none are.
    scene : str
        Name of the scene, for the log.
    cfg : str
        JSON of the section ``scenes``: the scene's row by its name, if the scene is cleaned.
    """
    scaler = read_scaler(scaler_directory)
    cleaning = settings(CleanConfig, scaler.cleaning, where="cleaning")
    rows, found = json.loads(cfg)["scenes"], []
    for path in map(Path, shards):
        drawn = read_table(path)
        drawn = drawn.assign(row=np.arange(len(drawn), dtype=np.int64))
        found.append(read_cleaned(path, rows, cleaning, rows=drawn))
    pixels = without_lost(Pixels.concat(found))
    m1 = M1Inference(*load_model(Path(m1_directory)))
    with timed(scene, pixels=len(pixels), size_mb=pixels.x.nbytes / 1e6):
        latents = Latents(*m1.encode(scaler.transform(pixels.x)), pixels.table)
        for directory in scores_directories:
            latents = with_scores(latents, read_scaler(directory), pixels.x)
    write_latents(Path(latents_file), latents)
