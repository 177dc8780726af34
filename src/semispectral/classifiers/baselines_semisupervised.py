"""Baselines that use the unlabelled pixels without a generative model: self-training and label spreading."""

import logging

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from semispectral.classifiers.baseline_settings import (
    BaselineConfig,
    baseline,
    in_columns,
    probabilities,
    temperature_of,
    tuning_folds,
)
from semispectral.classifiers.svm import fit_svm, train_svm
from semispectral.classifiers.tuning import choose, known_classes

log = logging.getLogger(__name__)

PRIOR_SHARE = 1e-3  # of the label frequencies in what is spread, so that no known class is impossible
ITERATIONS = 100


@baseline("self_training")
def self_training(
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
    """Classify with an SVM that takes its own confident predictions as labels, round by round (Yarowsky 1995).

    Cost, width and temperature stay those of the true labels. The probabilities are overconfident, since the SVM is
    trained on labels that it gave itself.

    Parameters
    ----------
    x_labelled : float32 [labelled, band], normalised spectra with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : float32 [unlabelled, band], normalised spectra without labels.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds and of the choice of unlabelled pixels.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """
    model = fit_svm(x_labelled, label_labelled, classes=classes, settings=settings.svm, seed=seed)
    waiting = _drawn(x_unlabelled, settings.unlabelled_pixels, seed)
    x, label = x_labelled, np.asarray(label_labelled, dtype=np.int64)
    for turn in range(settings.rounds if len(model.classes) > 1 else 0):
        probability = model.predict_proba(waiting)
        confident = probability.max(axis=1) >= settings.confidence
        if not confident.any():
            break
        log.info("self-training, round %d: %d of %d pixels added", turn + 1, confident.sum(), len(waiting))
        x = np.concatenate([x, waiting[confident]])
        label = np.concatenate([label, probability[confident].argmax(axis=1)])
        waiting = waiting[~confident]
        model = train_svm(
            x,
            label,
            classes=classes,
            cost=model.cost,
            gamma=model.gamma,
            temperature=model.temperature,
            settings=settings.svm,
        )
    return model.predict_proba(x_query)


@baseline("label_spreading")
def label_spreading(
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
    """Spread labels over the graph of nearest neighbours (Zhou et al. 2004).

    A query pixel gets the mean of its neighbours.

    Parameters
    ----------
    x_labelled : float32 [labelled, band], normalised spectra with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : float32 [unlabelled, band], normalised spectra without labels.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds and of the choice of unlabelled pixels.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """
    known = known_classes(label_labelled, classes)
    nodes = np.concatenate([x_labelled, _drawn(x_unlabelled, settings.unlabelled_pixels, seed)])
    most = min(int(max(settings.neighbours)), len(nodes) - 1)
    if len(known) == 1 or most < 1:
        return in_columns(np.ones((len(x_query), 1)), known[:1], classes, fill=0).astype(np.float32)
    search = NearestNeighbors(n_neighbors=most, algorithm="brute").fit(nodes)
    nearest = search.kneighbors(return_distance=False)
    y = in_columns(label_labelled[:, None] == known, known, classes, fill=0)

    def spread_from(candidate: tuple[float, ...], inside: np.ndarray) -> np.ndarray:
        start = np.zeros((len(nodes), classes))
        start[inside] = y[inside]
        return spread(neighbour_graph(nearest[:, : int(candidate[0])]), start, alpha=candidate[1])

    sample, fold = tuning_folds(label_labelled, settings=settings, seed=seed)

    def logits(candidate: tuple[float, ...], inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        shares = _shares(spread_from(candidate, sample[inside]), label_labelled[sample[inside]])
        return _log(shares[sample[held]])

    def predict(candidate: tuple[float, ...], inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        return np.asarray(logits(candidate, inside, held).argmax(axis=1))

    best = choose(settings.candidates("label_spreading"), predict, label_labelled[sample], fold)
    temperature = temperature_of(lambda inside, held: logits(best, inside, held), label_labelled[sample], fold)
    share = _shares(spread_from(best, np.arange(len(label_labelled))), label_labelled)
    neighbours = search.kneighbors(x_query, n_neighbors=min(int(best[0]), most), return_distance=False)
    return probabilities(_log(share[neighbours].mean(axis=1)), temperature)


def neighbour_graph(nearest: np.ndarray) -> sparse.csr_array:
    """Return the symmetric graph [pixel, pixel], 1 if either pixel is among the nearest of the other.

    Parameters
    ----------
    nearest : int [pixel, neighbour], nearest neighbours of each pixel.
    """
    rows = np.repeat(np.arange(len(nearest)), nearest.shape[1])
    edges = sparse.csr_array((np.ones(nearest.size), (rows, nearest.ravel())), shape=(len(nearest), len(nearest)))
    return sparse.csr_array(edges.maximum(edges.T))


def spread(graph: sparse.csr_array, start: np.ndarray, *, alpha: float) -> np.ndarray:
    """Iterate F = alpha S F + (1 - alpha) Y to its fixed point, with S the normalised graph.

    Zhou et al. (2004), with at most 100 steps.

    Parameters
    ----------
    graph : symmetric affinities [pixel, pixel].
    start : Y, float64 [pixel, class], one-hot, zeros where unlabelled.
    alpha : share taken from the neighbours, 0 to 1.

    Returns
    -------
    float64 [pixel, class], not normalised.
    """
    scale = 1 / np.sqrt(np.maximum(graph.sum(axis=1), np.finfo(np.float64).tiny))
    normalised = sparse.csr_array(graph.multiply(scale[:, None]).multiply(scale[None, :]))
    field = start.copy()
    for _ in range(ITERATIONS):
        following = alpha * (normalised @ field) + (1 - alpha) * start
        settled = np.abs(following - field).sum() < 1e-3
        field = following
        if settled:
            break
    return field


def _shares(field: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Normalise to shares float64 [pixel, class]; pixels that no label reached get the label frequencies."""
    total = field.sum(axis=1, keepdims=True)
    frequency = np.bincount(label, minlength=field.shape[1]) / len(label)
    share = np.divide(field, total, out=np.tile(frequency, (len(field), 1)), where=total > 0)
    return np.asarray((1 - PRIOR_SHARE) * share + PRIOR_SHARE * frequency)


def _log(share: np.ndarray) -> np.ndarray:
    """Return the logarithm, with -inf at 0 and no warning."""
    return np.asarray(np.log(share, out=np.full_like(share, -np.inf), where=share > 0))


def _drawn(x: np.ndarray, limit: int, seed: int) -> np.ndarray:
    """Draw at most `limit` rows without replacement."""
    if len(x) <= limit:
        return x
    return np.asarray(x[np.sort(np.random.default_rng(seed).choice(len(x), limit, replace=False))])
