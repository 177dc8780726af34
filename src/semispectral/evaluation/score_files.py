"""Scores of one split and regime, and their files."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from semispectral.errors import MissingFileError
from semispectral.evaluation.alert_files import read_alerts, write_alerts
from semispectral.figures.methods import per_class_order
from semispectral.sampling.split_names import REGIMES
from semispectral.storage.atomic import replacing_directory
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.run_again import run_command
from semispectral.storage.seal import read_json, write_json
from semispectral.study.methods import METHODS
from semispectral.study.setting_types import OneOf, settings_class

FACTS, ALERTS = "facts.json", "alerts.json"


@settings_class("where")
class Where:
    """What was scored."""

    split: str
    """Its name: ``main`` for that of the section ``split``, else that of the benchmark's."""
    method: str
    """How it splits: ``groups``, ``blocks`` or ``leaky``."""
    regime: Annotated[str, OneOf(REGIMES)]
    """``inductive``, or ``transductive`` where the unlabelled pixels of the test part were seen in training."""

    @property
    def leaky(self) -> bool:
        """True if neighbours of test pixels are trained on."""
        return self.method == "leaky"


@dataclass(frozen=True)
class Scored:
    """Scores of one split and regime.

    Attributes
    ----------
    where : split and regime.
    class_names : names of the labels, in their order: p0, p1, ... of the predictions are theirs.
    scores : one row per run: RUN, pixels, classes, all overall scores; of the benchmark also seconds and peak_mb.
    classes : one row per run and label, from `semispectral.evaluation.scores.class_scores`.
    summary : means and intervals over seeds, from `semispectral.evaluation.intervals.summary`.
    class_summary : the same by class, from `semispectral.evaluation.intervals.class_summary`.
    wilcoxon : every pair of methods, from `semispectral.evaluation.significance.paired_wilcoxon`.
    mcnemar : every pair of methods on the test part, columns of `semispectral.evaluation.significance.mcnemar`.
    differences : from `semispectral.evaluation.differences.differences`.
    confusions : method, features, per_class, label, predicted, pixels, of the test part; summed over seeds, above 0.
    reliability : method, features, per_class, bin, pixels, confidence, accuracy, of the test part; all seeds together.
    risk : method, features, per_class, coverage (0.01 to 1), risk, of the test part; mean over seeds.
    alerts : alerts, each the fields of a `semispectral.evaluation.alerts.Alert`, worst first.
    """

    where: Where
    class_names: tuple[str, ...]
    scores: pd.DataFrame
    classes: pd.DataFrame
    summary: pd.DataFrame
    class_summary: pd.DataFrame
    wilcoxon: pd.DataFrame
    mcnemar: pd.DataFrame
    differences: pd.DataFrame
    confusions: pd.DataFrame
    reliability: pd.DataFrame
    risk: pd.DataFrame
    alerts: tuple[dict[str, Any], ...]

    @property
    def labels_per_class(self) -> list[str]:
        """Labels per class, the fewest first."""
        return sorted((str(per_class) for per_class in self.scores["per_class"].unique()), key=per_class_order)

    @property
    def seeds(self) -> list[int]:
        """Seeds that were run."""
        return sorted(int(seed) for seed in self.scores["seed"].unique())

    @property
    def methods(self) -> list[str]:
        """Keys of the methods that were run, in the order of the table of methods."""
        there = set(self.scores[["method", "features"]].itertuples(index=False, name=None))
        return [name for name, row in METHODS.items() if (row.method, row.features) in there]


TABLES = tuple(field.name for field in fields(Scored) if field.type is pd.DataFrame)


def write_scored(directory: Path, scored: Scored) -> None:
    """Write scores to a folder: a Parquet file for each table, ``alerts.json`` and ``facts.json``.

    Parameters
    ----------
    directory : path of the folder.
    scored : scores of one split and regime.
    """
    with replacing_directory(directory) as temporary:
        for name in TABLES:
            write_table(temporary / f"{name}.parquet", getattr(scored, name))
        facts = {"where": asdict(scored.where), "class_names": list(scored.class_names)}
        write_json(temporary / FACTS, facts)
        write_alerts(temporary / ALERTS, scored.alerts)


def read_scored(directory: Path) -> Scored:
    """Read scores that `write_scored` wrote.

    Parameters
    ----------
    directory : path of the folder.

    Raises
    ------
    MissingFileError : the folder holds no scores.
    """
    if not (directory / FACTS).is_file():
        raise MissingFileError(
            f"{directory}: scores are needed; {run_command()} makes them, and {run_command('benchmark')} those of its "
            "splits"
        )
    facts = read_json(directory / FACTS)
    tables = {name: read_table(directory / f"{name}.parquet") for name in TABLES}
    alerts = tuple(read_alerts(directory / ALERTS))
    return Scored(Where(**facts["where"]), tuple(facts["class_names"]), **tables, alerts=alerts)
