"""The update rules against Keras."""

import numpy as np
import pytest
import tensorflow as tf

from semispectral.training.optimisers import OPTIMISERS, Optimiser

KERAS = {
    "adam": lambda: tf.keras.optimizers.Adam(0.1),
    "rmsprop": lambda: tf.keras.optimizers.RMSprop(0.1),
    "sgd": lambda: tf.keras.optimizers.SGD(0.1, momentum=0.9),
    "adagrad": lambda: tf.keras.optimizers.Adagrad(0.1),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_updates_are_those_of_keras(name: str) -> None:
    """Five steps on a quadratic give the values that Keras gives."""
    start, target = np.asarray([1.0, -2.0, 3.0], np.float32), np.asarray([0.5, 0.5, -1.0], np.float32)
    ours, theirs = tf.Variable(start), tf.Variable(start)
    optimiser, keras = Optimiser(name, {"w": ours}), KERAS[name]()
    for _ in range(5):
        optimiser.apply({"w": ours - target}, tf.constant(0.1))
        keras.apply_gradients([(theirs - target, theirs)])
    np.testing.assert_allclose(ours, theirs, rtol=2e-4)


def test_reset_forgets_the_past() -> None:
    """After a reset the next step is that of a new optimiser."""
    first, second = tf.Variable([1.0]), tf.Variable([1.0])
    used, new = Optimiser("adam", {"w": first}), Optimiser("adam", {"w": second})
    used.apply({"w": tf.constant([3.0])}, tf.constant(0.1))
    used.reset()
    first.assign([1.0])
    for optimiser in (used, new):
        optimiser.apply({"w": tf.constant([2.0])}, tf.constant(0.1))
    assert float(first[0]) == float(second[0])
