"""What smoothing in space brings to the methods of a benchmark that has run, each smoothed alike.

    python measurements/accuracy/smoothed.py results/indian_pines --split blocks --methods m1+m2 svm-mnf

The predictions of the test pixels are smoothed among themselves by the filter of the maps at its default strength
(`semispectral.maps.smoothing`), so that no pixel of another part lends a probability and no strength is chosen on test
pixels. Printed are macro-F1, NLL and ECE as they are and smoothed, means over the seeds, and the difference of the
first method from each other one with the interval of the mean over the seeds. Nothing is fitted here but the guide, on
training pixels.

It is for studies whose pool holds nearly every labelled pixel, side by side: the public scenes, and the built-in
collection, with --scenes config/scenes.tsv for its references. Where few pixels of a scan are drawn they have no
neighbours.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from few_labels_tasks import WHITE_REFLECTANCE
from few_labels_work import BANDS, markdown
from semispectral.benchmark.pool import Dealt, Pool
from semispectral.evaluation.intervals import mean_interval
from semispectral.evaluation.scores import scores_of_probability
from semispectral.figures.methods import method_name
from semispectral.maps.bundle_build import guide_of
from semispectral.maps.smoothing import SmoothConfig
from semispectral.sampling.split_names import INDUCTIVE
from semispectral.spectra.scaling import fit_scaler, without_gaps
from semispectral.storage.parquet import read_tables
from semispectral.study.methods import METHODS
from semispectral.study.scenes import read_scenes
from space import among_themselves

PLACE = ["scene", "line", "sample"]
HOWS = ("as it is", "smoothed")
SHOWN = ("macro_f1", "nll", "ece")
RESAMPLES = 1000


def pool_of(results: Path, scenes: Path | None) -> Pool:
    """The pool of a benchmark, whose scans are calibrated by their references where they have any."""
    shards = sorted((results / "shards").glob("*/*.parquet"))
    if scenes is None:
        return Pool.of(shards, {"cleaning": {}, "scenes": {}})
    cleaning = {"references": "named", "white_reflectance": WHITE_REFLECTANCE}
    rows = read_scenes(scenes, data_root=scenes.resolve().parents[1], allow_outside=True)
    return Pool.of(shards, {"cleaning": cleaning, "scenes": {scene.name: asdict(scene) for scene in rows}})


def predicted(results: Path, split: str, name: str) -> pd.DataFrame:
    """The predictions of a method on the test pixels of every seed and number of labels."""
    row = METHODS[name]
    folder = results / "predictions" / split / INDUCTIVE / row.method / row.features
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise SystemExit(f"{folder} holds no predictions; run snakemake benchmark with {name} among its methods first")
    return read_tables(files)


def guide_at(dealt: Dealt, places: pd.DataFrame) -> np.ndarray:
    """The guide of some labelled pixels, float32 [pixel, component], fitted on the training part."""
    part, label = dealt.table["part"].to_numpy(), dealt.pixels.label
    train = dealt.pixels.x[part == "train"]
    scaler = fit_scaler(train, method=BANDS)
    arrays = guide_of(scaler, train)
    labelled = np.flatnonzero(label >= 0)
    known = pd.MultiIndex.from_frame(dealt.table[PLACE].iloc[labelled].astype({"scene": str}))
    rows = labelled[known.get_indexer(pd.MultiIndex.from_frame(places[PLACE].astype({"scene": str})))]
    return (without_gaps(scaler.transform(dealt.pixels.x[rows])) - arrays["guide_mean"]) @ arrays["guide_components"]


def scores(label: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Macro-F1 over the classes in the truth or in the predictions, as the benchmark has it, NLL and ECE."""
    found = scores_of_probability(probability, label)
    f1 = f1_score(label, probability.argmax(axis=1), average="macro", zero_division=0.0)
    return {"macro_f1": float(f1), "nll": found["nll"], "ece": found["ece"]}


def scored(
    results: Path, split: str, names: Sequence[str], seeds: Sequence[int], scenes: Path | None = None
) -> pd.DataFrame:
    """Scores by method, labels per class and seed, as they are and smoothed."""
    pool = pool_of(results, scenes)
    tables = {name: predicted(results, split, name) for name in names}
    strength, rows = SmoothConfig(), []
    for seed in seeds or sorted(set.intersection(*(set(table["seed"]) for table in tables.values()))):
        dealt = pool.dealt(results / "splits" / split / str(seed), regime=INDUCTIVE)
        for name, table in tables.items():
            for per_class, own in table[table["seed"] == seed].groupby("per_class", observed=True):
                classes = [column for column in own.columns if column[0] == "p" and column[1:].isdigit()]
                given, label = own[classes].to_numpy(np.float32), own["label"].to_numpy()
                place = own[PLACE].reset_index(drop=True)
                guide = guide_at(dealt, place)
                after = among_themselves(place, given, guide, radius=strength.radius, epsilon=strength.epsilon)
                facts = {"method": name, "labels": int(str(per_class)), "seed": seed}
                rows += [
                    {**facts, "how": how, **scores(label, each)} for how, each in zip(HOWS, (given, after), strict=True)
                ]
    return pd.DataFrame(rows)


def means_table(found: pd.DataFrame) -> str:
    """Macro-F1, NLL and ECE, means over seeds, as Markdown."""
    lines = [["method", "labels per class", *HOWS]]
    ordered = found.sort_values("labels", kind="stable")
    for (name, labels), cell in ordered.groupby(["method", "labels"], sort=False):
        means = cell.groupby("how")[list(SHOWN)].mean().loc[list(HOWS)]
        figures = [f"{row.macro_f1:.3f} ({row.nll:.2f}, {row.ece:.3f})" for row in means.itertuples()]
        lines.append([method_name(METHODS[str(name)].method, METHODS[str(name)].features), str(labels), *figures])
    return markdown(lines)


def differences_table(found: pd.DataFrame, names: Sequence[str]) -> str:
    """Macro-F1 of the first method minus that of each other, both treated alike, as Markdown."""
    lines = [["difference", "labels per class", *HOWS]]
    wide = found.pivot_table(index=["labels", "how", "seed"], columns="method", values="macro_f1")
    for other in names[1:]:
        for labels in sorted(found["labels"].unique()):
            cells = []
            for how in HOWS:
                values = (wide[names[0]] - wide[other]).loc[(labels, how)].dropna().to_numpy()
                low, high = mean_interval(values, seed=1, resamples=RESAMPLES, level=0.95)
                cells.append(f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]")
            lines.append([f"{names[0]} less {other}", str(labels), *cells])
    return markdown(lines)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="folder of the results of a study whose benchmark has run")
    parser.add_argument("--split", required=True, help="name of the split")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[], help="all that every method has, by default")
    parser.add_argument("--scenes", type=Path, default=None, help="scenes.tsv, where scans have references")
    asked = parser.parse_args()
    found = scored(asked.results, asked.split, asked.methods, asked.seeds, asked.scenes)
    print(f"{asked.results}, split {asked.split}, {found['seed'].nunique()} seeds: macro-F1 (NLL, ECE)\n")
    print(means_table(found))
    print(f"\n{differences_table(found, asked.methods)}")


if __name__ == "__main__":
    main()
