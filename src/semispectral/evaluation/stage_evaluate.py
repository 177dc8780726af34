"""The stage `evaluate`: the scores of all methods on the same pixels."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from semispectral.evaluation.alert_files import write_alerts
from semispectral.evaluation.alerts import alerts
from semispectral.evaluation.intervals import summary
from semispectral.evaluation.predictions import with_classes
from semispectral.evaluation.scores import class_scores, scores
from semispectral.storage.parquet import read_tables, write_table
from semispectral.study.classes import ClassMap, read_classes


def run_evaluate(
    *,
    predictions_file: str | Path,
    scores_file: str | Path,
    class_scores_file: str | Path,
    summary_file: str | Path,
    alerts_file: str | Path,
    predictions: Sequence[str | Path],
    classes_file: str | Path,
    known_file: str | Path,
    cfg: str,
) -> None:
    """Score every prediction on the pixels that training never saw, and look for what makes a score suspect.

    Parameters
    ----------
    predictions_file, scores_file, class_scores_file, summary_file : str or Path
        Parquet files to write: all predictions in one table, their scores, the scores of each class, and means over
        seeds with their intervals.
    alerts_file : str or Path
        JSON file to write: what makes a score suspect.
    predictions : sequence of str or Path
        Predictions of every method, features, per_class and seed.
    classes_file : str or Path
        Table of classes, classes.tsv, for their names.
    known_file : str or Path
        Classes of the split, classes.json.
    cfg : str
        JSON of the section ``evaluation``: how the bootstrap is done.
    """
    known = ClassMap.read(Path(classes_file)).select(read_classes(Path(known_file)).codes)
    table = with_classes(read_tables(predictions), known)
    bootstrap = json.loads(cfg)["evaluation"]
    write_table(predictions_file, table)
    write_table(scores_file, scores(table))
    write_table(class_scores_file, class_scores(table))
    write_table(summary_file, summary(table, **bootstrap))
    found = [asdict(alert) for alert in alerts(table, class_names=known.names)]
    write_alerts(Path(alerts_file), found)
