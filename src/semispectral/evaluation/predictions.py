"""Table of predictions: build it from probabilities, and check it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from semispectral.errors import DataError, ShapeError, SplitError

RUN = ["method", "features", "per_class", "seed", "part"]
PIXEL = ["scene", "line", "sample"]
PARTS = ("valid", "test")


def prediction_table(
    probability: np.ndarray,
    label: np.ndarray,
    *,
    method: str,
    features: str,
    per_class: str,
    seed: int,
    part: str | np.ndarray,
    scene: str | np.ndarray,
    hole: str | np.ndarray,
    line: np.ndarray,
    sample: np.ndarray,
) -> pd.DataFrame:
    """Build the predictions of one trained model, one row per labelled pixel.

    Parameters
    ----------
    probability : float [pixel, class], 0 for a class unknown to the model.
    label : int [pixel], true class, 0 to K - 1.
    method : name of the method.
    features : bands or latents.
    per_class : labels per class: "5", "10", ..., or "all".
    seed : seed of the run.
    part : "valid" or "test", per pixel [pixel] or one for all.
    scene : name of the scene, per pixel [pixel] or one for all.
    hole : name of the drill hole, per pixel [pixel] or one for all.
    line : int [pixel], line of the pixel in its scene.
    sample : int [pixel], sample of the pixel in its line.

    Returns
    -------
    DataFrame: method, features, per_class, seed, scene, hole, line, sample, part, label and predicted (int16),
    p0 .. p{K-1} (float32).

    Raises
    ------
    ShapeError : probabilities and labels differ in length.
    DataError : the table is invalid, as for `check_predictions`.
    """
    if probability.ndim != 2 or len(probability) != len(label):
        raise ShapeError(
            f"prediction_table({method}): probability must be [pixel, class] with {len(label)} pixels as label, "
            f"got {probability.shape}"
        )
    columns = {
        "method": method,
        "features": features,
        "per_class": str(per_class),
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


def class_count(table: pd.DataFrame) -> int:
    """Return the number of classes: the columns p0, p1, ...

    Parameters
    ----------
    table : table of predictions.
    """
    count = 0
    while f"p{count}" in table.columns:
        count += 1
    return count


def probabilities_of(table: pd.DataFrame) -> np.ndarray:
    """Return the probabilities of a table, float32 [pixel, class].

    Parameters
    ----------
    table : table of predictions.
    """
    return np.asarray(table[[f"p{index}" for index in range(class_count(table))]].to_numpy(np.float32))


def check_predictions(table: pd.DataFrame) -> None:
    """Raise DataError unless a table is a valid table of predictions.

    Parameters
    ----------
    table : table to check: columns, parts, range of the labels, and probabilities that sum to 1.
    """
    needed = [*RUN, *PIXEL, "hole", "label", "predicted", "p0"]
    if missing := [name for name in needed if name not in table.columns]:
        raise DataError(f"a table of predictions needs the columns {missing}, got {list(table.columns)}")
    if not set(table["part"].unique()) <= set(PARTS):
        raise DataError(f"predictions must be of the parts {PARTS}, got {sorted(table['part'].unique())}")
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


def assert_disjoint(pixels: pd.DataFrame, *, unit: Sequence[str] = tuple(PIXEL)) -> None:
    """Raise SplitError if a unit lies in two parts, or a pixel occurs twice.

    Parameters
    ----------
    pixels : one row per pixel, with the columns part, scene, line, sample, and those of `unit`.
    unit : columns that name the unit that parts must not share: a pixel by default, ("hole",) for a split by hole.

    Raises
    ------
    DataError : a column is missing.
    SplitError : the parts are not disjoint.
    """
    columns = list(unit)
    if missing := [name for name in {*columns, *PIXEL, "part"} if name not in pixels.columns]:
        raise DataError(f"a table of drawn pixels needs the columns {missing}, got {list(pixels.columns)}")
    shared = pixels.groupby(columns)["part"].nunique()
    shared = shared[shared > 1]
    if len(shared):
        parts = sorted(pixels["part"].unique())
        raise SplitError(
            f"{len(shared)} {'/'.join(columns)} lie in more than one of the parts {parts}, first {shared.index[0]}; "
            "scores on such a split say nothing; run split again"
        )
    twice = int(pixels.duplicated(PIXEL).sum())
    if twice:
        raise SplitError(f"{twice} pixels come more than once; each may be drawn once; run draw again")


def assert_one_prediction(predictions: pd.DataFrame) -> None:
    """Raise SplitError if a model predicts a pixel twice.

    Parameters
    ----------
    predictions : table of predictions.
    """
    key = [*(name for name in RUN if name != "part"), *PIXEL]
    twice = int(predictions.duplicated(key).sum())
    if twice:
        raise SplitError(f"{twice} predictions repeat a pixel of the same model: a pixel is scored once, in one part")
