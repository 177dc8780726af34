"""What trust.py measures: calibration with and without a temperature, and how well a class that is unknown is told."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors

from few_labels_problems import RunLabels
from few_labels_tasks import UNSEEN
from few_labels_work import MNF, Work
from semispectral.evaluation.scores import scores_of_probability
from semispectral.inference.feature_names import LATENTS_MNF
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.stacked import stacked_bound
from semispectral.maps.pipeline import m1_scores, m2_scores
from semispectral.sampling.training_set import Features
from semispectral.training.run import Trained
from semispectral.training.train_m2 import train_m2, train_qy

NOVELTY_DRAWS = 2  # of z, for the bound of M1+M2
NEIGHBOURS, COMPONENTS = 10, 20  # of the simple control of the unknown: a distance in MNF scores
NEAREST = f"{NEIGHBOURS}-NN in MNF"
LEAST = 5  # pixels of a class for an AUROC


def _bands(work: Work) -> Features:
    return work.bands


def _latents(work: Work) -> Features:
    return work.latents


CALIBRATED: dict[str, tuple[Callable[..., Trained], Callable[[Work], Features]]] = {
    "qy bands": (train_qy, _bands),
    "qy latents": (train_qy, _latents),
    "m2 bands": (train_m2, _bands),
    "m1+m2": (train_m2, _latents),
}


def scores(work: Work, probability: np.ndarray) -> dict[str, float]:
    """Macro-F1 over the classes of the test part, and the scores of the probabilities."""
    truth = work.problem.label[work.problem.test]
    known = np.unique(truth)
    found = f1_score(truth, probability.argmax(axis=1), labels=known, average="macro", zero_division=0.0)
    return {"macro_f1": float(found), **scores_of_probability(probability, truth), "pixels": len(truth)}


def score_calibration(work: Work, per_class: int, method: str) -> dict[str, Any]:
    """Scores with the temperature of the validation labels, and (``before_``) without."""
    train, view = CALIBRATED[method]
    features, classes = view(work), work.problem.classes
    data = work.training_set(features, work.problem.labels_per_class[per_class], hold_out=True)
    started = time.perf_counter()
    trained = train(data, settings=work.settings.calibrated, run=work.run, classes=classes)
    found: dict[str, Any] = {
        "seconds": time.perf_counter() - started,
        "temperature": trained.description["temperature"],
    }
    for prefix, temperature in (("", found["temperature"]), ("before_", 1.0)):
        model = M2Inference(trained.arrays, trained.description | {"temperature": temperature})
        scored = scores(work, model.predict_proba(features.mean[work.problem.test]))
        found |= {prefix + name: value for name, value in scored.items()}
    return found


def score_novelty(work: Work, left_out: int, per_class: int) -> dict[str, Any]:
    """How well each model tells test pixels of a class, left out of all training, from those of the others: AUROC.

    The keys of ``auroc`` are the distance to neighbours in MNF scores, a simple control; M1 (by which a map of an SVM
    goes), M1+M2 (the bound on log p(x) of the whole), M2 on bands, M2 on latents (by which a map of M1+M2 goes), and M2
    on latents with noise scores (by which maps go by default).
    """
    started = time.perf_counter()
    label, test = work.problem.label, work.problem.test
    without, labels = left_out_of(work, left_out, per_class)
    m1, latents = latents_of(without)
    m2 = {"bands": without.bands, "latents": latents, "latents and scores": without.with_scores(latents)}
    models = {name: without.train_m2(features, labels) for name, features in m2.items()}
    log_p = {
        NEAREST: -neighbour_distance(without, test),
        "M1": m1_scores(m1, without.seen.mean[test])[1],
        "M1+M2": stacked_bound(m1, models["latents"], without.seen.mean[test], seed=work.seed, draws=NOVELTY_DRAWS),
        **{f"M2 on {name}": most_probable(models[name], m2[name].mean[test]) for name in m2},
    }
    truth = label[test] == left_out
    auroc = {name: float(roc_auc_score(truth, -values)) for name, values in log_p.items()}
    return {"class": left_out, "auroc": auroc, "seconds": time.perf_counter() - started}


def score_simple_novelty(work: Work, left_out: int) -> dict[str, Any]:
    """As `score_novelty`, of what trains nothing: distances in the scores of `neighbour_distance`."""
    started = time.perf_counter()
    without = without_class(work, left_out)
    test = work.problem.test
    train, asked = without.mnf.mean[without.problem.train, :COMPONENTS], without.mnf.mean[test, :COMPONENTS]
    spread = np.cov(train.T)
    centred = asked - train.mean(axis=0)
    distance = {
        NEAREST: neighbour_distance(without, test),
        "Mahalanobis in MNF": np.einsum("pc,cd,pd->p", centred, np.linalg.inv(spread), centred),
    }
    truth = work.problem.label[test] == left_out
    auroc = {name: float(roc_auc_score(truth, values)) for name, values in distance.items()}
    return {"class": left_out, "auroc": auroc, "seconds": time.perf_counter() - started}


def score_joined(work: Work, left_out: int, per_class: int, *, features: str, tested: bool) -> dict[str, Any]:
    """As `score_novelty`, of sums of scores: M2, the nearest class and the nearest training pixel.

    It is asked of pixels that are no test part, so that it may judge choices; with ``tested`` of the test part.
    """
    started = time.perf_counter()
    without, labels = left_out_of(work, left_out, per_class)
    asked = work.problem.test if tested else held_pixels(work, per_class)
    truth = work.problem.label[asked] == left_out
    found: dict[str, Any] = {"class": left_out, "pixels": int(truth.sum()), "auroc": {}}
    if found["pixels"] >= LEAST:
        scored = without.with_scores(latents_of(without)[1]) if features == LATENTS_MNF else noise_scores(without)
        seen = known_pixels(without, work.problem.labels_per_class[per_class].both)
        log_p = most_probable(without.train_m2(scored, labels), scored.mean[np.concatenate([asked, seen])])
        values = joined_scores(without, labels, asked, seen, log_p)
        found["auroc"] = {name: float(roc_auc_score(truth, each)) for name, each in values.items()}
    return {**found, "seconds": time.perf_counter() - started}


def joined_scores(
    without: Work, labels: RunLabels, asked: np.ndarray, seen: np.ndarray, log_p: np.ndarray
) -> dict[str, np.ndarray]:
    """Scores of the pixels ``asked``, higher where more unknown, by their names.

    "Summed" adds log-densities, in nats: that of a pixel by its nearest neighbour among n is -COMPONENTS log r, and a
    constant. "Standardised" first takes mean 0 and deviation 1 among the pixels ``seen``, which are of known classes.

    ``log_p`` is by M2, of the pixels ``asked`` and then of ``seen``.
    """
    both = np.concatenate([asked, seen])
    own = -log_p.astype(np.float64)
    near = np.log(neighbour_distance(without, both, neighbours=1))
    nearest_class = class_distance(without, labels, both)
    scores = {
        NEAREST: neighbour_distance(without, both),
        "1-NN": near,
        "nearest class": nearest_class,
        "M2": own,
        "M2 and 1-NN, summed": own + COMPONENTS * near,
        "M2 and 1-NN, standardised": sum(
            (each - each[len(asked) :].mean()) / each[len(asked) :].std() for each in (own, near)
        ),
        "M2 and nearest class, summed": own + nearest_class,
        "all three, summed": own + nearest_class + COMPONENTS * near,
    }
    return {name: np.asarray(each)[: len(asked)] for name, each in scores.items()}


def held_pixels(work: Work, per_class: int) -> np.ndarray:
    """Labelled pixels of the hole that judges choices or else of the validation part, without those of the run."""
    problem = work.problem
    part = UNSEEN if (problem.part == UNSEEN).any() else "valid"
    return np.setdiff1d(
        np.flatnonzero((problem.part == part) & (problem.label >= 0)), problem.labels_per_class[per_class].both
    )


def known_pixels(without: Work, labelled: np.ndarray) -> np.ndarray:
    """Validation pixels, labelled or not, without the labels of the run: what a threshold is set on."""
    return np.setdiff1d(np.flatnonzero(without.problem.part == "valid"), labelled)


def without_class(work: Work, left_out: int) -> Work:
    """The work without a class: its pixels, labelled or not, are of no part but the one that is asked about."""
    left = (work.problem.mineral == left_out) & ~np.isin(work.problem.part, ["test", UNSEEN])
    return replace(work, problem=replace(work.problem, part=np.where(left, "", work.problem.part)))


def left_out_of(work: Work, left_out: int, per_class: int) -> tuple[Work, RunLabels]:
    """The work without a class, and the labels of the others."""
    label, given = work.problem.label, work.problem.labels_per_class[per_class]
    labels = RunLabels(*(rows[label[rows] != left_out] for rows in (given.train, given.valid)))
    return without_class(work, left_out), labels


def latents_of(without: Work) -> tuple[M1Inference, Features]:
    """M1 of the train part, and its latents of all pixels."""
    trained = without.train_m1(without.problem.train)
    m1 = M1Inference(trained.arrays, trained.description)
    mean, log_variance = m1.encode(without.seen.mean)
    return m1, Features(mean, np.exp(0.5 * log_variance), without.bands.table)


def noise_scores(work: Work) -> Features:
    """Noise scores of all pixels over their common scale, as uncertain as the noise."""
    scores, scale = work.mnf.mean, work.scaler(MNF).common_scale
    return Features(scores / scale, np.broadcast_to(1 / scale, scores.shape).astype(np.float32), work.bands.table)


def neighbour_distance(work: Work, asked: np.ndarray, *, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Mean distance of pixels to their nearest training pixels, labelled or not, in the leading MNF scores."""
    scores = work.mnf.mean[:, :COMPONENTS]
    search = NearestNeighbors(n_neighbors=neighbours).fit(scores[work.problem.train])
    return np.asarray(search.kneighbors(scores[asked])[0].mean(axis=1), np.float64)


def class_distance(work: Work, labels: RunLabels, asked: np.ndarray) -> np.ndarray:
    """Half of Mahalanobis' squared distance to the nearest class, by the covariance that labels have in classes."""
    scores, label = work.mnf.mean.astype(np.float64), work.problem.label[labels.both]
    means = {each: scores[labels.both[label == each]].mean(axis=0) for each in np.unique(label).tolist()}
    within = scores[labels.both] - np.stack([means[each] for each in label.tolist()])
    root = np.linalg.cholesky(np.linalg.inv(within.T @ within / (len(label) - len(means))))
    distances = cdist(scores[asked] @ root, np.stack(list(means.values())) @ root, "sqeuclidean")
    return np.asarray(distances.min(axis=1) / 2)


def most_probable(m2: M2Inference, x: np.ndarray) -> np.ndarray:
    """log p(x) of each pixel as maps have it, float32 [pixel]."""
    return m2_scores(m2, x, m2.predict_proba(x))
