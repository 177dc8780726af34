"""A copy of the project to run the workflow in, with the copy's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from semispectral.storage.provenance import commit

ROOT = Path(__file__).resolve().parents[2]
TINY = "tests/workflow/tiny.yaml"
SOURCES = ("Snakefile", "Makefile", "rules", "workflow", "profiles", "config", "envs", "src", "tests/workflow")


def copy_sources(target: Path) -> None:
    """What a fresh checkout holds, with fresh time stamps."""
    target.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(source, target / name, copy_function=shutil.copyfile, ignore=ignore, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target / name)
    (target / ".git").mkdir(exist_ok=True)
    (target / ".git/HEAD").write_text(commit(ROOT), encoding="utf-8")  # whichever package runs, it says the same commit


def copy_study(finished: Path, target: Path) -> None:
    """A finished study and its results, with their time stamps: nothing is to be done in the copy."""
    shutil.copytree(finished, target, symlinks=True, dirs_exist_ok=True)


def environment(folder: Path) -> dict[str, str]:
    """The package of the copy, and one thread."""
    return {**os.environ, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}


def start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start snakemake in a copy, silent, as a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
