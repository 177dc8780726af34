"""The stage `evaluate`: the scores of all methods on the same pixels, of one split and regime."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.evaluation.score_files import Where, write_scored
from semispectral.evaluation.split_scores import by_method, evaluate
from semispectral.sampling.split_names import CLASSES
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.stage_settings import stage_settings


def run_evaluate(
    directory: str | Path, *, predictions: Sequence[str | Path], classes_file: str | Path, known: str | Path, cfg: str
) -> None:
    """Score all methods on the same pixels, with intervals, tests and alerts.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    predictions : sequence of str or Path
        Predictions of every method, number of labels per class and seed; their folders name the method and its
        features.
    classes_file : str or Path
        Table of classes, classes.tsv, for their names.
    known : str or Path
        Folder of the split, or its file classes.json.
    cfg : str
        JSON of the sections ``evaluation`` (how the bootstrap is done) and ``where`` (split, its method, regime).
    """
    given = Path(known)
    codes = read_classes(given / CLASSES if given.is_dir() else given).codes
    names = ClassMap.read(Path(classes_file)).in_order(codes).names
    where = stage_settings(Where, cfg, "where")
    bootstrap = json.loads(cfg)["evaluation"]
    write_scored(Path(directory), evaluate(by_method(predictions), where=where, class_names=names, **bootstrap))
