"""Tests of the estimate of the classes' shares among unlabelled pixels."""

import numpy as np
import pytest

from semispectral.inference.label_shift import log_label_shift


def posteriors(share: np.ndarray, *, pixels: int, seed: int) -> np.ndarray:
    """Exact posteriors under equal classes, of pixels whose classes come with these shares: normals 2 sigma apart."""
    random = np.random.default_rng(seed)
    mean = 2.0 * np.arange(len(share))
    x = mean[random.choice(len(share), pixels, p=share)] + random.standard_normal(pixels)
    density = np.exp(-0.5 * (x[:, None] - mean) ** 2)
    return np.asarray(density / density.sum(axis=1, keepdims=True))


def test_many_steps_find_the_shares() -> None:
    """With exact posteriors EM converges to the true shares."""
    share = np.array([0.7, 0.25, 0.05])
    shift = log_label_shift(posteriors(share, pixels=20_000, seed=1), steps=200)
    np.testing.assert_allclose(np.exp(shift) / 3, share, atol=0.02)


def test_few_steps_stay_between_equal_shares_and_the_limit() -> None:
    """Each step goes further from equal shares."""
    probability = posteriors(np.array([0.7, 0.25, 0.05]), pixels=5_000, seed=2)
    first = [log_label_shift(probability, steps=steps)[0] for steps in (0, 1, 2, 200)]
    assert first == sorted(first)
    assert first[0] == 0


@pytest.mark.parametrize("probability", [np.zeros((0, 3)), np.full((10, 3), 1 / 3), np.ones((5, 1))])
def test_nothing_to_learn_gives_no_shift(probability: np.ndarray) -> None:
    """No pixels, pixels that say nothing, or a single class leave q(y|x) as it is."""
    np.testing.assert_allclose(log_label_shift(probability, steps=3), 0, atol=1e-6)


def test_a_class_that_is_nowhere_stays_possible() -> None:
    """The shift of a class without any pixel is finite."""
    probability = np.tile([1.0, 0.0], (50, 1))
    assert np.isfinite(log_label_shift(probability, steps=5)).all()
