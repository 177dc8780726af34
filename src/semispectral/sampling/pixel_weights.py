"""Weigh the unlabelled pixels of a training set: one that lies between classes, where no label lies, counts little.

Pure pixels are what people label. A scan has mixed pixels too, at every boundary of grains and patches. M2 has no class
for them and explains them by its classes all the same, which moves the classes away from their labels.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.covariance import ledoit_wolf

from semispectral.sampling.training_set import TrainingSet
from semispectral.storage.disk_rows import Rows

FOLDS = 5
BLOCK_PIXELS = 8192


@dataclass(frozen=True)
class ClassMeans:
    """Linear discriminant of labelled pixels: class means, and one covariance within classes.

    Attributes
    ----------
    direction : float64 [input, class], the inverse covariance times the means.
    offset : float64 [class], to be added to x @ direction: minus half of each mean's squared length.
    distance : float64 [class, class], squared Mahalanobis distances between the means.
    """

    direction: np.ndarray
    offset: np.ndarray
    distance: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray, place: np.ndarray) -> "ClassMeans":
        """Fit means and covariance, shrunk as by Ledoit and Wolf (2004).

        Parameters
        ----------
        x : float [pixel, input], labelled pixels, more of them than classes.
        place : int [pixel], class of each, 0 to the number of classes less one; every class occurs.
        """
        classes = int(place.max()) + 1
        mean = np.stack([x[place == value].mean(axis=0) for value in range(classes)]).astype(np.float64)
        shrunk, _ = ledoit_wolf(x - mean[place], assume_centered=True)
        within = shrunk * len(x) / (len(x) - classes)
        direction = np.linalg.solve(within + np.finfo(np.float32).eps * np.trace(within) * np.eye(len(within)), mean.T)
        product = mean @ direction  # [class, class]
        length = np.diag(product)
        return cls(direction, -0.5 * length, length[:, np.newaxis] + length - 2 * product)

    def purity(self, x: np.ndarray) -> np.ndarray:
        """Return where pixels stand between their class and the nearest other, float64 [pixel].

        On the line between two class means, in the metric of the covariance, it is 1 at the mean of the pixel's class
        and 0 half-way. The smallest over all other classes counts; a mixture of 3 parts to 1 has 0.5.

        Parameters
        ----------
        x : float [pixel, input].
        """
        score = x @ self.direction + self.offset
        every, own = np.arange(len(x)), score.argmax(axis=1)
        lead = 2 * (score[every, own][:, np.newaxis] - score)
        apart = self.distance[own]
        place = np.divide(lead, apart, out=np.ones_like(lead), where=apart > 0)
        place[every, own] = np.inf
        return np.asarray(place.min(axis=1))


def purity_shares(x: np.ndarray, label: np.ndarray, query: Rows) -> np.ndarray:
    """Return the share of labelled pixels that are at most as pure as each pixel of a query, float64 [pixel].

    Each fold of the labels is judged, as the query is, by the class means of the others (a cross-conformal p-value,
    Vovk 2015). So the shares of pixels that are like the labelled ones are spread evenly over 0 to 1, however hard the
    classes are to tell apart; few labels can give no small share.

    Parameters
    ----------
    x : float [pixel, input], labelled pixels.
    label : int [pixel], their classes. A class with one label is never judged by its own absence.
    query : float [pixel, input], in memory or on disk.
    """
    values, place, count = np.unique(label, return_inverse=True, return_counts=True)
    below, judged = np.ones(len(query)), 1
    fold = np.where(count[place] > 1, _folds(place), -1)
    for number in range(FOLDS if len(values) > 1 else 0):
        held = fold == number
        if not held.any() or (~held).sum() <= len(values):
            continue
        means = ClassMeans.fit(x[~held], place[~held])
        known = np.sort(means.purity(x[held]))
        for first in range(0, len(query), BLOCK_PIXELS):
            block = slice(first, first + BLOCK_PIXELS)
            below[block] += np.searchsorted(known, means.purity(query[block]), side="right")
        judged += len(known)
    return below / judged


def _folds(place: np.ndarray) -> np.ndarray:
    """Return the fold of each labelled pixel, int [pixel]: those of a class go to different folds in turn."""
    order = np.argsort(place, kind="stable")
    turn = np.empty(len(place), int)
    turn[order] = np.arange(len(place))  # classes follow one another, so that the folds are of one size
    return turn % FOLDS


def unlabelled_weights(data: TrainingSet, *, pure_share: float) -> np.ndarray:
    """Return the weight of each unlabelled pixel, float32 [pixel], 0 to 1.

    Parameters
    ----------
    data : training set.
    pure_share : a pixel counts in full if at least this share of the labelled pixels are at most as pure as it is, and
        in proportion below. 0 counts every pixel in full.
    """
    if not pure_share or not len(data.labelled):
        return np.ones(len(data.unlabelled), np.float32)
    shares = purity_shares(data.labelled.mean[:], data.labelled.label, data.unlabelled.mean)
    return np.minimum(shares / pure_share, 1.0).astype(np.float32)
