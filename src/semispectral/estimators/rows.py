"""Labels and rows: which are labelled, which are held out, and the features that training takes."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets

from semispectral.errors import DataError
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.study.classes import UNLABELLED

LEAST_HELD_ROWS = 10


def is_missing(value: Any) -> bool:
    """Whether a value is one of pandas' marks for nothing: NaN, None, NA or NaT."""
    return bool(np.ndim(value) == 0 and pd.isna(value))


def without_missing(y: Any, unlabelled: Any) -> tuple[Any, np.ndarray]:
    """Labels of which none is missing, and which rows have one, bool [pixel].

    Where a label is missing (NaN, None, NA), another row's stands for it: scikit-learn's checks and NumPy's sorting
    know no such thing. Labels of which none is missing come back as they are.

    Parameters
    ----------
    y : one label per row, in whatever scikit-learn takes.

    Raises
    ------
    DataError : a label is missing although every row should have one; "nan" stands among text; all are missing.
    """
    column = np.asarray(y, object)
    column = np.ravel(column) if column.ndim == 1 or column.shape[1:] == (1,) else np.empty(0, object)  # [pixel]
    missing = np.asarray(pd.isna(column), bool)
    _refuse_text_of_missing(y, unlabelled)
    if not missing.any():
        return y, ~missing
    if unlabelled is None:
        raise DataError(
            f"y must label every row (unlabelled=None), but {missing.sum()} of {len(column)} labels are missing (NaN, "
            "None or NA); give those rows a class, or leave unlabelled at -1: then they are rows without a label"
        )
    if missing.all():
        raise _nothing_labelled(len(column), column[0])
    values = column[~missing].tolist()
    filled = np.asarray(values)[np.maximum(np.cumsum(~missing) - 1, 0)]
    return filled, ~missing


def _refuse_text_of_missing(y: Any, unlabelled: Any) -> None:
    """Refuse the class that NumPy makes of NaN beside text, unless it is the mark."""
    among_text = isinstance(y, np.ndarray) and y.dtype.kind == "U" and bool((y == "nan").any())
    if among_text and str(unlabelled) != "nan":
        raise DataError(
            'y has the class "nan", which NumPy makes of NaN beside text; give y as a list or with dtype=object, say '
            'unlabelled="nan", or rename the class'
        )


def is_labelled(y: np.ndarray, unlabelled: Any) -> np.ndarray:
    """Which rows have a label, bool [pixel].

    A row has none where y is ``unlabelled``, or its text: NumPy makes "-1" of -1 beside strings.
    """
    if unlabelled is None:
        return np.ones(len(y), bool)
    text = str(unlabelled)
    marks = (text,) if is_missing(unlabelled) else (text, unlabelled)
    return np.asarray([value != (marks[0] if isinstance(value, str) else marks[-1]) for value in y.tolist()], bool)


def _nothing_labelled(rows: int, mark: Any) -> DataError:
    return DataError(
        f"y must label one row at least, got {rows} rows that are all unlabelled (y = {mark!r}); without labels, use "
        "SpectralVAE"
    )


def encode_labels(y: np.ndarray, unlabelled: Any, *, there: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The classes in sorted order, and the place of each row's among them, int [pixel], -1 where unlabelled.

    Parameters
    ----------
    there : the rows whose label is not missing, as `without_missing` gives them; None: all.

    Raises
    ------
    DataError : no row is labelled.
    """
    known = is_labelled(y, unlabelled) & (True if there is None else there)
    if not known.any():
        raise _nothing_labelled(len(y), unlabelled)
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
