"""From no label to a map: what naming clusters, the queue and the new groups are worth, by the stages' own functions.

    python measurements/accuracy/labelling.py looks --seeds 1 2 3 --output results/labelling
    python measurements/accuracy/labelling.py queue --data DIR --seeds 1 2 3 4 5 6 --output results/labelling
    python measurements/accuracy/labelling.py groups --data DIR --seeds 1 --output results/labelling
    python measurements/accuracy/labelling.py curve --seeds 1 2 3 --output results/labelling
    python measurements/accuracy/labelling.py sheet

looks: M1's latents of the training holes are clustered, and each cluster is named by one look: the label of the
labelled pixel nearest to its centre. The clusters near a pixel of the test hole vote for its class; macro-F1. Beside
it the same with noise-whitened components (MNF), each of variance 1, in the place of the latents.
queue: an SVM on bands, M1+M2, and qy, its q(y|x) on the labels alone, with the first labels of the queue, with as many
at random, and with as many of each class (an oracle, for nobody knows the classes before). Only labelled pixels can be
asked for here.
groups: each class in turn is left out of the labels, 20 per class, but not of the pixels; purity and recall of the new
group that finds it.
curve: what the learning curve of the labels given foretells of 50 more, and what those that come next bring, by its SVM
on the latents of the test hole.
sheet: seconds from nothing to the first contact sheet of the built-in collection without its labels, and to the pages.

DIR holds the public scenes. Every score is a small file under --output, and a run does what is not there yet.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from few_labels_problems import RunLabels, problem
from few_labels_tasks import TASKS, missing_files
from few_labels_work import Settings, Work, markdown, write_json
from semispectral.classifiers.learning import learning_curve
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.learning_curve import MORE, expected
from semispectral.explore.clusters import fit_clusters, latent_scale
from semispectral.explore.explore_settings import ExploreConfig
from semispectral.explore.label_queue import Sampled, diverse
from semispectral.explore.new_groups import NO_GROUP, new_groups
from semispectral.explore.samples import rows_of
from semispectral.inference.m2_inference import M2Inference
from semispectral.scans.cube import Latents
from semispectral.training.run import use_threads
from semispectral.training.train_m2 import train_m2, train_qy

ROOT = Path(__file__).resolve().parents[2]
LOOKS = (20, 40, 80)
GIVEN, MOST_HELD = (24, 48, 80), 1000  # labels of a curve; pixels that it is scored on
LATENTS, WHITENED = "M1's latents", "MNF"
SPACES = (LATENTS, WHITENED)
LABELS = {"collection": (26, 65, 130), "salinas_a_blocks": (30,), "indian_pines_blocks": (70, 130)}
CHOICES = ("random", "oracle", "queue")
METHODS = ("SVM", "M1+M2", "qy")
TRAINED = {"M1+M2": train_m2, "qy": train_qy}  # both on latents
PER_CLASS = 20  # labels of each class that is not left out
EXPLORE = ExploreConfig()


def macro_f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Macro-F1 over the classes that occur."""
    return float(f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0.0))


@dataclass(frozen=True, eq=False)
class Explored:
    """One task with one seed as `snakemake explore` sees it, and what several scores share."""

    work: Work
    data: Path

    @cached_property
    def latents(self) -> Latents:
        """The latents of all pixels, with their places."""
        work = self.work
        table = TASKS[work.task](self.data, work.seed).table
        scene = table["scene"].astype(str)
        table = table.assign(hole=scene.str.split("_").str[0] if work.task == "collection" else scene, code=0)
        return Latents(work.latents.mean, 2 * np.log(work.latents.std), table)

    def train(self, latents: Latents) -> Latents:
        """The training part of some latents."""
        return rows_of(latents, self.work.problem.train)

    @cached_property
    def asked(self) -> np.ndarray:
        """Pixels whose class is known, and that are not tested on."""
        return np.flatnonzero((self.work.problem.part != "test") & (self.work.problem.label >= 0))

    @cached_property
    def whitened(self) -> Latents:
        """The MNF scores of all pixels in the place of latents: each says something of its pixel."""
        scores = self.work.mnf.mean
        return Latents(scores, np.full_like(scores, -np.inf), self.latents.table)

    @cached_property
    def queue(self) -> np.ndarray:
        """The pixels of the queue, the first first, int64 [pixel]; their labels are hidden from it."""
        scaled = self.latents.mean[self.asked] * latent_scale(self.train(self.latents))
        hidden = Sampled(self.latents.table.iloc[self.asked].assign(label=-1), scaled)
        wanted, apart = max(LABELS[self.work.task]), EXPLORE.least_distance
        queue = diverse(hidden, wanted=wanted, least_distance=apart, seed=self.work.seed)
        return self.asked[queue["row"].to_numpy()]


def score_looks(explored: Explored, space: str, number: int) -> dict[str, Any]:
    """Macro-F1 on the test part where each cluster is named by one look."""
    label, test = explored.work.problem.label, explored.work.problem.test
    latents = explored.latents if space == LATENTS else explored.whitened
    fitted = {"method": EXPLORE.method, "clusters": number, "seed": explored.work.seed}
    clusters = fit_clusters(explored.train(latents), **fitted)
    z = clusters.scaled(latents.mean[explored.asked])
    nearest = [int(np.linalg.norm(z - centre, axis=1).argmin()) for centre in clusters.centres]
    named = label[explored.asked[nearest]]
    return {"macro_f1": macro_f1(label[test], clusters.vote(latents.mean[test], named))}


def chosen_labels(explored: Explored, choice: str, number: int) -> np.ndarray:
    """The pixels that are labelled, int64 [label]."""
    if choice == "queue":
        return explored.queue[:number]
    asked, label = explored.asked, explored.work.problem.label
    random = np.random.default_rng(explored.work.seed)
    if choice == "random":
        return random.permutation(asked)[:number]
    classes = np.unique(label[asked])
    dealt = [random.permutation(asked[label[asked] == each]) for each in classes]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*dealt))
    return np.array([row for row in rounds if row is not None][:number])


def score_queue(explored: Explored, choice: str, number: int, method: str) -> dict[str, Any]:
    """Macro-F1 on the test part with some labels."""
    work, rows = explored.work, chosen_labels(explored, choice, number)
    label, test = work.problem.label, work.problem.test
    predicted = by_svm(work, rows) if method == "SVM" else by_latents(work, rows, method)
    return {"macro_f1": macro_f1(label[test], predicted), "labels": len(rows), "classes": len(np.unique(label[rows]))}


def by_svm(work: Work, rows: np.ndarray) -> np.ndarray:
    """Predict the test part by an SVM on the bands of some labels."""
    x, settings = work.bands.mean, SvmConfig()
    label, classes = work.problem.label[rows], work.problem.classes
    return fit_svm(x[rows], label, classes=classes, settings=settings, seed=work.seed).predict(x[work.problem.test])


def by_latents(work: Work, rows: np.ndarray, method: str) -> np.ndarray:
    """Predict the test part by a model on M1's latents of some labels."""
    data = work.training_set(work.latents, RunLabels(rows, rows[:0]), hold_out=False)
    trained = TRAINED[method](data, settings=work.settings.m2, run=work.run, classes=work.problem.classes)
    model = M2Inference(trained.arrays, trained.description)
    return model.predict_proba(work.latents.mean[work.problem.test]).argmax(axis=1)


def score_groups(explored: Explored, left_out: int) -> dict[str, Any]:
    """Purity and recall of the new group that finds a class without labels, among the training pixels."""
    work, train = explored.work, explored.work.problem.train
    labels = work.problem.labels_per_class[PER_CLASS].both
    labels = labels[work.problem.label[labels] != left_out]
    rows = np.union1d(train, labels)
    labelled = np.flatnonzero(np.isin(rows, labels))
    unlike = np.zeros(len(rows), bool)  # M1 and M2 saw these pixels
    group = new_groups(work.mnf.mean[rows], labelled, unlike, seed=work.seed)
    truth = work.problem.mineral[rows]
    found = [_hit(truth, group == number, left_out) for number in range(int(group.max(initial=NO_GROUP)) + 1)]
    purity, recall = max(found, key=lambda pair: 2 * np.prod(pair) / max(sum(pair), 1e-9), default=(0.0, 0.0))
    return {"class": left_out, "purity": purity, "recall": recall, "groups": len(found)}


def _hit(truth: np.ndarray, mine: np.ndarray, left_out: int) -> tuple[float, float]:
    """Purity of a group among the pixels whose class is known, and the share of the class that is in it."""
    hits = int((mine & (truth == left_out)).sum())
    return hits / max(int((mine & (truth >= 0)).sum()), 1), hits / max(int((truth == left_out).sum()), 1)


def score_curve(explored: Explored, choice: str, number: int) -> dict[str, Any]:
    """The gain by more labels as it is foretold, with its range, and as it comes."""
    work, rows = explored.work, chosen_labels(explored, choice, number + MORE)
    x, label = work.latents.mean.astype(np.float32), work.problem.label
    held = np.random.default_rng(work.seed).permutation(work.problem.test)[:MOST_HELD]

    def curve(given: np.ndarray) -> pd.DataFrame:
        return learning_curve(x[given], label[given], x[held], label[held], settings=SvmConfig(), seed=work.seed)

    now, then = curve(rows[:number]), curve(rows)
    found = expected(now, seed=work.seed)
    if found is None:
        return {}
    came = _last(then) - _last(now)
    return {"foretold": found.gain, "low": found.low, "high": found.high, "came": came}


def _last(curve: pd.DataFrame) -> float:
    """The mean score with all labels."""
    return float(curve.loc[curve["labels"] == curve["labels"].max(), "score"].mean())


Cell = tuple[str, dict[str, Any], Callable[[], dict[str, Any]]]


def cells(what: str, explored: Explored, asked: argparse.Namespace) -> Iterator[Cell]:
    """Name, identity and function of every score of a task and seed."""
    problem, task = explored.work.problem, explored.work.task
    if what == "looks":
        for space, number in itertools.product(SPACES, LOOKS):
            identity = {"space": space, "looks": number}
            yield f"{space}-{number}", identity, partial(score_looks, explored, space, number)
    elif what == "curve":
        for choice, number in itertools.product(("random", "queue"), GIVEN):
            identity = {"choice": choice, "labels": number}
            yield f"{choice}-{number}", identity, partial(score_curve, explored, choice, number)
    elif what == "groups":
        for left_out in np.unique(problem.label[problem.train]).tolist():
            if left_out >= 0:
                yield str(left_out), {}, partial(score_groups, explored, left_out)
    else:
        numbers = [number for number in LABELS[task] if number in (asked.labels or LABELS[task])]
        for method, number, choice in itertools.product(asked.methods, numbers, CHOICES):
            identity = {"wanted": number, "choice": choice, "method": method}
            yield f"{number}-{choice}-{method}", identity, partial(score_queue, explored, choice, number, method)


def run(asked: argparse.Namespace) -> None:
    """Do what is not there yet."""
    use_threads(1)
    scenes = [
        task
        for task in asked.scenes
        if task in LABELS and (asked.what not in ("looks", "curve") or task == "collection")
    ]
    for seed, task in itertools.product(asked.seeds, scenes):
        if absent := missing_files(task, asked.data):
            print(f"{task} is left out: {asked.data} has no {', '.join(absent)}", flush=True)
            continue
        dealt = problem(task, asked.data, seed=seed, labels_per_class=(PER_CLASS,))
        explored = Explored(Work(task, seed, dealt, Settings(), asked.output), asked.data)
        for name, identity, score in cells(asked.what, explored, asked):
            path = asked.output / asked.what / f"{task}-{seed}-{name}.json"
            if not path.is_file():
                started = time.perf_counter()
                write_json(path, {"task": task, "seed": seed} | identity | score())
                print(f"{path.stem}, {time.perf_counter() - started:.1f} s", flush=True)


def table_of(what: str, found: pd.DataFrame) -> str:
    """The table of what was scored, as Markdown."""
    return {"looks": looks_table, "queue": queue_table, "groups": groups_table, "curve": curve_table}[what](found)


def looks_table(found: pd.DataFrame) -> str:
    """Macro-F1 by number of looks, mean and standard error over seeds."""
    rows = []
    for looks, cell in found.groupby("looks"):
        by_space = [_mean(cell.loc[cell["space"] == space, "macro_f1"]) for space in SPACES]
        rows.append([str(looks), str(cell["seed"].nunique()), *by_space])
    return markdown([["looks", "seeds", *SPACES], *rows])


def queue_table(found: pd.DataFrame) -> str:
    """Macro-F1 by choice of labels, mean and standard error over seeds."""
    rows = []
    for (task, number, method), cell in found.groupby(["task", "wanted", "method"]):
        by_choice = [_mean(cell.loc[cell["choice"] == choice, "macro_f1"]) for choice in CHOICES]
        rows.append([str(task), str(number), str(method), str(cell["seed"].nunique()), *by_choice])
    return markdown([["task", "labels", "method", "seeds", *CHOICES], *rows])


def groups_table(found: pd.DataFrame) -> str:
    """Purity and recall of the group that finds each class, means over seeds."""
    rows = []
    for (task, left_out), cell in found.groupby(["task", "class"]):
        figures = [f"{cell[name].mean():.2f}" for name in ("purity", "recall", "groups")]
        rows.append([str(task), str(left_out), str(len(cell)), *figures])
    return markdown([["task", "class left out", "seeds", "purity", "recall", "groups shown"], *rows])


def curve_table(found: pd.DataFrame) -> str:
    """The gain foretold and the gain that came, by choice and number of labels."""
    rows = []
    for (choice, labels), cell in found.groupby(["choice", "labels"]):
        apart = np.sqrt(((cell["foretold"] - cell["came"]) ** 2).mean())
        within = int(((cell["low"] <= cell["came"]) & (cell["came"] <= cell["high"])).sum())
        said = [_mean(cell["foretold"]), _mean(cell["came"]), f"{apart:.3f}", f"{within} of {len(cell)}"]
        rows.append([str(choice), str(labels), *said])
    return markdown([["choice", "labels", "foretold", "came", "apart (root mean square)", "within the range"], *rows])


def _mean(values: "pd.Series[float]") -> str:
    """Mean and standard error."""
    if not len(values):
        return "-"
    error = values.std() / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    return f"{values.mean():.3f} +- {error:.3f}"


def time_sheet(cores: int) -> None:
    """Print the seconds from nothing to the first contact sheet."""
    with tempfile.TemporaryDirectory() as folder:
        overlay, scenes = Path(folder, "results.yaml"), Path(folder, "scenes.tsv")
        rows = (ROOT / "config/unlabelled/scenes.tsv").read_text(encoding="utf-8")
        scenes.write_text(rows.replace("results/unlabelled/", f"{folder}/results/"), encoding="utf-8")
        overlay.write_text(f"pathvars:\n  results: {folder}/results\nscenes: {scenes}\n", encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "explore", "--configfile"]
        started = time.time()
        subprocess.run([*command, "config/unlabelled.yaml", str(overlay)], cwd=ROOT, check=True, capture_output=True)
        ended, sheet = time.time(), Path(folder, "results/explore/index.html").stat().st_mtime
        print(f"first contact sheet after {sheet - started:.0f} s on {cores} cores, all after {ended - started:.0f} s")


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["looks", "queue", "groups", "curve", "sheet"])
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of split, labels, clusters and training")
    parser.add_argument("--scenes", nargs="+", choices=TASKS, default=list(LABELS), help="tasks; all by default")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--labels", type=int, nargs="+", help="numbers of labels, for queue; all by default")
    parser.add_argument("--cores", type=int, default=2, help="of the workflow, for sheet")
    parser.add_argument("--output", type=Path, default=Path("results/labelling"))
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    if asked.what == "sheet":
        time_sheet(asked.cores)
    else:
        with threadpool_limits(1):
            run(asked)
        files = sorted((asked.output / asked.what).glob("[!.]*.json"))
        print(table_of(asked.what, pd.DataFrame([json.loads(path.read_text(encoding="utf-8")) for path in files])))
