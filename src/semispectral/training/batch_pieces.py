"""Compute a step in pieces, so that what lies between forward and backward pass stays in the processor's cache.

The loss is a mean over pixels, so loss and gradient are the means of those of equal pieces of the batch. An M2 of 100
classes makes 100 rows of every pixel: as a whole, each of its layers would be written to memory and read again.
"""

import math

import tensorflow as tf

Batch = dict[str, tf.Tensor]

MOST_FLOATS = 1 << 20  # of a layer's output in a piece: 4 MB


def pieces_of(batch: Batch, *, widest: int) -> int:
    """Return the number of equal pieces of a batch.

    It is the smallest divisor of the number of pixels that keeps the output of a layer small.

    Parameters
    ----------
    batch : tensors with their pixels along the last axis but one; axes before it are classes.
    widest : number of units of the widest layer.
    """
    if tf.config.list_logical_devices("GPU"):  # wants all the work at once
        return 1
    pixels = math.gcd(*(x.shape[-2] for x in batch.values()))
    rows = max(math.prod(x.shape[:-1]) for x in batch.values())
    divisors = [n for n in range(1, pixels + 1) if pixels % n == 0]
    return next((n for n in divisors if rows * widest <= n * MOST_FLOATS), divisors[-1])


def piece(batch: Batch, place: tf.Tensor, *, pieces: int) -> Batch:
    """Return one piece of a batch.

    Parameters
    ----------
    batch : tensors with their pixels along the last axis but one.
    place : int32, index of the piece, 0 to ``pieces - 1``.
    pieces : number of pieces.
    """

    def part(x: tf.Tensor) -> tf.Tensor:
        *before, pixels, width = x.shape
        return tf.gather(tf.reshape(x, [*before, pieces, pixels // pieces, width]), place, axis=-3)

    return {name: part(x) for name, x in batch.items()}
