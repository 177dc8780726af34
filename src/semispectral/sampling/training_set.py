"""What a model is trained on: the features of all scenes, parted by a label budget. Arrays in, arrays out."""

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
    """The inputs of a classifier: normalised bands, or q(z1|x) of M1, from which x is drawn.

    Parameters
    ----------
    mean : float32 [pixel, input]; `StoredRows` where they do not fit in memory.
    std : float32 [pixel, input]; zeros for bands, of which nothing is drawn.
    table : one row per pixel, as in `Pixels`.
    """

    mean: np.ndarray | StoredRows
    std: np.ndarray
    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def label(self) -> np.ndarray:
        """int16 [pixel]; -1 where unlabelled."""
        return self.table["label"].to_numpy(np.int16)

    def joined(self, other: "Features") -> "Features":
        """These pixels and others."""
        width = max(self.std.shape[1], other.std.shape[1])  # 1 where nothing is drawn
        std = [np.broadcast_to(part.std, (len(part), width)) for part in (self, other)]
        table = pd.concat([self.table, other.table], ignore_index=True)
        return Features(np.concatenate([self.mean[:], other.mean[:]]), np.concatenate(std), table)

    def where(self, keep: np.ndarray) -> "Features":
        """The pixels that a mask keeps."""
        mean = self.mean.where(keep) if isinstance(self.mean, StoredRows) else self.mean[keep]
        return Features(mean, self.std[keep], self.table[keep].reset_index(drop=True))

    def loaded(self) -> "Features":
        """The same, in memory."""
        return Features(self.mean[:], self.std, self.table) if isinstance(self.mean, StoredRows) else self


@dataclass(frozen=True)
class TrainingSet:
    """A label budget applied: its labelled pixels, its validation labels, and all other training pixels."""

    labelled: Features
    unlabelled: Features
    valid: Features

    def with_valid_labels(self) -> "TrainingSet":
        """All labels of the budget to train on, none to validate by."""
        return TrainingSet(
            self.labelled.joined(self.valid), self.unlabelled, self.valid.where(np.zeros(len(self.valid), bool))
        )


def from_pixels(pixels: Pixels) -> Features:
    """Bands as features."""
    return Features(pixels.x, np.zeros((len(pixels), 1), np.float32), pixels.table)


def from_latents(latents: Latents) -> Features:
    """The latents of M1 as features."""
    return Features(latents.mean, np.exp(0.5 * latents.log_variance), latents.table)


READERS = {
    "bands": lambda paths: from_pixels(Pixels.concat([read_shard(path) for path in paths])),
    "latents": lambda paths: from_latents(Latents.concat([read_latents(path) for path in paths])),
}


def read_features(paths: Sequence[str | Path], *, features: str, scratch: Path | None = None) -> Features:
    """Read the features (``bands`` or ``latents``) of all scenes.

    Parameters
    ----------
    scratch : a directory; bands that memory has no room for are kept in a file there while the process lives.
    """
    found = [Path(path) for path in sorted(paths, key=str)]
    if features == "bands" and scratch is not None and not fits(size := sum(map(spectra_bytes, found))):
        log.info("%s of spectra do not fit in memory: streamed from a file in %s", megabytes(size / 1e6), scratch)
        return _stored_bands(found, scratch, needed=size)
    return READERS[features](found)


def _stored_bands(paths: Sequence[Path], scratch: Path, *, needed: int) -> Features:
    tables = []

    def spectra() -> Iterator[np.ndarray]:
        for path in paths:
            pixels = read_shard(path)
            tables.append(pixels.table)
            yield pixels.x

    rows = store(spectra(), scratch, needed=needed)
    return Features(rows, np.zeros((len(rows), 1), np.float32), pd.concat(tables, ignore_index=True))


def training_set(features: Features, budgets: pd.DataFrame, *, budget: str, seed: int) -> TrainingSet:
    """Part the features by one label budget of one seed.

    Parameters
    ----------
    budgets : the long table of label budgets (seed, budget, scene, line, sample, label, part).
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
            f"{len(chosen)} rows for it; run the rule 'budget' again or change runs.budgets / runs.seeds"
        )
    in_train = (features.table["part"] == "train").to_numpy()
    return TrainingSet(
        features.where(in_budget["train"]).loaded(),
        features.where(in_train & ~in_budget["train"]),
        features.where(in_budget["valid"]).loaded(),
    )
