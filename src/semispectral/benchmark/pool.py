"""Pixels of the pool with the parts and labels of one split and seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.benchmark.benchmark_settings import TRANSDUCTIVE
from semispectral.errors import DataError
from semispectral.sampling.training_set import KEY, Features, TrainingSet, training_set
from semispectral.scans.cube import Pixels
from semispectral.spectra import shards
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import Scaler, fit_scaler
from semispectral.storage.parquet import read_table
from semispectral.study.classes import UNLABELLED
from semispectral.study.stage_settings import settings as as_settings

PARTS_FILE, BUDGETS_FILE = "parts.parquet", "budgets.parquet"


def read_pool(paths: Sequence[str | Path], settings: Mapping[str, Any]) -> Pixels:
    """Read the cleaned spectra of the pool.

    Parameters
    ----------
    paths : its shards.
    settings : "cleaning", and "scenes": the rows of the scenes, by name.
    """
    cleaning = as_settings(CleanConfig, settings["cleaning"], where="cleaning")
    return Pixels.concat([read_cleaned(Path(path), settings["scenes"], cleaning) for path in sorted(paths, key=str)])


def read_pool_table(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Read positions and labels of the pool's pixels, one row per pixel, without spectra.

    Parameters
    ----------
    paths : shards of the pool.
    """
    return pd.concat([shards.read_table(Path(path)) for path in sorted(paths, key=str)], ignore_index=True)


def read_deal(directory: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the parts and the labels per class that `semispectral.benchmark.splits.write_deal` wrote.

    Parameters
    ----------
    directory : directory of the split.
    """
    return read_table(directory / PARTS_FILE), read_table(directory / BUDGETS_FILE)


def place_of(table: pd.DataFrame) -> pd.MultiIndex:
    """Return scene, line and sample of each row.

    Parameters
    ----------
    table : one row per pixel.
    """
    return pd.MultiIndex.from_frame(table[KEY].astype({"scene": "str"}))


@dataclass(frozen=True)
class Dealt:
    """Pool with the parts and labels of one split and seed.

    Attributes
    ----------
    x : float32 or the file's dtype [pixel, band], cleaned spectra.
    table : one row per pixel; part is "train", "valid" or "test".
    budgets : labels that may be seen, from `semispectral.sampling.label_budgets.label_budgets`.
    regime : "inductive", or "transductive" if unlabelled test pixels may be seen.
    """

    x: np.ndarray
    table: pd.DataFrame
    budgets: pd.DataFrame
    regime: str

    @property
    def seen(self) -> np.ndarray:
        """Pixels that a method may use without their labels, bool [pixel]."""
        parts = ["train", "test"] if self.regime == TRANSDUCTIVE else ["train"]
        return np.asarray(self.table["part"].isin(parts))

    @property
    def valid(self) -> np.ndarray:
        """Pixels of the validation part, bool [pixel]."""
        return (self.table["part"] == "valid").to_numpy()

    def shares(self, classes: int) -> np.ndarray:
        """Return the share of each class among the labelled pixels of the training part, float64 [class].

        Parameters
        ----------
        classes : number of classes.
        """
        label = self.table["label"].to_numpy()[(self.table["part"] == "train").to_numpy()]
        counts = np.bincount(label[label >= 0], minlength=classes)
        return np.asarray(counts / max(counts.sum(), 1))

    def scaler(self, method: str) -> Scaler:
        """Fit a scaler to the pixels that may be seen.

        Parameters
        ----------
        method : normalisation.
        """
        return fit_scaler(self.x[self.seen], method=method)

    def features(self, mean: np.ndarray, std: np.ndarray | None = None) -> Features:
        """Return the inputs of all pixels.

        Parameters
        ----------
        mean : float32 [pixel, input].
        std : float32 [pixel, input], standard deviation of the inputs; None if they are not drawn anew.
        """
        return Features(mean, np.zeros((len(mean), 1), np.float32) if std is None else std, self.table)

    def query(self, features: Features) -> Features:
        """Return the pixels that are scored: the labelled ones of the test part.

        Parameters
        ----------
        features : inputs of all pixels.
        """
        return features.where((self.table["part"] == "test").to_numpy() & (features.label >= 0))

    def training_set(self, features: Features, *, budget: str, seed: int) -> TrainingSet:
        """Return the training set of a method; pixels that it may use without labels have none.

        Parameters
        ----------
        features : inputs of all pixels.
        budget : labels per class.
        seed : seed of the labels.
        """
        looked_at = features.table.assign(part=np.where(self.seen, "train", features.table["part"].to_numpy(str)))
        found = training_set(Features(features.mean, features.std, looked_at), self.budgets, budget=budget, seed=seed)
        hidden = found.unlabelled.table.assign(label=np.int16(UNLABELLED))
        return TrainingSet(found.labelled, Features(found.unlabelled.mean, found.unlabelled.std, hidden), found.valid)


def dealt(pool: Pixels, directory: Path, *, regime: str) -> Dealt:
    """Return the pool with the parts and labels of a split.

    Parameters
    ----------
    pool : pixels of the pool.
    directory : directory of `semispectral.benchmark.splits.write_deal`.
    regime : "inductive" or "transductive".

    Raises
    ------
    DataError : the split has pixels that the pool lacks.
    """
    parts, budgets = read_deal(directory)
    place = place_of(pool.table).get_indexer(place_of(parts))
    if (place < 0).any():
        raise DataError(
            f"{directory}: {int((place < 0).sum())} of {len(parts)} pixels are not in the pool; run grid_deal again"
        )
    return Dealt(pool.x[place], parts, budgets, regime)
