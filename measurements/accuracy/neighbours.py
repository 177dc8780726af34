"""MNF + SVM whose labels have their neighbours with them, as M2's have: a control on a benchmark that has run.

    python measurements/accuracy/neighbours.py results/indian_pines --split blocks
    python measurements/accuracy/neighbours.py results --split holes --scenes config/scenes.tsv

`m2.neighbours` gives M2 labels that no other method has. Here the SVM gets them, on the same labels and test pixels,
and its mean with the benchmark's M2 on latents and noise scores is taken. Printed are macro-F1, NLL and ECE, means over
the seeds, with the standard error of macro-F1, and how many neighbours there are and which share of them is of their
class. --scenes names the table of scans that have white and dark references.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from few_labels_work import markdown
from semispectral.benchmark.pool import Dealt
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.predictions import probabilities_of
from semispectral.evaluation.queries import every_label
from semispectral.inference.average import average
from semispectral.sampling.neighbours import with_neighbours
from semispectral.sampling.split_names import INDUCTIVE
from semispectral.sampling.training_set import KEY, Features
from semispectral.study import methods
from smoothed import pool_of, predicted, scores

MNF_COMPONENTS = 30
CONTROL, OF_M2 = "svm-mnf", "M1+M2 with noise scores"
METHODS = {"MNF + SVM": CONTROL, OF_M2: "m1+m2-mnf", "the mean of both": "m1+m2+svm"}


def right_of(dealt: Dealt, rows: pd.DataFrame) -> tuple[int, int]:
    """How many of these pixels of the unlabelled draw have the label that they were given, and how many have any."""
    known = dealt.table[dealt.table["label"] >= 0].set_index(KEY)["label"]
    truth = known.reindex(pd.MultiIndex.from_frame(rows[KEY])).to_numpy()
    has = ~np.isnan(truth)
    return int((truth[has] == rows["label"].to_numpy()[has]).sum()), int(has.sum())


def fitted(dealt: Dealt, mnf: Features, per_class: str, seed: int) -> tuple[np.ndarray, dict[str, float]]:
    """Probabilities of the test pixels by the SVM with neighbours, and what is known of these."""
    alone = dealt.training_set(mnf, per_class=per_class, seed=seed)
    data = with_neighbours(alone)
    svm = fit_svm(*every_label(data), classes=len(dealt.shares), settings=SvmConfig(), seed=seed)
    right, known = right_of(dealt, data.labelled.table.iloc[len(alone.labelled) :])
    facts = {"neighbours": float(len(data.labelled) - len(alone.labelled)), "right": right / max(known, 1)}
    return svm.predict_proba(dealt.query(mnf).mean[:]), facts


def scored(results: Path, split: str, scenes: Path | None) -> pd.DataFrame:
    """Scores by method, labels per class and seed; methods that have not been run are left out."""
    ran = {title: name for title, name in METHODS.items() if name == CONTROL or _has(results, split, name)}
    tables = {title: predicted(results, split, name) for title, name in ran.items()}
    pool, rows = pool_of(results, scenes), []
    for seed in sorted(set.intersection(*(set(table["seed"]) for table in tables.values()))):
        dealt = pool.dealt(results / "splits" / split / str(seed), regime=INDUCTIVE)
        scaler = dealt.scaler({"method": "mnf", "mnf_components": MNF_COMPONENTS})
        mnf = dealt.features(scaler.transform(dealt.pixels.x))
        mine = {title: table[table["seed"] == seed] for title, table in tables.items()}
        for per_class in sorted(mine["MNF + SVM"]["per_class"].astype(str).unique(), key=float):
            own = {title: table[table["per_class"].astype(str) == per_class] for title, table in mine.items()}
            label = own["MNF + SVM"]["label"].to_numpy(np.int64)
            if not np.array_equal(label, dealt.query(mnf).label):
                raise SystemExit(f"seed {seed}: the predictions are of other pixels than the split has")
            found = {title: probabilities_of(table) for title, table in own.items()}
            probability, facts = fitted(dealt, mnf, per_class, seed)
            found["MNF + SVM with neighbours"] = probability
            if OF_M2 in found:
                found[f"its mean with {OF_M2}"] = average([probability, found[OF_M2]])
            for title, each in found.items():
                rows.append({"method": title, "labels": per_class, "seed": seed} | scores(label, each) | facts)
    return pd.DataFrame(rows)


def _has(results: Path, split: str, name: str) -> bool:
    """Whether the benchmark has predictions of a method."""
    row = methods.METHODS[name]
    return any((results / "predictions" / split / INDUCTIVE / row.method / row.features).glob("*.parquet"))


def table_of(found: pd.DataFrame) -> str:
    """Means over the seeds."""
    shown = [["method", "labels per class", "seeds", "macro-F1", "NLL", "ECE", "neighbours", "of that class"]]
    for (method, per_class), rows in found.groupby(["method", "labels"], sort=False):
        mean, error = rows.mean(numeric_only=True), rows["macro_f1"].sem()
        figures = [f"{mean['macro_f1']:.3f} +- {error:.3f}", f"{mean['nll']:.2f}", f"{mean['ece']:.3f}"]
        shown.append(
            [str(method), str(per_class), str(len(rows)), *figures, f"{mean['neighbours']:.0f}", f"{mean['right']:.3f}"]
        )
    return markdown(shown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="folder of the results of the benchmark")
    parser.add_argument("--split", required=True, help="name of the split")
    parser.add_argument("--scenes", type=Path, default=None, help="scenes.tsv, where scans have references")
    asked = parser.parse_args()
    print(table_of(scored(asked.results, asked.split, asked.scenes)))
