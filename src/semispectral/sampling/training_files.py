"""Read the training set of a run, and write the trained model."""

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
    """Result of a training run, without a dependency on TensorFlow."""

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Weights by name."""

    @property
    def description(self) -> dict[str, Any]:
        """Kind of the model, and how it was trained."""

    @property
    def history(self) -> pd.DataFrame:
        """Table with one row per epoch."""


def read_training_set(
    features_paths: Sequence[str | Path],
    labels: str | Path,
    *,
    features: str,
    per_class: str,
    seed: int,
    scaler_directory: str | Path,
    pixels_file: str | Path,
    scratch: Path | None = None,
) -> TrainingSet:
    """Read the features of all scenes and divide them by one number of labels per class and one seed.

    Parameters
    ----------
    features_paths : sequence of path-like, samples, or latents, of all scenes.
    labels : path-like, table of `choose_labels`.
    features : str, ``bands`` or ``latents``.
    per_class : str, labels per class, as text.
    seed : int, seed of the draw of labels.
    scaler_directory, pixels_file : path-like, as in `read_features`.
    scratch : Path or None, folder for bands that do not fit in memory, see `read_features`.
    """
    whole = read_features(
        features_paths, features=features, scaler_directory=scaler_directory, pixels_file=pixels_file, scratch=scratch
    )
    return training_set(whole, read_table(labels), per_class=per_class, seed=seed)


def write_trained(directory: Path, trained: Trained) -> None:
    """Write the directory of a model: weights, description, and its history as a table.

    Parameters
    ----------
    directory : Path, folder of the model; replaced as a whole.
    trained : result of the training.
    """
    with replacing_directory(directory) as unfinished:
        fill_model(unfinished, trained.arrays, trained.description)
        write_table(unfinished / HISTORY, trained.history)
