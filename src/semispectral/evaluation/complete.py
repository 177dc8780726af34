"""Check the predictions of a split before methods are compared: known methods, no missing runs, the same pixels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.evaluation.predictions import PIXEL, RUN, assert_one_prediction, check_predictions
from semispectral.figures.methods import method_name, per_class_order, per_class_words
from semispectral.storage.parquet import read_tables
from semispectral.study.methods import METHODS
from semispectral.study.suggestions import hint

PLACES = ("scene", "hole")
COSTS = ("seconds", "peak_mb")
MOST_SAID = 6


def read_fits(method_id: str, paths: Sequence[Path]) -> pd.DataFrame:
    """Read all runs of one method and check them.

    Parameters
    ----------
    method_id : key of the method in the table of methods.
    paths : files of its fits, each of some seeds.

    Raises
    ------
    DataError : the predictions are of another method, lack the test part, or the costs of a run differ between pixels.
    SplitError : a run predicts a pixel twice.
    """
    if method_id not in METHODS:
        raise DataError(f"no method of the benchmark is called {method_id!r}; {hint(method_id, sorted(METHODS))}")
    table = read_tables(paths)
    check_predictions(table)
    if table.empty:  # a method without an answer
        return table
    found = {
        (str(method), str(features)) for method, features in table[["method", "features"]].drop_duplicates().values
    }
    wanted = (METHODS[method_id].method, METHODS[method_id].features)
    if found != {wanted}:
        raise DataError(f"the predictions of {method_id} must be of {wanted}, got {sorted(found)}: {paths[0]}")
    if "test" not in set(table["part"].unique()):
        raise DataError(
            f"the predictions of {method_id} must be of the test part too, got {sorted(table['part'].unique())}"
        )
    assert_one_prediction(table)
    known = [name for name in COSTS if name in table]  # of a packed job; the main line has Snakemake's times
    if 0 < len(known) < len(COSTS):
        raise DataError(f"the predictions of {method_id} need all of the columns {list(COSTS)} or none, got {known}")
    costs = table.groupby(["per_class", "seed"])[known]
    if known and not np.array_equal(costs.min(), costs.max()):
        raise DataError(f"the seconds and the memory of a run of {method_id} differ from pixel to pixel: fit it again")
    plain = {name: "str" for name in RUN if name != "seed"}
    return table.astype({**plain, **dict.fromkeys(PLACES, "str")}).astype(dict.fromkeys(PLACES, "category"))


def tested_pixels(run: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the pixels of one run, sorted by scene, line and sample, and which predictions are correct.

    Parameters
    ----------
    run : predictions of one run.

    Returns
    -------
    DataFrame of scene, line, sample and label; and bool [pixel].
    """
    ordered = run.assign(scene=run["scene"].astype("str")).sort_values(PIXEL, kind="stable", ignore_index=True)
    return ordered[[*PIXEL, "label"]], (ordered["label"] == ordered["predicted"]).to_numpy()


def refuse_other_pixels(pixels: pd.DataFrame, expected: pd.DataFrame, *, who: str, seed: int) -> None:
    """Raise DataError if a run was scored on other pixels or labels than the other runs of its seed.

    Parameters
    ----------
    pixels : pixels of the run, from `tested_pixels`.
    expected : pixels of the other runs.
    who : name of the run, for the message.
    seed : seed of the run.
    """
    if pixels.equals(expected):
        return
    merged = pixels.merge(expected, on=PIXEL, how="outer", suffixes=("", "_expected"), indicator=True)
    more, fewer = (int((merged["_merge"] == side).sum()) for side in ("left_only", "right_only"))
    other = int((merged["label"] != merged["label_expected"])[merged["_merge"] == "both"].sum())
    raise DataError(
        f"{who}, seed {seed}: all runs of a seed must be scored on the same test pixels; this one has {more} that the "
        f"others lack, lacks {fewer}, and has another truth at {other}: paired scores would mean nothing; fit it again"
    )


def refuse_missing(scores: pd.DataFrame) -> None:
    """Raise DataError if a method lacks labels per class or seeds that another method has.

    Parameters
    ----------
    scores : one row per run.
    """
    cells = {
        model: set(rows[["per_class", "seed"]].itertuples(index=False, name=None))
        for model, rows in scores.groupby(["method", "features"])
    }
    every: set[tuple[str, int]] = set().union(*cells.values())
    missing = [
        f"{method_name(*map(str, model))}, {per_class_words(per_class)}, seed {seed}"
        for model, own in cells.items()
        for per_class, seed in sorted(every - own, key=lambda cell: (per_class_order(cell[0]), cell[1]))
    ]
    if missing:
        more = f" and {len(missing) - MOST_SAID} more" if len(missing) > MOST_SAID else ""
        raise DataError(
            f"methods are compared on the same labels per class and seeds, but {len(missing)} runs are missing: "
            f"{'; '.join(missing[:MOST_SAID])}{more}; run their fits"
        )
