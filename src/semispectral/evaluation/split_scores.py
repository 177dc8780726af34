"""Compute all scores, tests and alerts of a split and regime from its predictions, one method at a time."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.evaluation.alerts import Alert, alerts, not_better
from semispectral.evaluation.complete import COSTS, read_fits, refuse_missing, refuse_other_pixels, tested_pixels
from semispectral.evaluation.differences import differences
from semispectral.evaluation.intervals import class_summary, summary
from semispectral.evaluation.predictions import RUN, probabilities_of
from semispectral.evaluation.score_files import Scored, Where
from semispectral.evaluation.scores import class_scores, confusions, scores
from semispectral.evaluation.significance import MCNEMAR, mcnemar_pairs, paired_wilcoxon
from semispectral.figures.methods import method_name, per_class_order, per_class_words
from semispectral.inference.calibration import reliability, risk_coverage
from semispectral.study.methods import METHODS

log = logging.getLogger(__name__)

CELL = ["method", "features", "per_class"]
COVERAGE = np.arange(1, 101) / 100
LEAKAGE = (
    "the split is by random pixels: it leaks. Neighbours of test pixels train, so every figure of it is too good, and "
    "none may be quoted but beside an honest split"
)
Pixels = dict[int, pd.DataFrame]
Right = dict[tuple[str, int], dict[tuple[str, str], np.ndarray]]  # by labels per class and seed, then model: bits


def by_method(paths: Sequence[Path | str]) -> dict[str, list[Path]]:
    """Sort files of fits by their method, which their folders name, as in ``m2/latents/20/1.parquet``.

    Parameters
    ----------
    paths : files of fits, of one run each or of several.

    Returns
    -------
    dict of files by the key of the method in the table of methods.
    """
    found = defaultdict(list)
    for path in map(Path, paths):
        found[_method_of(path)].append(path)
    return dict(found)


def _method_of(path: Path) -> str:
    """Return the key of the method that the folders of a file name, or its last two folders where none do."""
    folders = [(folder.parent.name, folder.name) for folder in path.parents]
    keys = {(row.method, row.features): key for key, row in METHODS.items()}
    return next((keys[names] for names in folders if names in keys), "/".join(folders[0]))


def evaluate(
    paths: Mapping[str, Sequence[Path]],
    *,
    where: Where,
    class_names: Sequence[str],
    seed: int,
    resamples: int,
    level: float = 0.95,
) -> Scored:
    """Score one split and regime. Predictions of one method are in memory at a time.

    Parameters
    ----------
    paths : files of the fits, by method.
    where : split and regime.
    class_names : name of each label.
    seed : seed of the bootstrap.
    resamples : number of resamples.
    level : coverage of the intervals, 0 to 1.

    Raises
    ------
    DataError : a run is missing, or was scored on other pixels than the others.
    SplitError : a run predicts a pixel twice.
    """
    if not paths:
        raise DataError(f"the split {where.split} has no predictions to score; run its fits")
    pixels: Pixels = {}
    right: Right = defaultdict(dict)
    tables: dict[str, list[pd.DataFrame]] = defaultdict(list)
    found = _leakage(where)
    bootstrap: dict[str, Any] = {"seed": seed, "resamples": resamples, "level": level}
    for method_id in sorted(paths, key=lambda name: (name not in METHODS, [*METHODS, name].index(name))):
        fits = read_fits(method_id, paths[method_id])
        if fits.empty:
            log.info("%s has no answer, and no score", method_id)
            continue
        _keep_right(fits[fits["part"] == "test"], pixels, right)
        for name, table in _tables_of(fits, bootstrap).items():
            tables[name].append(table)
        found += alerts(fits, class_names=class_names)
        log.info("scored %s: %d predictions", method_id, len(fits))
    joined = {name: pd.concat(some, ignore_index=True) for name, some in tables.items()}
    tested = joined["scores"][joined["scores"]["part"] == "test"]
    refuse_missing(joined["scores"])
    found += not_better(joined["scores"])
    return Scored(
        where=where,
        class_names=tuple(class_names),
        **joined,
        wilcoxon=paired_wilcoxon(joined["scores"]),
        mcnemar=_mcnemar(right, pixels),
        differences=differences(tested, **bootstrap),
        alerts=tuple(asdict(alert) for alert in sorted(found, key=lambda alert: alert.severity != "error")),
    )


def _keep_right(fits: pd.DataFrame, pixels: Pixels, right: Right) -> None:
    """Store one bit per prediction, correct or not, and refuse runs on other pixels."""
    for _, run in fits.groupby([*CELL, "seed"]):
        method, features, per_class, seed = (run[name].iloc[0] for name in (*CELL, "seed"))
        tested, correct = tested_pixels(run)
        who = f"{method_name(method, features)}, {per_class_words(per_class)}"
        refuse_other_pixels(tested, pixels.setdefault(int(seed), tested), who=who, seed=int(seed))
        right[per_class, int(seed)][method, features] = np.packbits(correct)


def _tables_of(fits: pd.DataFrame, bootstrap: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return every table to which one method alone contributes."""
    tested = fits[fits["part"] == "test"]
    known = [name for name in COSTS if name in fits]
    costs = fits.groupby(RUN)[known].first().reset_index() if known else fits[RUN].drop_duplicates()
    counted = confusions(tested).groupby([*CELL, "label", "predicted"])["pixels"].sum()
    return {
        "scores": scores(fits).merge(costs, on=RUN, validate="one_to_one"),
        "classes": class_scores(fits),
        "summary": summary(fits, **bootstrap),
        "class_summary": class_summary(fits, **bootstrap),
        "confusions": counted.reset_index(),
        "reliability": _by_cell(tested, _reliability),
        "risk": _by_cell(tested, _risk),
    }


def _by_cell(fits: pd.DataFrame, curve: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Return a curve for every method, features and labels per class, with these columns."""
    tables = []
    for _, rows in fits.groupby(CELL):
        found = curve(rows)
        for place, name in enumerate(CELL):
            found.insert(place, name, rows[name].iloc[0])
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


def _reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """Return confidence and accuracy in bins of equal numbers of pixels, over all seeds."""
    return reliability(probabilities_of(rows), rows["label"].to_numpy()).rename(columns={"count": "pixels"})


def _risk(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the error rate at each of `COVERAGE`, the mean over seeds."""
    curves = [
        risk_coverage(probabilities_of(run), run["label"].to_numpy(), points=len(COVERAGE))
        for _, run in rows.groupby("seed")
    ]
    risks = [np.interp(COVERAGE, curve["coverage"], curve["risk"]) for curve in curves]
    return pd.DataFrame({"coverage": COVERAGE, "risk": np.mean(risks, axis=0)})


def _mcnemar(right: Right, pixels: Pixels) -> pd.DataFrame:
    """Run McNemar's test for every pair of methods, labels per class and seed."""
    rows = []
    for (per_class, seed), bits in sorted(right.items(), key=lambda item: (per_class_order(item[0][0]), item[0][1])):
        count = len(pixels[seed])
        models = pd.MultiIndex.from_tuples(sorted(bits), names=["method", "features"])
        columns = [np.unpackbits(bits[model], count=count).astype(bool) for model in models]
        wide = pd.DataFrame(np.stack(columns, axis=1), columns=models)
        rows += [{"per_class": per_class, "seed": seed, **test} for test in mcnemar_pairs(wide)]
    return pd.DataFrame(rows, columns=MCNEMAR)


def _leakage(where: Where) -> list[Alert]:
    """Return the alert of a leaky split, which holds for all methods."""
    return [Alert(LEAKAGE, "error", "", "", "", "test", ())] if where.leaky else []
