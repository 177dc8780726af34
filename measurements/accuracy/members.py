"""What an average of classifiers is worth, and which: without a look at a test part.

    python measurements/accuracy/members.py --data DIR --seeds 1 2 3 --labels-per-class 5 10 --output results/members

Every member is fitted once for a task, a seed and a number of labels, and its probabilities are kept as a file under
--output; so every mean of members costs nothing. The pixels that judge are those of the valid part that are no labels
of the run: the ones of the train part were among the unlabelled pixels, and in the noise's estimate.
`other_collection` is a simulated collection that no benchmark has, another one for each seed, judged in a hole that was
held out; `other_hard_collection` likewise, as hard as real core. A member on hull quotients is left out where nobody
knows the wavelengths.
"""

import argparse
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from few_labels_problems import Problem, RunLabels, problem
from few_labels_tasks import TASKS, UNSEEN
from few_labels_work import M2_SETTINGS, Settings, Work
from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.stage_train_svm import weight_of_hull
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.scores import confusion_matrix, pixel_losses, scores_of_confusion
from semispectral.inference.average import average
from semispectral.inference.calibration import expected_calibration_error
from semispectral.inference.m2_inference import M2Inference
from semispectral.sampling.neighbours import with_neighbours
from semispectral.sampling.training_set import Features
from semispectral.training.run import use_threads
from semispectral.training.train_m2 import train_m2, train_qy

Fit = Callable[[Work, RunLabels], np.ndarray]
WEIGHT = "hull_weight.npy"
APART = 1000  # between the seeds of members, so that no seed of the study is another's member


def whitened(work: Work) -> Features:
    """Noise-whitened scores alone, sized as beside the latents."""
    both, latents = work.latents_with_scores, work.latents.mean.shape[1]
    return Features(both.mean[:, latents:], both.std[:, latents:], both.table)


INPUTS: Mapping[str, Callable[[Work], Features]] = {
    "latents": lambda work: work.latents,
    "both": lambda work: work.latents_with_scores,
    "scores": whitened,
    "bands": lambda work: work.bands,
    "mnf": lambda work: work.mnf,
    "hull": lambda work: work.hull,
}


def network(kind: str, inputs: str, number: int, *, neighbours: bool = False) -> Fit:
    """M2 or q(y|x) alone, from the initial weights of its own number."""

    def fit(work: Work, run_labels: RunLabels) -> np.ndarray:
        features = INPUTS[inputs](work)
        data = work.training_set(features, run_labels, hold_out=False)
        run = replace(work.run, seed=work.seed + APART * number)
        settings = replace(work.settings.m2, neighbours=neighbours)
        train = {"m2": train_m2, "qy": train_qy}[kind]
        trained = train(data, settings=settings, run=run, classes=work.problem.classes)
        return M2Inference(trained.arrays, trained.description).predict_proba(features.mean)

    return fit


def control(method: str, inputs: str, *, neighbours: bool = False) -> Fit:
    """A method of the benchmark without networks, tuned and calibrated on its labels."""

    def fit(work: Work, run_labels: RunLabels) -> np.ndarray:
        features, classes = INPUTS[inputs](work), work.problem.classes
        data = work.training_set(features, run_labels, hold_out=False)
        seen = with_neighbours(data).labelled if neighbours else data.labelled
        x, label = np.asarray(seen.mean), seen.label
        if method == "svm":
            svm = fit_svm(x, label, classes=classes, settings=SvmConfig(), seed=work.seed)
            return svm.predict_proba(features.mean)
        shares = np.bincount(label, minlength=classes) / len(label)
        given = {"classes": classes, "shares": shares, "seed": work.seed, "settings": BaselineConfig()}
        return BASELINES[method](x, label, x[:0], np.asarray(features.mean), **given)

    return fit


FITS: dict[str, Fit] = {
    "svm bands": control("svm", "bands"),
    "svm mnf": control("svm", "mnf"),
    "svm mnf beside": control("svm", "mnf", neighbours=True),
    "svm hull": control("svm", "hull"),
    "lda bands": control("lda", "bands"),
    "qda mnf": control("qda", "mnf"),
    "lda mnf": control("lda", "mnf"),
    "qda mnf beside": control("qda", "mnf", neighbours=True),
    "qy both 0": network("qy", "both", 0),
    "m2 latents 0": network("m2", "latents", 0),
    "m2 both 0": network("m2", "both", 0),
    "m2 both 1": network("m2", "both", 1),
    "m2 both 2": network("m2", "both", 2),
    "m2 scores 0": network("m2", "scores", 0),
    "m2 latents 0 beside": network("m2", "latents", 0, neighbours=True),
    "m2 both 0 beside": network("m2", "both", 0, neighbours=True),
    "m2 both 1 beside": network("m2", "both", 1, neighbours=True),
}
FOUR = ["svm bands", "svm mnf", "lda bands", "qda mnf"]
THREE = ["m2 both 0", "m2 both 1", "m2 both 2"]
MEANS: dict[str, list[str]] = {
    "M1+M2 of before": ["m2 latents 0"],
    "SVM on bands": ["svm bands"],
    "MNF + SVM": ["svm mnf"],
    "LDA": ["lda bands"],
    "QDA on MNF": ["qda mnf"],
    "LDA on MNF": ["lda mnf"],
    "MNF + SVM, LDA on MNF": ["svm mnf", "lda mnf"],
    "mean of the four": FOUR,
    "q(y|x) alone, latents and scores": ["qy both 0"],
    "M2 on latents and scores": ["m2 both 0"],
    "three of them": THREE,
    "M2 on scores alone": ["m2 scores 0"],
    "M1+M2 of before, MNF + SVM": ["m2 latents 0", "svm mnf"],
    "M2 on both, MNF + SVM": ["m2 both 0", "svm mnf"],
    "three M2 on both, MNF + SVM": [*THREE, "svm mnf"],
    "three M2 on both, and as much MNF + SVM": [*THREE, *3 * ["svm mnf"]],
    "M2 on both, M2 on scores, MNF + SVM": ["m2 both 0", "m2 scores 0", "svm mnf"],
    "M2 on both, MNF + SVM, QDA on MNF": ["m2 both 0", "svm mnf", "qda mnf"],
    "MNF + SVM with neighbours": ["svm mnf beside"],
    "QDA on MNF with neighbours": ["qda mnf beside"],
    "M2 on latents with neighbours": ["m2 latents 0 beside"],
    "M2 on both with neighbours": ["m2 both 0 beside"],
    "two of them": ["m2 both 0 beside", "m2 both 1 beside"],
    "M2 on both with neighbours, MNF + SVM": ["m2 both 0 beside", "svm mnf"],
    "two M2 on both with neighbours, MNF + SVM": ["m2 both 0 beside", "m2 both 1 beside", "svm mnf"],
    "M2 on both with neighbours and without, MNF + SVM": ["m2 both 0 beside", "m2 both 0", "svm mnf"],
    "M2 on both and MNF + SVM, all with neighbours": ["m2 both 0 beside", "svm mnf beside"],
    "M2 on latents with neighbours, MNF + SVM": ["m2 latents 0 beside", "svm mnf"],
    "M2 on both, M2 on latents, with neighbours, MNF + SVM": ["m2 both 0 beside", "m2 latents 0 beside", "svm mnf"],
    "M2 on both with neighbours, MNF + SVM, QDA on MNF": ["m2 both 0 beside", "svm mnf", "qda mnf"],
    "M2 on both with neighbours, LDA": ["m2 both 0 beside", "lda bands"],
    "M2 on both with neighbours, LDA on MNF": ["m2 both 0 beside", "lda mnf"],
    "M2 on both with neighbours, QDA on MNF": ["m2 both 0 beside", "qda mnf"],
    "M2 on both with neighbours, MNF + SVM, LDA": ["m2 both 0 beside", "svm mnf", "lda bands"],
    "M2 on both with neighbours, MNF + SVM, LDA on MNF": ["m2 both 0 beside", "svm mnf", "lda mnf"],
    "M2 on both with neighbours, half of it MNF + SVM, LDA on MNF": [*2 * ["m2 both 0 beside"], "svm mnf", "lda mnf"],
    "SVM on hull quotients": ["svm hull"],
    "M2 on both with neighbours, SVM on hull quotients, half as much MNF + SVM, LDA on MNF": [
        *2 * ["m2 both 0 beside"],
        *2 * ["svm hull"],
        "svm mnf",
        "lda mnf",
    ],
    "M2 on both with neighbours, half as much SVM on hull quotients, MNF + SVM, LDA on MNF": [
        *2 * ["m2 both 0 beside"],
        "svm hull",
        "svm mnf",
        "lda mnf",
    ],
    "M2 on both with neighbours, half of it the four": [*4 * ["m2 both 0 beside"], *FOUR],
}


WEIGHED = "M2 on both with neighbours, half as much MNF + SVM, LDA on MNF, SVM on hull quotients as labels weigh it"
MEANS[WEIGHED] = [*2 * ["m2 both 0 beside"], "svm mnf", "lda mnf", "svm hull"]


def weight_on_labels(work: Work, run_labels: RunLabels) -> float:
    """How much the SVM on hull quotients counts, as a study chooses it on the labels of a run; 2 where it cannot."""
    hull, scores = (work.training_set(seen, run_labels, hold_out=False) for seen in (work.hull, work.mnf))
    found = weight_of_hull(hull, scores, classes=work.problem.classes, settings=SvmConfig(), seed=work.seed)
    return 2.0 if found is None else found


def judges(dealt: Problem, run_labels: RunLabels) -> np.ndarray:
    """Pixels of the valid part, or of a hole that was held out to judge, without the labels of the run."""
    judging = np.isin(dealt.part, [UNSEEN] if UNSEEN in dealt.part else ["valid"]) & (dealt.label >= 0)
    judging[run_labels.both] = False
    return np.flatnonzero(judging)


def fit_member(work: Work, per_class: int, name: str, folder: Path) -> None:
    """Fit a member, and keep its probabilities of the pixels that judge."""
    path = folder / f"{work.task}-{work.seed}-{per_class}" / f"{name.replace(' ', '_')}.npy"
    if path.is_file() or ("hull" in name and work.problem.wavelengths_nm is None):
        return
    run_labels = work.problem.labels_per_class[per_class]
    judging = judges(work.problem, run_labels)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path.parent / "truth.npy", work.problem.label[judging])
    np.save(path, FITS[name](work, run_labels)[judging])
    if name == "svm hull":
        np.save(path.parent / WEIGHT, weight_on_labels(work, run_labels))


def score(folder: Path, members: list[str], *, weighed: bool = False) -> dict[str, float]:
    """Macro-F1, NLL and ECE of a mean of members; empty if one has not been fitted.

    The last of them counts as it was weighed on the labels, if that is asked for; else all count the same.
    """
    paths = [folder / f"{name.replace(' ', '_')}.npy" for name in members]
    if not all(path.is_file() for path in paths):
        return {}
    weights = [*[1.0] * (len(paths) - 1), float(np.load(folder / WEIGHT))] if weighed else []
    probability = average([np.load(path) for path in paths], weights)
    label = np.load(folder / "truth.npy")
    counts = confusion_matrix(label, probability.argmax(axis=1), probability.shape[1])
    return {
        "macro-F1": float(scores_of_confusion(counts)["macro_f1"]),
        "NLL": float(pixel_losses(probability, label)["nll"].mean()),
        "ECE": float(expected_calibration_error(probability, label)),
    }


def main(asked: argparse.Namespace) -> None:
    """Fit the members that are not there yet, and print the means of those that are."""
    use_threads(1)
    for seed, task in itertools.product(asked.seeds if asked.members else [], asked.scenes):
        dealt = problem(task, asked.data, seed=seed, labels_per_class=tuple(asked.labels_per_class))
        work = Work(task, seed, dealt, Settings(m2=M2_SETTINGS), asked.output / "latents")
        for per_class, name in itertools.product(asked.labels_per_class, asked.members):
            fit_member(work, per_class, name, asked.output)
    rows = []
    for folder, (name, members) in itertools.product(sorted(asked.output.glob("*-*-*")), MEANS.items()):
        task, seed, per_class = folder.name.rsplit("-", 2)
        cell = {"mean of": name, "task": task, "labels": int(per_class), "seed": seed}
        rows += [cell | found for found in [score(folder, members, weighed=name == WEIGHED)] if found]
    table = pd.DataFrame(rows)
    for figure in ("macro-F1", "NLL", "ECE"):
        shown = table.pivot_table(index="mean of", columns=["task", "labels"], values=figure)
        order = [name for name in MEANS if name in shown.index]
        print(f"\n{figure}, mean over the seeds that are there\n{shown.reindex(order).round(3).to_string()}")
    seeds = table.pivot_table(index="mean of", columns=["task", "labels"], values="seed", aggfunc="count")
    print(f"\nseeds of each cell\n{seeds.to_string()}")
    if asked.less:
        print(f"\nmacro-F1, less that of {asked.less}, in pairs of seeds\n{differences(table, asked.less).to_string()}")


def differences(table: pd.DataFrame, other: str) -> pd.DataFrame:
    """Return what each mean has more macro-F1 than another one: its mean over the seeds, and the standard error.

    Parameters
    ----------
    table : a row for each mean, task, number of labels and seed.
    other : name of the mean that is taken off.
    """
    cell = ["task", "labels", "seed"]
    scores = table.pivot_table(index=cell, columns="mean of", values="macro-F1")
    less = scores.sub(scores[other], axis=0).drop(columns=other).groupby(level=["task", "labels"])
    mean, error = less.mean().T, less.sem().T
    shown = mean.map("{:+.3f}".format) + " +- " + error.map("{:.3f}".format)
    return shown.reindex([name for name in MEANS if name in shown.index])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--labels-per-class", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--scenes", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--members", nargs="*", choices=FITS, default=list(FITS), help="none: print what is there")
    parser.add_argument("--less", choices=MEANS, help="print what each mean has more macro-F1 than this one")
    parser.add_argument("--output", type=Path, required=True)
    main(parser.parse_args())
