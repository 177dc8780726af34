"""The limits of the machine as a compiled step of ours reaches them: softplus and its gradient, in the cache.

The gradient is that of `semispectral.models.nets.softplus` with u = exp(-|x|) given: in a step the value has made it.

Reads one line of JSON (elements, threads, seconds) and says the rates.
"""

import json
import sys
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from contest import best_seconds, say
from semispectral.models.nets import softplus
from semispectral.training.batch_pieces import MOST_FLOATS
from semispectral.training.run import use_threads

REPEATED = 50


def again_and_again(of: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> Callable[[], np.ndarray]:
    """One compiled program that does this to what stays in the cache, as a step does to its pieces."""
    loop = tf.function(
        lambda: tf.while_loop(lambda i, _: i < REPEATED, lambda i, y: (i + 1, of(y)), (0, x))[1], jit_compile=True
    )
    return lambda: loop()[0, 0].numpy()


def main() -> None:
    """Measure and say."""
    asked = json.loads(sys.stdin.readline())
    use_threads(asked["threads"])
    x = tf.random.normal([max(min(asked["elements"], MOST_FLOATS) // 500, 1), 500])
    kinds = {"softplus": softplus, "softplus_gradient": lambda u: u * tf.where(u > 0.0, 1.0, u) / (1.0 + u)}
    seconds = {name: best_seconds(again_and_again(of, x), asked["seconds"]) / REPEATED for name, of in kinds.items()}
    say(way="ours, in a step", **{name: int(tf.size(x)) / each for name, each in seconds.items()})


if __name__ == "__main__":
    main()
