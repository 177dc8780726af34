"""The stage `budget`: the labels that a model may see, for one number of labels per class and one seed."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from semispectral.sampling.label_budgets import BudgetConfig, label_budgets
from semispectral.spectra.shards import read_table
from semispectral.storage.parquet import write_table
from semispectral.study.stage_settings import settings


def run_budget(budget_file: str | Path, *, shards: Sequence[str | Path], budget: str, seed: int, cfg: str) -> None:
    """Draw the labels of one budget and one seed.

    Parameters
    ----------
    budget_file : str or Path Parquet file to write: one row per label, with its pixel and its part.
    shards : sequence of str or Path Sample of every scene; only its table is read.
    budget : str Labels per class, or "all".
    seed : int Seed of the draw.
    cfg : str JSON of the section ``runs``: ``budgets`` up to this one, which contains the smaller ones, and
        ``valid_share``.
    """
    runs = json.loads(cfg)["runs"] | {"seeds": [seed]}
    table = pd.concat([read_table(Path(path)) for path in shards], ignore_index=True)
    drawn = label_budgets(table, settings(BudgetConfig, runs, where="runs"))
    write_table(budget_file, drawn[drawn["budget"] == budget])
