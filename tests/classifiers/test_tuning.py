"""Folds, samples and choices that hold with very few labels."""

import numpy as np
import pytest

from semispectral.classifiers.tuning import ALWAYS_TRAINING, balanced_sample, choose, deal_folds, held_out


@pytest.mark.parametrize("counts", [(2, 2), (5, 5, 5), (2, 3, 100), (1, 2, 7)])
def test_no_class_is_ever_wholly_held_out(counts: tuple[int, ...]) -> None:
    """Whatever the fold, every class is still in training, and folds of a class differ by one pixel at most."""
    label = np.repeat(np.arange(len(counts)), counts)
    fold = deal_folds(label, folds=5, seed=1)
    for index in np.unique(fold[fold != ALWAYS_TRAINING]):
        assert set(label[fold != index]) == set(label)
    for members in (fold[label == index] for index, count in enumerate(counts) if count > 1):
        assert np.ptp(np.bincount(members, minlength=5)) <= 1


def test_a_single_pixel_stays_in_training() -> None:
    """A class of one is never held out; with nothing to compare, none is."""
    fold = deal_folds(np.array([0, 1, 1, 2, 2]), folds=3, seed=1)
    assert fold[0] == ALWAYS_TRAINING
    assert (fold[1:] != ALWAYS_TRAINING).all()
    assert (deal_folds(np.array([0, 1, 1, 1]), folds=3, seed=1) == ALWAYS_TRAINING).all()


def test_groups_are_held_out_whole() -> None:
    """Pixels of one hole share a fold."""
    groups = np.repeat(np.arange(6), 10)
    fold = deal_folds(np.tile([0, 1], 30), folds=3, seed=1, groups=groups)
    assert all(len(np.unique(fold[groups == group])) == 1 for group in range(6))
    assert len(np.unique(fold)) == 3


def test_a_class_in_one_hole_leaves_folds_that_can_train() -> None:
    """Where holding out a hole would leave one class, that hole stays in training."""
    label, groups = np.repeat([0, 1], 20), np.repeat([0, 1], 20)
    assert (deal_folds(label, folds=5, seed=1, groups=groups) == ALWAYS_TRAINING).all()


@pytest.mark.parametrize("limit", [3, 10, 50, 200])
def test_a_sample_is_as_equal_as_the_counts_allow(limit: int) -> None:
    """The sample keeps to its limit, and no class is cut while a larger one holds more."""
    label = np.repeat([0, 1, 3], [2, 20, 100])
    sample = balanced_sample(label, limit=limit, seed=1)
    counts = np.bincount(label[sample], minlength=4)[[0, 1, 3]]
    assert len(sample) <= limit
    assert len(sample) == len(np.unique(sample))
    for count, most in zip(counts, (2, 20, 100), strict=True):
        assert count == most or count == counts.max()


def test_the_best_candidate_wins_and_the_first_wins_a_tie() -> None:
    """The candidate with the best held-out macro-F1 is chosen."""
    label = np.tile([0, 1, 2], 10)
    fold = deal_folds(label, folds=5, seed=1)
    right = {"bad": 0, "good": 2, "as good": 2}

    def predict(candidate: str, inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        return np.minimum(label[held], right[candidate])

    assert choose(["bad", "good", "as good"], predict, label, fold) == "good"
    assert choose(["bad", "good"], predict, label, np.full(30, ALWAYS_TRAINING)) == "bad"


def test_held_out_rows_come_from_models_that_never_saw_them() -> None:
    """Training and held-out indices are disjoint, and every dealt pixel comes once."""
    label = np.array([0, 1, 1, 2, 2, 2])
    fold = deal_folds(label, folds=2, seed=1)

    def logits(inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        assert not set(inside) & set(held)
        assert 0 in inside
        return held[:, None]

    found = held_out(logits, fold)
    assert found is not None
    np.testing.assert_array_equal(found[0][:, 0], found[1])
    assert sorted(found[1]) == [1, 2, 3, 4, 5]
    assert held_out(logits, np.full(6, ALWAYS_TRAINING)) is None
