"""Baselines that describe each class by a normal distribution: linear and quadratic discriminant analysis.

References
----------
Friedman (1989), regularised discriminant analysis. Ledoit and Wolf (2004), the shrinkage of a covariance.
"""

from collections.abc import Callable

import numpy as np
from scipy import linalg
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from semispectral.classifiers.baseline_settings import (
    BaselineConfig,
    baseline,
    in_columns,
    probabilities,
    temperature_of,
    tuning_folds,
)
from semispectral.classifiers.tuning import known_classes

LEAST = 1e-6  # share of a column's variance that is added to a covariance, so that it can be inverted


@baseline("lda")
def linear_discriminant(
    x_labelled: np.ndarray,
    label_labelled: np.ndarray,
    x_unlabelled: np.ndarray,
    x_query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Classify by linear discriminants with one shrunk covariance for all classes, each as likely as the others.

    Parameters
    ----------
    x_labelled : float32 [labelled, band], normalised spectra with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : not used.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """

    def logits(inside: np.ndarray, query: np.ndarray) -> np.ndarray:
        x, label = x_labelled[inside].astype(np.float64), label_labelled[inside]
        present, counts = np.unique(label, return_counts=True)
        if counts.min() < 2 or len(present) == 1:  # scikit-learn shrinks the covariance of each class by itself
            return in_columns(gaussian_logits(x, label, query, pooled=1.0), present, classes, fill=-np.inf)
        equal = np.full(len(present), 1 / len(present))
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=equal).fit(x, label)
        return in_columns(model.predict_log_proba(query.astype(np.float64)), present, classes, fill=-np.inf)

    return _calibrated(logits, x_labelled, label_labelled, x_query, classes=classes, seed=seed, settings=settings)


@baseline("qda")
def quadratic_discriminant(
    x_labelled: np.ndarray,
    label_labelled: np.ndarray,
    x_unlabelled: np.ndarray,
    x_query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Classify by a normal distribution of each class, whose covariance is drawn towards that of all classes.

    Parameters
    ----------
    x_labelled : float32 [labelled, component], noise-whitened scores with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : not used.
    x_query : float32 [pixel, component], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """

    def logits(inside: np.ndarray, query: np.ndarray) -> np.ndarray:
        x, label = x_labelled[inside], label_labelled[inside]
        found = gaussian_logits(x, label, query, pooled=settings.pooled)
        return in_columns(found, np.unique(label), classes, fill=-np.inf)

    return _calibrated(logits, x_labelled, label_labelled, x_query, classes=classes, seed=seed, settings=settings)


def _calibrated(
    logits: Callable[[np.ndarray, np.ndarray], np.ndarray],
    x: np.ndarray,
    label: np.ndarray,
    query: np.ndarray,
    *,
    classes: int,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Return the probabilities of logits at the temperature that cross-validation on the labels finds."""
    known_classes(label, classes)
    sample, fold = tuning_folds(label, settings=settings, seed=seed)
    temperature = temperature_of(lambda inside, held: logits(sample[inside], x[sample[held]]), label[sample], fold)
    return probabilities(logits(np.arange(len(label)), query), temperature)


def gaussian_logits(x: np.ndarray, label: np.ndarray, query: np.ndarray, *, pooled: float) -> np.ndarray:
    """Return the log density of each class at the query pixels, float64 [pixel, class that has labels].

    Both covariances, of the class and of all classes within themselves, are shrunk by themselves (Ledoit and Wolf).
    Where no class has two labels, all labels together give the covariance.

    Parameters
    ----------
    x : float [pixel, column], pixels with labels.
    label : int [pixel], their labels.
    query : float [pixel, column].
    pooled : share of the covariance of all classes, 0 to 1; with 1 the discriminants are linear.
    """
    x, query = x.astype(np.float64), query.astype(np.float64)
    present, place = np.unique(label, return_inverse=True)
    mean = np.stack([x[place == index].mean(axis=0) for index in range(len(present))])
    spread = x - mean[place]
    least = np.diag(LEAST * np.maximum(x.var(axis=0), np.finfo(np.float32).tiny))
    common = _shrunk(spread if spread.any() else x - x.mean(axis=0)) + least
    found = np.empty((len(query), len(present)))
    for index in range(len(present)):
        own = _shrunk(spread[place == index])
        factor = linalg.cholesky(pooled * common + (1 - pooled) * (own + least), lower=True)
        white = linalg.solve_triangular(factor, (query - mean[index]).T, lower=True)
        found[:, index] = -0.5 * np.square(white).sum(axis=0) - np.log(np.diag(factor)).sum()
    return found


def _shrunk(spread: np.ndarray) -> np.ndarray:
    """Return the shrunk covariance of deviations from a mean, float64 [column, column]; one pixel has none."""
    if not spread.any():
        return np.zeros((spread.shape[1], spread.shape[1]))
    return np.asarray(ledoit_wolf(spread, assume_centered=True)[0])
