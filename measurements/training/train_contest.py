"""Start the contestants of train.py, each in a process of its own, and let them train in turns."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from train_quiet import busy

PEERS = Path(__file__).parent / "peers"
INSTALL = "pip install '.[train,bench]'"
OLDER_KERNELS = {"OPENBLAS_CORETYPE", "NVPL_BLAS_DEBUG_CPU_TYPE", "MKL_DEBUG_CPU_TYPE"}


@dataclass(frozen=True)
class Contestant:
    """Who competes.

    Parameters
    ----------
    name : in the table. program : in measurements/training/peers. option : as its docstring has it.
    needs : the package that it cannot do without, where that is not one of ours.
    """

    name: str
    program: str
    option: str = "float32"
    needs: str = ""


CONTESTANTS = {
    "ours": Contestant("semispectral, float32", "ours.py"),
    "ours-bfloat16": Contestant("semispectral, bfloat16", "ours.py", "bfloat16"),
    "ours-tf32": Contestant("semispectral, TF32", "ours.py", "tf32"),
    "tensorflow": Contestant("TensorFlow, tiled, tf.function", "naive_tensorflow.py"),
    "pytorch": Contestant("PyTorch, tiled", "plain_pytorch.py", needs="torch"),
    "pytorch-tf32": Contestant("PyTorch, tiled, TF32", "plain_pytorch.py", "tf32", needs="torch"),
    "jax-tf32": Contestant("JAX, tiled, jit, TF32", "jax_jit.py", "tf32", needs="optax"),
    "jax-bfloat16": Contestant("JAX, tiled, jit, bfloat16", "jax_jit.py", "bfloat16", needs="optax"),
    "jax": Contestant("JAX, tiled, jit", "jax_jit.py", needs="optax"),
    "pyro": Contestant("Pyro, SVI, enumeration in parallel", "pyro_svi.py", needs="pyro"),
    "pytorch-compile": Contestant("PyTorch, tiled, torch.compile", "plain_pytorch.py", "compile", needs="torch"),
    "pytorch-bfloat16": Contestant("PyTorch, tiled, bfloat16 autocast", "plain_pytorch.py", "bfloat16", needs="torch"),
    "pyro-jit": Contestant("Pyro, SVI, JIT", "pyro_svi.py", "jit", needs="pyro"),
}
USUAL = ("ours", "ours-bfloat16", "tensorflow", "pytorch", "pyro")


class ContestError(RuntimeError):
    """A contestant ended before its time."""


@dataclass
class Result:
    """What a contestant needed: seconds of each chunk (the first, which compiles, apart), memory, and where it got.

    `processor` has the seconds of all its threads together, which others on the machine change much less.
    """

    warm_up: float
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    bound: float = float("nan")


class Worker:
    """A program that answers lines of JSON with lines of JSON; to be used in a ``with``."""

    def __init__(self, program: str, first: dict[str, Any], *, python: str, threads: int, gpu: bool = False) -> None:
        self.program, self.first, self.python = program, first, python
        self.surroundings = surroundings(threads, gpu=gpu)

    def __enter__(self) -> "Worker":
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [self.python, str(PEERS / self.program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=self.surroundings,
        )
        self.tell(json.dumps(self.first))
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        self.errors.close()

    def tell(self, line: str) -> None:
        """Write a line."""
        assert self.process.stdin is not None  # noqa: S101 - for the types
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise ContestError(self._last_words()) from None

    def hear(self) -> dict[str, Any]:
        """The next line; one that is no JSON is somebody's warning."""
        assert self.process.stdout is not None  # noqa: S101 - for the types
        for line in self.process.stdout:
            if line.startswith("{"):
                return dict(json.loads(line))
        raise ContestError(self._last_words())

    def everything(self) -> list[dict[str, Any]]:
        """Every line until the program ends."""
        found = []
        while True:
            try:
                found.append(self.hear())
            except ContestError:
                if self.process.wait() == 0:
                    return found
                raise

    def _last_words(self) -> str:
        self.process.wait()
        self.errors.seek(0)
        return f"{self.program} ended early:\n" + "".join(self.errors.readlines()[-15:])


def surroundings(threads: int, *, gpu: bool = False) -> dict[str, str]:
    """Return the environment of a contestant: so many threads, and no GPU, or one whose memory all share.

    Variables that choose matrix kernels for an older processor are left out: with them NumPy's products would be slower
    than the machine can make them, and the floor, which is measured by them, too easy to reach.
    """
    fixed = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    shared = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    devices = shared if gpu else {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    inherited = {name: value for name, value in os.environ.items() if name not in OLDER_KERNELS}
    return {**inherited, **fixed, **devices, "TF_CPP_MIN_LOG_LEVEL": "3"}


def use_cores(threads: int) -> None:
    """Keep this process and what it starts on so many cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def has(python: str, package: str) -> bool:
    """Can this Python import a package?"""
    look = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return subprocess.run([python, "-c", look], check=False).returncode == 0


def present(names: Iterable[str], python: str, say: Callable[[str], object]) -> list[str]:
    """The contestants that can run; the others are named, with what would install them."""
    found = []
    for name in names:
        contestant = CONTESTANTS[name]
        if not contestant.needs or has(python, contestant.needs):
            found.append(name)
        else:
            say(f"{contestant.name} is left out: {contestant.needs} is not installed in {python}; {INSTALL}")
    return found


def worker(name: str, job: dict[str, Any], peer_python: str, *, gpu: bool = False) -> Worker:
    """Return a contestant's program with its job."""
    contestant = CONTESTANTS[name]
    python = peer_python if contestant.needs else sys.executable
    return Worker(
        contestant.program, {**job, "option": contestant.option}, python=python, threads=job["threads"], gpu=gpu
    )


def contest(entries: dict[str, Worker], say: Callable[[str], object]) -> tuple[dict[str, Result], float]:
    """Let all train chunk after chunk, in turns, each alone on the machine; one that fails is named and left out.

    Also gives the largest share of the machine that was in use before a round, while all waited.
    """
    with ExitStack() as stack:
        workers = {name: stack.enter_context(entry) for name, entry in entries.items()}
        results: dict[str, Result] = {}
        chunks = max(entry.first["chunks"] for entry in entries.values())

        def in_turn(act: Callable[[str, Worker], None]) -> None:
            for name in list(workers):
                try:
                    act(name, workers[name])
                except ContestError as error:
                    say(f"{name} is left out: {error}")
                    del workers[name]
                    results.pop(name, None)

        def train(name: str, entry: Worker) -> None:
            entry.tell("go")
            heard = entry.hear()
            if name in results:
                results[name].seconds.append(heard["seconds"])
                results[name].processor.append(heard["processor"])
            else:
                results[name] = Result(warm_up=heard["seconds"])

        def finish(name: str, entry: Worker) -> None:
            last = entry.hear()
            results[name].bound, results[name].peak_mb = last["bound"], last["peak_mb"]

        in_turn(lambda _, entry: entry.hear() and None)
        foreign = []
        for chunk in range(chunks):
            foreign.append(busy())
            in_turn(train)
            say(
                f"round {chunk}: "
                + "  ".join(f"{n} {(r.seconds or [r.warm_up])[-1]:.2f} s" for n, r in results.items())
            )
        in_turn(finish)
        return results, max(foreign)
