"""What every contestant of train.py shares: its job, its data, its clock. NumPy alone, no framework.

A contestant is a program. It reads its job, one line of JSON, from standard input, and says when it is ready. Then it
trains a chunk of minibatches for each further line it is given, says the seconds of each, and at the end the mean bound
of the last chunk and its peak memory.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

GROUPS = 30  # of spectra in the data of M1


@dataclass(frozen=True)
class Job:
    """What a contestant does.

    Parameters
    ----------
    model : m1 or m2.
    inputs, hidden, latents, classes : the widths; hidden layers of q(y|x), q(z|.) and p(x|.) are the same.
    pixels, batch : unlabelled (for M1: all), in the data and in a minibatch. labelled, labelled_batch : the others.
    steps : minibatches in a chunk. chunks : that are trained; the first warms up and is reported on its own.
    option : float32, or how else the contestant does it (bfloat16, compile, jit).
    given : .npz of weights, directions, batch and noise: say the loss and its slope at these, and train nothing.
    """

    model: str
    inputs: int
    hidden: tuple[int, ...]
    latents: int
    classes: int
    pixels: int
    batch: int
    labelled: int
    labelled_batch: int
    steps: int
    chunks: int
    threads: int
    seed: int
    option: str = "float32"
    given: str = ""
    alpha: float = 0.1
    rate: float = 3e-4
    sigma_floor: float = 0.1


def best_seconds(call: Callable[[], object], least: float) -> float:
    """The shortest of many calls, after one that warms up."""
    call()
    found, until = [], time.perf_counter() + least
    while len(found) < 3 or time.perf_counter() < until:
        started = time.perf_counter()
        call()
        found.append(time.perf_counter() - started)
    return min(found)


def read_job() -> Job:
    """The job on standard input."""
    facts = json.loads(sys.stdin.readline())
    return Job(**{**facts, "hidden": tuple(facts["hidden"])})


def say(**facts: Any) -> None:
    """One line of JSON."""
    print(json.dumps(facts), flush=True)


class Clock:
    """Seconds of the wall and of the processor since the next line of standard input came."""

    def wait(self) -> None:
        """Wait for the next line, and start."""
        if not sys.stdin.readline():
            raise SystemExit("the other end is gone")
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Say the seconds; those of the processor are of all threads together."""
        say(seconds=time.perf_counter() - self.wall, processor=time.process_time() - self.processor)


def compete(job: Job, chunk: Callable[[], float]) -> None:
    """Train chunk by chunk. `chunk` gives the mean bound per pixel of its minibatches (M2: of the unlabelled)."""
    say(ready=True)
    bound, clock = float("nan"), Clock()
    for _ in range(job.chunks):
        clock.wait()
        bound = chunk()
        clock.stop()
    end(bound)


def end(bound: float) -> None:
    """Say the bound and the peak memory; the last line."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say(bound=bound, peak_mb=peak / (2**20 if sys.platform == "darwin" else 2**10))


def spectra(job: Job) -> np.ndarray:
    """float32 [pixel, band] in [0, 1]: smooth spectra of some groups, with noise."""
    random = np.random.default_rng(job.seed)
    band = np.linspace(0.0, 3.0 * np.pi, job.inputs)
    waves = np.stack([np.sin(band * k + shift) for k in (0.3, 0.7, 1.1, 1.9, 3.1) for shift in (0.0, 1.6)])
    mixes = random.normal(0.0, 0.5, (GROUPS, len(waves)))[random.integers(GROUPS, size=job.pixels)]
    mixes = mixes + random.normal(0.0, 0.2, mixes.shape)
    x = (mixes @ waves).astype(np.float32)
    x += 0.1 * random.standard_normal(x.shape, np.float32)
    return 1.0 / (1.0 + np.exp(-x))


@dataclass(frozen=True)
class Latents:
    """q(z1|x) of some pixels and their classes: mean and std float32 [pixel, input], label int32 [pixel]."""

    mean: np.ndarray
    std: np.ndarray
    label: np.ndarray


def latents(job: Job) -> tuple[Latents, Latents]:
    """The labelled and the unlabelled pixels of M2."""
    random = np.random.default_rng(job.seed)
    centre = random.standard_normal((job.classes, job.inputs), np.float32)

    def part(pixels: int) -> Latents:
        label = (np.arange(pixels) % job.classes).astype(np.int32)
        mean = centre[label] + 0.7 * random.standard_normal((pixels, job.inputs), np.float32)
        return Latents(mean, np.full_like(mean, 0.3), label)

    return part(job.labelled), part(job.pixels)


class Order:
    """Places of the pixels of each minibatch, shuffled anew after each pass."""

    def __init__(self, pixels: int, batch: int, seed: int) -> None:
        self.pixels, self.batch = pixels, batch
        self.random = np.random.default_rng(seed)
        self.left = np.zeros(0, np.int64)

    def next(self) -> np.ndarray:
        """int64 [batch]."""
        if len(self.left) < self.batch:
            self.left = self.random.permutation(self.pixels)
        found, self.left = self.left[: self.batch], self.left[self.batch :]
        return found


def given(job: Job) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Weights, directions and batch of an agreement, each by name."""
    with np.load(job.given) as file:
        arrays = {name: file[name] for name in file.files}
    return tuple(  # type: ignore[return-value]
        {name.removeprefix(kind): array for name, array in arrays.items() if name.startswith(kind)}
        for kind in ("weight:", "direction:", "batch:")
    )
