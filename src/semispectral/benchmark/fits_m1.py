"""Train an M1 for each seed of the benchmark, and compute the latents of all pixels."""

import time
from collections.abc import Mapping
from typing import Any

from semispectral.benchmark.pool import Dealt
from semispectral.inference.m1_inference import M1Inference
from semispectral.models.settings_m1 import M1Config
from semispectral.scans.cube import Latents
from semispectral.study.stage_settings import settings as as_settings
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1


def latents(
    data: Dealt, *, normalise: Mapping[str, Any], seed: int, settings: Mapping[str, Any]
) -> tuple[Latents, float]:
    """Train M1 on the pixels that may be seen, and compute q(z1|x) of all pixels.

    Parameters
    ----------
    data : pool with parts and labels of one split and seed.
    normalise : normalisation of the spectra: its method, and what that uses.
    seed : seed of the fit.
    settings : section m1 of the configuration.

    Returns
    -------
    Latents of all pixels, and the time of the fit in s.
    """
    started = time.perf_counter()
    scaler, config = data.scaler(normalise), as_settings(M1Config, settings, where="m1")
    x, valid = scaler.transform(data.x_m1), scaler.transform(data.x_m1_valid)
    trained = train_m1(x, valid, settings=config, run=Run(seed, checkpoints=None), views=scaler.views)
    mean, log_variance = M1Inference(trained.arrays, trained.description).encode(scaler.transform(data.pixels.x))
    return Latents(mean, log_variance, data.table), time.perf_counter() - started
