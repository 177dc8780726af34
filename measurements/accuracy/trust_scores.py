"""What trust.py measures: calibration with and without a temperature, and unknown classes told by M1."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors

from few_labels_problems import RunLabels
from few_labels_work import Work
from semispectral.evaluation.scores import scores_of_probability
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
    label, test, part = work.problem.label, work.problem.test, work.problem.part
    left = (work.problem.mineral == left_out) & (part != "test")
    known = replace(work.problem, part=np.where(left, "", part))
    without = replace(work, problem=known)
    trained = without.train_m1(known.train)
    m1 = M1Inference(trained.arrays, trained.description)
    mean, log_variance = m1.encode(without.seen.mean)
    latents = Features(mean, np.exp(0.5 * log_variance), without.bands.table)
    labels = RunLabels(
        *(
            rows[label[rows] != left_out]
            for rows in (known.labels_per_class[per_class].train, known.labels_per_class[per_class].valid)
        )
    )
    m2 = {"bands": without.bands, "latents": latents, "latents and scores": without.with_scores(latents)}
    models = {name: without.train_m2(features, labels) for name, features in m2.items()}
    log_p = {
        NEAREST: -neighbour_distance(without),
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
    left = (work.problem.mineral == left_out) & (work.problem.part != "test")
    without = replace(work, problem=replace(work.problem, part=np.where(left, "", work.problem.part)))
    test = work.problem.test
    train, asked = without.mnf.mean[without.problem.train, :COMPONENTS], without.mnf.mean[test, :COMPONENTS]
    spread = np.cov(train.T)
    centred = asked - train.mean(axis=0)
    distance = {
        NEAREST: neighbour_distance(without),
        "Mahalanobis in MNF": np.einsum("pc,cd,pd->p", centred, np.linalg.inv(spread), centred),
    }
    truth = work.problem.label[test] == left_out
    auroc = {name: float(roc_auc_score(truth, values)) for name, values in distance.items()}
    return {"class": left_out, "auroc": auroc, "seconds": time.perf_counter() - started}


def neighbour_distance(work: Work) -> np.ndarray:
    """Mean distance of each test pixel to its nearest training pixels, labelled or not, in the leading MNF scores."""
    scores = work.mnf.mean[:, :COMPONENTS]
    search = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(scores[work.problem.train])
    return np.asarray(search.kneighbors(scores[work.problem.test])[0].mean(axis=1))


def most_probable(m2: M2Inference, x: np.ndarray) -> np.ndarray:
    """log p(x) of each pixel as maps have it, float32 [pixel]."""
    return m2_scores(m2, x, m2.predict_proba(x))
