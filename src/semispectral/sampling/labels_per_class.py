"""Choose the labelled pixels that a model may use with 5, 10, ... labels per class; nested within a seed."""

import logging
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from semispectral.errors import SplitError
from semispectral.pool.pixel_ranks import priority
from semispectral.study.setting_types import PerClass, Seed, Unique, settings_class

log = logging.getLogger(__name__)

ALL = "all"
PLACE = ["scene", "line", "sample"]
COLUMNS = ["seed", "per_class", *PLACE, "label", "part"]


@settings_class("runs")
class RunsConfig:
    """Numbers of labels per class, and the seeds of their draws."""

    labels_per_class: Annotated[tuple[PerClass, ...], Field(min_length=1), Unique()] = (20,)
    """Labels per class, validation labels included, or all."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), Unique()] = (1,)
    """Seeds, one draw of labels each."""
    valid_share: Annotated[float, Field(ge=0, le=0.5)] = 0.2
    """Share of the labels per class that is used for validation, 0 to 0.5."""


def choose_labels(table: pd.DataFrame, settings: RunsConfig) -> pd.DataFrame:
    """Draw the labels of every number of labels per class and seed from the labelled pixels of train and valid.

    Within a seed fewer labels per class are a subset of more. Of B labels of a class, ``max(1, round(valid_share B))``
    come from valid (none if B is 1 or the class has none there) and the rest from train. Where train has too few, valid
    supplies the rest. A class with fewer than B labelled pixels gives half of them (at least one), but never fewer than
    it gives to fewer labels per class, so that they stay nested.

    Parameters
    ----------
    table : DataFrame, one row per pixel of all samples: scene, line, sample, label, part, as in `Pixels.table`.
    settings : RunsConfig, labels per class and seeds.

    Returns
    -------
    DataFrame with the columns seed, per_class (str), scene, line, sample, label, part.

    Raises
    ------
    SplitError : a pixel occurs twice, or the result is not disjoint from test, nested and exact.
    """
    twice = int(table[table["label"] >= 0].duplicated(PLACE).sum())
    if twice:
        raise SplitError(f"the split holds {twice} labelled pixels twice, but parts must be disjoint; run split again")
    pool = _pool(table)
    if not (pool["part"] == "train").any():
        raise SplitError(
            f"labels per class need labelled pixels in train, got none among {len(pool)} labelled; see the split"
        )
    sizes = _sizes(pool, settings)
    _say_few(sizes)
    drawn = []
    for seed in settings.seeds:
        ranked = _ranked(pool, seed)
        column = (ranked["part"] == "valid").to_numpy(np.int64)
        for per_class, size in sizes.items():
            take = size.reindex(ranked["label"]).to_numpy()[np.arange(len(ranked)), column]
            drawn.append(ranked[ranked["rank"] < take].assign(seed=seed, per_class=per_class)[COLUMNS])
    labels = pd.concat(drawn, ignore_index=True)
    check_chosen(labels, table, settings)
    return labels


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


def _sizes(pool: pd.DataFrame, settings: RunsConfig) -> dict[str, pd.DataFrame]:
    """Return the pixels of each class to take, by labels per class: DataFrame [label, (train, valid)]."""
    counts = pd.crosstab(pool["label"], pool["part"]).reindex(columns=["train", "valid"], fill_value=0)
    return label_counts(counts, settings)


def label_counts(counts: pd.DataFrame, settings: RunsConfig) -> dict[str, pd.DataFrame]:
    """Return the number of pixels of each label that each number of labels per class takes from train and from valid.

    Parameters
    ----------
    counts : int [label, (train, valid)], labelled pixels available.
    settings : RunsConfig, settings of this step.

    Returns
    -------
    dict from labels per class to DataFrame int [label, (train, valid)].
    """
    total = counts.sum(axis=1)
    given = pd.Series(0, index=counts.index)
    sizes = {}
    for per_class in sorted(per_class for per_class in settings.labels_per_class if isinstance(per_class, int)):
        wanted = total.where(total >= per_class, (total // 2).clip(lower=1)).clip(upper=per_class)
        given = given.clip(lower=wanted)
        sizes[str(per_class)] = _divided(given, counts, settings.valid_share)
    if ALL in settings.labels_per_class:
        sizes[ALL] = counts
    return sizes


def _say_few(sizes: dict[str, pd.DataFrame]) -> None:
    """Log the numbers of labels per class that some class cannot fill."""
    for per_class, size in sizes.items():
        given = size.sum(axis=1)
        few = given[given < int(per_class)] if per_class != ALL else given[:0]
        if len(few):
            said = (per_class, len(few), len(given), few.min(), few.max())
            log.info("%s labels per class: %d of %d classes have fewer labels, and give %d to %d of them", *said)


def _divided(given: "pd.Series[int]", counts: pd.DataFrame, valid_share: float) -> pd.DataFrame:
    """Divide the pixels that each label gives between train and valid."""
    share = (given * valid_share).round().clip(lower=1 if valid_share else 0)
    valid = share.where(given > 1, 0).clip(upper=counts["valid"]).astype(np.int64)
    train = (given - valid).clip(upper=counts["train"])
    return pd.DataFrame({"train": train, "valid": given - train})


def check_chosen(labels: pd.DataFrame, table: pd.DataFrame, settings: RunsConfig) -> None:
    """Check that the labels of runs, drawn or read from disk, are disjoint from test, exact and nested.

    Parameters
    ----------
    labels : DataFrame, table of `choose_labels`.
    table : DataFrame, one row per pixel of all samples, as in `Pixels.table`.
    settings : RunsConfig, settings of this step.

    Raises
    ------
    SplitError : one of the three conditions fails; the message says which, and where.
    """
    known = _pool(table)
    merged = labels.merge(known, on=[*PLACE, "label", "part"], how="left", indicator=True)
    foreign = int((merged["_merge"] != "both").sum())
    if foreign:
        raise SplitError(
            f"the labels of the runs hold {foreign} pixels that are not labelled pixels of train or valid; run "
            "choose_labels again"
        )
    sizes = _sizes(known, settings)
    for seed, mine in labels.groupby("seed"):
        smaller = pd.MultiIndex.from_frame(mine.iloc[:0][PLACE])
        for per_class, size in sizes.items():
            rows = mine[mine["per_class"] == per_class]
            places = pd.MultiIndex.from_frame(rows[PLACE])
            cells = pd.MultiIndex.from_product([size.index, size.columns])
            found = rows.groupby(["label", "part"], observed=True).size().reindex(cells, fill_value=0)
            if not places.is_unique or (found.to_numpy() != size.to_numpy().ravel()).any():
                raise SplitError(
                    f"seed {seed}, {per_class} labels per class: counts per label and part are not those asked for"
                )
            if not smaller.isin(places).all():
                raise SplitError(
                    f"seed {seed}: the labels per class before {per_class} are not part of it; run choose_labels again"
                )
            smaller = places
