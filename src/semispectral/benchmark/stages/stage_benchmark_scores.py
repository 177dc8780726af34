"""The stage `benchmark_scores`: the scores of the benchmark on one split and regime."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.benchmark.score_files import Where, write_scored
from semispectral.benchmark.scores import by_method, evaluate
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.stage_settings import stage_settings


def run_benchmark_scores(
    directory: str | Path, *, fits: Sequence[str | Path], classes_file: str | Path, known_file: str | Path, cfg: str
) -> None:
    """Score all methods on the same pixels, with intervals, tests and alerts.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    fits : sequence of str or Path
        Predictions of every method and its seeds.
    classes_file : str or Path
        Table of classes, classes.tsv, for their names.
    known_file : str or Path
        Classes of the splits, classes.json.
    cfg : str
        JSON of the sections ``evaluation`` (how the bootstrap is done) and ``benchmark`` (split, its method, regime).
    """
    known = ClassMap.read(Path(classes_file)).select(read_classes(Path(known_file)).codes)
    where = stage_settings(Where, cfg, "benchmark")
    bootstrap = json.loads(cfg)["evaluation"]
    scored = evaluate(by_method(fits), where=where, class_names=known.names, **bootstrap)
    write_scored(Path(directory), scored)
