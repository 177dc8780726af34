"""What smoothing of the probabilities in space brings to each control, within one part of the split.

    python measurements/accuracy/space.py --data DIR --seeds 1 2 3 --labels-per-class 5 10 --output results/space

Every method classifies all pixels of a part that are in use, labelled or not; they are smoothed by the filter of the
maps (`semispectral.maps.smoothing`) among themselves, so that no pixel of another part lends a probability. Printed are
macro-F1, NLL and ECE as they are and smoothed with each strength: on the labelled pixels of the valid part, by which a
strength is to be chosen, and on those of the test part.

DIR is as for trust.py. Every score is a small file under --output, and a run does what is not there yet.
"""

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from few_labels_problems import problem
from few_labels_tasks import TESTED, missing_files
from few_labels_work import BANDS, MNF, Settings, Work, markdown, write_json
from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.scores import scores_of_probability
from semispectral.inference.average import average
from semispectral.maps.bundle_build import guide_of
from semispectral.maps.smoothing import guided_filter

STRENGTHS = ((1, 0.1), (2, 0.1), (3, 0.1), (2, 0.01), (2, 1.0))  # radius in pixels, epsilon
PARTS = ("valid", "test")
CONTROLS = {"SVM": ("svm", BANDS), "MNF + SVM": ("svm", MNF), "LDA": ("lda", BANDS), "QDA on MNF": ("qda", MNF)}
MEAN = "mean of the four"
SHOWN = ("macro_f1", "nll", "ece")


def probabilities(work: Work, per_class: int, name: str, pixels: np.ndarray) -> np.ndarray:
    """What a control says of some pixels, float32 [pixel, class]; the mean of the four is asked for beside it."""
    method, scale = CONTROLS[name]
    x = (work.mnf if scale == MNF else work.bands).mean
    known = work.problem.labels_per_class[per_class].both
    label, classes = work.problem.label[known], work.problem.classes
    if method == "svm":
        model = fit_svm(x[known], label, classes=classes, settings=SvmConfig(), seed=work.seed)
        return model.predict_proba(x[pixels])
    given: dict[str, Any] = {"classes": classes, "shares": np.ones(classes) / classes, "seed": work.seed}
    return BASELINES[method](x[known], label, x[:0], x[pixels], **given, settings=BaselineConfig())


def smoothed(work: Work, pixels: np.ndarray, probability: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """The probabilities of the pixels of one part, smoothed among themselves, float32 [pixel, class]."""
    arrays = guide_of(work.scaler(BANDS), work.problem.x[work.problem.train])
    guide = (work.bands.mean[pixels] - arrays["guide_mean"]) @ arrays["guide_components"]
    place = work.problem.place.iloc[pixels].reset_index(drop=True)
    return among_themselves(place, probability, guide, radius=radius, epsilon=epsilon)


def among_themselves(
    place: pd.DataFrame, probability: np.ndarray, guide: np.ndarray, *, radius: int, epsilon: float
) -> np.ndarray:
    """The probabilities of some pixels, smoothed along the edges of a guide, with no other pixel beside them.

    Parameters
    ----------
    place : DataFrame with scene, line and sample of each pixel, numbered from 0.
    probability : float32 [pixel, class].
    guide : float32 [pixel, component].
    radius, epsilon : strength, as in `semispectral.maps.smoothing`.
    """
    result = np.empty_like(probability)
    for _, rows in place.groupby("scene", observed=True):
        line, sample = rows["line"].to_numpy(), rows["sample"].to_numpy()
        rasters = [
            np.full((line.max() + 1, sample.max() + 1, values.shape[1]), np.nan, np.float32)
            for values in (probability, guide)
        ]
        for raster, values in zip(rasters, (probability, guide), strict=True):
            raster[line, sample] = values[rows.index]
        result[rows.index] = guided_filter(*rasters, radius=radius, epsilon=epsilon)[line, sample]
    return result


def score_space(work: Work, per_class: int) -> dict[str, Any]:
    """Scores of every control, of both parts, as they are and with each strength."""
    found: dict[str, Any] = {}
    label = work.problem.label.copy()
    label[work.problem.labels_per_class[per_class].both] = -1  # what was learnt is no test
    for part in PARTS:
        pixels = np.flatnonzero(work.problem.part == part)
        by_name = {name: probabilities(work, per_class, name, pixels) for name in CONTROLS}
        by_name[MEAN] = average(list(by_name.values()))
        for name, probability in by_name.items():
            variants = {"as it is": probability}
            variants |= {_strength(*each): smoothed(work, pixels, probability, *each) for each in STRENGTHS}
            for how, values in variants.items():
                found[f"{part}|{name}|{how}"] = scores(label[pixels], values)
    return {"scores": found}


def _strength(radius: int, epsilon: float) -> str:
    return f"radius {radius}, epsilon {epsilon:g}"


def scores(label: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Macro-F1, NLL and ECE on the labelled pixels."""
    truth, values = label[label >= 0], probability[label >= 0]
    f1 = f1_score(truth, values.argmax(axis=1), labels=np.unique(truth), average="macro", zero_division=0.0)
    rest = scores_of_probability(values, truth)
    return {"macro_f1": float(f1), "nll": rest["nll"], "ece": rest["ece"]}


def run(asked: argparse.Namespace) -> None:
    """Do what is not there yet."""
    for seed, task in itertools.product(asked.seeds, asked.scenes):
        if absent := missing_files(task, asked.data):
            print(f"{task} is left out: {asked.data} has no {', '.join(absent)}", flush=True)
            continue
        dealt = problem(task, asked.data, seed=seed, labels_per_class=tuple(asked.labels_per_class))
        work = Work(task, seed, dealt, Settings(), asked.output)
        for per_class in asked.labels_per_class:
            path = asked.output / f"{task}-{seed}-{per_class}.json"
            if not path.is_file():
                write_json(path, {"task": task, "seed": seed, "per_class": per_class, **score_space(work, per_class)})
                print(path.stem, flush=True)


def table(found: list[dict[str, Any]], part: str) -> str:
    """Macro-F1, NLL and ECE of a part, means over seeds, as Markdown."""
    rows = []
    for each in found:
        for key, row in each["scores"].items():
            where = dict(zip(("part", "method", "smoothing"), key.split("|"), strict=True))
            rows.append({"task": each["task"], "labels": each["per_class"], **where, **row})
    every = pd.DataFrame(rows)
    mine = every[every["part"] == part]
    head = ["task", "labels", "method", *mine["smoothing"].unique()]
    lines = []
    for (task, labels, method), cell in mine.groupby(["task", "labels", "method"], sort=False):
        means = cell.groupby("smoothing", sort=False)[list(SHOWN)].mean()
        figures = [f"{row.macro_f1:.3f} ({row.nll:.2f}, {row.ece:.2f})" for row in means.itertuples()]
        lines.append([str(task), str(labels), str(method), *figures])
    return markdown([head, *lines])


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="of split and labels")
    parser.add_argument("--labels-per-class", type=int, nargs="+", default=[5, 10], help="labels per class")
    parser.add_argument("--scenes", nargs="+", choices=TESTED, default=TESTED, help="tasks; all by default")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    with threadpool_limits(1):
        run(asked)
    files = sorted(asked.output.glob("*.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    for part in PARTS:
        print(f"\n{part} part: macro-F1 (NLL, ECE)\n\n{table(found, part)}")
