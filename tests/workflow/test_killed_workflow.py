"""Snakemake killed (-9) in the middle, alone or with all that it started: the next run goes on, by `make resume` alone.

What it ends with is what a run that was never killed ends with. A few kills are here; many more are in
`measurements/soundness/soundness.py --what kills`.
"""

import os
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from pathlib import Path

import numpy as np
import pytest
from checkout import copy_sources, environment, start

from forks import Forks
from semispectral.spectra.shards import read_latents
from semispectral.storage.model_files import load_model

pytestmark = pytest.mark.slow

ASKED = ("--configfile", "tests/workflow/tiny.yaml", "--quiet", "rules", "--", "results/latents/1/DH1_1.parquet")
KILLS = 2  # of Snakemake alone, and of all that it started


def finished(folder: Path) -> dict[str, int]:
    """Time stamps of the outputs that Snakemake has recorded as finished."""
    stamps = {}
    for file in (folder / ".snakemake/metadata").glob("*"):
        name = urlsafe_b64decode(file.name).decode()
        if (folder / name).exists() and not (folder / ".snakemake/incomplete" / file.name).exists():
            stamps[name] = (folder / name).stat().st_mtime_ns
    return stamps


def kill_when(process: "subprocess.Popen[bytes]", folder: Path, *, more: int, delay_s: float, all_of_it: bool) -> bool:
    """Kill a run once it has finished so many more outputs and a while has passed; whether it was still at work."""
    wanted = len(finished(folder)) + more
    while process.poll() is None and len(finished(folder)) < wanted:
        time.sleep(0.02)
    time.sleep(delay_s)
    lived = process.poll() is None
    if lived:
        (os.killpg if all_of_it else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    return lived and bool(list((folder / ".snakemake/locks").glob("*.lock")))


def torment(folder: Path, forks: Forks, random: np.random.Generator) -> tuple[int, list[str]]:
    """Start, kill and resume; how many kills hit, and what must not be."""
    kills, wrong = 0, []
    kept: dict[str, int] = {}
    for number in range(KILLS):
        process = start(folder, *ASKED)
        if number == 0:
            wrong += second_run_is_refused(process, folder, forks)
            wrong += resume_keeps_away(process, folder)
        more, delay = int(random.integers(1, 7)), float(random.uniform(0, 0.5))
        hit = kill_when(process, folder, more=more, delay_s=delay, all_of_it=bool(number % 2))
        kills += hit
        stamps = finished(folder)
        wrong += [f"made again: {name}" for name, stamp in kept.items() if stamps.get(name) != stamp]
        kept |= stamps
        if hit and number == 1:
            status, said = forks.call(folder, "--cores", "2", *ASKED)
            wrong += [] if status and "--unlock" in said else [f"no word of --unlock: {said[-500:]}"]
        status, said = forks.call(folder, "--cores", "2", "--unlock", *ASKED)
        wrong += [] if status == 0 else [said[-500:]]
    status, said = forks.call(folder, "--cores", "2", *ASKED, whole=True)
    wrong += [] if status == 0 else [said[-3000:]]
    wrong += [f"made again: {name}" for name, stamp in kept.items() if finished(folder).get(name) != stamp]
    return kills, wrong


def second_run_is_refused(first: "subprocess.Popen[bytes]", folder: Path, forks: Forks) -> list[str]:
    """Start a second run of the same while the first is at work; what is wrong with how it is refused."""
    while not list((folder / ".snakemake/locks").glob("*.lock")) and first.poll() is None:
        time.sleep(0.05)
    status, said = forks.call(folder, "--cores", "2", *ASKED)
    words = ("Directory cannot be locked", "no other Snakemake process")
    missing = [word for word in words if word not in said]
    return [f"the second run: {status}, no {missing} in {said[-800:]}"] if missing or not status or first.poll() else []


def resume_keeps_away(living: "subprocess.Popen[bytes]", folder: Path) -> list[str]:
    """Ask what `make resume` asks first while a run is at work; what is wrong with the answer."""
    command = [sys.executable, "-m", "semispectral.workflow.running"]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    named = f"process {living.pid}: " in done.stderr
    return [] if done.returncode and named else [f"resume beside a run: {done.returncode}, {done.stderr[-800:]}"]


def test_killed_and_resumed_it_ends_as_if_it_never_was(finished_study: Path, tmp_path: Path, forks: Forks) -> None:
    """No finished stage is made again, weights and latents are the same bits, nothing is left that needs a hand."""
    killed, whole = tmp_path / "killed", finished_study
    copy_sources(killed)
    kills, wrong = torment(killed, forks, np.random.default_rng(8))
    assert wrong == []
    assert kills >= KILLS - 1
    load_model(killed / "results/m1/1")
    name = "results/m1/1/weights.safetensors"
    assert (killed / name).read_bytes() == (whole / name).read_bytes()
    for path in sorted((killed / "results/latents/1").glob("*.parquet")):
        never = read_latents(whole / path.relative_to(killed))
        np.testing.assert_array_equal(read_latents(path).mean, never.mean)
    assert list((killed / "results").rglob("*.tmp")) == []
    assert list((killed / ".snakemake/locks").glob("*")) == []
    # what two runs must share to the bit: every table but those that say how long something took
    tables = [path.relative_to(killed) for path in sorted((killed / "results").rglob("*.parquet"))]
    assert len(tables) > 10
    for table in tables:
        if table.name != "history.parquet":
            assert (killed / table).read_bytes() == (whole / table).read_bytes(), table
