"""Tune classifiers: deal folds over the training labels, and choose the candidate with the best held-out macro-F1."""

import logging
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from sklearn.metrics import f1_score

from semispectral.errors import DataError

log = logging.getLogger(__name__)

Candidate = TypeVar("Candidate")
ALWAYS_TRAINING = -1


def known_classes(label: np.ndarray, classes: int) -> np.ndarray:
    """Return the classes with labels, ascending int64.

    Parameters
    ----------
    label : int [pixel], labels.
    classes : number of classes.

    Raises
    ------
    DataError : there is no label, or one outside 0 to classes - 1.
    """
    known = np.unique(np.asarray(label, dtype=np.int64))
    if len(known) == 0 or known[0] < 0 or known[-1] >= classes:
        raise DataError(
            f"training needs labels from 0 to {classes - 1}, got {len(label)} labels of classes {known.tolist()}; "
            "unlabelled pixels (-1) belong to x_unlabelled"
        )
    return known


def deal_folds(label: np.ndarray, *, folds: int, seed: int, groups: np.ndarray | None = None) -> np.ndarray:
    """Return the fold of each labelled pixel, stratified by class, and by group if groups are given.

    Pixels are dealt class by class, so that a class of two or more pixels is never held out as a whole. A class with
    one pixel cannot be held out: it stays in training (-1).

    Parameters
    ----------
    label : int [pixel].
    folds : number of folds, at least 2.
    seed : seed of the shuffle.
    groups : [pixel], pixels of one group share a fold; a single group is ignored, with a log message.

    Returns
    -------
    int64 [pixel], 0 to folds - 1, or -1 for pixels always in training; all -1 if fewer than two classes can be held
    out.
    """
    if groups is not None and len(np.unique(groups)) > 1:
        return _deal_groups(label, groups, folds=folds, seed=seed)
    if groups is not None:
        log.info("all labels come from one group: folds are dealt by pixel")
    generator = np.random.default_rng(seed)
    fold = np.full(len(label), ALWAYS_TRAINING)
    dealt = 0
    classes, counts = np.unique(label, return_counts=True)
    for index in classes[counts >= 2]:
        members = generator.permutation(np.flatnonzero(label == index))
        # Going on where the last class ended keeps the folds equal in size.
        fold[members] = (dealt + np.arange(len(members))) % folds
        dealt += len(members)
    if (counts < 2).any():
        log.info("classes %s have one label: they are trained on and never held out", classes[counts < 2].tolist())
    return fold if (counts >= 2).sum() > 1 else np.full(len(label), ALWAYS_TRAINING)


def _deal_groups(label: np.ndarray, groups: np.ndarray, *, folds: int, seed: int) -> np.ndarray:
    """Deal whole groups to folds, with classes spread as evenly as the groups allow."""
    from sklearn.model_selection import StratifiedGroupKFold  # here: few fits have groups

    splitter = StratifiedGroupKFold(min(folds, len(np.unique(groups))), shuffle=True, random_state=seed)
    fold = np.full(len(label), ALWAYS_TRAINING)
    counts = np.bincount(label)
    splits = min(splitter.n_splits, counts.max())  # scikit-learn asks for as many pixels of some class as folds
    if splits < 2:
        return fold
    splitter.n_splits = splits
    for index, (_, held) in enumerate(splitter.split(label, label, groups)):
        if len(np.unique(np.delete(label, held))) > 1:  # a classifier needs two classes to train on
            fold[held] = index
    return fold


def balanced_sample(label: np.ndarray, *, limit: int, seed: int) -> np.ndarray:
    """Draw at most `limit` pixels, as equally among the classes as possible; indices, ascending int64.

    Parameters
    ----------
    label : int [pixel].
    limit : largest number of pixels.
    seed : seed of the draw.
    """
    if len(label) <= limit:
        return np.arange(len(label))
    counts = np.bincount(label)
    # The largest number of pixels per class with which all classes together stay within the limit.
    cap = bisect_right(range(counts.max() + 1), limit, key=lambda cap: int(np.minimum(counts, cap).sum())) - 1
    generator = np.random.default_rng(seed)
    members = (generator.permutation(np.flatnonzero(label == index))[: max(cap, 1)] for index in np.flatnonzero(counts))
    return np.sort(np.concatenate(list(members)))


def choose(
    candidates: Sequence[Candidate],
    predict: Callable[[Candidate, np.ndarray, np.ndarray], np.ndarray],
    label: np.ndarray,
    fold: np.ndarray,
) -> Candidate:
    """Choose the candidate with the highest macro-F1 over all held-out pixels; the first one wins a tie.

    Parameters
    ----------
    candidates : candidates in order of preference.
    predict : function from (candidate, training indices, held-out indices) to predicted classes int [held-out].
    label : int [pixel].
    fold : int [pixel], folds from `deal_folds`.
    """
    held = np.flatnonzero(fold != ALWAYS_TRAINING)
    if len(candidates) == 1:
        return candidates[0]
    if len(held) == 0:
        log.info("too few labels to tune on (%d): the first of %d candidates is taken", len(label), len(candidates))
        return candidates[0]
    classes = np.unique(label[held])
    marks = []
    for candidate in candidates:
        predicted = np.empty_like(label)
        for index in np.unique(fold[held]):
            inside = np.flatnonzero(fold == index)
            predicted[inside] = predict(candidate, np.flatnonzero(fold != index), inside)
        marks.append(f1_score(label[held], predicted[held], labels=classes, average="macro", zero_division=0))
    best = int(np.argmax(marks))
    log.info("chose %s of %d candidates: macro-F1 %.3f held out", candidates[best], len(candidates), marks[best])
    return candidates[best]


def held_out(
    logits: Callable[[np.ndarray, np.ndarray], np.ndarray], fold: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the logits of every held-out pixel and the indices of these pixels; None if no pixel can be held out.

    Parameters
    ----------
    logits : function from (training indices, held-out indices) to float [held-out, class].
    fold : int [pixel], folds from `deal_folds`.
    """
    folds = np.unique(fold[fold != ALWAYS_TRAINING])
    if len(folds) == 0:
        return None
    held = [np.flatnonzero(fold == index) for index in folds]
    rows = [logits(np.flatnonzero(fold != index), inside) for index, inside in zip(folds, held, strict=True)]
    return np.concatenate(rows), np.concatenate(held)
