"""The stage `encode`: the latents of the pool, scene by scene."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
    latents_files: Sequence[str | Path],
    *,
    shards: Sequence[str | Path],
    scaler_directory: str | Path,
    m1_directory: str | Path,
    scores_directories: Sequence[str | Path],
    cfg: str,
) -> None:
    """Encode all drawn pixels of every scene with M1: q(z1|x) of every pixel, with noise scores beside them if asked.

    One scene is in memory at a time.

    Parameters
    ----------
    latents_files : sequence of str or Path
        Parquet files to write, one for each scene, named by it: mean and log variance, float32 [pixel, latent], then
        those of the scores; its table has the columns scene, line, sample, code (0 in the unlabelled draw), turn, hash
        and row, the pixel's row in its shard.
    shards : sequence of str or Path
        Pool of the scenes, named by them: the unlabelled draws, and the labelled ones where there are any.
    scaler_directory : str or Path
        Scale of M1, with its cleaning.
    m1_directory : str or Path
        Trained M1.
    scores_directories : sequence of str or Path
        Scale of the noise-whitened scores that are put beside the latents; empty: none are.
    cfg : str
        JSON of the section ``scenes``: the rows, by their names, of those scenes that are cleaned.
    """
    scaler = read_scaler(scaler_directory)
    cleaning = settings(CleanConfig, scaler.cleaning, where="cleaning")
    scales = [read_scaler(directory) for directory in scores_directories]
    m1, rows = M1Inference(*load_model(Path(m1_directory))), json.loads(cfg)["scenes"]
    for latents_file in map(Path, latents_files):
        scene = latents_file.stem
        pixels = _pool_of(scene, shards, rows, cleaning)
        with timed(scene, pixels=len(pixels), size_mb=pixels.x.nbytes / 1e6):
            latents = Latents(*m1.encode(scaler.transform(pixels.x)), pixels.table)
            for scale in scales:
                latents = with_scores(latents, scale, pixels.x)
        write_latents(latents_file, latents)


def _pool_of(scene: str, shards: Sequence[str | Path], rows: Mapping[str, Any], cleaning: CleanConfig) -> Pixels:
    """Return the cleaned pixels of a scene's shards, with their rows in these."""
    found = []
    for path in (path for path in map(Path, shards) if path.stem == scene):
        drawn = read_table(path)
        drawn = drawn.assign(row=np.arange(len(drawn), dtype=np.int64))
        found.append(read_cleaned(path, rows, cleaning, rows=drawn))
    return without_lost(Pixels.concat(found))
