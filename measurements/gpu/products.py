"""Rate of a plain matrix product on TensorFlow's first device: float32, TF32 and bfloat16, at the shapes of a step.

    python measurements/gpu/products.py

One line of JSON for each shape and precision: rows, inputs, outputs, TFLOP/s (the best of some loops).
"""

import json
import time

import tensorflow as tf

SHAPES = (
    (256, 268, 256),
    (1000, 268, 500),
    (5390, 500, 100),
    (49_000, 500, 100),
    (65_536, 268, 500),
    (8192, 8192, 8192),
)
LOOPS, LEAST_S = 3, 0.05
PRECISIONS = ("float32", "tf32", "bfloat16")


def rate(shape: tuple[int, int, int], precision: str) -> float:
    """Return FLOP/s of products in a loop inside one graph."""
    rows, inputs, outputs = shape
    tf.config.experimental.enable_tensor_float_32_execution(precision == "tf32")
    dtype = tf.bfloat16 if precision == "bfloat16" else tf.float32
    a = tf.cast(tf.random.stateless_normal([rows, inputs], [1, 1]), dtype)
    b = tf.cast(tf.random.stateless_normal([inputs, outputs], [1, 2]), dtype)

    @tf.function
    def loop(times: tf.Tensor) -> tf.Tensor:
        total = tf.zeros([], dtype)
        for _ in tf.range(times):
            total += tf.matmul(a + total * 0, b)[0, 0]  # each waits for the one before
        return total

    def seconds(times: int) -> float:
        started = time.perf_counter()
        loop(tf.constant(times)).numpy()
        return time.perf_counter() - started

    seconds(3)
    times = 10
    while (took := seconds(times)) < LEAST_S:
        times *= 2
    best = min([took, *(seconds(times) for _ in range(LOOPS))])
    return 2.0 * rows * inputs * outputs * times / best


def main() -> None:
    """Measure and print."""
    for shape in SHAPES:
        for precision in PRECISIONS:
            tera = rate(shape, precision) / 1e12
            print(json.dumps({"shape": shape, "precision": precision, "tflops": round(tera, 3)}), flush=True)


if __name__ == "__main__":
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    main()
