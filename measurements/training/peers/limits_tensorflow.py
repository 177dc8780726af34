"""The limits of the machine as TensorFlow and NumPy reach them: GEMM, softplus, its gradient, normal draws.

Reads one line of JSON (gemms, elements, threads, seconds) and says the rates, one line of JSON for each way to do it.
"""

import json
import sys
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from contest import best_seconds, say


def main() -> None:
    """Measure and say."""
    asked = json.loads(sys.stdin.readline())
    tf.config.threading.set_intra_op_parallelism_threads(asked["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(1)
    least = asked["seconds"]

    def tensorflow(dtype: str) -> Callable[[int, int, int], float]:
        def measure(m: int, k: int, n: int) -> float:
            a, b = (tf.cast(tf.random.normal(shape), dtype) for shape in ([m, k], [k, n]))
            multiply = tf.function(lambda: tf.reduce_sum(tf.linalg.matmul(a, b)[:1, :1]))
            return best_seconds(lambda: multiply().numpy(), least)

        return measure

    def numpy(m: int, k: int, n: int) -> float:
        random = np.random.default_rng(1)
        a, b = (random.standard_normal(shape, np.float32) for shape in ((m, k), (k, n)))
        out = np.empty((m, n), np.float32)
        return best_seconds(lambda: np.matmul(a, b, out=out), least)

    ways = {"TensorFlow": tensorflow("float32"), "NumPy": numpy, "TensorFlow, bfloat16": tensorflow("bfloat16")}
    flops = sum(2.0 * m * k * n for m, k, n in asked["gemms"])
    for way, measure in ways.items():
        say(way=way, gemm=flops / sum(measure(*shape) for shape in asked["gemms"]))
    rows = max(asked["elements"] // 500, 1)
    x = tf.random.normal([rows, 500])
    kinds = {"softplus": tf.nn.softplus, "softplus_gradient": lambda y: y * (1.0 - tf.exp(-y))}
    once = {name: tf.function(of) for name, of in kinds.items()}
    rates = {name: best_seconds(lambda call=call: call(x)[0, 0].numpy(), least) for name, call in once.items()}
    say(way="TensorFlow", **{name: rows * 500 / seconds for name, seconds in rates.items()})
    draw = tf.function(lambda seed: tf.random.stateless_normal([rows, 50], seed))
    seed = tf.constant([1, 2])
    say(way="TensorFlow", normals=rows * 50 / best_seconds(lambda: draw(seed)[0, 0].numpy(), least))


if __name__ == "__main__":
    main()
