"""Labels of intervals for training: which unlabelled pixels lie in an interval, and the shares of its classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.sampling.training_set import KEY, Features
from semispectral.storage.parquet import read_table

SHARE = "share_"  # and the label of the class


@dataclass(frozen=True, eq=False)
class IntervalSet:
    """Intervals with their pixels among the unlabelled pixels of a training set.

    Attributes
    ----------
    pixel : int64 [pixel], rows among the unlabelled pixels, sorted by interval.
    interval : int64 [pixel], interval of each, rising from 0 without gaps.
    shares : float32 [interval, class], shares of all classes of the study, which sum to 1.
    weight : float32 [interval], weight of the source of each.
    """

    pixel: np.ndarray
    interval: np.ndarray
    shares: np.ndarray
    weight: np.ndarray

    def __len__(self) -> int:
        return len(self.shares)

    @property
    def labels(self) -> np.ndarray:
        """Labels of the classes that some interval has, int64 [class], rising."""
        return np.flatnonzero(self.shares.max(axis=0, initial=0) > 0)

    @property
    def arrays(self) -> list[np.ndarray]:
        """All that it holds, to know it by its content."""
        return [self.pixel, self.interval, self.shares, self.weight]


def interval_set(pixels: pd.DataFrame, intervals: pd.DataFrame, unlabelled: Features, *, classes: int) -> IntervalSet:
    """Match the pixels of intervals to the unlabelled pixels of a training set.

    Parameters
    ----------
    pixels : scene, line, sample and interval (row of ``intervals``) of pixels.
    intervals : weight and share_0, share_1, ... of each interval.
    unlabelled : the unlabelled pixels.
    classes : number of classes of the study.
    """
    rows = unlabelled.table[KEY].astype({"scene": str}).reset_index(drop=True)
    rows["pixel"] = np.arange(len(rows))
    found = pixels.astype({"scene": str}).merge(rows, on=KEY).sort_values(["interval", "pixel"], kind="stable")
    used, interval = np.unique(found["interval"].to_numpy(np.int64), return_inverse=True)
    shares = intervals[[f"{SHARE}{label}" for label in range(classes)]].to_numpy(np.float32)[used]
    weight = intervals["weight"].to_numpy(np.float32)[used]
    return IntervalSet(found["pixel"].to_numpy(np.int64), interval.astype(np.int64), shares, weight)


def read_interval_set(files: Sequence[str | Path], unlabelled: Features, *, classes: int) -> IntervalSet | None:
    """Read the labels of intervals; None if there are none among the training pixels.

    Parameters
    ----------
    files : the tables of pixels and of intervals, from the stage `interval_labels`; empty: none.
    unlabelled : the unlabelled pixels of the training set.
    classes : number of classes of the study.
    """
    if not files:
        return None
    pixels, intervals = (read_table(path) for path in files)
    found = interval_set(pixels, intervals, unlabelled, classes=classes)
    return found if len(found) else None
