"""Tuning: folds over the training labels, and the choice of the best candidate by macro-F1 of held-out pixels."""

import logging
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from semispectral.errors import DataError

log = logging.getLogger(__name__)

Candidate = TypeVar("Candidate")
ALWAYS_TRAINING = -1


def known_classes(label: np.ndarray, classes: int) -> np.ndarray:
    """The classes that are labelled, ascending int64.

    Raises
    ------
    DataError : where there is no label, or one outside 0 to classes - 1.
    """
    known = np.unique(np.asarray(label, dtype=np.int64))
    if len(known) == 0 or known[0] < 0 or known[-1] >= classes:
        raise DataError(
            f"training needs labels from 0 to {classes - 1}, got {len(label)} labels of classes {known.tolist()}; "
            "unlabelled pixels (-1) belong to x_unlabelled"
        )
    return known


def deal_folds(label: np.ndarray, *, folds: int, seed: int, groups: np.ndarray | None = None) -> np.ndarray:
    """Fold of each labelled pixel, stratified by class, and by group where groups are given.

    Pixels are dealt class by class, so that a class of two or more pixels is never wholly held out. A class with one
    pixel cannot be held out: it stays in training (-1).

    Parameters
    ----------
    label : int [pixel].
    folds : number of folds wanted, 2 or more.
    seed : seed of the shuffle.
    groups : [pixel], pixels of one group share a fold; ignored, with a log line, where there is only one group.

    Returns
    -------
    int64 [pixel], 0 to folds - 1, or -1 for "always in training"; all -1 where fewer than two classes can be held out.
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
        fold[members] = (dealt + np.arange(len(members))) % folds
        dealt += len(members)
    if (counts < 2).any():
        log.info("classes %s have one label: they are trained on and never held out", classes[counts < 2].tolist())
    return fold if (counts >= 2).sum() > 1 else np.full(len(label), ALWAYS_TRAINING)


def _deal_groups(label: np.ndarray, groups: np.ndarray, *, folds: int, seed: int) -> np.ndarray:
    """Folds of whole groups, with classes spread over them as evenly as the groups allow."""
    splitter = StratifiedGroupKFold(min(folds, len(np.unique(groups))), shuffle=True, random_state=seed)
    fold = np.full(len(label), ALWAYS_TRAINING)
    counts = np.bincount(label)
    splits = min(splitter.n_splits, counts.max())  # scikit-learn asks for as many pixels of some class as folds
    if splits < 2:
        return fold
    splitter.n_splits = splits
    for index, (_, held) in enumerate(splitter.split(label, label, groups)):
        if len(np.unique(np.delete(label, held))) > 1:
            fold[held] = index
    return fold


def balanced_sample(label: np.ndarray, *, limit: int, seed: int) -> np.ndarray:
    """Indices of at most `limit` pixels, as equal among the classes as their counts allow, ascending int64."""
    if len(label) <= limit:
        return np.arange(len(label))
    counts = np.bincount(label)
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
    """Best candidate by macro-F1 of all held-out pixels together; the first one wins a tie.

    Parameters
    ----------
    candidates : in order of preference.
    predict : (candidate, training indices, held-out indices) -> predicted class int [held-out].
    label : int [pixel].
    fold : int [pixel] of `deal_folds`.
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
    """Logits of every held-out pixel, and which pixels they are; None where none can be held out.

    Parameters
    ----------
    logits : (training indices, held-out indices) -> float [held-out, class].
    fold : int [pixel] of `deal_folds`.
    """
    folds = np.unique(fold[fold != ALWAYS_TRAINING])
    if len(folds) == 0:
        return None
    held = [np.flatnonzero(fold == index) for index in folds]
    rows = [logits(np.flatnonzero(fold != index), inside) for index, inside in zip(folds, held, strict=True)]
    return np.concatenate(rows), np.concatenate(held)
