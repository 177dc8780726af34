"""Time of a training step of M1 and M2 on TensorFlow's first device, by minibatch and precision.

    python measurements/gpu/steps.py [--small]

The shapes are those of train.py. One line of JSON for each case: milliseconds per step, millions of pixels
a second, TFLOP/s of the products that a step needs at least, seconds of the first call (which compiles).
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

sys.path[:0] = [str(Path(__file__).parents[1] / "training"), str(Path(__file__).parents[1] / "training/peers")]

from contest import Job, spectra
from ours import m1_task, m2_task, training_set
from semispectral.training.checkpoint import NoCheckpoint
from semispectral.training.fit import Fit
from train_counts import counts
from train_jobs import TASKS, passed, shape_of

BATCHES = {"m1": (128, 1000, 8192, 65_536), "m2-11": (128, 490, 8192, 65_536), "m2-100": (128, 490, 8192)}
COMPARED = {"m1": (1000, 8192), "m2-11": (490, 8192), "m2-100": (490,)}  # batches at which precisions are compared
LEAST_S, ROUNDS = 0.2, 3


def cases(small: bool) -> list[tuple[str, int, str]]:
    """Return task, batch and precision of everything that is timed."""
    if small:
        return [(task, batches[0], "tf32") for task, batches in BATCHES.items() if task != "m2-100"]
    every = [(task, batch, "tf32") for task, batches in BATCHES.items() for batch in batches]
    others = [
        (task, batch, p) for task, batches in COMPARED.items() for batch in batches for p in ("float32", "bfloat16")
    ]
    return every + others


def fit_of(task_name: str, batch: int, precision: str) -> tuple[Any, Fit, dict[str, Any]]:
    """Return the task, its loop and its job, with at least as many pixels as two minibatches."""
    tf.config.experimental.enable_tensor_float_32_execution(precision == "tf32")
    _, facts, _ = TASKS[task_name]
    pixels = max(facts["pixels"], 2 * batch)
    facts = {**facts, "batch": batch, "pixels": pixels, "steps": 8, "chunks": 1, "threads": 1, "seed": 1}
    job = Job(**{**facts, "hidden": tuple(facts["hidden"]), "option": precision})
    task = m1_task(job, spectra(job)) if job.model == "m1" else m2_task(job, training_set(job))
    return task, Fit(task, task.settings.fit, seed=1, checkpoint=NoCheckpoint()), facts


def timed(task_name: str, batch: int, precision: str) -> dict[str, Any]:
    """Time one case."""
    task, fit, facts = fit_of(task_name, batch, precision)
    weights = {name: tf.constant(value) for name, value in task.weights(0).items()}
    held, places = task.hold(task.order(0))

    def seconds(rounds: int) -> float:
        order = {name: tf.constant(np.tile(index, (rounds, 1))) for name, index in places.items()}
        zero = tf.zeros(len(task.objective.terms))
        started = time.perf_counter()
        fit.programme.stretch(held, order, weights, tf.constant(1e-4), tf.constant([1, 0], tf.int32), zero).numpy()
        return time.perf_counter() - started

    compiling = seconds(1)
    rounds = 1
    while (took := seconds(rounds)) < LEAST_S:
        rounds *= 2
    step = float(np.median([took, *(seconds(rounds) for _ in range(ROUNDS - 1))])) / (rounds * task.steps)
    steps = passed(facts)
    flops = counts(shape_of({**facts, "labelled": facts["labelled_batch"] * steps})).flops / steps
    return {
        "ms": round(1e3 * step, 4),
        "mpixels_s": round(batch / step / 1e6, 3),
        "tflops": round(flops / step / 1e12, 3),
        "first_s": round(compiling, 2),
    }


def main(asked: argparse.Namespace) -> None:
    """Time and print; a case that does not fit in memory is said."""
    for task_name, batch, precision in cases(asked.small):
        case = {"task": task_name, "batch": batch, "precision": precision}
        try:
            print(json.dumps({**case, **timed(task_name, batch, precision)}), flush=True)
        except tf.errors.OpError as error:
            print(json.dumps({**case, "failed": str(error).split("\n", 1)[0][:200]}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="two cases, to see that it runs")
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    main(parser.parse_args())
