"""The files around a training run: the training set that a label budget makes of the features, and what was trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from semispectral.sampling.training_set import TrainingSet, read_features, training_set
from semispectral.storage.atomic import replacing_directory
from semispectral.storage.model_files import fill_model
from semispectral.storage.parquet import read_table, write_table

HISTORY = "history.parquet"


class Trained(Protocol):
    """What a training run gives, without the TensorFlow that made it."""

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by name."""

    @property
    def description(self) -> dict[str, Any]:
        """Which model it is, and how it was trained."""

    @property
    def history(self) -> pd.DataFrame:
        """One row per epoch."""


def read_training_set(
    features_paths: Sequence[str | Path],
    budgets: str | Path,
    *,
    features: str,
    budget: str,
    seed: int,
    scratch: Path | None = None,
) -> TrainingSet:
    """Read the features of all scenes and part them by one label budget of one seed.

    Parameters
    ----------
    scratch : as in `read_features`.
    """
    whole = read_features(features_paths, features=features, scratch=scratch)
    return training_set(whole, read_table(budgets), budget=budget, seed=seed)


def write_trained(directory: Path, trained: Trained) -> None:
    """Write a model's directory: weights, description, and its history as a table."""
    with replacing_directory(directory) as unfinished:
        fill_model(unfinished, trained.arrays, trained.description)
        write_table(unfinished / HISTORY, trained.history)
