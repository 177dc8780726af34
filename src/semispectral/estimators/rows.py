"""Labels and rows: which are labelled, which are held out, and the features that training takes."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets

from semispectral.dataset import Features, TrainingSet
from semispectral.errors import DataError
from semispectral.labels import UNLABELLED

LEAST_HELD_ROWS = 10


def is_labelled(y: np.ndarray, unlabelled: Any) -> np.ndarray:
    """Which rows have a label, bool [pixel].

    A row has none where y is ``unlabelled``, or its text: NumPy makes "-1" of -1 beside strings.
    """
    if unlabelled is None:
        return np.ones(len(y), bool)
    text = str(unlabelled)
    return np.asarray([value != (text if isinstance(value, str) else unlabelled) for value in y.tolist()], bool)


def encode_labels(y: np.ndarray, unlabelled: Any) -> tuple[np.ndarray, np.ndarray]:
    """The classes in sorted order, and the place of each row's among them, int [pixel], -1 where unlabelled.

    Raises
    ------
    DataError : no row is labelled.
    """
    known = is_labelled(y, unlabelled)
    if not known.any():
        raise DataError(
            f"y must label one row at least, got {len(y)} rows that are all unlabelled (y = {unlabelled!r}); "
            "without labels, use SpectralVAE"
        )
    check_classification_targets(y[known])
    classes, place = np.unique(y[known], return_inverse=True)
    label = np.full(len(y), UNLABELLED, np.int64)
    label[known] = place
    return classes, label


def held_labels(label: np.ndarray, share: float, *, seed: int) -> np.ndarray:
    """The labelled rows to hold out for the temperature (or the choice of weights), bool [pixel].

    Of every class that share, rounded down: a class with few labels keeps them all. Where only one of several classes
    would have any, none are held: a choice by one class alone would favour it.
    """
    random = np.random.default_rng([seed, 3])
    held = np.zeros(len(label), bool)
    classes = np.unique(label[label != UNLABELLED])
    for value in classes:
        members = random.permutation(np.flatnonzero(label == value))
        held[members[: int(share * len(members) + 1e-9)]] = True
    enough = len(np.unique(label[held])) >= min(2, len(classes))
    return held if enough else np.zeros(len(label), bool)


def held_rows(rows: int, share: float, *, seed: int) -> np.ndarray:
    """The rows for M1 to choose by, bool [pixel]; none of fewer than 10."""
    held = np.zeros(rows, bool)
    if rows >= LEAST_HELD_ROWS:
        held[np.random.default_rng([seed, 4]).permutation(rows)[: int(share * rows + 1e-9)]] = True
    return held


def training_set(mean: np.ndarray, label: np.ndarray, held: np.ndarray, std: np.ndarray | None = None) -> TrainingSet:
    """Labelled, unlabelled and held rows as M2 takes them.

    Parameters
    ----------
    mean, std : float32 [pixel, input], as in `Features`; no std where nothing is drawn.
    """
    spread = np.zeros((len(mean), 1), np.float32) if std is None else std
    features = Features(mean, spread, pd.DataFrame({"label": label.astype(np.int16)}))
    known = label != UNLABELLED
    return TrainingSet(features.where(known & ~held), features.where(~known), features.where(held))
