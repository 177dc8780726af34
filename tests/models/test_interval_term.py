"""Labels of intervals in M2's bound: brute force over all labels of a toy, and the limits of one class and of all."""

from itertools import product

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logsumexp

from semispectral.models.interval_term import log_expected_shares, log_of_shares, pixel_bound, proportion_term

PIXELS, CLASSES = 4, 3


def toy(*, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of each class [class, pixel], log q(y|x) [pixel, class] and shares [class] of one interval."""
    random = np.random.default_rng(seed)
    q = random.dirichlet(np.ones(CLASSES), PIXELS)
    return random.normal(-5, 2, (CLASSES, PIXELS)), np.log(q), random.dirichlet(np.ones(CLASSES))


def test_expected_counts_are_those_of_all_labels_of_the_pixels() -> None:
    """The count of a class, summed over all 3^4 labellings with their probability under q; so is the term."""
    _, log_q, shares = toy(seed=1)
    counts = np.zeros(CLASSES)
    for labels in product(range(CLASSES), repeat=PIXELS):
        probability = np.exp(sum(log_q[pixel, label] for pixel, label in enumerate(labels)))
        counts += probability * np.bincount(labels, minlength=CLASSES)
    found = log_expected_shares(tf.constant(log_q[:, None]))
    np.testing.assert_allclose(np.exp(found[0]) * PIXELS, counts, rtol=1e-10)
    term = proportion_term(tf.constant(log_q[:, None]), tf.constant(shares[None]))
    np.testing.assert_allclose(term, [(shares * np.log(counts / PIXELS)).sum()], rtol=1e-10)


def test_the_bound_is_that_of_all_labels_and_below_the_likelihood() -> None:
    """Summed over all labellings under r it is the same number, and with the best q it is the likelihood."""
    bounds, log_q, shares = toy(seed=2)
    found = pixel_bound(tf.constant(bounds), tf.constant(log_q), tf.constant(np.log(shares)[None])).numpy()
    log_r = log_q + np.log(shares)
    log_r -= logsumexp(log_r, axis=1, keepdims=True)
    total = 0.0
    for labels in product(range(CLASSES), repeat=PIXELS):
        log_p = sum(np.log(shares[label]) + bounds[label, pixel] for pixel, label in enumerate(labels))
        log_of = sum(log_r[pixel, label] for pixel, label in enumerate(labels))
        total += np.exp(log_of) * (log_p - log_of)
    assert found.sum() == pytest.approx(total)
    likelihood = logsumexp(bounds.T + np.log(shares), axis=1)
    assert (found <= likelihood + 1e-12).all()
    best = bounds.T - logsumexp(bounds.T, axis=1, keepdims=True)
    tight = pixel_bound(tf.constant(bounds), tf.constant(best), tf.constant(np.log(shares)[None])).numpy()
    np.testing.assert_allclose(tight, likelihood, rtol=1e-10)


def test_one_class_in_each_interval_is_an_ordinary_label() -> None:
    """With one pixel and one class both terms are those of a label; shares are no lower than their least."""
    bounds, log_q, _ = toy(seed=3)
    label = np.array([0, 2, 1, 2])
    shares = np.eye(CLASSES)[label]
    term = proportion_term(tf.constant(log_q[None]), tf.constant(shares))
    np.testing.assert_allclose(term, log_q[np.arange(PIXELS), label], rtol=1e-10)
    sure = np.where(shares > 0, 0.0, -700.0)
    found = pixel_bound(tf.constant(bounds), tf.constant(log_q), tf.constant(sure))
    np.testing.assert_allclose(found, bounds[label, np.arange(PIXELS)], rtol=1e-10)
    assert np.isfinite(log_of_shares(tf.constant(shares)).numpy()).all()


def test_equal_shares_are_no_label() -> None:
    """The bound is then the unlabelled one, less log K."""
    bounds, log_q, _ = toy(seed=4)
    flat = np.full((1, CLASSES), -np.log(CLASSES))
    found = pixel_bound(tf.constant(bounds), tf.constant(log_q), tf.constant(flat))
    unlabelled = (np.exp(log_q) * (bounds.T - log_q)).sum(axis=1)
    np.testing.assert_allclose(found, unlabelled - np.log(CLASSES), rtol=1e-10)
