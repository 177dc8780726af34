"""What the contestants of train.py train: the shapes of the 2017 experiment."""

import argparse
from typing import Any

from train_counts import Shape

Job = dict[str, Any]

M1_JOB: Job = {
    "model": "m1",
    "inputs": 268,
    "hidden": [500, 500],
    "latents": 50,
    "classes": 0,
    "pixels": 100_000,
    "batch": 1000,
    "labelled": 0,
    "labelled_batch": 0,
    "alpha": 0.0,
    "sigma_floor": 0.1,
}
M2_JOB: Job = {
    "model": "m2",
    "inputs": 50,
    "hidden": [500],
    "latents": 50,
    "pixels": 98_000,
    "batch": 490,
    "labelled": 20_000,
    "labelled_batch": 100,
    "alpha": 0.1,
    "sigma_floor": 0.1,
}
TASKS: dict[str, tuple[str, Job, int]] = {  # title, job, minibatches that are timed in a round
    "m1": ("M1", M1_JOB, 50),
    "m2-11": ("M2, 11 classes", M2_JOB | {"classes": 11}, 40),
    "m2-100": ("M2, 100 classes", M2_JOB | {"classes": 100}, 6),
}
SMALL: dict[str, Job] = {
    "M1": M1_JOB | {"inputs": 13, "hidden": [17, 19], "latents": 5, "pixels": 1000},
    "M2": M2_JOB | {"inputs": 7, "hidden": [17], "latents": 5, "classes": 4, "pixels": 1000, "labelled": 1000},
}


def complete(job: Job, asked: argparse.Namespace, steps: int) -> Job:
    """A job with what the command line says; the first chunk of minibatches is the one that compiles."""
    own = {"steps": asked.steps or steps, "chunks": asked.rounds + 1, "threads": asked.threads, "seed": asked.seed}
    return {**job, **own}


def passed(job: Job) -> int:
    """Minibatches of a whole pass."""
    return int(job["pixels"] // job["batch"])


def shape_of(job: Job) -> Shape:
    """The shape of a job's pass."""
    return Shape(job["inputs"], tuple(job["hidden"]), job["latents"], job["classes"], job["pixels"], job["labelled"])
