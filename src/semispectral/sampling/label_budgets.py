"""Choose the labelled pixels that a model may use with 5, 10, ... labels per class; nested within a seed."""

import logging
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from semispectral.errors import SplitError
from semispectral.pool.pixel_ranks import priority
from semispectral.study.setting_types import Budget, Seed, Unique, settings_class

log = logging.getLogger(__name__)

ALL = "all"
PLACE = ["scene", "line", "sample"]
COLUMNS = ["seed", "budget", *PLACE, "label", "part"]


@settings_class("runs")
class BudgetConfig:
    """Numbers of labels per class, and the seeds of their draws."""

    labels_per_class: Annotated[tuple[Budget, ...], Field(min_length=1), Unique()] = (20,)
    """Labels per class, validation labels included, or all."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), Unique()] = (1,)
    """Seeds, one draw of labels each."""
    valid_share: Annotated[float, Field(ge=0, le=0.5)] = 0.2
    """Share of the labels per class that is used for validation, 0 to 0.5."""


def label_budgets(table: pd.DataFrame, settings: BudgetConfig) -> pd.DataFrame:
    """Draw the labels of every budget and seed from the labelled pixels of train and valid.

    Within a seed a smaller budget is a subset of a larger one. Of B labels of a class, ``max(1, round(valid_share B))``
    come from valid (none if B is 1 or the class has none there) and the rest from train. Where train has too few, valid
    supplies the rest. A class with fewer than B labelled pixels gives half of them (at least one), but never fewer than
    it gives to a smaller budget, so that budgets stay nested.

    Parameters
    ----------
    table : DataFrame, one row per pixel of all samples: scene, line, sample, label, part, as in `Pixels.table`.
    settings : BudgetConfig, budgets and seeds.

    Returns
    -------
    DataFrame with the columns seed, budget (str), scene, line, sample, label, part.

    Raises
    ------
    SplitError : a pixel occurs twice, or the result is not disjoint from test, nested and exact.
    """
    twice = int(table[table["label"] >= 0].duplicated(PLACE).sum())
    if twice:
        raise SplitError(f"the split holds {twice} labelled pixels twice, but parts must be disjoint; run split again")
    pool = _pool(table)
    if not (pool["part"] == "train").any():
        raise SplitError(f"budgets need labelled pixels in train, got none among {len(pool)} labelled; see the split")
    sizes = _sizes(pool, settings)
    _say_few(sizes)
    drawn = []
    for seed in settings.seeds:
        ranked = _ranked(pool, seed)
        column = (ranked["part"] == "valid").to_numpy(np.int64)
        for budget, size in sizes.items():
            take = size.reindex(ranked["label"]).to_numpy()[np.arange(len(ranked)), column]
            drawn.append(ranked[ranked["rank"] < take].assign(seed=seed, budget=budget)[COLUMNS])
    budgets = pd.concat(drawn, ignore_index=True)
    check_budgets(budgets, table, settings)
    return budgets


def _pool(table: pd.DataFrame) -> pd.DataFrame:
    """Return the pixels that may be drawn: labelled, in train or valid. Text columns replace categories."""
    rows = table.loc[(table["label"] >= 0) & table["part"].isin(["train", "valid"]), [*PLACE, "label", "part"]]
    return rows.astype({"scene": "str", "part": "str"})


def _ranked(pool: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the pool with the rank of each pixel in the draw of its label and part, 0 first."""
    order = np.zeros(len(pool), np.uint64)
    for scene, rows in pool.reset_index(drop=True).groupby("scene"):
        # A stream of its own: with the shards' key, the first labels drawn would be those that the cap keeps first.
        stream = f"label budgets of {scene}"
        order[rows.index] = priority(seed, stream, rows["line"].to_numpy(), rows["sample"].to_numpy())
    keyed: pd.DataFrame = pool.assign(order=order).sort_values(["label", "part", "order", *PLACE], ignore_index=True)
    return keyed.assign(rank=keyed.groupby(["label", "part"]).cumcount())


def _sizes(pool: pd.DataFrame, settings: BudgetConfig) -> dict[str, pd.DataFrame]:
    """Return the pixels of each label from train and from valid, by budget: DataFrame [label, (train, valid)]."""
    counts = pd.crosstab(pool["label"], pool["part"]).reindex(columns=["train", "valid"], fill_value=0)
    return budget_sizes(counts, settings)


def budget_sizes(counts: pd.DataFrame, settings: BudgetConfig) -> dict[str, pd.DataFrame]:
    """Return the number of pixels of each label that each budget takes from train and from valid.

    Parameters
    ----------
    counts : int [label, (train, valid)], labelled pixels available.
    settings : BudgetConfig, settings of this step.

    Returns
    -------
    dict from budget to DataFrame int [label, (train, valid)].
    """
    total = counts.sum(axis=1)
    given = pd.Series(0, index=counts.index)
    sizes = {}
    for budget in sorted(budget for budget in settings.labels_per_class if isinstance(budget, int)):
        wanted = total.where(total >= budget, (total // 2).clip(lower=1)).clip(upper=budget)
        given = given.clip(lower=wanted)
        sizes[str(budget)] = _divided(given, counts, settings.valid_share)
    if ALL in settings.labels_per_class:
        sizes[ALL] = counts
    return sizes


def _say_few(sizes: dict[str, pd.DataFrame]) -> None:
    """Log the budgets that some class cannot fill."""
    for budget, size in sizes.items():
        given = size.sum(axis=1)
        few = given[given < int(budget)] if budget != ALL else given[:0]
        if len(few):
            said = (budget, len(few), len(given), few.min(), few.max())
            log.info("budget %s: %d of %d classes have fewer labels, and give %d to %d of them", *said)


def _divided(given: "pd.Series[int]", counts: pd.DataFrame, valid_share: float) -> pd.DataFrame:
    """Divide the pixels that each label gives between train and valid."""
    share = (given * valid_share).round().clip(lower=1 if valid_share else 0)
    valid = share.where(given > 1, 0).clip(upper=counts["valid"]).astype(np.int64)
    train = (given - valid).clip(upper=counts["train"])
    return pd.DataFrame({"train": train, "valid": given - train})


def check_budgets(budgets: pd.DataFrame, table: pd.DataFrame, settings: BudgetConfig) -> None:
    """Check that budgets, drawn or read from disk, are disjoint from test, exact and nested.

    Parameters
    ----------
    budgets : DataFrame, table of `label_budgets`.
    table : DataFrame, one row per pixel of all samples, as in `Pixels.table`.
    settings : BudgetConfig, settings of this step.

    Raises
    ------
    SplitError : one of the three conditions fails; the message says which, and where.
    """
    known = _pool(table)
    merged = budgets.merge(known, on=[*PLACE, "label", "part"], how="left", indicator=True)
    foreign = int((merged["_merge"] != "both").sum())
    if foreign:
        raise SplitError(
            f"budgets hold {foreign} pixels that are not labelled pixels of train or valid; run budget again"
        )
    sizes = _sizes(known, settings)
    for seed, mine in budgets.groupby("seed"):
        smaller = pd.MultiIndex.from_frame(mine.iloc[:0][PLACE])
        for budget, size in sizes.items():
            rows = mine[mine["budget"] == budget]
            places = pd.MultiIndex.from_frame(rows[PLACE])
            found = pd.crosstab(rows["label"], rows["part"]).reindex(
                index=size.index, columns=size.columns, fill_value=0
            )
            if not places.is_unique or (found.to_numpy() != size.to_numpy()).any():
                raise SplitError(f"seed {seed}, budget {budget}: counts per label and part are not those asked for")
            if not smaller.isin(places).all():
                raise SplitError(f"seed {seed}: the budget before {budget} is not part of it; run budget again")
            smaller = places
