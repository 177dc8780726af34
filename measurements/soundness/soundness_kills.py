"""Runs that are killed at a random moment and started again, for measurements/soundness/soundness.py."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("Snakefile", "rules", "workflow", "profiles", "config", "envs", "src", "tests/workflow")
CONFIG = "tests/workflow/tiny.yaml"
STUDY = [
    sys.executable,
    "-m",
    "snakemake",
    "--cores",
    "1",
    "--quiet",
    "all",
    "--configfile",
    "tests/workflow/tiny.yaml",
]
ALIVE = [sys.executable, "-m", "semispectral.workflow.running"]
LOOK_S, LEFT_S = 2.0, 600.0
# What need not be the same: pages and pictures are compared elsewhere, and these say how long something took.
TIMED = ("resources", "logs", "checkpoints", "pictures", "report")
TRAINING = """
import sys
from pathlib import Path
import numpy as np
from semispectral.training.run import Run
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.training.train_m1 import train_m1
from semispectral.sampling.training_files import write_trained

x = np.random.default_rng(1).normal(size=(64, 5)).astype(np.float32)
fit = FitConfig(least_steps=4, epochs=60, batch=16, evaluate_every=2, patience=1000)
settings = M1Config(latents=2, net=NetConfig(hidden=(6,)), fit=fit, dead_std=0.0)
write_trained(Path(sys.argv[1]) / "model", train_m1(x, x[:10], settings=settings, run=Run(7, Path(sys.argv[1]))))
"""


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


def _start(command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a command in a folder, silent, as a process group of its own."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = _environment() | ({"PYTHONPATH": str(folder / "src")} if (folder / "src").is_dir() else {})
    return subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **quiet)


def _timed(command: list[str], folder: Path) -> float:
    """Run a command to its end; the seconds that it took."""
    started = time.monotonic()
    if _start(command, folder).wait():
        raise RuntimeError(f"{' '.join(command[:6])}: failed in {folder}; run it by hand to see why")
    return time.monotonic() - started


def _killed_after(seconds: float, command: list[str], folder: Path) -> bool:
    """Start a command and kill its process group after a while; whether it still lived."""
    process = _start(command, folder)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def kill_trainings(times: int, *, seed: int, folder: Path) -> tuple[int, str]:
    """Kill a training so many times, each time another; how many ended as the unbroken one, and how many were hit."""
    whole = folder / "training"
    whole.mkdir()
    took, random = _timed([sys.executable, "-c", TRAINING, str(whole)], folder), np.random.default_rng([seed, 1])
    good, hit, others = 0, 0, list[str]()
    for number in range(times):
        broken = folder / f"training_{number}"
        broken.mkdir()
        command = [sys.executable, "-c", TRAINING, str(broken)]
        hit += _killed_after(float(random.uniform(0.3, 1)) * took, command, folder)
        _timed(command, folder)
        found = different(whole / "model", broken / "model")
        good += not found
        others += found
    return good, _words(hit, others)


def run_study(folder: Path) -> float:
    """Run the tiny study in a folder that gets a copy of the sources; the seconds that it took."""
    for name in SOURCES:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        (shutil.copytree if source.is_dir() else shutil.copyfile)(
            source, target, **({"ignore": ignored} if source.is_dir() else {})
        )
    return _timed(STUDY, folder)


def kill_studies(times: int, *, seed: int, folder: Path) -> tuple[int, str]:
    """Kill the tiny study so many times, each time from the start; as `kill_trainings`.

    A start after a kill waits until the stages that were left have ended, as the message of `make resume` says.
    """
    whole = folder / "study"
    took, random = run_study(whole), np.random.default_rng([seed, 2])
    good, hit, others = 0, 0, list[str]()
    for number in range(times):
        broken = folder / f"study_{number}"
        shutil.copytree(whole, broken, ignore=shutil.ignore_patterns("results", ".snakemake"))
        hit += _killed_after(float(random.uniform(0.05, 0.95)) * took, STUDY, broken)
        _wait_for_none(broken)
        _timed([*STUDY, "--unlock"], broken)
        _timed(STUDY, broken)
        found = different(whole / "results", broken / "results")
        good += not found
        others += found
        shutil.rmtree(broken)
    return good, _words(hit, others)


def _words(hit: int, others: list[str]) -> str:
    first = f"; not the same: {', '.join(others[:5])}" if others else ""
    return f"{hit} hit it alive{first}"


def _wait_for_none(folder: Path) -> None:
    until = time.monotonic() + LEFT_S
    while _start(ALIVE, folder).wait() and time.monotonic() < until:
        time.sleep(LOOK_S)


def different(whole: Path, broken: Path) -> list[str]:
    """Files that two folders do not share to the byte, but for what says how long something took."""
    names = [{path.relative_to(top) for path in top.rglob("*") if path.is_file()} for top in (whole, broken)]
    kept = [{name for name in found if name.parts[0] not in TIMED} for found in names]
    changed = {name for name in kept[0] & kept[1] if (whole / name).read_bytes() != (broken / name).read_bytes()}
    return sorted(map(str, (kept[0] ^ kept[1]) | changed))
