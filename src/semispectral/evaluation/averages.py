"""Average the predictions of several methods, pixel by pixel."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError
from semispectral.evaluation.predictions import check_predictions, class_count, probabilities_of
from semispectral.inference.average import WEIGHT, average

ASKED = ["per_class", "seed", "part", "scene", "line", "sample", "label"]


def average_predictions(
    members: Sequence[pd.DataFrame], *, method: str, features: str, weights: Sequence[float] = ()
) -> pd.DataFrame:
    """Return the average of the probabilities of several methods, as predictions of a method of its own.

    It is the geometric mean, as in maps (`semispectral.inference.average`).

    Where the time of the fits is known, that of the average is the sum of its members', and its memory the largest.

    Parameters
    ----------
    members : predictions of each method; all of the same runs and pixels, in the same order.
    method, features : names of the average in the table of methods.
    weights : how much each method counts; empty: all count the same. A method whose predictions have a column
        ``weight`` counts as this says.

    Raises
    ------
    IntegrityError : the members predicted other pixels, or other runs.
    """
    first = members[0]
    for other in members[1:]:
        if class_count(other) != class_count(first) or not _asked(other).equals(_asked(first)):
            raise IntegrityError(
                f"{method}: the predictions of {_name(first)} and {_name(other)} are not of the same pixels and runs; "
                "run both again"
            )
    named = weights or [1.0] * len(members)
    counted = [table.get(WEIGHT, weight) for table, weight in zip(members, named, strict=True)]
    probability = average([probabilities_of(table) for table in members], list(map(np.asarray, counted)))
    shares = {f"p{index}": probability[:, index] for index in range(probability.shape[1])}
    table = first.assign(
        method=method, features=features, predicted=probability.argmax(axis=1).astype(np.int16), **shares
    )
    if "seconds" in first:
        table["seconds"] = np.sum([each["seconds"].to_numpy() for each in members], axis=0, dtype=np.float32)
        table["peak_mb"] = np.max([each["peak_mb"].to_numpy() for each in members], axis=0)
    check_predictions(table)
    return table


def _asked(table: pd.DataFrame) -> pd.DataFrame:
    """Return what was asked of a method, whatever the types in which it was stored."""
    return table[ASKED].astype({"per_class": str, "scene": str, "part": str}).reset_index(drop=True)


def _name(table: pd.DataFrame) -> str:
    return "an empty table" if table.empty else f"{table['method'].iloc[0]} on {table['features'].iloc[0]}"
