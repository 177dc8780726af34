"""Whole fits on TensorFlow's first device: the demo's M1 and M1+M2, other minibatches, agreement with NumPy, resuming.

    python measurements/gpu/demo_arrays.py results arrays.npz
    python measurements/gpu/fits.py defaults --arrays arrays.npz
    python measurements/gpu/fits.py batches --arrays arrays.npz
    python measurements/gpu/fits.py large
    python measurements/gpu/fits.py predictions --arrays arrays.npz
    python measurements/gpu/fits.py resume --arrays arrays.npz

Lines of JSON. `batches` and `large` train M1 with larger minibatches and other learning rates, to see which ends at the
bound of the defaults in less time. `resume` kills a training and lets it go on, and compares the weights' bytes.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

sys.path[:0] = [str(Path(__file__).parents[1] / "training"), str(Path(__file__).parents[1] / "training/peers")]

from contest import Job, spectra
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.run import Run, Trained
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import m2_of, train_m2
from train_jobs import M1_JOB

# Minibatch, learning rate, epochs: the defaults first. An epoch has 50 steps at least.
BATCHES = (
    (256, 2e-3, 80),
    (1024, 4e-3, 80),
    (4096, 4e-3, 40),
)
LARGE = (
    (256, 2e-3, 80),
    (1024, 4e-3, 80),
    (4096, 4e-3, 80),
    (4096, 4e-3, 160),
    (8192, 4e-3, 80),
)
LARGE_PIXELS = 300_000
TURNS, KILLED = 3, 2  # trainings that are compared, and the one that is killed


def say(**facts: Any) -> None:
    """Print a line of JSON."""
    print(json.dumps(facts), flush=True)


def m1_settings(batch: int = 256, rate: float = 2e-3, epochs: int = 80) -> M1Config:
    """Return M1's defaults with another minibatch, rate and number of epochs."""
    settings = M1Config()
    return replace(settings, fit=replace(settings.fit, batch=batch, learning_rate=rate, epochs=epochs, patience=1000))


def m2_settings(**fit: Any) -> M2Config:
    """Return M2's settings in the demo."""
    settings = M2Config()
    return replace(settings, fit=replace(settings.fit, most_steps=25, **fit))


def training_set(arrays: dict[str, np.ndarray]) -> TrainingSet:
    """Return the demo's latents as M2 takes them."""

    def part(name: str) -> Features:
        label = pd.DataFrame({"label": arrays[f"m2_{name}_label"]})
        return Features(arrays[f"m2_{name}_mean"], arrays[f"m2_{name}_std"], label)

    return TrainingSet(part("labelled"), part("unlabelled"), part("valid"))


class Clock:
    """Times at which a training evaluates; the first evaluation comes after everything is compiled."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.times: list[float] = []

    def picture(self, arrays: dict[str, np.ndarray], description: dict[str, Any], epoch: int) -> None:
        """Note the time, as a picture of the training would be drawn now."""
        self.times.append(time.perf_counter())

    def read(self) -> dict[str, float]:
        """Return seconds of all, and from the first evaluation to the last."""
        apart = self.times[-1] - self.times[0] if self.times else 0.0
        return {"seconds": round(time.perf_counter() - self.started, 2), "evaluations_s": round(apart, 2)}


def figures(trained: Trained, term: str, clock: Clock) -> dict[str, Any]:
    """Return the seconds, the last bound and the best."""
    history = trained.history
    bound = history[term].dropna()
    return {
        **clock.read(),
        "epochs": len(history),
        "bound": round(float(bound.iloc[-1]), 3),
        "best": round(float(bound.max()), 3),
    }


def fit_m1(arrays: dict[str, np.ndarray], settings: M1Config, seed: int = 1) -> dict[str, Any]:
    """Train M1 on the demo's spectra."""
    clock = Clock()
    views = arrays["views"].tolist()
    run = Run(seed, None, picture=clock.picture)
    trained = train_m1(arrays["m1_train"], arrays["m1_valid"], settings=settings, run=run, views=views)
    return figures(trained, "bound_valid", clock)


def defaults(arrays: dict[str, np.ndarray], small: bool) -> None:
    """Train the demo's M1 and M1+M2 twice each: the second time nothing is compiled."""
    settings = m1_settings(epochs=2) if small else m1_settings()
    data, classes = training_set(arrays), int(arrays["m2_labelled_label"].max()) + 1
    for turn in ("first", "again"):
        say(fit="m1", turn=turn, **fit_m1(arrays, settings))
        clock = Clock()
        more = {"epochs": 6} if small else {}
        run = Run(1, None, picture=clock.picture)
        trained = train_m2(data, settings=m2_settings(**more), run=run, classes=classes)
        say(fit="m2", turn=turn, **figures(trained, "unlabelled_bound", clock))


def batches(arrays: dict[str, np.ndarray], small: bool) -> None:
    """Train the demo's M1 with other minibatches."""
    for batch, rate, epochs in BATCHES[:2] if small else BATCHES:
        settings = m1_settings(batch, rate, 2 if small else epochs)
        say(fit="m1", batch=batch, rate=rate, **fit_m1(arrays, settings))


def large(arrays: dict[str, np.ndarray], small: bool) -> None:
    """Train M1 on many spectra with other minibatches."""
    pixels = 2000 if small else LARGE_PIXELS
    job = Job(**{**M1_JOB, "pixels": pixels, "steps": 1, "chunks": 1, "threads": 1, "seed": 1})
    x = spectra(job)
    data = {"m1_train": x[4000:] if len(x) > 8000 else x, "m1_valid": x[:4000], "views": np.asarray([x.shape[1]])}
    for batch, rate, epochs in LARGE[:2] if small else LARGE:
        say(
            fit="m1 of many pixels",
            batch=batch,
            rate=rate,
            **fit_m1(data, m1_settings(batch, rate, 2 if small else epochs)),
        )


def predictions(arrays: dict[str, np.ndarray], small: bool) -> None:
    """Compare q(y|x) of one trained M2 on this device with the NumPy code that draws maps, by precision."""
    data, classes = training_set(arrays), int(arrays["m2_labelled_label"].max()) + 1
    settings = m2_settings(epochs=6 if small else 40)
    trained = train_m2(data, settings=settings, run=Run(1, None), classes=classes)
    x = np.asarray(data.unlabelled.mean[:])
    facts = {**trained.description, "temperature": 1.0}
    still = {**trained.arrays, "prior/log_shift": np.zeros_like(trained.arrays["prior/log_shift"])}
    exact = M2Inference(still, facts).log_q_y(x)
    for precision in ("float32", "tf32", "bfloat16"):
        tf.config.experimental.enable_tensor_float_32_execution(precision == "tf32")
        kind = "bfloat16" if precision == "bfloat16" else "float32"
        own = replace(settings, fit=replace(settings.fit, precision=kind))
        model = m2_of(x.shape[1], len(facts["labels"]), own, seed=1)
        for name, variable in model.arrays().items():
            variable.assign(trained.arrays[name])
        found = tf.function(model.log_q_y, jit_compile=True)(tf.constant(x)).numpy()
        same = float(np.mean(found.argmax(1) == exact[:, : found.shape[1]].argmax(1)))
        apart = float(np.max(np.abs(np.exp(found) - np.exp(exact[:, : found.shape[1]]))))
        say(compare="q(y|x)", precision=precision, pixels=len(x), same_class=same, largest_difference=apart)


FITS = {"defaults": defaults, "batches": batches, "large": large, "predictions": predictions}


def one(arrays: dict[str, np.ndarray], checkpoints: Path, output: Path, small: bool) -> None:
    """Train M1 with checkpoints and write its weights."""
    settings = replace(m1_settings(epochs=40), fit=replace(m1_settings(epochs=40).fit, evaluate_every=1))
    x, valid = arrays["m1_train"][:, :268], arrays["m1_valid"][:, :268]
    if small:
        x, valid = x[:500], valid[:100]
    trained = train_m1(x, valid, settings=settings, run=Run(1, checkpoints))
    with output.open("wb") as file:
        for name in sorted(trained.arrays):
            file.write(trained.arrays[name].tobytes())


def resume(path: Path, small: bool) -> None:
    """Train unbroken twice and once with a kill in between, each in a process of its own; compare the bytes.

    All six trainings run at the same time, as nothing is timed.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    kinds = {"as it is": "", "kernels by timing": "--xla_gpu_autotune_level=4 --xla_gpu_deterministic_ops=false"}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2 * TURNS) as pool:

        def training(kind: str, turn: int) -> "Future[bytes]":
            environment = {**os.environ, "XLA_FLAGS": f"{flags} {kinds[kind]}".strip()}
            return pool.submit(_weights, path, Path(folder, kind, str(turn)), environment, small, kill=turn == KILLED)

        both = {kind: [training(kind, turn) for turn in range(TURNS)] for kind in kinds}
        for kind, trainings in both.items():
            weights = [one.result() for one in trainings]
            say(
                resume=kind,
                two_unbroken_equal=weights[0] == weights[1],
                killed_equal=weights[KILLED] == weights[0],
                between_unbroken=_apart(weights[0], weights[1]),
                with_kill=_apart(weights[0], weights[KILLED]),
            )


def _apart(first: bytes, second: bytes) -> float:
    return float(np.max(np.abs(np.frombuffer(first, "f4") - np.frombuffer(second, "f4"))))


def _weights(path: Path, folder: Path, environment: dict[str, str], small: bool, *, kill: bool) -> bytes:
    folder.mkdir(parents=True)
    output = folder / "weights"
    command = [sys.executable, __file__, "one", "--arrays", str(path), "--folder", str(folder)]
    command += ["--small"] if small else []
    if kill:
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while process.poll() is None and not [*folder.rglob("*.safetensors")]:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        say(killed=True, finished_before=output.exists())
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
    return output.read_bytes()


def main(asked: argparse.Namespace) -> None:
    """Do what was asked."""
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    arrays = dict(np.load(asked.arrays)) if asked.arrays else {}
    if asked.what == "resume":
        resume(asked.arrays, asked.small)
    elif asked.what == "one":
        one(arrays, asked.folder / "checkpoints", asked.folder / "weights", asked.small)
    else:
        {"defaults": defaults, "batches": batches, "large": large, "predictions": predictions}[asked.what](
            arrays, asked.small
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=(*FITS, "resume", "one"))
    parser.add_argument("--arrays", type=Path, help="what demo_arrays.py wrote")
    parser.add_argument("--folder", type=Path, help="of `one`: its checkpoints and weights")
    parser.add_argument("--small", action="store_true", help="a few epochs, to see that it runs")
    main(parser.parse_args())
