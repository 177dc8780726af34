"""Several seeds of M1 in one step: a prototype with a leading axis of seeds on every weight.

    python measurements/gpu/seeds.py [--small]

M1 as `M1Config` has it (Gaussian, 268 bands, batch 256), its products as batches of products. One line of JSON for
each number of seeds: milliseconds per step, and per step and seed.
"""

import argparse
import json
import time
from itertools import pairwise

import numpy as np
import tensorflow as tf

from semispectral.models.settings_m1 import M1Config

BANDS, PIXELS = 268, 20_000
SEEDS = (1, 4, 16, 64)
LEAST_S = 0.2


def weights_of(seeds: int, settings: M1Config) -> list[tf.Variable]:
    """Return kernels [seed, input, output] and biases [seed, 1, output] of encoder and decoder; log sigma last."""
    random = np.random.default_rng(1)
    encoder = [BANDS, *settings.net.hidden, 2 * settings.latents]
    decoder = [settings.latents, *settings.net.hidden, BANDS]
    arrays = []
    for widths in (encoder, decoder):
        for a, b in pairwise(widths):
            arrays += [random.normal(0.0, a**-0.5, (seeds, a, b)), np.zeros((seeds, 1, b))]
    arrays.append(np.full((seeds, 1, BANDS), -0.7))
    return [tf.Variable(array.astype(np.float32)) for array in arrays]


def perceptron(layers: list[tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    """Return softplus layers and one linear output."""
    for kernel, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        x = tf.nn.softplus(tf.matmul(x, kernel) + bias)
    return tf.matmul(x, layers[-2]) + layers[-1]


def loss_of(weights: list[tf.Variable], x: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
    """Return minus the bound, summed over the seeds: each seed's gradient is its own."""
    half = (len(weights) - 1) // 2
    mean, log_variance = tf.split(perceptron(weights[:half], x), 2, axis=-1)
    output = perceptron(weights[half:-1], mean + tf.exp(0.5 * log_variance) * noise)
    log_sigma = weights[-1]
    log_px = -0.5 * tf.square((x - output) * tf.exp(-log_sigma)) - log_sigma
    kl = 0.5 * (tf.square(mean) + tf.exp(log_variance) - 1.0 - log_variance)
    return -tf.reduce_sum(tf.reduce_mean(tf.reduce_sum(log_px, -1) - tf.reduce_sum(kl, -1), axis=1)) / BANDS


def timed(seeds: int) -> float:
    """Return seconds of a step: draw, gradient and Adam."""
    settings = M1Config()
    weights, data = weights_of(seeds, settings), tf.random.stateless_normal([PIXELS, BANDS], [3, 3])
    first, second = ([tf.Variable(tf.zeros_like(w)) for w in weights] for _ in range(2))

    @tf.function(jit_compile=True)
    def step(x: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = loss_of(weights, x, noise)
        for w, g, m, v in zip(weights, tape.gradient(loss, weights), first, second, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * tf.square(g))
            w.assign_sub(1e-3 * m / (tf.sqrt(v) + 1e-7))
        return loss

    @tf.function
    def loop(times: tf.Tensor) -> tf.Tensor:
        total = tf.zeros([])
        for i in tf.range(times):
            seed = tf.stack([i, 7])
            place = tf.random.stateless_uniform([seeds, settings.fit.batch], seed, 0, PIXELS, tf.int32)
            noise = tf.random.stateless_normal([seeds, settings.fit.batch, settings.latents], seed)
            total += step(tf.gather(data, place), noise)
        return total

    def seconds(times: int) -> float:
        started = time.perf_counter()
        loop(tf.constant(times)).numpy()
        return time.perf_counter() - started

    seconds(2)
    times = 8
    while (took := seconds(times)) < LEAST_S:
        times *= 2
    return took / times


def main(asked: argparse.Namespace) -> None:
    """Time and print."""
    for seeds in SEEDS[:2] if asked.small else SEEDS:
        step = 1e3 * timed(seeds)
        print(json.dumps({"seeds": seeds, "ms": round(step, 4), "ms_of_a_seed": round(step / seeds, 4)}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="fewer seeds, to see that it runs")
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    main(parser.parse_args())
