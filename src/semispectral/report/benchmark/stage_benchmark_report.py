"""The stage `benchmark_report`: the page, the figures and the tables of the benchmark."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.evaluation.score_files import read_scored
from semispectral.report.benchmark.page import write_report


def run_benchmark_report(index: str | Path, *, scores: Sequence[str | Path], root: str | Path, cfg: str) -> None:
    """Write the benchmark's report: its page, its figures, its tables for a paper, and one table of all scores.

    Parameters
    ----------
    index : str or Path
        HTML file to write; the other files go beside it.
    scores : sequence of str or Path
        Folder of the scores of each split and regime.
    root : str or Path
        Folder of the workflow, by whose sources the report says what made it.
    cfg : str
        JSON of the sections of the configuration that the report shows.
    """
    scored = [read_scored(Path(folder)) for folder in scores]
    write_report(Path(index), scored, config=json.loads(cfg), root=Path(root))
