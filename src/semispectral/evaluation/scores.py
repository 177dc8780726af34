"""Scores of predictions: overall, per class, and of the probabilities.

`score` and `scores` give one row per trained model and part; `class_scores` and `confusions` give details by class.
Intervals and tests are in `semispectral.evaluation.intervals` and `semispectral.evaluation.significance`.
"""

from typing import Any

import numpy as np
import pandas as pd

from semispectral.evaluation.predictions import RUN, check_predictions, class_count, probabilities_of
from semispectral.inference.calibration import area_under_risk_coverage, expected_calibration_error

COUNTS = ("pixels", "classes")
PROBABILITY_FLOOR = 1e-7  # an impossible truth costs 16 nats, not infinity: the resolution of float32
CLASS_SCORES = ("precision", "recall", "f1", "iou")


def confusion_matrix(label: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count pixels by true and predicted class, int64 [true class, predicted class].

    Parameters
    ----------
    label : int [pixel], true class, 0 to classes - 1.
    predicted : int [pixel], predicted class.
    classes : number of classes.

    Examples
    --------
    >>> import numpy as np
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), classes=2)
    array([[1, 1],
           [0, 1]])
    """
    # One integer per pair of classes, counted in one pass.
    flat = np.asarray(label, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.asarray(np.bincount(flat, minlength=classes**2).reshape(classes, classes))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide, with NaN where the denominator is 0."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64))
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _mean_of_finite(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis; NaN values are left out, and the mean of none is NaN."""
    finite = np.isfinite(values)
    return _ratio(np.where(finite, values, 0).sum(axis=-1), finite.sum(axis=-1))


def scores_by_class(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Return precision, recall, F1 and IoU of each class.

    A score is NaN if it is undefined: recall of a class without true pixels, and all four of a class without true or
    predicted pixels. Precision of a class that is never predicted is 0.

    Parameters
    ----------
    confusion : counts [..., true class, predicted class].

    Returns
    -------
    float64 [..., class] for each score.

    Examples
    --------
    >>> import numpy as np
    >>> scores_by_class(np.array([[3, 1], [0, 4]]))["recall"]
    array([0.75, 1.  ])
    """
    hit = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    truth, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    either = truth + predicted - hit
    precision = np.where(either > 0, np.nan_to_num(_ratio(hit, predicted)), np.nan)
    return {
        "precision": precision,
        "recall": _ratio(hit, truth),
        "f1": _ratio(2 * hit, truth + predicted),
        "iou": _ratio(hit, either),
    }


def scores_of_confusion(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Return the scores of the confusion matrix; NaN if there is no pixel.

    AA is the mean recall of the true classes. Macro-F1 is the mean over the classes with true or predicted pixels.
    Kappa is given for comparison with the literature. The two disagreements (Pontius and Millones 2011) sum to 1 - OA.

    Parameters
    ----------
    confusion : counts [..., true class, predicted class].

    Returns
    -------
    float64 [...] for each score.

    Examples
    --------
    >>> import numpy as np
    >>> found = scores_of_confusion(np.array([[3, 1], [0, 4]]))
    >>> float(found["oa"]), float(found["aa"])
    (0.875, 0.875)
    """
    confusion = np.asarray(confusion, dtype=np.float64)
    hit = np.diagonal(confusion, axis1=-2, axis2=-1)
    truth, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    total = truth.sum(axis=-1)
    by_class = scores_by_class(confusion)
    oa = _ratio(hit.sum(axis=-1), total)
    chance = _ratio((truth * predicted).sum(axis=-1), total**2)
    # The multiclass MCC (Gorodkin 2004) is a correlation of the one-hot truth and prediction.
    covariance = hit.sum(axis=-1) * total - (truth * predicted).sum(axis=-1)
    spread = np.sqrt((total**2 - (truth**2).sum(axis=-1)) * (total**2 - (predicted**2).sum(axis=-1)))
    return {
        "oa": oa,
        "aa": _mean_of_finite(by_class["recall"]),
        "macro_f1": _mean_of_finite(by_class["f1"]),
        "mcc": np.where(total > 0, np.nan_to_num(_ratio(covariance, spread)), np.nan),
        "kappa": _ratio(oa - chance, 1 - chance),
        "quantity_disagreement": _ratio(np.abs(predicted - truth).sum(axis=-1), 2 * total),
        "allocation_disagreement": _ratio(np.minimum(predicted - hit, truth - hit).sum(axis=-1), total),
    }


def pixel_losses(probability: np.ndarray, label: np.ndarray) -> dict[str, np.ndarray]:
    """Return the losses of each pixel.

    Parameters
    ----------
    probability : float [pixel, class].
    label : int [pixel], true class.

    Returns
    -------
    float64 [pixel] for each loss: "nll", the negative log-likelihood in nats, with probabilities of at least
    `PROBABILITY_FLOOR`; "brier", the Brier score, 0 to 2.
    """
    row = np.arange(len(label))
    probability = np.asarray(probability, dtype=np.float64)
    true = probability[row, label]
    # sum_k (p_k - y_k)^2 with y one-hot, expanded to avoid a second array [pixel, class].
    brier = (probability**2).sum(axis=1) - 2 * true + 1
    return {"nll": -np.log(np.maximum(true, PROBABILITY_FLOOR)), "brier": brier}


def scores_of_probability(probability: np.ndarray, label: np.ndarray) -> dict[str, float]:
    """Return the scores of the probabilities; NaN if there is no pixel.

    Parameters
    ----------
    probability : float [pixel, class].
    label : int [pixel], true class.
    """
    losses = pixel_losses(probability, label)
    means = {name: float(loss.mean()) if len(label) else float("nan") for name, loss in losses.items()}
    return {
        **means,
        "ece": expected_calibration_error(probability, label),
        "aurc": area_under_risk_coverage(probability, label),
    }


def score(table: pd.DataFrame) -> dict[str, Any]:
    """Return all scores of one table of predictions, taken as a whole.

    Parameters
    ----------
    table : predictions of one model and part.

    Returns
    -------
    Number of pixels, number of true classes, and each score, by name.
    """
    label = table["label"].to_numpy()
    confusion = confusion_matrix(label, table["predicted"].to_numpy(), class_count(table))
    overall = {name: float(value) for name, value in scores_of_confusion(confusion).items()}
    counts = {"pixels": len(table), "classes": int((confusion.sum(axis=1) > 0).sum())}
    return {**counts, **overall, **scores_of_probability(probabilities_of(table), label)}


def scores(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return one row of scores per method, features, per_class, seed and part.

    Parameters
    ----------
    predictions : table of predictions.
    """
    check_predictions(predictions)
    rows = [{**dict(zip(RUN, run, strict=True)), **score(table)} for run, table in predictions.groupby(RUN)]
    return pd.DataFrame(rows)


def class_scores(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each class.

    Parameters
    ----------
    predictions : table of predictions.

    Returns
    -------
    DataFrame, one row per method, features, per_class, seed, part and label: truth and predicted (pixels), and
    `CLASS_SCORES`.
    """
    check_predictions(predictions)
    classes = class_count(predictions)
    tables = []
    for run, table in predictions.groupby(RUN):
        confusion = confusion_matrix(table["label"].to_numpy(), table["predicted"].to_numpy(), classes)
        counts = {"truth": confusion.sum(axis=1), "predicted": confusion.sum(axis=0)}
        columns = {**dict(zip(RUN, run, strict=True)), "label": np.arange(classes), **counts}
        tables.append(pd.DataFrame({**columns, **scores_by_class(confusion)}))
    return pd.concat(tables, ignore_index=True)


def confusions(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return confusion matrices in long form.

    Parameters
    ----------
    predictions : table of predictions.

    Returns
    -------
    DataFrame: method, features, per_class, seed, part, label, predicted, pixels (above 0).
    """
    check_predictions(predictions)
    counted = predictions.groupby([*RUN, "label", "predicted"]).size()
    return counted.rename("pixels").reset_index()
