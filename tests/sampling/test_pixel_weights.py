"""Weights of unlabelled pixels: mixtures count little, and pixels like the labelled ones in full."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.sampling.pixel_weights import ClassMeans, purity_shares, unlabelled_weights
from semispectral.sampling.training_set import TrainingSet
from semispectral.storage.disk_rows import store
from tiny_training import features

INPUTS, CLASSES = 4, 3
CENTRES = 8 * np.eye(CLASSES, INPUTS)


def _pixels(seed: int, label: np.ndarray, *, spread: float = 1.0) -> np.ndarray:
    return CENTRES[label] + spread * np.random.default_rng(seed).normal(size=(len(label), INPUTS))


def _labels(per_class: int) -> np.ndarray:
    return np.repeat(np.arange(CLASSES), per_class)


def _set(labelled: np.ndarray, label: np.ndarray, unlabelled: np.ndarray) -> TrainingSet:
    nothing = features(labelled[:0], label[:0])
    return TrainingSet(features(labelled, label), features(unlabelled, np.full(len(unlabelled), -1)), nothing)


def test_the_purity_of_a_mixture_is_its_place_between_the_classes() -> None:
    """1 at a class mean, 0.5 at three parts to one, 0 half-way, whatever the units; the fit finds the centres."""
    label = _labels(4000)
    for scale in (1.0, 1e-3):
        means = ClassMeans.fit(scale * _pixels(1, label), label)
        shares = np.array([1.0, 0.9, 0.75, 0.5, 0.25])[:, np.newaxis]
        mixed = scale * (shares * CENTRES[0] + (1 - shares) * CENTRES[1])
        np.testing.assert_allclose(means.purity(mixed), [1, 0.8, 0.5, 0, 0.5], atol=0.03)


@pytest.mark.parametrize("spread", [0.5, 4.0])
def test_pixels_like_the_labelled_ones_have_shares_spread_evenly(spread: float) -> None:
    """Whether classes are easy or hard to tell apart, a tenth of such pixels has a share below a tenth, and so on."""
    label = _labels(60)
    x = _pixels(5, label, spread=spread)
    shares = purity_shares(x, label, _pixels(6, _labels(300), spread=spread))
    np.testing.assert_allclose(np.quantile(shares, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.1)


def test_a_mixture_counts_little_where_classes_are_apart_and_in_full_where_they_are_not() -> None:
    """Weights of half-and-half mixtures, beside those of pure pixels, at 10 labels per class."""
    label = _labels(10)
    random = np.random.default_rng(7)
    mixed = (CENTRES[0] + CENTRES[1]) / 2 + random.normal(size=(200, INPUTS))
    found = {}
    for spread in (1.0, 8.0):
        pool = np.concatenate([mixed, _pixels(8, _labels(100), spread=spread)])
        weight = unlabelled_weights(_set(_pixels(9, label, spread=spread), label, pool), pure_share=0.2)
        found[spread] = weight[:200].mean(), weight[200:].mean()
    assert found[1.0][0] < 0.25
    assert found[1.0][1] > 0.85
    assert min(found[8.0]) > 0.75


def test_every_pixel_counts_in_full_where_there_is_nothing_to_judge_by() -> None:
    """No labels, one class, one label of each class, too few for a small share; and where it is not asked for."""
    pool = _pixels(1, _labels(5))
    for label in (_labels(0), np.zeros(9, int), _labels(1), np.array([0, 0, 1, 1])):
        assert (unlabelled_weights(_set(_pixels(2, label), label, pool), pure_share=0.2) == 1).all()
    label = _labels(20)
    assert (unlabelled_weights(_set(_pixels(2, label), label, pool / 2), pure_share=0.0) == 1).all()


def test_a_class_with_one_label_is_no_reason_to_drop_pixels_of_others() -> None:
    """Its label stays among those that judge: the weights of pure pixels of all classes stay high."""
    label = np.concatenate([_labels(12)[:24], [2]])
    pool = _pixels(4, _labels(100))
    assert unlabelled_weights(_set(_pixels(3, label), label, pool), pure_share=0.2).mean() > 0.8


def test_pixels_on_disk_have_the_weights_of_pixels_in_memory(tmp_path: Path) -> None:
    """Streamed in blocks, bit for bit."""
    label, pool = _labels(10), _pixels(4, _labels(4000)).astype(np.float32)
    labelled = _pixels(3, label)
    streamed = purity_shares(labelled, label, store([pool[:5000], pool[5000:]], tmp_path))
    np.testing.assert_array_equal(streamed, purity_shares(labelled, label, pool))
