"""Do all contestants of train.py minimise the same objective? Each is held against the oracle."""

import argparse
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from train_contest import CONTESTANTS, ContestError, worker
from train_jobs import SMALL, TASKS, Job, complete
from train_oracle import expected, problem

AGREED = {"float32": 1e-4, "compile": 1e-4, "jit": 1e-4, "tf32": 5e-3, "bfloat16": 5e-2}
LEAST = 0.01  # what a difference is relative to, at least


def agree(names: list[str], asked: argparse.Namespace, say: Callable[[str], object], *, gpu: bool = False) -> bool:
    """Compare everyone's loss and slope for the models of the tasks; say each difference, and whether all are small."""
    models = {TASKS[task][0].partition(",")[0] for task in asked.tasks}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        tries = []
        for model, small in ((model, small) for model, small in SMALL.items() if model in models):
            job = complete(small, asked, 1) | {"given": str(Path(folder) / f"{model}.npz")}
            weights, directions, batch = problem(job, asked.seed)
            kinds = {"weight": weights, "direction": directions, "batch": batch}
            np.savez(job["given"], **{f"{k}:{name}": a for k, named in kinds.items() for name, a in named.items()})
            wanted = expected(job, weights, directions, batch)
            tries += [(name, model, wanted, pool.submit(answer, name, job, asked.peer_python, gpu)) for name in names]
        verdicts = [verdict(name, model, wanted, found.result()) for name, model, wanted, found in tries]
    for _, text in verdicts:
        say(text)
    return all(good for good, _ in verdicts)


def answer(name: str, job: Job, python: str, gpu: bool) -> dict[str, Any]:
    """What a contestant says to the given weights, batch and noise."""
    try:
        with worker(name, job, python, gpu=gpu) as asked:
            return asked.hear()
    except ContestError as error:
        return {"failed": str(error)}


def verdict(name: str, model: str, wanted: dict[str, dict[str, float]], found: dict[str, Any]) -> tuple[bool, str]:
    """Whether a contestant agrees with the oracle, and the line that says so."""
    contestant = CONTESTANTS[name]
    start = f"agreement, {model}, {contestant.name}: "
    if "failed" in found:
        return False, start + found["failed"]
    oracle = wanted[found["kl"]]
    apart = {key: abs(found[key] - oracle[key]) / max(abs(oracle[key]), LEAST) for key in ("loss", "slope")}
    good = max(apart.values()) <= AGREED[contestant.option]
    figures = f"loss {apart['loss']:.1e} off, slope {apart['slope']:.1e} off"
    return good, start + figures + ("" if good else ": DOES NOT AGREE")
