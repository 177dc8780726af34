"""Pixels that even out classes with unequal numbers of labels: their number, their classes, and whose they are."""

import numpy as np
import pytest

from semispectral.sampling.even_classes import evened, unequal
from tiny_training import features


def certain(label: np.ndarray, classes: int) -> np.ndarray:
    """q(y|x) that is sure of the class of each pixel."""
    return np.eye(classes, dtype=np.float32)[label]


@pytest.mark.parametrize(("label", "wanted"), [([0, 0, 1, 1], False), ([0, 1, 1], True), ([2, 2], False), ([], False)])
def test_classes_are_unequal_if_one_has_more_labels(label: list[int], wanted: bool) -> None:
    """Classes without any label do not count; neither does a set without labels."""
    assert unequal(np.array(label, np.int16)) is wanted


def test_every_class_has_as_many_as_the_most() -> None:
    """The labels stay as they are, and the pixels that come with them are of the class that q(y|x) gives."""
    label, hidden = np.repeat([0, 2, 3], [5, 1, 2]), np.repeat([0, 2, 3], 20)
    x, z = np.arange(8.0)[:, None], 100 + np.arange(60.0)[:, None]
    known, others = features(x, label), features(z, np.full(60, -1))
    found = evened(known, others, certain(hidden, 4), given=label, seed=1)
    np.testing.assert_array_equal(found.mean[:8], known.mean)
    assert np.bincount(found.label).tolist() == [5, 0, 5, 5]
    added = (found.mean[8:, 0] - 100).astype(int)
    assert len(set(added.tolist())) == 7
    np.testing.assert_array_equal(found.label[8:], hidden[added])


def test_a_class_gets_what_there_is() -> None:
    """Fewer pixels than are wanted, none of a class that q(y|x) gives to no pixel, and none of one without labels."""
    known, others = features(np.zeros((7, 2)), np.repeat([0, 1, 2], [5, 1, 1])), features(np.ones((9, 2)), -np.ones(9))
    found = evened(known, others, certain(np.repeat([0, 1, 3], 3), 4), given=known.label, seed=1)
    assert np.bincount(found.label).tolist() == [5, 4, 1]


def test_equal_classes_get_nothing() -> None:
    """Then the pixels of the bound are the labels."""
    label = np.repeat([0, 1], 3)
    found = evened(features(np.eye(6), label), features(np.eye(6), -np.ones(6)), certain(label, 2), given=label, seed=1)
    np.testing.assert_array_equal(found.mean, np.eye(6))


def test_neighbours_make_no_class_larger() -> None:
    """Classes are compared by the labels that people gave: here each has two, and one has four neighbours besides."""
    label = np.repeat([0, 1, 1], [2, 2, 4])
    known, others = features(np.zeros((8, 2)), label), features(np.ones((6, 2)), -np.ones(6))
    found = evened(known, others, certain(np.repeat([0, 1], 3), 2), given=label[:4], seed=1)
    assert np.bincount(found.label).tolist() == [2, 6]
