"""Pixels of the pool with the parts and labels of one split and seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.noise.covariance import estimate_noise
from semispectral.pool.pool_files import UNLABELLED_DRAW
from semispectral.sampling.dealt_spectra import read_dealt
from semispectral.sampling.quota_files import read_quotas, training_shares
from semispectral.sampling.split_names import BANDS_FILE, LABELS_FILE, M1_FILE, PIXELS, QUOTAS, TRANSDUCTIVE
from semispectral.sampling.training_set import KEY, Features, TrainingSet, training_set
from semispectral.scans.cube import Pixels
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.scaling import Scaler, fit_scaler, without_gaps
from semispectral.storage.parquet import read_table
from semispectral.storage.seal import read_json
from semispectral.study.stage_settings import settings as as_settings


def place_of(table: pd.DataFrame) -> pd.MultiIndex:
    """Return scene, line, sample and draw of each row: a pixel may be in both draws.

    Parameters
    ----------
    table : one row per pixel.
    """
    return pd.MultiIndex.from_frame(table[KEY].astype({"scene": "str"}).assign(labelled=table["label"] >= 0))


@dataclass(frozen=True)
class Pool:
    """The shards of a study, and how they are cleaned.

    Attributes
    ----------
    shards : files of the pool, both draws of every scene.
    scenes : rows of ``scenes.tsv`` by name, of the scenes whose files cleaning opens.
    cleaning : steps of cleaning.
    """

    shards: tuple[Path, ...]
    scenes: Mapping[str, Any]
    cleaning: CleanConfig

    @classmethod
    def of(cls, shards: Sequence[str | Path], settings: Mapping[str, Any]) -> "Pool":
        """Return the pool of a job.

        Parameters
        ----------
        shards : files of the pool.
        settings : "cleaning", and "scenes": the rows of the scenes, by name.
        """
        cleaning = as_settings(CleanConfig, settings["cleaning"], where="cleaning")
        return cls(tuple(map(Path, shards)), settings["scenes"], cleaning)

    def dealt(self, directory: Path, *, regime: str) -> "Dealt":
        """Read the pixels that a split takes, and clean them.

        Parameters
        ----------
        directory : directory of `semispectral.benchmark.splits.write_deal`.
        regime : "inductive" or "transductive".
        """
        bad_bands = read_json(directory / BANDS_FILE)["bad_bands"]
        unlabelled = tuple(path for path in self.shards if path.parent.name == UNLABELLED_DRAW)

        def read(shards: tuple[Path, ...], name: str) -> Pixels:
            rows = read_table(directory / name)
            given = {"scenes": self.scenes, "cleaning": self.cleaning, "bad_bands": bad_bands}
            return Pixels.concat([pixels for _, pixels in read_dealt(shards, rows, **given)])

        shares = training_shares(read_quotas(directory / QUOTAS))
        labels = read_table(directory / LABELS_FILE)
        return Dealt(read(self.shards, PIXELS), read(unlabelled, M1_FILE), labels, shares, regime)


@dataclass(frozen=True)
class Dealt:
    """Pixels of the pool with the parts and labels of one split and seed.

    Attributes
    ----------
    pixels : cleaned pixels that classifiers see or predict, with their part; those of the unlabelled draw have label
        -1.
    of_m1 : cleaned pixels that M1 sees, with their part.
    labels : labels that may be seen, from `semispectral.sampling.labels_per_class.choose_labels`.
    shares : float64 [class], share of each class among all labelled pixels of the training part.
    regime : "inductive", or "transductive" if unlabelled test pixels may be seen.
    """

    pixels: Pixels
    of_m1: Pixels
    labels: pd.DataFrame
    shares: np.ndarray
    regime: str

    @property
    def table(self) -> pd.DataFrame:
        """One row per pixel that classifiers see or predict."""
        return self.pixels.table

    @property
    def seen_by_m1(self) -> Pixels:
        """Pixels that M1 is trained on."""
        return self.of_m1.where(_seen(self.of_m1.table, self.regime))

    @property
    def x_m1(self) -> np.ndarray:
        """Spectra that M1 is trained on, [pixel, band]."""
        return np.asarray(self.seen_by_m1.x)

    @property
    def x_m1_valid(self) -> np.ndarray:
        """Spectra that M1 is validated on, [pixel, band]."""
        return np.asarray(self.of_m1.x[(self.of_m1.table["part"] == "valid").to_numpy()])

    def scaler(self, normalise: Mapping[str, Any]) -> Scaler:
        """Fit a scaler to the pixels that M1 may see.

        Parameters
        ----------
        normalise : normalisation: its method, and what that uses.
        """
        noise = self.noise if NORMALISATIONS[normalise["method"]].noise else None
        of_bands = self.of_m1
        return fit_scaler(
            self.x_m1, wavelengths_nm=of_bands.wavelengths_nm, noise=noise, sensors=of_bands.sensors, **normalise
        )

    @cached_property
    def noise(self) -> np.ndarray:
        """Noise covariance of the pixels that M1 may see, float64 [band, band]."""
        return estimate_noise(self.seen_by_m1).covariance

    def normalised(self, normalise: Mapping[str, Any]) -> Features:
        """Return the normalised bands of all pixels; 0 in the columns of a sensor that has no data of a pixel.

        Parameters
        ----------
        normalise : normalisation: its method, and what that uses.
        """
        scaler = self.scaler(normalise)
        return replace(self.features(without_gaps(scaler.transform(self.pixels.x))), sensors=scaler.columns_by_sensor)

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

    def training_set(self, features: Features, *, per_class: str, seed: int) -> TrainingSet:
        """Return the training set of a method.

        Parameters
        ----------
        features : inputs of all pixels.
        per_class : labels per class.
        seed : seed of the labels.
        """
        seen = _seen(features.table, self.regime) & (features.label < 0)
        looked_at = features.table.assign(part=np.where(seen, "train", features.table["part"].to_numpy(str)))
        return training_set(replace(features, table=looked_at), self.labels, per_class=per_class, seed=seed)


def _seen(table: pd.DataFrame, regime: str) -> np.ndarray:
    """Return which pixels are in a part whose spectra a method may see, bool [pixel]."""
    return np.asarray(table["part"].isin(["train", "test"] if regime == TRANSDUCTIVE else ["train"]))
