"""Pixels, and TensorFlow models whose weights were moved as training would."""

import numpy as np
import tensorflow as tf

PIXELS, INPUTS, LATENTS = 9, 6, 4


def pixels() -> np.ndarray:
    """float32 [pixel, input], in [0, 1)."""
    return np.random.default_rng(1).random((PIXELS, INPUTS)).astype(np.float32)


def moved_arrays(model: tf.Module) -> dict[str, np.ndarray]:
    """The arrays of a model after every weight was moved."""
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign_add(0.3 * random.normal(size=variable.shape).astype(np.float32))
    return {name: variable.numpy() for name, variable in model.arrays().items()}
