"""Divide the pool into the parts of one split and seed, draw the labels per class, and check both."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.benchmark.pool import BUDGETS_FILE, PARTS_FILE, read_deal
from semispectral.errors import ConfigError, SplitError
from semispectral.evaluation.predictions import assert_disjoint
from semispectral.sampling.label_budgets import ALL, BudgetConfig, check_budgets, label_budgets
from semispectral.sampling.split import LabelRaster, SplitConfig, check_parts, split
from semispectral.scans.cube import PARTS
from semispectral.storage.parquet import write_table
from semispectral.study.stage_settings import settings


def split_settings(row: Mapping[str, Any], holes: Sequence[str], *, seed: int) -> SplitConfig:
    """Return the settings of a split for one seed.

    Parameters
    ----------
    row : keys of the configuration's ``split`` and, with ``groups``, optionally ``folds``: holes are divided into this
        many folds, the same for all seeds, and each seed tests the next one.
    holes : names of all holes.
    seed : seed of the split.

    Raises
    ------
    ConfigError : folds are given for another method than groups, or there are more folds than holes.
    """
    keys = {key: value for key, value in row.items() if key not in ("name", "folds")} | {"seed": seed}
    folds = int(row.get("folds", 0))
    if folds:
        if row["method"] != "groups" or not 2 <= folds <= len(holes):
            raise ConfigError(
                f"benchmark.splits: folds must be 2 to the number of holes ({len(holes)}), with method groups; got "
                f"{folds} with method {row['method']}"
            )
        dealt = np.random.default_rng(0).permutation(sorted(holes))
        keys["test_groups"] = np.array_split(dealt, folds)[(seed - 1) % folds].tolist()
    return settings(SplitConfig, keys, where="benchmark.splits")


def deal(rasters: Sequence[LabelRaster], pool: pd.DataFrame, config: SplitConfig) -> pd.DataFrame:
    """Return the pixels of the pool that are in a part.

    Parameters
    ----------
    rasters : labels of every scene.
    pool : one row per pixel, as in `Pixels`.
    config : settings of the split, with its seed.

    Returns
    -------
    DataFrame with the columns of the pool and the new ``part``; pixels of the buffer are left out.
    """
    parts = split(rasters, config)
    names = np.array(["", *PARTS])
    part = np.full(len(pool), "", names.dtype)
    for scene, rows in pool.groupby("scene", observed=True):
        at = rows["line"].to_numpy(), rows["sample"].to_numpy()
        part[pool.index.get_indexer(rows.index)] = names[parts[str(scene)][at]]
    dealt = pool.assign(part=pd.array(part.tolist(), dtype="str"))
    kept: pd.DataFrame = dealt[part != ""].astype({"scene": "str", "hole": "str"}).reset_index(drop=True)
    return kept


def write_deal(directory: Path, parts: pd.DataFrame, config: SplitConfig, budgets: BudgetConfig) -> None:
    """Draw the labels per class, write them and the parts, read both again, and check them.

    Parameters
    ----------
    directory : directory of the split.
    parts : pixels of the pool with their parts.
    config : settings of the split.
    budgets : settings of the labels per class.
    """
    write_table(directory / PARTS_FILE, parts)
    write_table(directory / BUDGETS_FILE, label_budgets(parts, budgets))
    check_deal(directory, config, budgets)


def check_deal(directory: Path, config: SplitConfig, settings: BudgetConfig) -> None:
    """Check the files of a split.

    Parts must be disjoint, with a buffer between them and whole holes if these are the unit; labels per class exact.

    Parameters
    ----------
    directory : directory of the split.
    config : settings of the split.
    settings : settings of the labels per class.

    Raises
    ------
    SplitError : a check fails.
    """
    parts, budgets = read_deal(directory)
    assert_disjoint(parts)
    if config.method == "groups":
        tested = parts["part"] == "test"
        assert_disjoint(parts.assign(part=np.where(tested, "test", "training")), unit=("hole",))
    for scene, rows in parts.groupby("scene"):
        raster = np.zeros((rows["line"].max() + 1, rows["sample"].max() + 1), np.uint8)
        raster[rows["line"], rows["sample"]] = rows["part"].map({part: i for i, part in enumerate(PARTS, start=1)})
        check_parts(raster, config.distance, where=f"{directory}, {scene}")
    for part in ("train", "test"):
        if not ((parts["part"] == part) & (parts["label"] >= 0)).any():
            raise SplitError(
                f"{directory}: the benchmark needs labelled pixels in {part}, got none; change the split's shares, "
                "its blocks or its test holes"
            )
    check_budgets(budgets, parts, settings)
    _check_spent(directory, budgets)


def _check_spent(directory: Path, budgets: pd.DataFrame) -> None:
    """Raise SplitError if a class has more labels than allowed, validation labels included."""
    spent = budgets[budgets["budget"] != ALL].groupby(["budget", "label"]).size().rename("labels").reset_index()
    over = spent[spent["labels"] > spent["budget"].astype(int)]
    if len(over):
        raise SplitError(f"{directory}: more labels than the budget allows: {over.iloc[0].to_dict()}; run it again")
