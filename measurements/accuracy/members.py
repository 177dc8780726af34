"""What an average of classifiers is worth, and which: without a look at a test part.

    python measurements/accuracy/members.py --data DIR --seeds 1 2 3 --labels-per-class 5 10 --output results/members

Every member is fitted once for a task, a seed and a number of labels, and its probabilities are kept as a file under
--output; so every mean of members costs nothing. The pixels that judge are those of `choices.py`. Those of the valid
part stand by themselves, too: the ones of the train part were among the unlabelled pixels, and in the noise's estimate.
`other_collection` is a simulated collection that no benchmark has, judged in a hole that was held out.
"""

import argparse
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from choices import by_svm
from few_labels_problems import Problem, RunLabels, problem
from few_labels_tasks import TASKS
from few_labels_work import M2_SETTINGS, Settings, Work
from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.evaluation.scores import confusion_matrix, pixel_losses, scores_of_confusion
from semispectral.inference.calibration import expected_calibration_error
from semispectral.inference.m2_inference import M2Inference
from semispectral.sampling.neighbours import neighbour_labels
from semispectral.sampling.training_set import Features
from semispectral.training.run import use_threads
from semispectral.training.train_m2 import train_m2, train_qy

Fit = Callable[[Work, RunLabels], np.ndarray]
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
}


def network(kind: str, inputs: str, number: int) -> Fit:
    """M2 or q(y|x) alone, from the initial weights of its own number."""

    def fit(work: Work, run_labels: RunLabels) -> np.ndarray:
        features = INPUTS[inputs](work)
        data = work.training_set(features, run_labels, hold_out=False)
        run = replace(work.run, seed=work.seed + APART * number)
        train = {"m2": train_m2, "qy": train_qy}[kind]
        trained = train(data, settings=work.settings.m2, run=run, classes=work.problem.classes)
        return M2Inference(trained.arrays, trained.description).predict_proba(features.mean)

    return fit


def svm(inputs: str) -> Fit:
    """An SVM, calibrated on its labels."""
    return lambda work, run_labels: by_svm(work, INPUTS[inputs](work), run_labels)


def control(method: str, inputs: str) -> Fit:
    """A baseline of the benchmark."""

    def fit(work: Work, run_labels: RunLabels) -> np.ndarray:
        x, label = INPUTS[inputs](work).mean, work.problem.label
        classes = work.problem.classes
        shares = np.bincount(label[run_labels.both], minlength=classes) / len(run_labels.both)
        given = {"classes": classes, "shares": shares, "seed": work.seed, "settings": BaselineConfig()}
        return BASELINES[method](x[run_labels.both], label[run_labels.both], x[:0], x, **given)

    return fit


def beside(fit: Fit) -> Fit:
    """The same with the neighbours of the labels as labels, as far as they are unlabelled pixels of the train part."""

    def grown(work: Work, run_labels: RunLabels) -> np.ndarray:
        dealt, own = work.problem, work.unlabelled(run_labels)
        at = run_labels.train
        known = dealt.place.iloc[at].assign(label=dealt.label[at])
        label = neighbour_labels(known, dealt.place.iloc[own])
        found = own[label >= 0]
        right = dealt.mineral[found] == label[label >= 0]
        print(f"{work.task} {work.seed}: {len(found)} neighbours, {right.mean():.3f} of them of that class", flush=True)
        labels = dealt.label.copy()
        labels[found] = label[label >= 0]
        more = RunLabels(np.concatenate([at, found]), run_labels.valid)
        return fit(replace(work, problem=replace(dealt, label=labels)), more)

    return grown


FITS: dict[str, Fit] = {
    "svm bands": svm("bands"),
    "svm mnf": svm("mnf"),
    "svm both": svm("both"),
    "lda bands": control("lda", "bands"),
    "qda mnf": control("qda", "mnf"),
    "qy latents 0": network("qy", "latents", 0),
    "qy both 0": network("qy", "both", 0),
    **{
        f"m2 {inputs} {number}": network("m2", inputs, number)
        for number, inputs in itertools.product(range(3), ("latents", "both", "scores"))
    },
}
FITS |= {f"{name} beside": beside(fit) for name, fit in FITS.items()}


def of(kind: str, *numbers: int) -> list[str]:
    """Members of one kind."""
    return [f"{kind} {number}" for number in numbers]


FOUR = ["svm bands", "svm mnf", "lda bands", "qda mnf"]
THREE_OF_EACH = of("m2 latents", 0, 1, 2) + of("m2 both", 0, 1, 2)
MEANS: dict[str, list[str]] = {
    "M1+M2 as it is": of("m2 latents", 0),
    "q(y|x) alone, latents": of("qy latents", 0),
    "q(y|x) alone, latents and scores": of("qy both", 0),
    "SVM on bands": ["svm bands"],
    "MNF + SVM": ["svm mnf"],
    "LDA": ["lda bands"],
    "QDA on MNF": ["qda mnf"],
    "mean of the four controls": FOUR,
    "SVM on latents and scores": ["svm both"],
    "M2 on latents and scores": of("m2 both", 0),
    "M2 on scores alone": of("m2 scores", 0),
    "3 on latents": of("m2 latents", 0, 1, 2),
    "3 on latents and scores": of("m2 both", 0, 1, 2),
    "2 on scores alone": of("m2 scores", 0, 1),
    "1 on latents, 1 on both": of("m2 latents", 0) + of("m2 both", 0),
    "1 on latents, 1 on both, 1 on scores": of("m2 latents", 0) + of("m2 both", 0) + of("m2 scores", 0),
    "3 on latents, 3 on both": THREE_OF_EACH,
    "3 on both, 2 on scores": of("m2 both", 0, 1, 2) + of("m2 scores", 0, 1),
    "M1+M2 and MNF + SVM": [*of("m2 latents", 0), "svm mnf"],
    "1 on both and MNF + SVM": [*of("m2 both", 0), "svm mnf"],
    "3 on both and MNF + SVM": [*of("m2 both", 0, 1, 2), "svm mnf"],
    "3 on both and MNF + SVM, as much as they": [*of("m2 both", 0, 1, 2), *3 * ["svm mnf"]],
    "1 on latents, 1 on both, MNF + SVM": [*of("m2 latents", 0), *of("m2 both", 0), "svm mnf"],
    "1 on both, MNF + SVM, QDA on MNF": [*of("m2 both", 0), "svm mnf", "qda mnf"],
    "3 on both, MNF + SVM, QDA on MNF, each third": [*of("m2 both", 0, 1, 2), *3 * ["svm mnf"], *3 * ["qda mnf"]],
    "1 on both, 1 on latents, MNF + SVM, QDA on MNF": [*of("m2 both", 0), *of("m2 latents", 0), "svm mnf", "qda mnf"],
    "M1+M2 and the four controls": [*of("m2 latents", 0), *FOUR],
    "1 on both and the four controls": [*of("m2 both", 0), *FOUR],
    "3 on both and the four controls, halves": [*4 * of("m2 both", 0, 1, 2), *3 * FOUR],
    "1 on both, 1 on scores, MNF + SVM": [*of("m2 both", 0), *of("m2 scores", 0), "svm mnf"],
    "MNF + SVM, neighbours too": ["svm mnf beside"],
    "QDA on MNF, neighbours too": ["qda mnf beside"],
    "M2 on latents, neighbours too": ["m2 latents 0 beside"],
    "M2 on latents and scores, neighbours too": ["m2 both 0 beside"],
    "1 on both and MNF + SVM, neighbours too": ["m2 both 0 beside", "svm mnf beside"],
    "1 on both, MNF + SVM, QDA on MNF, neighbours too": ["m2 both 0 beside", "svm mnf beside", "qda mnf beside"],
    "1 on both, neighbours too, and MNF + SVM": ["m2 both 0 beside", "svm mnf"],
    "1 on both with neighbours, 1 without, MNF + SVM": ["m2 both 0 beside", "m2 both 0", "svm mnf"],
    "1 on both with neighbours, 1 without, MNF + SVM twice": ["m2 both 0 beside", "m2 both 0", "svm mnf", "svm mnf"],
    "1 on both, neighbours too, MNF + SVM, QDA on MNF": ["m2 both 0 beside", "svm mnf", "qda mnf"],
    "1 on both and MNF + SVM, with neighbours and without": [
        "m2 both 0 beside",
        "svm mnf beside",
        "m2 both 0",
        "svm mnf",
    ],
}


def judges(dealt: Problem, run_labels: RunLabels) -> np.ndarray:
    """Pixels outside the test part and the labels of the run."""
    judging = (dealt.part != "test") & (dealt.label >= 0)
    judging[run_labels.both] = False
    return np.flatnonzero(judging)


def fit_member(work: Work, per_class: int, name: str, folder: Path) -> None:
    """Fit a member, and keep its probabilities of the pixels that judge."""
    path = folder / f"{work.task}-{work.seed}-{per_class}" / f"{name.replace(' ', '_')}.npy"
    if path.is_file():
        return
    run_labels = work.problem.labels_per_class[per_class]
    judging = judges(work.problem, run_labels)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path.parent / "truth.npz", label=work.problem.label[judging], part=work.problem.part[judging])
    np.save(path, FITS[name](work, run_labels)[judging])


def score(folder: Path, members: list[str], *, valid_alone: bool) -> dict[str, float]:
    """Macro-F1, NLL and ECE of a mean of members; empty if one has not been fitted."""
    paths = [folder / f"{name.replace(' ', '_')}.npy" for name in members]
    if not all(path.is_file() for path in paths):
        return {}
    probability = np.mean([np.load(path) for path in paths], axis=0, dtype=np.float64)
    with np.load(folder / "truth.npz") as truth:
        label, part = truth["label"], truth["part"]
    if valid_alone:
        kept = part == ("unseen" if "unseen" in part else "valid")
        probability, label = probability[kept], label[kept]
    predicted = probability.argmax(axis=1)
    counts = confusion_matrix(label, predicted, probability.shape[1])
    return {
        "macro_f1": float(scores_of_confusion(counts)["macro_f1"]),
        "nll": float(pixel_losses(probability, label)["nll"].mean()),
        "ece": float(expected_calibration_error(probability, label)),
    }


def main(asked: argparse.Namespace) -> None:
    """Fit the members that are not there yet, and print the means of those that are."""
    use_threads(1)
    for seed, task in itertools.product(asked.seeds, asked.scenes):
        if not asked.members:
            continue
        dealt = problem(task, asked.data, seed=seed, labels_per_class=tuple(asked.labels_per_class))
        work = Work(task, seed, dealt, Settings(m2=M2_SETTINGS), asked.output / "latents")
        for per_class, name in itertools.product(asked.labels_per_class, asked.members):
            fit_member(work, per_class, name, asked.output)
    for valid_alone in (True, False):
        rows = []
        for folder, (name, members) in itertools.product(sorted(asked.output.glob("*-*-*")), MEANS.items()):
            task, _, per_class = folder.name.rsplit("-", 2)
            rows.append(
                {"mean": name, "task": task, "labels": int(per_class)} | score(folder, members, valid_alone=valid_alone)
            )
        table = pd.DataFrame(rows).dropna()
        print("\nThe valid part by itself" if valid_alone else "\nAll pixels outside the test part")
        for figure in ("macro_f1", "nll", "ece"):
            shown = table.pivot_table(index="mean", columns=["task", "labels"], values=figure)
            shown[("mean", "")] = shown.mean(axis=1)
            print(figure)
            print(shown.reindex([name for name in MEANS if name in shown.index]).round(3).to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--labels-per-class", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--scenes", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--members", nargs="*", choices=FITS, default=list(FITS), help="none: print what is there")
    parser.add_argument("--output", type=Path, required=True)
    main(parser.parse_args())
