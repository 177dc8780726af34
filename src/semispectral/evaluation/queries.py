"""What a method is asked and what it may know: pixels to predict, labels to learn from, the table of answers."""

import numpy as np
import pandas as pd

from semispectral.evaluation.predictions import PARTS, prediction_table
from semispectral.sampling.training_set import Features, TrainingSet

PLACE = ("part", "scene", "hole", "line", "sample")


def asked(features: Features) -> Features:
    """The pixels that every method predicts: the labelled ones of the validation and test parts."""
    in_part = features.table["part"].isin(PARTS).to_numpy()
    return features.where(in_part & (features.label >= 0))


def every_label(data: TrainingSet) -> tuple[np.ndarray, np.ndarray]:
    """Inputs float32 [pixel, input] and labels int16 [pixel] of the whole budget, validation labels included.

    For methods that tune by cross-validation and need no validation part: the budget is the same for all.
    """
    parts = (data.labelled, data.valid)
    return np.concatenate([part.mean for part in parts]), np.concatenate([part.label for part in parts])


def answers(
    probability: np.ndarray, query: Features, *, method: str, features: str, budget: str, seed: int
) -> pd.DataFrame:
    """The table of predictions of the pixels that were asked.

    Parameters
    ----------
    probability : float32 [pixel, class].
    query : the pixels, as `asked` gives them.
    method, features, budget, seed : the run.
    """
    place = {name: query.table[name].to_numpy() for name in PLACE}
    run = {"method": method, "features": features, "budget": budget, "seed": seed}
    return prediction_table(probability, query.label, **run, **place)  # type: ignore[arg-type]
