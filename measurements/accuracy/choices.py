"""What each choice in M1 and M2 is worth: macro-F1 of one variant after the other, without a look at a test part.

    python measurements/accuracy/choices.py --data DIR --seeds 1 2 --labels-per-class 5 10 --output results/choices

The pixels that judge are those of the train and valid parts that are no labels of the run (their spectra are among the
unlabelled ones where they lie in train). No test part is looked at. Every figure is a small file under --output; a
run does what is not there yet.
"""

import argparse
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from few_labels_problems import Problem, RunLabels, problem
from few_labels_tasks import TASKS, TESTED
from few_labels_work import M1_SETTINGS, M2_SETTINGS, OURS, Settings, Work, write_json
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.sampling.training_set import Features
from semispectral.training.joint import JOINT_RATE, Pair, train_jointly
from semispectral.training.run import use_threads
from semispectral.training.train_m2 import train_m2, train_qy

SLOW = FitConfig(learning_rate=1e-3, batch=512, epochs=100)


@dataclass(frozen=True)
class Variant:
    """M1+M2 with something changed.

    ``train`` is the classifier on M1's latents; with ``scores`` it sees noise-whitened scores beside them. With
    ``mean``, its probabilities are averaged with those of MNF + SVM.
    """

    m2: Mapping[str, Any] = field(default_factory=dict)
    m1: Mapping[str, Any] = field(default_factory=dict)
    normalise: str = OURS
    train: str = "m2"
    scores: bool = False
    mean: bool = False


VARIANTS = {
    "as it is": Variant(),
    "q(y|x) on the labels alone": Variant(train="qy"),
    "SVM on the latents": Variant(train="svm"),
    "MNF + SVM": Variant(train="mnf"),
    "noise scores beside the latents": Variant(scores=True),
    "q(y|x) on the labels alone, noise scores beside the latents": Variant(train="qy", scores=True),
    "mean of it and MNF + SVM": Variant(mean=True),
    "noise scores beside the latents, mean of it and MNF + SVM": Variant(scores=True, mean=True),
    "every unlabelled pixel in full": Variant({"pure_share": 0.0}),
    "pixels less pure than a tenth of the labels count less": Variant({"pure_share": 0.1}),
    "pixels less pure than two fifths of the labels count less": Variant({"pure_share": 0.4}),
    "no label shift": Variant({"label_shift": 0}),
    "label shift of 1 step": Variant({"label_shift": 1}),
    "label shift of 8 steps": Variant({"label_shift": 8}),
    "x drawn in full": Variant({"drawn": 1.0}),
    "x not drawn": Variant({"drawn": 0.0}),
    "validation labels held out, best by nll": Variant({"select": "nll"}),
    "q(y|x) of 128 units": Variant({"classifier": NetConfig(hidden=(128,), activation="relu")}),
    "softplus": Variant({"classifier": NetConfig(hidden=(512,)), "net": NetConfig(hidden=(128,))}),
    "alpha 0.1": Variant({"alpha": 0.1}),
    "alpha 3": Variant({"alpha": 3.0}),
    "z of 2": Variant({"latents": 2}),
    "z of 5": Variant({"latents": 5}),
    "z of 20": Variant({"latents": 20}),
    "rate 0.001": Variant({"fit": replace(M2_SETTINGS.fit, learning_rate=1e-3)}),
    "rate 0.003": Variant({"fit": replace(M2_SETTINGS.fit, learning_rate=3e-3)}),
    "rate 0.003, twice the epochs": Variant({"fit": replace(M2_SETTINGS.fit, learning_rate=3e-3, epochs=80)}),
    "two hidden layers in q(z|x, y) and p(x|y, z)": Variant({"net": NetConfig(hidden=(128, 128), activation="relu")}),
    "prior estimated": Variant({"prior": "estimated"}),
    "auxiliary variable of 5 (SDGM)": Variant({"auxiliary": 5}),
    "M1 and M2 trained on together, one view": Variant(train="joint", normalise="snv_level"),
    "M1 at rate 0.001, batch 512": Variant(m1={"fit": SLOW}),
    "M1 without decay": Variant(m1={"fit": replace(M1_SETTINGS.fit, decay="none")}),
    "M1 with relu": Variant(m1={"net": NetConfig(activation="relu")}),
    "one view: SNV with level": Variant(normalise="snv_level"),
    "one view: SNV": Variant(normalise="snv_standardise"),
    "one view: standardised bands": Variant(normalise="standardise"),
    "three views: noise-whitened bands too": Variant(normalise="views_noise"),
}


def probabilities(work: Work, run_labels: RunLabels, variant: Variant) -> np.ndarray:
    """Probabilities of the classes of all pixels, [pixel, class]."""
    own = of_one(work, run_labels, variant)
    return (own + by_svm(work, work.mnf, run_labels)) / 2 if variant.mean else own


def of_one(work: Work, run_labels: RunLabels, variant: Variant) -> np.ndarray:
    """Probabilities by the variant's own classifier."""
    if variant.train == "joint":
        return trained_jointly(work, run_labels)
    if variant.train == "mnf":
        return by_svm(work, work.mnf, run_labels)
    inputs = work.latents_with_scores if variant.scores else work.latents
    if variant.train == "svm":
        return by_svm(work, inputs, run_labels)
    train = {"m2": train_m2, "qy": train_qy}[variant.train]
    data = work.training_set(inputs, run_labels, hold_out=work.settings.m2.select != "last")
    trained = train(data, settings=work.settings.m2, run=work.run, classes=work.problem.classes)
    return M2Inference(trained.arrays, trained.description).predict_proba(inputs.mean)


def by_svm(work: Work, inputs: Features, run_labels: RunLabels) -> np.ndarray:
    """Probabilities by an SVM on the labels of the run."""
    seen, label = inputs.mean[run_labels.both], work.problem.label[run_labels.both]
    svm = fit_svm(seen, label, classes=work.problem.classes, settings=SvmConfig(), seed=work.seed)
    return np.asarray(svm.predict_proba(inputs.mean))


def trained_jointly(work: Work, run_labels: RunLabels) -> np.ndarray:
    """Probabilities by M1+M2 after `train_jointly`; M1 is trained anew, as its weights are not on disk."""
    m1 = work.train_m1(work.problem.train)
    mean, log_variance = M1Inference(m1.arrays, m1.description).encode(work.seen.mean)
    latents = Features(mean, np.exp(0.5 * log_variance), work.bands.table)
    settings, classes = work.settings.m2, work.problem.classes
    m2 = train_m2(
        work.training_set(latents, run_labels, hold_out=False), settings=settings, run=work.run, classes=classes
    )
    bands = work.training_set(work.seen, run_labels, hold_out=False)
    fit = replace(settings.fit, learning_rate=JOINT_RATE)
    m1, m2 = train_jointly(
        Pair(m1, m2), bands, m1_settings=work.settings.m1, m2_settings=settings, fit=fit, run=work.run
    )
    tuned = M1Inference(m1.arrays, m1.description).encode(work.seen.mean)[0]
    return M2Inference(m2.arrays, m2.description).predict_proba(tuned)


def score(work: Work, run_labels: RunLabels, variant: Variant) -> float:
    """Macro-F1 over the pixels outside the test part and the labels of the run."""
    judges = (work.problem.part != "test") & (work.problem.label >= 0)
    judges[run_labels.both] = False
    truth = work.problem.label[judges]
    found = probabilities(work, run_labels, variant)[judges].argmax(axis=1)
    return float(f1_score(truth, found, average="macro", labels=np.unique(truth), zero_division=0.0))


def work_of(task: str, seed: int, dealt: Problem, name: str, output: Path) -> Work:
    """The task with a variant's settings; variants that share an M1 share its latents on disk."""
    variant = VARIANTS[name]
    settings = Settings(replace(M1_SETTINGS, **variant.m1), replace(M2_SETTINGS, **variant.m2))
    folder = _word(name) if variant.m1 or variant.normalise != OURS else "shared"
    return Work(task, seed, dealt, settings, output / "latents" / folder, variant.normalise)


def _word(name: str) -> str:
    """A variant's name as part of a file's."""
    return re.sub(r"[^a-z0-9.]+", "_", name.lower())


def main(asked: argparse.Namespace) -> None:
    """Score what is not there yet, and print the table of what is."""
    use_threads(1)
    for seed, task in itertools.product(asked.seeds, asked.scenes):
        dealt = problem(task, asked.data, seed=seed, labels_per_class=tuple(asked.labels_per_class))
        for name in asked.variants:
            work = work_of(task, seed, dealt, name, asked.output)
            for per_class in asked.labels_per_class:
                path = asked.output / f"{task}-{seed}-{per_class}-{_word(name)}.json"
                if not path.is_file():
                    found = score(work, dealt.labels_per_class[per_class], VARIANTS[name])
                    write_json(
                        path, {"variant": name, "task": task, "seed": seed, "per_class": per_class, "macro_f1": found}
                    )
    rows = pd.DataFrame([json.loads(path.read_text(encoding="utf-8")) for path in asked.output.glob("*.json")])
    table = rows.pivot_table(index="variant", columns=["task", "per_class"], values="macro_f1", aggfunc="mean")
    table[("mean", "")] = table.mean(axis=1)
    print(table.reindex([name for name in VARIANTS if name in table.index]).round(3).to_string())
    print(f"seeds in each cell: {rows.groupby(['variant', 'task', 'per_class']).size().unique().tolist()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--labels-per-class", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--scenes", nargs="+", choices=TASKS, default=TESTED)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--output", type=Path, required=True)
    main(parser.parse_args())
