"""The fits of the benchmark that need TensorFlow: M2, q(y|x) on the labels alone, and the latents of M1."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from semispectral.dataset import TrainingSet
from semispectral.grid.fits import Fit, Sections
from semispectral.grid.pool import Dealt
from semispectral.inference.m1 import M1Inference
from semispectral.inference.m2 import M2Inference
from semispectral.models.run import Run, Trained
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.models.train_m1 import train_m1
from semispectral.models.train_m2 import train_m2, train_qy
from semispectral.pixels import Latents
from semispectral.settings import settings as as_settings


def classifier(
    train: Callable[..., Trained],
    data: TrainingSet,
    query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: Sections,
) -> np.ndarray:
    """M2, or q(y|x) on the labels alone; without checkpoints: a fit of the benchmark takes less than a minute."""
    config = as_settings(M2Config, settings["m2"], where="m2")
    trained = train(data, settings=config, run=Run(seed, checkpoints=None), classes=classes)
    return M2Inference(trained.arrays, trained.description).predict_proba(query)


FITS: dict[str, Fit] = {"m2": partial(classifier, train_m2), "qy": partial(classifier, train_qy)}


def latents(data: Dealt, *, normalise: str, seed: int, settings: Mapping[str, Any]) -> tuple[Latents, float]:
    """q(z1|x) of all pixels by an M1 of the pixels that may be seen, and the seconds that it took."""
    started = time.perf_counter()
    scaler, config = data.scaler(normalise), as_settings(M1Config, settings, where="m1")
    x, run = scaler.transform(data.x), Run(seed, checkpoints=None)
    trained = train_m1(x[data.seen], x[data.valid], settings=config, run=run, views=scaler.views)
    mean, log_variance = M1Inference(trained.arrays, trained.description).encode(x)
    return Latents(mean, log_variance, data.table), time.perf_counter() - started
