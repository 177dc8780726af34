"""Fits of the benchmark that need TensorFlow: M2, and q(y|x) on the labels alone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from semispectral.inference.m2_inference import M2Inference
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import TrainingSet
from semispectral.study.stage_settings import settings as as_settings
from semispectral.training.run import Run, Trained
from semispectral.training.train_m2 import train_m2, train_qy


def classifier(
    train: Callable[..., Trained],
    data: TrainingSet,
    query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: Mapping[str, Any],
) -> np.ndarray:
    """Fit M2, or q(y|x) on the labels alone, and predict. There are no checkpoints: a fit takes less than a minute.

    Parameters
    ----------
    train : `train_m2` or `train_qy`.
    data : training set.
    query : float32 [pixel, input], pixels to predict.
    classes : number of classes.
    shares : not used.
    seed : seed of the fit.
    settings : sections of the configuration.

    Returns
    -------
    float32 [pixel, class].
    """
    config = as_settings(M2Config, settings["m2"], where="m2")
    trained = train(data, settings=config, run=Run(seed, checkpoints=None), classes=classes)
    return M2Inference(trained.arrays, trained.description).predict_proba(query)


FITS: dict[str, Callable[..., np.ndarray]] = {"m2": partial(classifier, train_m2), "qy": partial(classifier, train_qy)}
