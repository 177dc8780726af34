"""Small models and data for the tests of M1 and M2."""

import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from semispectral.models.nets import Dense
from semispectral.sampling.training_set import Features, TrainingSet


def as_float64(model: tf.Module) -> tf.Module:
    """Turn a model's parameters into float64, so that rounding does not hide an error."""
    for module in [model, *model.submodules]:
        if isinstance(module, Dense):
            module.kernels = [tf.Variable(tf.cast(kernel, tf.float64)) for kernel in module.kernels]
            module.bias = tf.Variable(tf.cast(module.bias, tf.float64))
    if hasattr(model.likelihood, "log_sigma"):
        model.likelihood.log_sigma = tf.Variable(tf.cast(model.likelihood.log_sigma, tf.float64))
    if hasattr(model, "log_prior"):
        model.log_prior = tf.Variable(tf.cast(model.log_prior, tf.float64), trainable=False)
    model.p_z = tfd.Normal(np.float64(0.0), np.float64(1.0))
    return model


def features(x: np.ndarray, label: np.ndarray, std: np.ndarray | None = None) -> Features:
    """Features with nothing but labels in their table."""
    spread = np.zeros((len(x), 1), np.float32) if std is None else std
    return Features(x.astype(np.float32), spread, pd.DataFrame({"label": label.astype(np.int16)}))


def blobs(random: np.random.Generator, label: np.ndarray, *, inputs: int = 6, spread: float = 0.4) -> np.ndarray:
    """Pixels around one centre per class, the centres the same for every call."""
    centres = np.random.default_rng(11).normal(0, 1.5, (8, inputs))
    return (centres[label] + spread * random.normal(size=(len(label), inputs))).astype(np.float32)


def blob_data(*, labelled: int, unlabelled: int, classes: int = 4) -> tuple[TrainingSet, np.ndarray, np.ndarray]:
    """A training set of blobs with so many labels per class, and test pixels with their labels."""
    random = np.random.default_rng(5)
    parts = []
    for per_class, hidden in ((labelled, False), (unlabelled, True), (5 if labelled else 0, False)):
        label = np.repeat(np.arange(classes), per_class)
        parts.append(features(blobs(random, label), np.full_like(label, -1) if hidden else label))
    label = np.repeat(np.arange(classes), 50)
    return TrainingSet(*parts), blobs(random, label), label
