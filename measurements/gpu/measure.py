"""All that is measured on a GPU machine, as a page; no part is begun after ten minutes.

    python measurements/gpu/measure.py --results results --output gpu.md
    python measurements/gpu/measure.py --arrays arrays.npz --small

Whole fits of the demo with the share of time that the GPU is busy, steps by minibatch and precision, this package
beside PyTorch and JAX, agreement with NumPy, kill and resume, other minibatches, matrix products, seeds at once, and
the fits on the machine's CPU. Each part is a program of its own in this folder, so one that fails or takes too long is
named and the rest is measured; what --seconds leaves no time for is named too. Without a GPU everything runs on the
CPU. `results` is a finished demo; --arrays is what demo_arrays.py made of one. PyTorch and JAX with optax are used
where they are installed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "training"))

from train_agree import agree
from train_contest import CONTESTANTS, ContestError, contest, present, worker
from train_jobs import TASKS, complete

CONTEST = ("ours", "ours-tf32", "ours-bfloat16", "pytorch", "pytorch-tf32", "pytorch-bfloat16")
CONTEST += ("jax", "jax-tf32", "jax-bfloat16")
LIMIT_S = 180  # for one part
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}


class Busy:
    """Samples of the GPU's use and memory by nvidia-smi while something runs."""

    def __enter__(self) -> "Busy":
        self.use: list[float] = []
        self.memory: list[float] = []
        self.process: subprocess.Popen[str] | None = None
        query = [
            "nvidia-smi",
            "--query-gpu=utilization.gpu,memory.used",
            "--format=csv,noheader,nounits",
            "-lms",
            "100",
        ]
        try:
            self.process = subprocess.Popen(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        except FileNotFoundError:
            return self
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        return self

    def _read(self) -> None:
        for line in self.process.stdout or []:  # type: ignore[union-attr]
            use, memory = line.split(",")[:2]
            self.use.append(float(use))
            self.memory.append(float(memory))

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.thread.join(2)

    def said(self) -> dict[str, Any]:
        """Return the mean use and the peak memory."""
        if not self.use:
            return {}
        return {"gpu_busy": round(sum(self.use) / len(self.use) / 100, 3), "gpu_peak_mb": max(self.memory)}


def run(program: str, *words: str, gpu: bool = True) -> list[dict[str, Any]]:
    """Run a program of this folder; its lines of JSON, and what ended it early."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **({} if gpu else NO_GPU)}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors, Busy() as busy:
        command = [sys.executable, str(HERE / program), *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        clock = threading.Timer(LIMIT_S, process.kill)
        clock.start()
        rows = [json.loads(line) for line in process.stdout or [] if line.startswith("{")]
        clock.cancel()
        if process.wait():
            errors.seek(0)
            rows.append({"failed": f"{program} ended with {process.returncode}: {errors.read()[-600:]}"})
    rows.append({"program_s": round(time.perf_counter() - started, 1), **(busy.said() if gpu else {})})
    return rows


def table(title: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Lay out lines as tables: those with the same columns together."""
    yield f"\n## {title}\n"
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    for columns, group in groups.items():
        yield "| " + " | ".join(columns) + " |"
        yield "|" + " --- |" * len(columns)
        for row in group:
            yield "| " + " | ".join(str(value).replace("\n", " ") for value in row.values()) + " |"
        yield ""


def peers(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Let all train in turns; milliseconds of a step, median and spread."""
    names = present(CONTEST, sys.executable, note)
    rows: list[dict[str, Any]] = []
    for task in ("m1",) if asked.small else ("m1", "m2-11", "m2-100"):
        _, job, steps = TASKS[task]
        facts = {"steps": 2 if asked.small else 2 * steps, "rounds": asked.rounds, "threads": asked.threads, "seed": 1}
        own = argparse.Namespace(**facts)
        entries = {name: worker(name, complete(job, own, steps), sys.executable, gpu=True) for name in names}
        try:
            found, _ = contest(entries, note)
        except ContestError as error:
            rows.append({"failed": f"{task}: {error}"})
            continue
        for name, result in found.items():
            ms = 1e3 * pd.Series(result.seconds) / own.steps
            rows.append(
                {
                    "task": task,
                    "who": CONTESTANTS[name].name,
                    "ms": round(ms.median(), 3),
                    "least": round(ms.min(), 3),
                    "most": round(ms.max(), 3),
                    "first_s": round(result.warm_up, 2),
                    "bound": round(result.bound, 2),
                }
            )
    return rows


def note(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def heading() -> Iterator[str]:
    """Say where it is measured."""
    look = (
        "import json, os, platform, tensorflow as tf; gpus = tf.config.list_physical_devices('GPU');"
        "print(json.dumps({'gpus': [tf.config.experimental.get_device_details(g).get('device_name') for g in gpus],"
        "'tensorflow': tf.__version__, 'python': platform.python_version(), 'cpu_cores': os.cpu_count()}))"
    )
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, env=environment, check=False)
    yield "# Measured on a GPU machine\n"
    yield said.stdout.strip() or said.stderr[-600:]


def parts(asked: argparse.Namespace, arrays: str) -> dict[str, Callable[[], list[dict[str, Any]]]]:
    """Return every part by its title, the most telling first."""
    small = ["--small"] if asked.small else []
    demo = ["--arrays", arrays, *small]
    return {
        "A fit of the demo": lambda: run("fits.py", "defaults", *demo),
        "Steps by minibatch and precision": lambda: run("steps.py", *small),
        "Beside PyTorch and JAX": lambda: peers(asked),
        "Predictions beside NumPy's, kill and resume": lambda: untimed(demo),
        "Other minibatches, the demo": lambda: run("fits.py", "batches", *demo),
        "Other minibatches, many pixels": lambda: run("fits.py", "large", *small),
        "Matrix products": lambda: run("products.py"),
        "Seeds at once": lambda: run("seeds.py", *small),
        "A fit of the demo on this machine's CPU": lambda: run("fits.py", "defaults", *demo, gpu=False),
    }


def untimed(demo: list[str]) -> list[dict[str, Any]]:
    """Run at the same time what is not timed: predictions, resuming, and each contestant's loss beside the oracle's."""
    options = argparse.Namespace(seed=1, rounds=1, threads=1, steps=1, peer_python=sys.executable, tasks=TASKS)
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run, "fits.py", what, *demo) for what in ("predictions", "resume")]
        agree(present(CONTEST, sys.executable, note), options, said.append, gpu=True)
        return [row for found in both for row in found.result()] + [{"objective": line} for line in said]


def main(asked: argparse.Namespace) -> None:
    """Measure, print, write what is there after each part."""
    started = time.perf_counter()
    lines = list(heading())
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        arrays = str(asked.arrays or Path(folder, "arrays.npz"))
        if not asked.arrays:
            subprocess.run([sys.executable, str(HERE / "demo_arrays.py"), str(asked.results), arrays], check=True)
        for title, measured in parts(asked, arrays).items():
            late = time.perf_counter() - started > asked.seconds
            new = list(table(title, [{"left out": "no time left"}] if late else measured()))
            print("\n".join(new), flush=True)
            lines += new
            if asked.output:
                asked.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"), help="of a finished demo")
    parser.add_argument("--arrays", type=Path, help="what demo_arrays.py made of one")
    parser.add_argument("--output", type=Path, help="a page, written anew after each part")
    parser.add_argument("--seconds", type=float, default=600, help="no part is begun after so many")
    parser.add_argument("--rounds", type=int, default=5, help="timed turns beside the others")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--small", action="store_true", help="little of everything, to see that it runs")
    main(parser.parse_args())
