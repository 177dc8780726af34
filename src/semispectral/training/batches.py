"""Which pixels a step sees, and what is drawn of them: functions of (seed, epoch, step) alone."""

import numpy as np
import tensorflow as tf

from semispectral.storage.disk_rows import Rows, StoredRows

Held = dict[str, tf.Tensor]

STREAMED_BYTES = 32_000_000
EVALUATION_SEED = (7919, 0)
MOST_EVALUATED = 20_000


def rising(epoch: int, epochs: int) -> float:
    """A weight that rises linearly from above 0 to 1 over so many epochs."""
    return 1.0 if epoch >= epochs else (epoch + 1) / (epochs + 1)


class Inputs:
    """x of some pixels, drawn anew from its normal each time it is taken (a draw without spread is the mean).

    Parameters
    ----------
    mean : float32 [pixel, input], in memory or stored on disk, which is for x that is never drawn anew.
    std : float32 [pixel, input or 1], in memory: the deviation with which x is drawn; None where it never is.
    """

    def __init__(self, mean: Rows, std: np.ndarray | None = None) -> None:
        self.streamed = mean if isinstance(mean, StoredRows) else None
        self.resident: Held = {} if self.streamed is not None else {"mean": tf.constant(mean)}
        if std is not None and np.any(std > 0):
            self.resident["std"] = tf.constant(std)

    def hold(self, index: np.ndarray) -> tuple[Held, np.ndarray]:
        """The tensors that hold the pixels of int32 [step, pixel], and where in them each pixel stands."""
        if self.streamed is None:
            return self.resident, index
        place = np.arange(index.size, dtype=np.int32).reshape(index.shape)
        return {"mean": tf.constant(self.streamed[index.ravel()])}, place


def take(held: Held, index: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """x of the pixels that stand at some places of what `Inputs` holds, float32 [index, input]."""
    mean = tf.gather(held["mean"], index)
    if "std" not in held:
        return mean
    return mean + tf.gather(held["std"], index) * tf.random.stateless_normal(tf.shape(mean), seed + [0, 1 << 30])


def stretch_steps(inputs: Inputs, order: np.ndarray) -> int:
    """Steps whose pixels are held at once: all that are in memory anyway, else a few."""
    if inputs.streamed is None:
        return len(order)
    step_bytes = order.shape[1] * inputs.streamed.shape[1] * inputs.streamed.dtype.itemsize
    return max(STREAMED_BYTES // step_bytes, 1)


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
