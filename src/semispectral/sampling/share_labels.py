"""Labels that are shares of classes: what M2 is to say of a labelled pixel, in place of its dominant class alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from semispectral.sampling.interval_set import SHARE
from semispectral.sampling.training_set import KEY, Features, TrainingSet
from semispectral.storage.parquet import read_table

WEIGHT = "weight"


class Targets(NamedTuple):
    """What is known of labelled pixels.

    Attributes
    ----------
    shares : float32 [pixel, class], shares of the classes, which sum to 1: one-hot for an ordinary label.
    weight : float32 [pixel], how often a pixel is drawn beside an ordinary label of the same class.
    """

    shares: np.ndarray
    weight: np.ndarray

    @property
    def one_hot(self) -> bool:
        """Whether every pixel is of one class."""
        return bool(np.isin(self.shares, (0, 1)).all())

    @property
    def drawn(self) -> np.ndarray:
        """Shares times the weight of the pixel, by which pixels are drawn, float32 [pixel, class]."""
        return np.asarray(self.shares * self.weight[:, np.newaxis])

    @property
    def balanced(self) -> np.ndarray:
        """Shares as they are where every class is as common as any other, float32 [pixel, class].

        Pixels are drawn with equal chances for every class, and in a class in proportion to their shares of it. This
        is the chance that a pixel was drawn for each of its classes.
        """
        common = np.maximum(self.shares.sum(axis=0), np.finfo(np.float32).tiny)
        each = self.shares / common
        return np.asarray(each / each.sum(axis=1, keepdims=True), np.float32)


def with_shares(data: TrainingSet, files: Sequence[str | Path]) -> TrainingSet:
    """Return a training set whose labelled pixels have the shares of their classes, where such are known.

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels.
    files : the table of the stage `share_labels`; empty: none.
    """
    if not files:
        return data
    shares = read_table(files[0]).drop(columns=["source"]).astype({"scene": str})
    return TrainingSet(_joined(data.labelled, shares), data.unlabelled, _joined(data.valid, shares))


def _joined(part: Features, shares: pd.DataFrame) -> Features:
    """Return pixels with the columns of their shares; NaN where they have none."""
    rows = part.table.astype({"scene": str}).merge(shares, on=KEY, how="left", validate="m:1")
    return Features(part.mean, part.std, rows)


def share_columns(part: Features) -> np.ndarray:
    """Return the shares of pixels of all classes of the study, float32 [pixel, class], NaN for ordinary labels.

    Parameters
    ----------
    part : pixels.
    """
    names = map(str, part.table.columns)
    labels = sorted(int(name.removeprefix(SHARE)) for name in names if name.startswith(SHARE))
    return np.asarray(part.table[[f"{SHARE}{label}" for label in labels]].to_numpy(np.float32))


def weighed(part: Features) -> list[np.ndarray]:
    """Return shares and weights of pixels, to know them by their content; nothing where all are ordinary labels.

    Parameters
    ----------
    part : pixels.
    """
    shares = share_columns(part)
    return [shares, part.table[WEIGHT].to_numpy(np.float32)] if shares.shape[1] else []


def known_labels(part: Features) -> np.ndarray:
    """Return the labels of the classes that labelled pixels teach, int64 [class], rising.

    A class that is dominant in none is among them if its shares make up a pixel.

    Parameters
    ----------
    part : labelled pixels.
    """
    total = np.nansum(share_columns(part), axis=0)
    return np.union1d(part.label, np.flatnonzero(total >= 1)).astype(np.int64)


def targets(part: Features, labels: np.ndarray) -> Targets:
    """Return what is known of labelled pixels.

    Parameters
    ----------
    part : labelled pixels.
    labels : int [class], labels known to the model, rising; shares of others are left out.
    """
    shares = np.eye(len(labels), dtype=np.float32)[np.searchsorted(labels, part.label)]
    weight = np.ones(len(part), np.float32)
    given = share_columns(part)
    if given.shape[1]:
        has = np.isfinite(given).all(axis=1)
        mine = given[has][:, labels]
        shares[has] = mine / mine.sum(axis=1, keepdims=True)
        weight[has] = part.table[WEIGHT].to_numpy(np.float32)[has]
    return Targets(shares, weight)
