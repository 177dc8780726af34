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
    optimiser, keras = Optimiser(name, [ours]), KERAS[name]()
    for _ in range(5):
        optimiser.apply(ours - target, tf.constant(0.1))
        keras.apply_gradients([(theirs - target, theirs)])
    np.testing.assert_allclose(ours, theirs, rtol=2e-4)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_several_variables_are_updated_as_each_alone(name: str) -> None:
    """Their numbers stand one after the other, and each variable keeps its shape."""
    random = np.random.default_rng(3)
    starts = [random.normal(size=shape).astype(np.float32) for shape in ((2, 3), (), (4,))]
    together, alone = [tf.Variable(start) for start in starts], [tf.Variable(start) for start in starts]
    one, each = Optimiser(name, together), [Optimiser(name, [variable]) for variable in alone]
    for _ in range(3):
        gradients = [random.normal(size=start.size).astype(np.float32) for start in starts]
        one.apply(tf.concat(gradients, axis=0), tf.constant(0.1))
        for optimiser, gradient in zip(each, gradients, strict=True):
            optimiser.apply(tf.constant(gradient), tf.constant(0.1))
    for variable, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(variable, other)


def test_reset_forgets_the_past() -> None:
    """After a reset the next step is that of a new optimiser."""
    first, second = tf.Variable([1.0]), tf.Variable([1.0])
    used, new = Optimiser("adam", [first]), Optimiser("adam", [second])
    used.apply(tf.constant([3.0]), tf.constant(0.1))
    used.reset()
    first.assign([1.0])
    for optimiser in (used, new):
        optimiser.apply(tf.constant([2.0]), tf.constant(0.1))
    assert float(first[0]) == float(second[0])
