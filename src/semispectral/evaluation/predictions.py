"""The table of predictions: its columns, how it is built from probabilities, and how it is checked."""

import numpy as np
import pandas as pd

from semispectral.errors import DataError, ShapeError
from semispectral.study.classes import ClassMap

RUN = ["method", "features", "budget", "seed", "part"]
PIXEL = ["scene", "line", "sample"]
PARTS = ("valid", "test")


def prediction_table(
    probability: np.ndarray,
    label: np.ndarray,
    *,
    method: str,
    features: str,
    budget: str,
    seed: int,
    part: str | np.ndarray,
    scene: str | np.ndarray,
    hole: str | np.ndarray,
    line: np.ndarray,
    sample: np.ndarray,
) -> pd.DataFrame:
    """Predictions of one trained model, one row per labelled pixel.

    Parameters
    ----------
    probability : float [pixel, class], 0 for a class unknown to the model.
    label : int [pixel], the truth, 0 to K - 1.
    method, features, budget, seed : what was trained, on what; budget is "5", "10", ..., or "all" labels per class.
    part, scene, hole, line, sample : where each pixel lies, [pixel] or one value for all.

    Returns
    -------
    DataFrame with the columns of the contract: identity, place, label and predicted (int16), p0 .. p{K-1} (float32).
    """
    if probability.ndim != 2 or len(probability) != len(label):
        raise ShapeError(
            f"prediction_table({method}): probability must be [pixel, class] with {len(label)} pixels as label, "
            f"got {probability.shape}"
        )
    columns = {
        "method": method,
        "features": features,
        "budget": str(budget),
        "seed": np.int64(seed),
        "scene": scene,
        "hole": hole,
        "line": np.asarray(line, dtype=np.int32),
        "sample": np.asarray(sample, dtype=np.int32),
        "part": part,
        "label": np.asarray(label, dtype=np.int16),
        "predicted": probability.argmax(axis=1).astype(np.int16),
    }
    shares = {f"p{index}": probability[:, index].astype(np.float32) for index in range(probability.shape[1])}
    table = pd.DataFrame({**columns, **shares})
    check_predictions(table)
    return table


def with_classes(table: pd.DataFrame, classes: ClassMap) -> pd.DataFrame:
    """A table of predictions that says which class label 0, 1, ... is: in its attrs, which go to disk with it."""
    named = table.copy(deep=False)
    named.attrs["classes"] = {"codes": list(classes.codes), "names": list(classes.names)}
    return named


def class_count(table: pd.DataFrame) -> int:
    """K, the number of columns p0, p1, ..."""
    count = 0
    while f"p{count}" in table.columns:
        count += 1
    return count


def probabilities_of(table: pd.DataFrame) -> np.ndarray:
    """Probabilities float32 [pixel, class] of a table of predictions."""
    return np.asarray(table[[f"p{index}" for index in range(class_count(table))]].to_numpy(np.float32))


def check_predictions(table: pd.DataFrame) -> None:
    """Raise DataError unless the table is one of predictions."""
    needed = [*RUN, *PIXEL, "hole", "label", "predicted", "p0"]
    if missing := [name for name in needed if name not in table.columns]:
        raise DataError(f"predictions lack the columns {missing}; got {list(table.columns)}")
    if not set(table["part"].unique()) <= set(PARTS):
        raise DataError(f"predictions are of the parts {PARTS}, got {sorted(table['part'].unique())}")
    classes = class_count(table)
    for name in ("label", "predicted"):
        values = table[name].to_numpy()
        if len(values) and (values.min() < 0 or values.max() >= classes):
            raise DataError(
                f"predictions: {name} must be 0 to {classes - 1}, as there are {classes} columns of probability; "
                f"got {values.min()} to {values.max()}; unlabelled pixels cannot be scored"
            )
    total = probabilities_of(table).sum(axis=1, dtype=np.float64)
    if not np.all(np.abs(total - 1) < 1e-3):
        wrong = int(np.sum(~(np.abs(total - 1) < 1e-3)))
        raise DataError(
            f"predictions: probabilities must sum to 1; {wrong} of {len(table)} rows do not, or are not finite"
        )
