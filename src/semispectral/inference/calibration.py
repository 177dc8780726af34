"""Calibration: temperature scaling, reliability and risk-coverage of predicted class probabilities."""

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import log_softmax

log = logging.getLogger(__name__)

TEMPERATURE_BOUNDS = (0.02, 50.0)
BINS = 15
MINIMUM_PIXELS = 2


def fit_temperature(log_probability: np.ndarray, label: np.ndarray) -> float:
    """Fit the temperature that makes held-out labels most likely; safe with few labels.

    Guo et al. (2017), with the targets of Platt (1999): with n labels the target of the true class is (n + 1) / (n +
    2), so that a few pixels, all correct, do not lead to certainty.

    Parameters
    ----------
    log_probability : float [pixel, class], log-probabilities or other logits; -inf for a class unknown to the model.
    label : int [pixel], true class.

    Returns
    -------
    Temperature without unit, within `TEMPERATURE_BOUNDS`; 1.0 if there are too few pixels to fit it.
    """
    logits = np.asarray(log_probability, dtype=np.float64)
    label = np.asarray(label)
    logits, label = _informative(logits, label)
    if len(label) < MINIMUM_PIXELS or logits.shape[1] < 2:
        log.info("temperature left at 1: %d pixels of %d classes are too few to fit it", *logits.shape)
        return 1.0
    return fit_sharpness(lambda temperature: log_softmax(logits / temperature, axis=1), label)


def fit_sharpness(log_probability_at: Callable[[float], np.ndarray], label: np.ndarray) -> float:
    """Fit the temperature that makes held-out labels most likely, for any family of probabilities.

    Parameters
    ----------
    log_probability_at : function from a temperature to finite log-probabilities float64 [pixel, class].
    label : int [pixel], true class.

    Returns
    -------
    Temperature within `TEMPERATURE_BOUNDS`.
    """

    def loss(log_temperature: float) -> float:
        """Return the mean cross-entropy at a temperature."""
        log_probability = log_probability_at(float(np.exp(log_temperature)))
        return -float(np.mean(np.sum(_smoothed_targets(label, log_probability.shape[1]) * log_probability, axis=1)))

    return _temperature_of_least(loss)


def most_probable_temperature(log_probability: np.ndarray, label: np.ndarray, *, median: float, spread: float) -> float:
    """Fit the temperature with a log-normal prior, which a few labels hardly move.

    It maximises sum_i log softmax(log_probability_i / T)[label_i] - (log(T / median) / spread)^2 / 2.

    Parameters
    ----------
    log_probability : float [pixel, class], log-probabilities or other logits; there may be no pixel.
    label : int [pixel], true class.
    median : median temperature of such models.
    spread : standard deviation of the logarithm of their temperature.

    Returns
    -------
    Temperature within `TEMPERATURE_BOUNDS`; the median without labels.
    """
    logits, label = _informative(np.asarray(log_probability, dtype=np.float64), np.asarray(label))
    if not len(label):
        return median

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        away = (log_temperature - np.log(median)) / spread
        return float(0.5 * away**2 - scaled[np.arange(len(label)), label].sum())

    return _temperature_of_least(loss)


def _temperature_of_least(loss: Callable[[float], float]) -> float:
    """Return the temperature within bounds that minimises a loss of its logarithm."""
    from scipy.optimize import minimize_scalar  # here: a map applies a temperature and fits none

    found = minimize_scalar(loss, bounds=tuple(np.log(TEMPERATURE_BOUNDS)), method="bounded")
    return float(np.exp(found.x))


def _informative(logits: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep the classes known to the model, and the pixels whose true class is among them.

    No temperature can make an unknown class more likely.
    """
    known = np.isfinite(logits).any(axis=0)
    keep = known[label]
    position = np.cumsum(known) - 1
    finite = np.maximum(logits[keep][:, known], np.log(np.finfo(np.float32).tiny))
    return finite, position[label[keep]]


def _smoothed_targets(label: np.ndarray, class_count: int) -> np.ndarray:
    """Return the targets of Platt (1999), float64 [pixel, class]."""
    target = np.full((len(label), class_count), 1 / (len(label) + 2) / (class_count - 1))
    target[np.arange(len(label)), label] = (len(label) + 1) / (len(label) + 2)
    return target


def apply_temperature(log_probability: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities at a temperature. The predicted class does not change.

    Parameters
    ----------
    log_probability : float [pixel, class], log-probabilities or logits; -inf gives probability 0.
    temperature : above 0; more than 1 makes the probabilities flatter.

    Returns
    -------
    float32 [pixel, class], each row sums to 1.

    Examples
    --------
    >>> import numpy as np
    >>> apply_temperature(np.log(np.array([[0.8, 0.2]])), 2.0).round(3)
    array([[0.667, 0.333]], dtype=float32)
    """
    scaled = np.asarray(log_probability, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    probability = np.exp(scaled)
    return np.asarray(probability / probability.sum(axis=1, keepdims=True), dtype=np.float32)


def _ranked(probability: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return confidence, highest first, and correctness; pixels of equal confidence share their mean correctness.

    Sharing makes the scores below independent of the order of the rows.
    """
    confidence = np.asarray(probability.max(axis=1), dtype=np.float64)
    correct = (probability.argmax(axis=1) == label).astype(np.float64)
    # np.unique sorts ascending, so the negative puts the highest confidence first.
    level, group, count = np.unique(-confidence, return_inverse=True, return_counts=True)
    mean_correct = np.bincount(group, weights=correct) / count
    return np.repeat(-level, count), np.repeat(mean_correct, count)


def reliability(probability: np.ndarray, label: np.ndarray, *, bins: int = BINS) -> pd.DataFrame:
    """Return the reliability table: mean confidence against accuracy, in bins with equal numbers of pixels.

    Parameters
    ----------
    probability : float [pixel, class].
    label : int [pixel], true class.
    bins : number of bins; fewer if there are fewer pixels.

    Returns
    -------
    DataFrame with columns bin (int, lowest confidence first), count (pixels), confidence and accuracy (0 to 1).
    """
    confidence, correct = (values[::-1] for values in _ranked(probability, label))
    parts = np.array_split(np.arange(len(label)), min(bins, max(len(label), 1)))
    return pd.DataFrame(
        {
            "bin": np.arange(len(parts)),
            "count": [len(part) for part in parts],
            "confidence": [confidence[part].mean() if len(part) else np.nan for part in parts],
            "accuracy": [correct[part].mean() if len(part) else np.nan for part in parts],
        }
    )


def expected_calibration_error(probability: np.ndarray, label: np.ndarray, *, bins: int = BINS) -> float:
    """Return the mean gap between confidence and accuracy over bins with equal numbers of pixels, 0 to 1.

    Parameters
    ----------
    probability : float [pixel, class].
    label : int [pixel], true class.
    bins : number of bins; fewer if there are fewer pixels.

    Examples
    --------
    >>> import numpy as np
    >>> certain_and_right = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> expected_calibration_error(certain_and_right, np.array([0, 1]))
    0.0
    """
    table = reliability(probability, label, bins=bins)
    gap = (table["confidence"] - table["accuracy"]).abs().to_numpy()
    return float(np.average(gap, weights=table["count"].to_numpy())) if len(label) else float("nan")


def _risk(correct: np.ndarray) -> np.ndarray:
    """Return the share of errors among the k most confident pixels, for k = 1..pixel."""
    return np.asarray(np.cumsum(1 - correct) / np.arange(1, len(correct) + 1))


def area_under_risk_coverage(probability: np.ndarray, label: np.ndarray) -> float:
    """Return the error rate averaged over all coverages (AURC, Geifman and El-Yaniv 2017); 0 is best.

    Parameters
    ----------
    probability : float [pixel, class].
    label : int [pixel], true class.
    """
    return float(_risk(_ranked(probability, label)[1]).mean()) if len(label) else float("nan")


def risk_coverage(probability: np.ndarray, label: np.ndarray, *, points: int = 200) -> pd.DataFrame:
    """Return the error rate that remains if only the most confident pixels are mapped.

    Parameters
    ----------
    probability : float [pixel, class].
    label : int [pixel], true class.
    points : largest number of rows, evenly spaced in coverage; the last has coverage 1.

    Returns
    -------
    DataFrame with columns coverage, risk (both 0 to 1) and threshold (lowest confidence that is mapped).
    """
    confidence, correct = _ranked(probability, label)
    pixel_count = len(label)
    kept = np.unique(np.linspace(0, pixel_count, points + 1).astype(np.int64)[1:])
    kept = kept[kept > 0]
    columns = {
        "coverage": kept / max(pixel_count, 1),
        "risk": _risk(correct)[kept - 1],
        "threshold": confidence[kept - 1],
    }
    return pd.DataFrame(columns)
