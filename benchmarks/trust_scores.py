"""What benchmarks/trust.py measures: calibration with and without a temperature, and unknown classes told by M1."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from few_labels_work import Work
from semispectral.dataset import Features
from semispectral.evaluation import scores_of_probability
from semispectral.inference.m1 import M1Inference
from semispectral.inference.m2 import M2Inference
from semispectral.models.run import Trained
from semispectral.models.train_m2 import train_m2, train_qy

NOVELTY_DRAWS = 2  # of z, for M1's bound


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


def score_calibration(work: Work, budget: int, method: str) -> dict[str, Any]:
    """Scores with the temperature of the validation labels, and (``before_``) without."""
    train, view = CALIBRATED[method]
    features, classes = view(work), work.problem.classes
    data = work.training_set(features, work.problem.budgets[budget], hold_out=True)
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


def score_novelty(work: Work, left_out: int) -> dict[str, Any]:
    """How well M1's bound tells test pixels of a class, left out of all training, from those of the others."""
    started = time.perf_counter()
    label, test, part = work.problem.label, work.problem.test, work.problem.part
    left = (work.problem.mineral == left_out) & (part != "test")
    known = replace(work.problem, part=np.where(left, "", part))
    without = replace(work, problem=known)
    trained = without.train_m1(known.train)
    model = M1Inference(trained.arrays, trained.description)
    bound = model.score_samples(without.seen.mean[test], seed=work.seed, draws=NOVELTY_DRAWS)
    auroc = float(roc_auc_score(label[test] == left_out, -bound))
    return {"class": left_out, "auroc": auroc, "seconds": time.perf_counter() - started}
