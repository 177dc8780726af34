"""The fits of the benchmark that need TensorFlow: M2, and q(y|x) on the labels alone."""

from collections.abc import Callable
from functools import partial

import numpy as np

from semispectral.dataset import TrainingSet
from semispectral.grid.methods import Fit, Sections
from semispectral.inference.m2 import M2Inference
from semispectral.models.run import Run, Trained
from semispectral.models.settings_m2 import M2Config
from semispectral.models.train_m2 import train_m2, train_qy
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
