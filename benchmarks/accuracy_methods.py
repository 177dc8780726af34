"""The methods of benchmarks/accuracy.py: M1+M2, M2 and the controls, from the same labels of the same task."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from accuracy_problems import Budget
from accuracy_work import Work
from semispectral.baselines import CONTROLS, ControlConfig
from semispectral.dataset import Features
from semispectral.evaluation import scores_of_probability
from semispectral.inference.m1 import M1Inference
from semispectral.inference.m2 import M2Inference
from semispectral.models.run import Trained
from semispectral.models.train_m2 import train_m2, train_qy
from semispectral.svm import SvmConfig, fit_svm

NOVELTY_DRAWS = 2  # of z, for M1's bound

Method = Callable[[Work, Budget], np.ndarray]  # probabilities float32 [test pixel, class]


def svm(view: Callable[[Work], np.ndarray]) -> Method:
    """The SVM on a view of the pixels."""

    def predict(work: Work, budget: Budget) -> np.ndarray:
        x, label, classes = view(work), work.problem.label, work.problem.classes
        settings = SvmConfig()
        model = fit_svm(x[budget.both], label[budget.both], classes=classes, settings=settings, seed=work.seed)
        return model.predict_proba(x[work.problem.test])

    return predict


def control(name: str) -> Method:
    """A control of `semispectral.baselines`."""

    def predict(work: Work, budget: Budget) -> np.ndarray:
        x, label = work.bands.mean, work.problem.label[budget.both]
        inputs = (x[budget.both], label, x[work.unlabelled(budget)], x[work.problem.test])
        return CONTROLS[name](*inputs, classes=work.problem.classes, seed=work.seed, settings=ControlConfig())

    return predict


def ours(train: Callable[..., Trained], view: Callable[[Work], Features]) -> Method:
    """M2, or q(y|x) on the labels alone."""

    def predict(work: Work, budget: Budget) -> np.ndarray:
        features = view(work)
        data = work.training_set(features, budget, hold_out=False)
        trained = train(data, settings=work.settings.m2, run=work.run, classes=work.problem.classes)
        return M2Inference(trained.arrays, trained.description).predict_proba(features.mean[work.problem.test])

    return predict


def _bands(work: Work) -> Features:
    return work.bands


def _latents(work: Work) -> Features:
    return work.latents


METHODS: dict[str, Method] = {
    "svm bands": svm(lambda work: work.standardised),
    "svm snv": svm(lambda work: work.bands.mean),
    "pca_svm": control("pca_svm"),
    "rf": control("rf"),
    "self_training": control("self_training"),
    "label_spreading": control("label_spreading"),
    "svm latents": svm(lambda work: work.latents.mean),
    "qy bands": ours(train_qy, _bands),
    "qy latents": ours(train_qy, _latents),
    "m2 bands": ours(train_m2, _bands),
    "m1+m2": ours(train_m2, _latents),
}
CALIBRATED = {
    "qy bands": (train_qy, _bands),
    "qy latents": (train_qy, _latents),
    "m2 bands": (train_m2, _bands),
    "m1+m2": (train_m2, _latents),
}


def scores(work: Work, probability: np.ndarray) -> dict[str, float]:
    """Scores on the test part; macro-F1 over the classes that occur there."""
    truth = work.problem.label[work.problem.test]
    predicted = probability.argmax(axis=1)
    known = np.unique(truth)
    return {
        "macro_f1": float(f1_score(truth, predicted, labels=known, average="macro", zero_division=0.0)),
        "oa": float((truth == predicted).mean()),
        "aa": float(balanced_accuracy_score(truth, np.where(np.isin(predicted, known), predicted, known.max() + 1))),
        **scores_of_probability(probability, truth),
        "pixels": len(truth),
        "classes": len(known),
    }


def score_method(work: Work, budget: int, method: str) -> dict[str, Any]:
    """Train, predict and score one method."""
    labels = work.problem.budgets[budget]
    _ = work.latents if "latents" in method or method == "m1+m2" else work.bands  # M1's time is its own
    started = time.perf_counter()
    probability = METHODS[method](work, labels)
    return {"seconds": time.perf_counter() - started, "labels": len(labels.both), **scores(work, probability)}


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
    bound = model.score_samples(without.bands.mean[test], seed=work.seed, draws=NOVELTY_DRAWS)
    auroc = float(roc_auc_score(label[test] == left_out, -bound))
    return {"class": left_out, "auroc": auroc, "seconds": time.perf_counter() - started}
