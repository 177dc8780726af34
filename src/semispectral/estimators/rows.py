"""Select labelled and validation rows, and build the training set."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets

from semispectral.errors import DataError
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.study.classes import UNLABELLED

LEAST_HELD_ROWS = 10


def is_missing(value: Any) -> bool:
    """Return True if a value is NaN, None, NA or NaT.

    Parameters
    ----------
    value : any object.
    """
    return bool(np.ndim(value) == 0 and pd.isna(value))


def without_missing(y: Any, unlabelled: Any) -> tuple[Any, np.ndarray]:
    """Fill missing labels (NaN, None, NA) and return the mask of the labels that are present.

    A missing label is filled with the label of another row, because neither scikit-learn's checks nor NumPy's sorting
    accept missing values. Labels without missing values are returned unchanged.

    Parameters
    ----------
    y : [pixel], one label per row, in any form that scikit-learn accepts.
    unlabelled : value of y for an unlabelled row; None if every row must have a label.

    Returns
    -------
    Labels [pixel], and bool [pixel], True where the label was present.

    Raises
    ------
    DataError : a label is missing although ``unlabelled`` is None; the class "nan" stands among text; all are missing.
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
            "None or NA); give those rows a class, or keep unlabelled=-1, which leaves them unlabelled"
        )
    if missing.all():
        raise _nothing_labelled(len(column), column[0])
    values = column[~missing].tolist()
    filled = np.asarray(values)[np.maximum(np.cumsum(~missing) - 1, 0)]
    return filled, ~missing


def _refuse_text_of_missing(y: Any, unlabelled: Any) -> None:
    """Refuse the text "nan", which NumPy makes of NaN beside text, unless it is the mark for unlabelled rows."""
    among_text = isinstance(y, np.ndarray) and y.dtype.kind == "U" and bool((y == "nan").any())
    if among_text and str(unlabelled) != "nan":
        raise DataError(
            'y has the class "nan", which NumPy makes of NaN beside text; give y as a list or with dtype=object, say '
            'unlabelled="nan", or rename the class'
        )


def is_labelled(y: np.ndarray, unlabelled: Any) -> np.ndarray:
    """Return True for labelled rows, bool [pixel].

    Parameters
    ----------
    y : [pixel], labels.
    unlabelled : value of y for an unlabelled row, or its text: NumPy converts -1 beside text to "-1". None: every row
        is labelled.
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
    """Return the classes and the class index of each row.

    Parameters
    ----------
    y : [pixel], labels.
    unlabelled : value of y for an unlabelled row; None if every row is labelled.
    there : bool [pixel], rows with a label present, from `without_missing`; None: all.

    Returns
    -------
    Classes [class], sorted, and class index int64 [pixel], -1 where unlabelled.

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
    """Choose the labelled rows to hold out for validation, bool [pixel].

    They fit the temperature or choose the weights. The share is rounded down in each class, so that a class with few
    labels keeps them all for training. If the rows come from only one of several classes, none are held out: a choice
    by one class alone would favour it.

    Parameters
    ----------
    label : int [pixel], class index, -1 where unlabelled.
    share : share of each class's labels to hold out, 0 to 0.5.
    seed : seed of the draw.
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
    """Choose the rows by which the weights of M1 are chosen, bool [pixel].

    Parameters
    ----------
    rows : number of rows; fewer than 10 give no validation rows.
    share : share of the rows to hold out, 0 to 0.5.
    seed : seed of the draw.
    """
    held = np.zeros(rows, bool)
    if rows >= LEAST_HELD_ROWS:
        held[np.random.default_rng([seed, 4]).permutation(rows)[: int(share * rows + 1e-9)]] = True
    return held


def training_set(
    mean: np.ndarray,
    label: np.ndarray,
    held: np.ndarray,
    std: np.ndarray | None = None,
    places: pd.DataFrame | None = None,
) -> TrainingSet:
    """Return labelled, unlabelled and validation rows as M2 takes them.

    Parameters
    ----------
    mean : float32 [pixel, input], inputs of M2.
    label : int [pixel], class index, -1 where unlabelled.
    held : bool [pixel], rows held out for validation.
    std : float32 [pixel, input], standard deviation of the inputs; None if inputs are not drawn anew.
    places : scene, line and sample of each row; None: nobody knows.
    """
    spread = np.zeros((len(mean), 1), np.float32) if std is None else std
    table = pd.DataFrame(index=range(len(mean))) if places is None else places
    features = Features(mean, spread, table.assign(label=label.astype(np.int16)))
    known = label != UNLABELLED
    return TrainingSet(features.where(known & ~held), features.where(~known), features.where(held))
