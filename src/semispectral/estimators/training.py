"""Call the training functions of the workflow. TensorFlow is imported only when a model is fitted."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import TrainingSet


class FittedM1(NamedTuple):
    """A trained M1 and its history, one row per epoch."""

    model: M1Inference
    history: pd.DataFrame


class FittedM2(NamedTuple):
    """A trained M2 and its history, one row per epoch."""

    model: M2Inference
    history: pd.DataFrame


def fit_m1(
    x: np.ndarray,
    valid: np.ndarray,
    settings: M1Config,
    *,
    views: Sequence[int],
    seed: int,
    checkpoints: str | Path | None,
) -> FittedM1:
    """Train M1 as the workflow does.

    Parameters
    ----------
    x : float32 [pixel, column], scaled training rows.
    valid : float32 [pixel, column], scaled validation rows; may be empty.
    settings : settings of M1.
    views : number of columns of each view of a row, in order.
    seed : seed of the fit.
    checkpoints : directory for the state of the training; None stores none.
    """
    from semispectral.training.run import Run
    from semispectral.training.train_m1 import train_m1

    run = Run(seed, _directory(checkpoints), version("semispectral"))
    trained = train_m1(x, valid, settings=settings, run=run, views=views)
    return FittedM1(M1Inference(trained.arrays, trained.description), trained.history)


def fit_m2(
    data: TrainingSet, settings: M2Config, *, classes: int, seed: int, checkpoints: str | Path | None
) -> FittedM2:
    """Train M2 as the workflow does.

    Parameters
    ----------
    data : labelled, unlabelled and validation rows.
    settings : settings of M2.
    classes : number of classes.
    seed : seed of the fit.
    checkpoints : directory for the state of the training; None stores none.
    """
    from semispectral.training.run import Run
    from semispectral.training.train_m2 import train_m2

    run = Run(seed, _directory(checkpoints), version("semispectral"))
    trained = train_m2(data, settings=settings, run=run, classes=classes)
    return FittedM2(M2Inference(trained.arrays, trained.description), trained.history)


def fit_jointly(
    fitted: tuple[FittedM1, FittedM2],
    data: TrainingSet,
    settings: tuple[M1Config, M2Config],
    *,
    epochs: int,
    seed: int,
    checkpoints: str | Path | None,
) -> tuple[FittedM1, FittedM2]:
    """Train M1 and the M2 on its latents together.

    Parameters
    ----------
    fitted : M1 and M2 as each was trained alone.
    data : scaled rows, labelled and unlabelled.
    settings : settings of M1 and of M2.
    epochs : number of joint epochs.
    seed : seed of the fit.
    checkpoints : directory for the state of the training; None stores none.

    Returns
    -------
    M1 and M2 after the joint training.
    """
    from semispectral.training.joint import JOINT_RATE, Pair, train_jointly
    from semispectral.training.run import Run, Trained

    run = Run(seed, _directory(checkpoints), version("semispectral"))
    pair = Pair(*(Trained(part.model.arrays, part.model.description, part.history) for part in fitted))
    fit = replace(settings[1].fit, epochs=epochs, learning_rate=JOINT_RATE)
    m1, m2 = train_jointly(pair, data, m1_settings=settings[0], m2_settings=settings[1], fit=fit, run=run)
    return (
        FittedM1(M1Inference(m1.arrays, m1.description), m1.history),
        FittedM2(M2Inference(m2.arrays, m2.description), m2.history),
    )


def _directory(checkpoints: str | Path | None) -> Path | None:
    return None if checkpoints is None else Path(checkpoints)


@contextmanager
def told(verbose: bool) -> Iterator[None]:
    """Send the log of the training loop to stderr inside a ``with`` block.

    Parameters
    ----------
    verbose : False leaves logging unchanged.
    """
    if not verbose:
        yield
        return
    logger, handler = logging.getLogger("semispectral"), logging.StreamHandler()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
