"""Choose the pixels of each step and draw their inputs, as functions of (seed, epoch, step) alone."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from semispectral.storage.disk_rows import Rows, StoredRows

Held = dict[str, tf.Tensor]

NO_FACTS: Mapping[str, np.ndarray] = {}
STREAMED_BYTES = 32_000_000
EVALUATION_SEED = (7919, 0)
MOST_EVALUATED = 20_000


def rising(epoch: int, epochs: int) -> float:
    """Return a weight that rises linearly from above 0 to 1.

    Parameters
    ----------
    epoch : index of the epoch; the first is 0.
    epochs : number of epochs until the weight is 1.
    """
    return 1.0 if epoch >= epochs else (epoch + 1) / (epochs + 1)


class Inputs:
    """Inputs of pixels, drawn anew from a normal each time they are taken (without a deviation: the mean).

    Parameters
    ----------
    mean : float32 [pixel, input], in memory, or on disk if inputs are never drawn anew.
    std : float32 [pixel, input or 1], in memory, standard deviation of the draws; None if inputs are never drawn anew.
    facts : further tensors of each pixel, [pixel, ...], in memory, by name.
    """

    def __init__(self, mean: Rows, std: np.ndarray | None = None, facts: Mapping[str, np.ndarray] = NO_FACTS) -> None:
        self.streamed = mean if isinstance(mean, StoredRows) else None
        self.facts = dict(facts)
        self.resident: Held = {}
        if self.streamed is None:
            self.resident = {name: tf.constant(value) for name, value in {**self.facts, "mean": mean}.items()}
        if std is not None and np.any(std > 0):
            self.resident["std"] = tf.constant(std)

    def hold(self, index: np.ndarray) -> tuple[Held, np.ndarray]:
        """Return the tensors that hold pixels, and the position of each pixel in them.

        Parameters
        ----------
        index : int32 [step, pixel], pixels of some steps.
        """
        if self.streamed is None:
            return self.resident, index
        place = np.arange(index.size, dtype=np.int32).reshape(index.shape)
        rows = index.ravel()
        facts = {name: tf.constant(value[rows]) for name, value in self.facts.items()}
        return {**facts, "mean": tf.constant(self.streamed[rows])}, place


def take(held: Held, index: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Return the inputs of pixels, float32 [index, input].

    Parameters
    ----------
    held : tensors from `Inputs.hold`.
    index : int32 [index], positions in these tensors.
    seed : int32 [2], stateless seed of the draw.
    """
    mean = tf.gather(held["mean"], index)
    if "std" not in held:
        return mean
    return mean + tf.gather(held["std"], index) * tf.random.stateless_normal(tf.shape(mean), seed + [0, 1 << 30])


def stretch_steps(inputs: Inputs, order: np.ndarray) -> int:
    """Return the number of steps whose pixels are held at once: all if they are in memory, otherwise a few.

    Parameters
    ----------
    inputs : inputs of the pixels.
    order : int32 [step, pixel], pixels of all steps.
    """
    if inputs.streamed is None:
        return len(order)
    step_bytes = order.shape[1] * inputs.streamed.shape[1] * inputs.streamed.dtype.itemsize
    return max(STREAMED_BYTES // step_bytes, 1)


def shuffled_steps(pixels: int, *, batch: int, steps: int, seed: list[int]) -> np.ndarray:
    """Return the pixels of each step, int32 [step, batch], in a new order in each round.

    Every pixel occurs once, or more or less often if the number of steps requires it. A remainder smaller than a batch
    is left to the next epoch.

    Parameters
    ----------
    pixels : number of pixels.
    batch : pixels per step.
    steps : number of steps.
    seed : seed of the order.
    """
    batch = min(batch, pixels)
    random = np.random.default_rng(seed)
    rounds = [random.permutation(pixels) for _ in range(-(-steps * batch // pixels))]
    return np.concatenate(rounds)[: steps * batch].reshape(steps, batch).astype(np.int32)


def balanced_steps(shares: np.ndarray, steps: int, batch: int, *, seed: list[int]) -> np.ndarray:
    """Draw the pixels of each step, int32 [step, batch]: any class with the same chance, then a pixel by its share.

    Parameters
    ----------
    shares : float [pixel, class], share of each class in a pixel, times the weight of the pixel.
    steps : number of steps.
    batch : pixels per step.
    seed : seed of the draw.
    """
    random = np.random.default_rng(seed)
    label, pixel = np.nonzero(shares.T)
    _, of_pair = np.unique(label, return_inverse=True)
    # Draw the class first, then a pixel of it, both as arrays: pairs of class and pixel lie end to end, each as long as
    # the share, so that a place between the two ends of a class is a pixel.
    end = np.cumsum(shares.T[label, pixel], dtype=np.float64)
    ends = np.concatenate([[0.0], end[np.flatnonzero(np.diff(of_pair, append=of_pair[-1] + 1))]])
    of_class = random.integers(len(ends) - 1, size=steps * batch)
    place = random.random(steps * batch)
    found = np.searchsorted(end, ends[of_class] + place * np.diff(ends)[of_class], side="right")
    return pixel[np.minimum(found, len(pixel) - 1)].reshape(steps, batch).astype(np.int32)


def evenly(pixels: int, most: int) -> np.ndarray:
    """Return the indices of pixels spread evenly over all, int64 [pixel], so that every scene has its share.

    Parameters
    ----------
    pixels : number of pixels.
    most : largest number of indices.
    """
    return np.linspace(0, max(pixels - 1, 0), min(pixels, most)).round().astype(np.int64)


def blocks(pixels: int, size: int = 8192) -> list[slice]:
    """Return slices over pixels, for evaluations whose memory must not grow with the data.

    Parameters
    ----------
    pixels : number of pixels.
    size : pixels per slice.
    """
    return [slice(first, min(first + size, pixels)) for first in range(0, pixels, size)]
