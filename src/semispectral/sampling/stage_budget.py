"""The stage `budget`: the labels that a model may see, for one number of labels per class and one seed."""

import json
from pathlib import Path

from semispectral.sampling.label_budgets import BudgetConfig, label_budgets
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.stage_settings import settings


def run_budget(budget_file: str | Path, *, pixels_file: str | Path, budget: str, seed: int, cfg: str) -> None:
    """Draw the labels of one budget and one seed.

    Parameters
    ----------
    budget_file : str or Path
        Parquet file to write: one row per label, with its pixel and its part.
    pixels_file : str or Path
        Pixels of the split.
    budget : str
        Labels per class, or "all".
    seed : int
        Seed of the draw.
    cfg : str
        JSON of the section ``runs``: ``labels_per_class`` up to this number, which contains the smaller ones, and
        ``valid_share``.
    """
    runs = json.loads(cfg)["runs"] | {"seeds": [seed]}
    drawn = label_budgets(read_table(pixels_file), settings(BudgetConfig, runs, where="runs"))
    write_table(budget_file, drawn[drawn["budget"] == budget])
