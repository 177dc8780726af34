"""Write one split and seed of the benchmark: parts, pixels of M1, labels per class; and check them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import ConfigError, SplitError
from semispectral.evaluation.predictions import assert_disjoint
from semispectral.sampling.labels_per_class import ALL, RunsConfig, check_chosen, choose_labels
from semispectral.sampling.split import SplitConfig, check_parts
from semispectral.sampling.split_files import write_tables
from semispectral.sampling.split_names import BANDS_FILE, LABELS_FILE, M1_FILE, PIXELS
from semispectral.sampling.study_split import DEALT, StudySplit
from semispectral.scans.cube import PARTS
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.seal import write_json
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


def write_deal(
    directory: Path,
    found: StudySplit,
    of_m1: pd.DataFrame,
    *,
    config: SplitConfig,
    labels: RunsConfig,
    bad_bands: Sequence[int] = (),
) -> None:
    """Write a split and its labels per class, read both again, and check them.

    Parameters
    ----------
    directory : directory of the split.
    found : the split.
    of_m1 : pixels that M1 sees, from `semispectral.sampling.study_split.deal_for_m1`.
    config : settings of the split.
    labels : settings of the labels per class.
    bad_bands : numbers of the bands that are left out of all scenes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    write_tables(directory, found)
    write_table(directory / M1_FILE, of_m1[DEALT])
    write_table(directory / LABELS_FILE, choose_labels(found.pixels, labels))
    write_json(directory / BANDS_FILE, {"bad_bands": list(bad_bands)})
    check_deal(directory, config, labels)


def check_deal(directory: Path, config: SplitConfig, settings: RunsConfig) -> None:
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
    parts, of_m1, labels = (read_table(directory / name) for name in (PIXELS, M1_FILE, LABELS_FILE))
    for draw in (parts[parts["label"] >= 0], parts[parts["label"] < 0], of_m1):
        assert_disjoint(draw)
    both = pd.concat([parts, of_m1[of_m1["part"] != "valid"]])
    if config.method == "groups":
        assert_disjoint(_tested(both).drop_duplicates(["hole", "part"]), unit=("hole",))
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
    check_chosen(labels, parts, settings)
    _check_spent(directory, labels)


def _tested(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with two parts: the tested pixels, and all others."""
    return table.assign(part=np.where(table["part"] == "test", "test", "training"))


def _check_spent(directory: Path, labels: pd.DataFrame) -> None:
    """Raise SplitError if a class has more labels than allowed, validation labels included."""
    spent = labels[labels["per_class"] != ALL].groupby(["per_class", "label"]).size().rename("labels").reset_index()
    over = spent[spent["labels"] > spent["per_class"].astype(int)]
    if len(over):
        raise SplitError(f"{directory}: more labels per class than asked for: {over.iloc[0].to_dict()}; run it again")
