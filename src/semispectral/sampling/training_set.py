"""Divide the features of all scenes into the sets that a model is trained on."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.errors import SplitError
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.shards import read_latents, read_shard, spectra_bytes
from semispectral.storage.disk_rows import StoredRows, fits, store
from semispectral.workflow.units import megabytes

log = logging.getLogger(__name__)

KEY = ["scene", "line", "sample"]


@dataclass(frozen=True)
class Features:
    """Inputs of a classifier: normalised bands, or q(z1|x) of M1, from which inputs are sampled.

    Attributes
    ----------
    mean : float32 [pixel, input]; `StoredRows` where they do not fit in memory.
    std : float32 [pixel, input]; zeros [pixel, 1] for bands, which are not sampled.
    table : DataFrame, one row per pixel, as in `Pixels`.
    """

    mean: np.ndarray | StoredRows
    std: np.ndarray
    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def label(self) -> np.ndarray:
        """Label of each pixel, int16 [pixel]; -1 where unlabelled."""
        return self.table["label"].to_numpy(np.int16)

    def joined(self, other: "Features") -> "Features":
        """Return these features followed by others.

        Parameters
        ----------
        other : features of the same inputs.
        """
        width = max(self.std.shape[1], other.std.shape[1])  # 1 where nothing is drawn
        std = [np.broadcast_to(part.std, (len(part), width)) for part in (self, other)]
        table = pd.concat([self.table, other.table], ignore_index=True)
        return Features(np.concatenate([self.mean[:], other.mean[:]]), np.concatenate(std), table)

    def where(self, keep: np.ndarray) -> "Features":
        """Select the pixels of a mask.

        Parameters
        ----------
        keep : bool [pixel].
        """
        mean = self.mean.where(keep) if isinstance(self.mean, StoredRows) else self.mean[keep]
        return Features(mean, self.std[keep], self.table[keep].reset_index(drop=True))

    def loaded(self) -> "Features":
        """Return the same features, in memory."""
        return Features(self.mean[:], self.std, self.table) if isinstance(self.mean, StoredRows) else self


@dataclass(frozen=True)
class TrainingSet:
    """Features divided by a number of labels per class.

    Attributes
    ----------
    labelled : Features, pixels to train on, with labels.
    unlabelled : Features, all other train pixels.
    valid : Features, labelled pixels to validate on.
    """

    labelled: Features
    unlabelled: Features
    valid: Features

    def with_valid_labels(self) -> "TrainingSet":
        """Return the set with the validation labels moved to the labels to train on."""
        return TrainingSet(
            self.labelled.joined(self.valid), self.unlabelled, self.valid.where(np.zeros(len(self.valid), bool))
        )


def from_pixels(pixels: Pixels) -> Features:
    """Return the bands of pixels as features.

    Parameters
    ----------
    pixels : Pixels, normalised spectra.
    """
    return Features(pixels.x, np.zeros((len(pixels), 1), np.float32), pixels.table)


def from_latents(latents: Latents) -> Features:
    """Return the latents of M1 as features.

    Parameters
    ----------
    latents : Latents, q(z1|x) of the pixels.
    """
    return Features(latents.mean, np.exp(0.5 * latents.log_variance), latents.table)


READERS = {
    "bands": lambda paths: from_pixels(Pixels.concat([read_shard(path) for path in paths])),
    "latents": lambda paths: from_latents(Latents.concat([read_latents(path) for path in paths])),
}


def read_features(paths: Sequence[str | Path], *, features: str, scratch: Path | None = None) -> Features:
    """Read the features of all scenes.

    Parameters
    ----------
    paths : sequence of path-like, samples, or latents, of all scenes.
    features : str, ``bands`` or ``latents``.
    scratch : Path or None, folder; bands that do not fit in memory are kept in a file there while the process runs.
    """
    found = [Path(path) for path in sorted(paths, key=str)]
    if features == "bands" and scratch is not None and not fits(size := sum(map(spectra_bytes, found))):
        log.info("%s of spectra do not fit in memory: streamed from a file in %s", megabytes(size / 1e6), scratch)
        return _stored_bands(found, scratch, needed=size)
    return READERS[features](found)


def _stored_bands(paths: Sequence[Path], scratch: Path, *, needed: int) -> Features:
    """Copy the bands of all scenes to a scratch file and return them as features."""
    tables = []

    def spectra() -> Iterator[np.ndarray]:
        for path in paths:
            pixels = read_shard(path)
            tables.append(pixels.table)
            yield pixels.x

    rows = store(spectra(), scratch, needed=needed)
    return Features(rows, np.zeros((len(rows), 1), np.float32), pd.concat(tables, ignore_index=True))


def training_set(features: Features, budgets: pd.DataFrame, *, budget: str, seed: int) -> TrainingSet:
    """Divide the features by one number of labels per class and one seed.

    Parameters
    ----------
    features : Features, features of all scenes.
    budgets : DataFrame, table of `label_budgets` (seed, budget, scene, line, sample, label, part).
    budget : str, labels per class, as text.
    seed : int, seed of the draw of labels.

    Raises
    ------
    SplitError : the table of budgets has no labelled train pixel for them.
    """
    chosen = budgets[(budgets["seed"] == seed) & (budgets["budget"].astype(str) == budget)]
    pixel = pd.MultiIndex.from_frame(features.table[KEY].astype({"scene": str}))
    in_budget = {
        part: np.asarray(pixel.isin(pd.MultiIndex.from_frame(rows[KEY].astype({"scene": str}))))
        for part, rows in ((part, chosen[chosen["part"] == part]) for part in ("train", "valid"))
    }
    if not in_budget["train"].any():
        raise SplitError(
            f"no labelled pixel for budget {budget}, seed {seed}: the budgets table has "
            f"{len(chosen)} rows for it; run the rule 'budget' again or change runs.labels_per_class / runs.seeds"
        )
    in_train = (features.table["part"] == "train").to_numpy()
    return TrainingSet(
        features.where(in_budget["train"]).loaded(),
        features.where(in_train & ~in_budget["train"]),
        features.where(in_budget["valid"]).loaded(),
    )
