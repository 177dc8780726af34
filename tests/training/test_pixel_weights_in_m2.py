"""The weights of unlabelled pixels in the objective of M2."""

import numpy as np
import tensorflow as tf

from semispectral.models.fit_settings import NetConfig
from semispectral.models.m2 import M2
from semispectral.models.settings_m2 import M2Config
from semispectral.training.m2_objectives import M2Objective, QyObjective
from tiny_training import as_float64

INPUTS, CLASSES, LATENTS, LABELLED, UNLABELLED, ALPHA = 5, 3, 2, 6, 9, 0.3
TERMS = {"kl": tf.constant(0.7, tf.float64), "unlabelled": tf.constant(0.4, tf.float64)}


def _normal(*shape: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(shape).normal(size=shape))


def _model() -> M2:
    net = NetConfig(hidden=(7,), activation="tanh")
    return as_float64(M2(INPUTS, CLASSES, M2Config(latents=LATENTS, net=net, classifier=net), seed=2))


def _batch(weight: np.ndarray) -> dict[str, tf.Tensor]:
    return {
        "labelled": _normal(LABELLED, INPUTS),
        "y": tf.one_hot(np.arange(LABELLED) % CLASSES, CLASSES, dtype=tf.float64),
        "labelled_noise": _normal(LABELLED, LATENTS),
        "unlabelled": _normal(UNLABELLED, INPUTS),
        "unlabelled_noise": _normal(CLASSES, UNLABELLED, LATENTS),
        "unlabelled_weight": tf.constant(weight[:, np.newaxis]),
    }


def test_the_unlabelled_term_is_the_brute_force_sum_of_weighted_pixels() -> None:
    """A loop over pixels and classes gives the term of the loss, in float64 to 1e-10."""
    model, weight = _model(), np.random.default_rng(4).uniform(size=UNLABELLED)
    batch = _batch(weight)
    _, terms = M2Objective(ALPHA).loss(model, batch, TERMS)
    total = 0.0
    for pixel in range(UNLABELLED):
        x = batch["unlabelled"][pixel : pixel + 1]
        log_q = model.log_q_y(x)[0]
        for place in range(CLASSES):
            y, noise = tf.eye(CLASSES, dtype=tf.float64)[place : place + 1], batch["unlabelled_noise"]
            bound = model.labelled_bound(x, y, noise=noise[place, pixel : pixel + 1], kl_weight=TERMS["kl"])[0]
            total += weight[pixel] * float(tf.exp(log_q[place]) * (bound - log_q[place]))
    np.testing.assert_allclose(terms[1], total / UNLABELLED, rtol=0, atol=1e-10)


def test_pixels_of_no_weight_leave_the_classifier_to_the_labels() -> None:
    """With every weight 0, the gradient of q(y|x) is alpha times that of q(y|x) on the labels alone."""
    model, batch = _model(), _batch(np.zeros(UNLABELLED))
    variables = model.classifier.trainable_variables
    found = []
    for objective in (M2Objective(ALPHA), QyObjective()):
        with tf.GradientTape() as tape:
            loss, _ = objective.loss(model, batch, TERMS)
        found.append(tape.gradient(loss, variables))
    for ours, alone in zip(*found, strict=True):
        np.testing.assert_allclose(ours, ALPHA * alone, rtol=0, atol=1e-12)
