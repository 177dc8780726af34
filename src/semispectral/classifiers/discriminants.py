"""Describe each class by a normal distribution: linear and quadratic discriminant analysis.

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
from semispectral.classifiers.svm import SvmConfig
from semispectral.classifiers.tuning import known_classes
from semispectral.inference.lda_inference import LdaModel

LEAST = 1e-6  # share of a column's variance that is added to a covariance, so that it can be inverted


def fit_lda(x: np.ndarray, label: np.ndarray, *, classes: int, settings: SvmConfig, seed: int) -> LdaModel:
    """Fit linear discriminants with one shrunk covariance for all classes, each as likely as the others.

    They have no setting; their temperature is fitted by cross-validation on the training labels.

    Parameters
    ----------
    x : float32 [pixel, column], normalised.
    label : int [pixel], 0 to classes - 1; classes may be missing.
    classes : number of classes.
    settings : folds and number of pixels of the cross-validation.
    seed : seed of the folds.

    Raises
    ------
    DataError : there is no label.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0.0, 0.0], [0.1, 0.0], [1.0, 1.0], [0.9, 1.0]], np.float32)
    >>> model = fit_lda(x, np.array([0, 0, 1, 1]), classes=2, settings=SvmConfig(folds=2), seed=1)
    >>> model.predict(np.array([[0.0, 0.1], [1.0, 0.9]], np.float32))
    array([0, 1])
    """
    known = known_classes(label, classes)
    sample, fold = tuning_folds(label, settings=BaselineConfig(svm=settings), seed=seed)

    def logits(inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        rows = sample[inside]
        weights, bias = _discriminants(x[rows], label[rows])
        found = x[sample[held]].astype(np.float64) @ weights + bias
        return in_columns(found, np.unique(label[rows]), classes, fill=-np.inf)

    temperature = temperature_of(logits, label[sample], fold)
    weights, bias = _discriminants(x, label)
    return LdaModel(classes, known, weights, bias, temperature)


def _discriminants(x: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights float64 [column, class that has labels] and bias float64 [class that has labels]."""
    x = x.astype(np.float64)
    present, counts = np.unique(label, return_counts=True)
    if counts.min() < 2 or len(present) == 1:  # scikit-learn shrinks the covariance of each class by itself
        mean, common, _ = _moments(x, label)
        weights = linalg.solve(common, mean.T, assume_a="pos")
        return weights, -0.5 * np.einsum("kc,ck->k", mean, weights)
    equal = np.full(len(present), 1 / len(present))
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=equal).fit(x, label)
    if len(present) > 2:
        return model.coef_.T, model.intercept_
    # Of two classes scikit-learn keeps the difference alone.
    return np.stack([np.zeros(x.shape[1]), model.coef_[0]], axis=1), np.array([0.0, model.intercept_[0]])


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
    """Classify by linear discriminants; see `fit_lda`.

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
    fitted = fit_lda(x_labelled, label_labelled, classes=classes, settings=settings.svm, seed=seed)
    return fitted.predict_proba(x_query)


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

    known_classes(label_labelled, classes)
    sample, fold = tuning_folds(label_labelled, settings=settings, seed=seed)

    def held_logits(inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        return logits(sample[inside], x_labelled[sample[held]])

    temperature = temperature_of(held_logits, label_labelled[sample], fold)
    return probabilities(logits(np.arange(len(label_labelled)), x_query), temperature)


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
    query = query.astype(np.float64)
    mean, common, own = _moments(x.astype(np.float64), label)
    found = np.empty((len(query), len(mean)))
    for index in range(len(mean)):
        factor = linalg.cholesky(pooled * common + (1 - pooled) * own(index), lower=True)
        white = linalg.solve_triangular(factor, (query - mean[index]).T, lower=True)
        found[:, index] = -0.5 * np.square(white).sum(axis=0) - np.log(np.diag(factor)).sum()
    return found


def _moments(x: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray, Callable[[int], np.ndarray]]:
    """Return the mean of each class, float64 [class, column], the shrunk covariance of all within them, and of one."""
    present, place = np.unique(label, return_inverse=True)
    mean = np.stack([x[place == index].mean(axis=0) for index in range(len(present))])
    spread = x - mean[place]
    least = np.diag(LEAST * np.maximum(x.var(axis=0), np.finfo(np.float32).tiny))
    common = _shrunk(spread if spread.any() else x - x.mean(axis=0)) + least
    return mean, common, lambda index: _shrunk(spread[place == index]) + least


def _shrunk(spread: np.ndarray) -> np.ndarray:
    """Return the shrunk covariance of deviations from a mean, float64 [column, column]; one pixel has none."""
    if not spread.any():
        return np.zeros((spread.shape[1], spread.shape[1]))
    return np.asarray(ledoit_wolf(spread, assume_centered=True)[0])
