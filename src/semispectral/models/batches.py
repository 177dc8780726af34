"""Which pixels a step sees, and what is drawn of them: functions of (seed, epoch, step) alone."""

import numpy as np
import tensorflow as tf

from semispectral.dataset import Features

EVALUATION_SEED = (7919, 0)
MOST_EVALUATED = 20_000


def rising(epoch: int, epochs: int) -> float:
    """A weight that rises linearly from above 0 to 1 over so many epochs."""
    return 1.0 if epoch >= epochs else (epoch + 1) / (epochs + 1)


class Inputs:
    """x of some pixels, drawn anew from its normal each time it is taken (a draw without spread is the mean).

    Parameters
    ----------
    drawn : share of the normal's deviation that a draw has.
    """

    def __init__(self, features: Features, *, drawn: float) -> None:
        self.mean = tf.constant(features.mean)
        self.std = tf.constant(np.float32(drawn) * features.std)
        self.is_drawn = bool(drawn and np.any(features.std > 0))

    def take(self, index: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
        """float32 [index, input]."""
        mean = tf.gather(self.mean, index)
        if not self.is_drawn:
            return mean
        return mean + tf.gather(self.std, index) * tf.random.stateless_normal(tf.shape(mean), seed + [0, 1 << 30])


def shuffled_steps(pixels: int, *, batch: int, steps: int, seed: list[int]) -> np.ndarray:
    """int32 [step, batch]: every pixel once, or more or less often as the steps ask, in a new order each time.

    A rest smaller than a batch is left to the next epoch.
    """
    batch = min(batch, pixels)
    random = np.random.default_rng(seed)
    rounds = [random.permutation(pixels) for _ in range(-(-steps * batch // pixels))]
    return np.concatenate(rounds)[: steps * batch].reshape(steps, batch).astype(np.int32)


def balanced_steps(label: np.ndarray, steps: int, batch: int, *, seed: list[int]) -> np.ndarray:
    """int32 [step, batch]: pixels drawn with equal chances for every class."""
    random = np.random.default_rng(seed)
    members = [np.flatnonzero(label == value) for value in np.unique(label)]
    of_class = random.integers(len(members), size=steps * batch)
    place = random.random(steps * batch)
    sizes = np.asarray([len(member) for member in members])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    index = np.concatenate(members)[starts[of_class] + (place * sizes[of_class]).astype(int)]
    return index.reshape(steps, batch).astype(np.int32)


def evenly(pixels: int, most: int) -> np.ndarray:
    """int64 [pixel]: at most so many, evenly over all, so that every scene has its share."""
    return np.linspace(0, max(pixels - 1, 0), min(pixels, most)).round().astype(np.int64)


def blocks(pixels: int, size: int = 8192) -> list[slice]:
    """Slices over pixels, for evaluations that must not grow with the data."""
    return [slice(first, min(first + size, pixels)) for first in range(0, pixels, size)]
