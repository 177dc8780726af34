"""Divide the features of all scenes into the sets that a model is trained on."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError, SplitError
from semispectral.inference.feature_names import WITH_M1
from semispectral.scans.cube import Latents, Pixels
from semispectral.scans.sensor_bands import Sensors
from semispectral.spectra.scaling import Scaler, read_scaler, without_gaps
from semispectral.spectra.shards import pixels_in, read_latents, read_shard
from semispectral.storage.disk_rows import StoredRows, fits, store
from semispectral.storage.parquet import read_table
from semispectral.storage.run_again import run_command
from semispectral.workflow.units import megabytes

log = logging.getLogger(__name__)

KEY = ["scene", "line", "sample"]
PLACE = ["line", "sample"]


@dataclass(frozen=True)
class Features:
    """Inputs of a classifier: normalised bands, or q(z1|x) of M1, from which inputs are sampled.

    Attributes
    ----------
    mean : float32 [pixel, input]; `StoredRows` where they do not fit in memory.
    std : float32 [pixel, input]; zeros [pixel, 1] for bands, which are not sampled.
    table : DataFrame, one row per pixel, as in `Pixels`.
    sensors : Sensors, which inputs are of which sensor; empty: not told apart, as latents are not.
    """

    mean: np.ndarray | StoredRows
    std: np.ndarray
    table: pd.DataFrame
    sensors: Sensors = ()

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
        return Features(np.concatenate([self.mean[:], other.mean[:]]), np.concatenate(std), table, self.sensors)

    def where(self, keep: np.ndarray) -> "Features":
        """Select the pixels of a mask.

        Parameters
        ----------
        keep : bool [pixel].
        """
        mean = self.mean.where(keep) if isinstance(self.mean, StoredRows) else self.mean[keep]
        return Features(mean, self.std[keep], self.table[keep].reset_index(drop=True), self.sensors)

    def loaded(self) -> "Features":
        """Return the same features, in memory."""
        return replace(self, mean=self.mean[:]) if isinstance(self.mean, StoredRows) else self


@dataclass(frozen=True)
class TrainingSet:
    """Features divided by a number of labels per class.

    Attributes
    ----------
    labelled : Features, pixels to train on, with labels.
    unlabelled : Features, train pixels of the unlabelled draw; none has a label, whatever lies there.
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


def read_features(
    paths: Sequence[str | Path],
    *,
    features: str,
    scaler_directory: str | Path,
    pixels_file: str | Path,
    scratch: Path | None = None,
) -> Features:
    """Read what a classifier sees of the pixels of the split: their normalised bands, or their latents.

    Parameters
    ----------
    paths : sequence of path-like, samples, or latents, of all scenes.
    features : str, ``bands``, ``mnf``, or, from files of latents, ``latents`` or ``latents_mnf``.
    scaler_directory : path-like, scale of the bands; not used for latents.
    pixels_file : path-like, pixels of the split, to which the latents are matched; not used for bands.
    scratch : Path or None, folder; bands that do not fit in memory are kept in a file there while the process runs.
    """
    found = [Path(path) for path in sorted(paths, key=str)]
    if features in WITH_M1:
        return from_latents(dealt_latents(found, read_table(pixels_file)))
    return read_bands(found, read_scaler(scaler_directory), scratch=scratch)


def read_bands(paths: Sequence[Path], scaler: Scaler, *, scratch: Path | None = None) -> Features:
    """Read samples and normalise them; 0 in the columns of a sensor that has no data of a pixel.

    Parameters
    ----------
    paths : sequence of Path, cleaned pixels of every scene.
    scaler : Scaler, fitted normalisation.
    scratch : Path or None, as in `read_features`.
    """
    return _read_normalised(paths, scaler, without_gaps, scratch)


def read_views(paths: Sequence[Path], scaler: Scaler, *, scratch: Path | None = None) -> Features:
    """Read samples and normalise them for M1; NaN in the columns of a sensor that has no data of a pixel.

    Parameters
    ----------
    paths, scaler, scratch : as in `read_bands`.
    """
    return _read_normalised(paths, scaler, lambda x: x, scratch)


def _read_normalised(
    paths: Sequence[Path], scaler: Scaler, completed: Callable[[np.ndarray], np.ndarray], scratch: Path | None
) -> Features:
    """Read samples, normalise and complete them, in memory or on disk."""
    tables = []

    def spectra() -> Iterator[np.ndarray]:
        for path in paths:
            pixels = read_shard(path)
            tables.append(pixels.table)
            yield completed(scaler.transform(pixels.x))

    size = sum(map(pixels_in, paths)) * scaler.columns * np.dtype(np.float32).itemsize
    if scratch is None or fits(size):
        rows: np.ndarray | StoredRows = np.concatenate(list(spectra()))
    else:
        log.info("%s of spectra do not fit in memory: streamed from a file in %s", megabytes(size / 1e6), scratch)
        rows = store(spectra(), scratch, needed=size)
    table = pd.concat(tables, ignore_index=True)
    return Features(rows, np.zeros((len(rows), 1), np.float32), table, scaler.columns_by_sensor)


def dealt_latents(paths: Sequence[Path], dealt: pd.DataFrame) -> Latents:
    """Return the latents of the pixels of a split, in their order in it.

    Parameters
    ----------
    paths : sequence of Path, latents of every scene, of all pixels of the pool.
    dealt : DataFrame, pixels of the split.

    Raises
    ------
    IntegrityError : the latents are of other pixels than those that were dealt.
    """
    found = []
    for path in paths:
        latents = read_latents(path)
        mine = dealt[dealt["scene"] == path.stem]
        at = _places(latents.table, mine)
        kept = at >= 0  # a pixel without data in the bands that all scenes share has no latents
        at, mine = at[kept], mine[kept]
        if (latents.table[PLACE].to_numpy()[at] != mine[PLACE].to_numpy()).any():
            raise IntegrityError(
                f"{path}: holds other pixels than were split; run split again ({run_command('-R split')})"
            )
        found.append(Latents(latents.mean[at], latents.log_variance[at], mine))
    return Latents.concat(found)


def _places(drawn: pd.DataFrame, dealt: pd.DataFrame) -> np.ndarray:
    """Return where each dealt pixel stands among the drawn ones of its scene, by its draw and row; -1: nowhere."""
    places = np.full(len(dealt), -1, np.int64)
    for labelled in (False, True):
        here = np.flatnonzero((drawn["code"].to_numpy() != 0) == labelled)
        asked = np.flatnonzero((dealt["label"].to_numpy() >= 0) == labelled)
        rows = pd.Index(drawn["row"].to_numpy()[here])
        at = rows.get_indexer(dealt["row"].to_numpy()[asked])
        places[asked] = np.where(at >= 0, here[at] if len(here) else -1, -1)
    return places


def training_set(features: Features, labels: pd.DataFrame, *, per_class: str, seed: int) -> TrainingSet:
    """Divide the features by one number of labels per class and one seed.

    Parameters
    ----------
    features : Features, features of all scenes.
    labels : DataFrame, table of `choose_labels` (seed, per_class, scene, line, sample, label, part).
    per_class : str, labels per class, as text.
    seed : int, seed of the draw of labels.

    Raises
    ------
    SplitError : the table of labels has no labelled train pixel for them.
    """
    chosen = labels[(labels["seed"] == seed) & (labels["per_class"].astype(str) == per_class)]
    pixel = pd.MultiIndex.from_frame(features.table[KEY].astype({"scene": str}))
    known = features.label >= 0  # a pixel of the unlabelled draw may lie where a label is: it is told by its draw
    in_run = {
        part: known & np.asarray(pixel.isin(pd.MultiIndex.from_frame(rows[KEY].astype({"scene": str}))))
        for part, rows in ((part, chosen[chosen["part"] == part]) for part in ("train", "valid"))
    }
    if not in_run["train"].any():
        raise SplitError(
            f"no labelled pixel for {per_class} labels per class, seed {seed}: the table of labels has "
            f"{len(chosen)} rows for it; run the rule choose_labels again or change runs.labels_per_class / runs.seeds"
        )
    in_train = (features.table["part"] == "train").to_numpy()
    return TrainingSet(
        features.where(in_run["train"]).loaded(),
        features.where(in_train & ~known),
        features.where(in_run["valid"]).loaded(),
    )
