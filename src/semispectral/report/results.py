"""Everything that the report is made of, read from the files of the results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.census.census_files import Census, read_census
from semispectral.evaluation.alert_files import read_guards
from semispectral.figures.methods import budget_order
from semispectral.sampling.plan_files import CLASSES, QUOTAS, read_notes, read_parts
from semispectral.sampling.quota_files import read_quotas
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling import Scaler, read_scaler
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap, read_classes

MOST_PER_CLASS = 300  # spectra of a class that are read from each scene
PREDICTION = ["method", "features", "budget", "seed", "scene", "hole", "line", "sample", "label", "predicted"]
Paths = Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Kept:
    """A trained model as it was saved, with one row per epoch."""

    arrays: dict[str, np.ndarray]
    description: dict[str, Any]
    history: pd.DataFrame

    @classmethod
    def read(cls, directory: Path) -> "Kept":
        """Read a model's directory."""
        return cls(*load_model(directory), read_table(directory / "history.parquet"))


@dataclass(frozen=True)
class Study:
    """What the report is made of.

    Parameters
    ----------
    census : one per scene, in the order of their names.
    classes : the classes that occur, in label order, with the names and colours of classes.tsv.
    parts : by scene, uint8 [line, sample]: 0 not used, 1 train, 2 valid, 3 test.
    quotas : scene, hole, label, part, available, quota.
    plan : method, guard (pixels) and warnings of the split.
    sample, sample_m1 : some labelled pixels of each class and scene, normalised: as classifiers on bands see them, and
        the same as M1 does.
    wavelengths_nm : float64 [band], or None.
    scaler, scaler_m1 : the normalisation of both.
    m1 : by seed.
    classifiers : M2 and q(y|x) by (method, features, budget, seed).
    predictions, per_class, scores : of the test part; class_scores and scores as in `semispectral.evaluation.scores`.
    validation : scores of the validation part, by which models are chosen for figures.
    summary : means and intervals over seeds, of the test part: `semispectral.evaluation.intervals.summary`.
    guards : what is wrong, as `semispectral.evaluation.alerts.guards` gives it, each a mapping.
    config : the sections of the configuration that the results depend on.
    maps, logs : pictures of the mapped scenes and of the logged holes; their other files lie beside them.
    """

    census: tuple[Census, ...]
    classes: ClassMap
    parts: dict[str, np.ndarray]
    quotas: pd.DataFrame
    plan: dict[str, Any]
    sample: Pixels
    sample_m1: Pixels
    wavelengths_nm: np.ndarray | None
    scaler: Scaler
    scaler_m1: Scaler
    m1: dict[int, Kept]
    classifiers: dict[tuple[str, str, str, int], Kept]
    predictions: pd.DataFrame
    per_class: pd.DataFrame
    scores: pd.DataFrame
    validation: pd.DataFrame
    summary: pd.DataFrame
    guards: list[dict[str, Any]]
    config: dict[str, Any]
    maps: tuple[Path, ...]
    logs: tuple[Path, ...]

    @property
    def budgets(self) -> list[str]:
        """Label budgets that were scored, the largest last."""
        return sorted((str(budget) for budget in self.scores["budget"].unique()), key=budget_order)

    @property
    def headline(self) -> str:
        """The budget that single figures are of: the largest."""
        return self.budgets[-1]

    @property
    def seed(self) -> int:
        """The seed that single figures are of: the first."""
        return int(self.scores["seed"].min())

    def score(self, name: str, budget: str) -> pd.DataFrame:
        """Mean and interval of one score for each method of a budget, from best to worst by the mean's size."""
        rows = self.summary[(self.summary["score"] == name) & (self.summary["budget"].astype(str) == budget)]
        return rows.sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)


def read_study(paths: Paths, config: dict[str, Any]) -> Study:
    """Read all inputs of the report.

    Parameters
    ----------
    paths : by the names that the rule gives to its inputs.
    config : its sections of the configuration.
    """
    census = tuple(sorted(map(read_census, paths["census"]), key=lambda found: found.scene))
    plan_directory = paths["known"][0].parent
    scores = read_table(paths["scores"][0])
    predictions = read_table(paths["predictions"][0], columns=PREDICTION, filters=[("part", "==", "test")])
    intervals = read_table(paths["summary"][0])
    per_class = read_table(paths["per_class"][0])
    sample, sample_m1 = (_sample(paths[name]) for name in ("features", "features_m1"))
    scaler, scaler_m1 = (read_scaler(paths[name][0]) for name in ("scaler", "scaler_m1"))
    return Study(
        census=census,
        classes=ClassMap.read(paths["classes"][0]).select(read_classes(plan_directory / CLASSES).codes),
        parts={found.scene: read_parts(plan_directory, found.scene) for found in census},
        quotas=read_quotas(plan_directory / QUOTAS),
        plan=read_notes(paths["warnings"][0].parent),
        sample=sample,
        sample_m1=sample_m1,
        wavelengths_nm=_wavelengths(sample, census[0], bands=scaler.bands),
        scaler=scaler,
        scaler_m1=scaler_m1,
        m1={int(path.name): Kept.read(path) for path in paths["m1"]},
        classifiers={_identity(path): Kept.read(path) for path in paths["networks"]},
        predictions=predictions,
        per_class=per_class[per_class["part"] == "test"],
        scores=scores[scores["part"] == "test"],
        validation=scores[scores["part"] == "valid"],
        summary=intervals[intervals["part"] == "test"],
        guards=read_guards(paths["guards"][0]),
        config=config,
        maps=tuple(sorted(paths["maps"])),
        logs=tuple(sorted(paths["logs"])),
    )


def _wavelengths(sample: Pixels, found: Census, *, bands: int) -> np.ndarray | None:
    """Those of the cleaned bands; where columns are added to them, those of the scans, if cleaning left them alone."""
    if sample.wavelengths_nm is not None:
        return sample.wavelengths_nm
    return found.wavelengths_nm if found.bands == bands else None


def _identity(directory: Path) -> tuple[str, str, str, int]:
    """Method, features, budget and seed of a model, which its directory's path ends with."""
    method, features, budget, seed = directory.parts[-4:]
    return method, features, budget, int(seed)


def _sample(paths: Sequence[Path]) -> Pixels:
    return Pixels.concat([_some(read_shard(path)) for path in sorted(paths)])


def _some(pixels: Pixels) -> Pixels:
    """At most so many labelled pixels of each class and part, evenly taken from where they lie."""
    keep = []
    for _, rows in pixels.table[pixels.label >= 0].groupby(["label", "part"]):
        step = max(1, -(-len(rows) // MOST_PER_CLASS))
        keep.append(rows.index.to_numpy()[::step])
    return pixels.where(np.sort(np.concatenate([np.zeros(0, np.int64), *keep])))
