"""Select the pixels to predict and the labels available for training, and build the table of predictions."""

import numpy as np
import pandas as pd

from semispectral.evaluation.predictions import PARTS, prediction_table
from semispectral.sampling.training_set import Features, TrainingSet

PLACE = ("part", "scene", "hole", "line", "sample")


def asked(features: Features) -> Features:
    """Return the pixels that every method predicts: the labelled ones of the validation and test parts.

    Parameters
    ----------
    features : pixels with their features.
    """
    in_part = features.table["part"].isin(PARTS).to_numpy()
    return features.where(in_part & (features.label >= 0))


def every_label(data: TrainingSet) -> tuple[np.ndarray, np.ndarray]:
    """Return all labelled pixels, with the validation labels.

    Methods that tune by cross-validation need no validation part. They get all labels, so that every method has the
    same number of labels per class.

    Parameters
    ----------
    data : training set.

    Returns
    -------
    Inputs float32 [pixel, input] and labels int16 [pixel].
    """
    parts = (data.labelled, data.valid)
    return np.concatenate([part.mean for part in parts]), np.concatenate([part.label for part in parts])


def of_classes(probability: np.ndarray, classes: int) -> np.ndarray:
    """Return probabilities with a column for every class: 0 for those that only test holes have, which come last.

    Parameters
    ----------
    probability : float32 [pixel, class of the model].
    classes : number of all classes.

    Returns
    -------
    float32 [pixel, class].
    """
    return np.pad(probability, ((0, 0), (0, classes - probability.shape[1])))


def answers(
    probability: np.ndarray, query: Features, *, method: str, features: str, per_class: str, seed: int
) -> pd.DataFrame:
    """Build the table of predictions of the selected pixels.

    Parameters
    ----------
    probability : float32 [pixel, class].
    query : the pixels, from `asked`.
    method : name of the method.
    features : bands or latents.
    per_class : labels per class.
    seed : seed of the run.
    """
    place = {name: query.table[name].to_numpy() for name in PLACE}
    run = {"method": method, "features": features, "per_class": per_class, "seed": seed}
    return prediction_table(probability, query.label, **run, **place)  # type: ignore[arg-type]
