"""Training against others: seconds of an M1 epoch and of an M2 pass at the shapes of the 2017 experiment, on a CPU.

    pip install '.[train,bench]'
    python measurements/training/train.py --output docs/performance.md
    python measurements/training/train.py --agree
    python measurements/training/train.py --scaling --rounds 3

The contestants (this package in float32 and bfloat16; TensorFlow, PyTorch and Pyro as a user would write them) are
programs in peers/, each in a process of its own. First all have to agree with a NumPy oracle on the loss and
on its slope. Then they train in turns, one alone at a time, some minibatches each; their seconds are scaled to a whole
pass. The first turn, in which things are compiled, is not counted and shown on its own. PyTorch and Pyro may live in
another environment: --peer-python. A longer run shows whether bfloat16 ends at the same bound:

    python measurements/training/train.py --contestants ours ours-bfloat16 --tasks m1 --steps 100 --rounds 20
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from train_agree import agree
from train_contest import CONTESTANTS, OLDER_KERNELS, USUAL, present, surroundings, use_cores
from train_jobs import TASKS
from train_sections import scaling, section
from train_table import filled, has_marks

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tensorflow", "torch", "pyro-ppl", "numpy")


def note(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def processor() -> str:
    """What the system calls it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    flags = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    known = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    known += [] if {"avx512_bf16", "amx_bf16"} & flags or not flags else ["no instructions for bfloat16"]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name} ({', '.join(known) or 'flags unknown'})"


def commit() -> str:
    """The commit that was measured, with a word if src/ differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" and changes" if git("status", "-s", "src") else "")


def versions(python: str) -> dict[str, str]:
    """Versions of the packages, where they are installed."""
    look = f"""from importlib import metadata
for name in {PACKAGES!r}:
    try:
        print(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        pass"""
    said = subprocess.run([python, "-c", look], check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in said.splitlines())


def kernels(threads: int) -> str:
    """Return the kernels by which NumPy multiplies in the contestants' environment, and what was left out of it."""
    look = """import numpy, threadpoolctl
found = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
print(", ".join(sorted({f"{each['internal_api']} {each.get('architecture', '')}".strip() for each in found})))"""
    command = [sys.executable, "-c", look]
    used = subprocess.run(command, check=True, capture_output=True, text=True, env=surroundings(threads)).stdout.strip()
    ignored = [f"{name}={os.environ[name]}" for name in sorted(OLDER_KERNELS & os.environ.keys())]
    return f"NumPy multiplies by {used or 'unknown kernels'}" + (f"; ignored: {', '.join(ignored)}" if ignored else "")


def heading(asked: argparse.Namespace) -> str:
    """Where and with what it was measured."""
    found = {**versions(asked.peer_python), **versions(sys.executable)}
    used = ", ".join(f"{name} {version}" for name, version in found.items())
    when = datetime.datetime.now(tz=datetime.UTC).date()
    machine = f"{processor()}, {asked.threads} core{'s' * (asked.threads != 1)}"
    python = f"Python {platform.python_version()}"
    return f"{machine}; {when}, commit {commit()}; {python}, {used}. {kernels(asked.threads)}.\n"


def parts(asked: argparse.Namespace) -> Iterator[str]:
    """Everything that was asked for."""
    yield heading(asked)
    if asked.scaling:
        yield from scaling(asked, note)
        return
    names = present(asked.contestants, asked.peer_python, note)
    if not names:
        raise SystemExit("no contestant is left")
    if not agree(names, asked, note):
        raise SystemExit("the contestants do not minimise the same objective: nothing was timed")
    if not asked.agree:
        for task in asked.tasks:
            yield from section(task, names, asked, note)


def main(asked: argparse.Namespace) -> None:
    """Measure, print, write."""
    use_cores(asked.threads)
    name = "scaling" if asked.scaling else "training"
    page = asked.output.read_text(encoding="utf-8") if asked.output and asked.output.is_file() else ""
    if page and not has_marks(page, name):
        raise SystemExit(f"{asked.output} is there, and has no marks <!-- {name}: begin --> and <!-- {name}: end -->")
    lines = []
    for line in parts(asked):
        print(line, flush=True)
        lines.append(line)
    if asked.output:
        asked.output.write_text(filled(page, name, "\n".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=list(USUAL))
    parser.add_argument("--rounds", type=int, default=5, help="timed turns; the median counts")
    parser.add_argument("--steps", type=int, default=0, help="minibatches of a turn (default: by task)")
    parser.add_argument("--threads", type=int, default=2, help="cores that everyone has")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has PyTorch and Pyro")
    parser.add_argument("--output", type=Path, help="a page: what stands between its marks is replaced")
    parser.add_argument("--agree", action="store_true", help="only compare the objectives")
    parser.add_argument("--scaling", action="store_true", help="ours with more classes, and with more pixels")
    main(parser.parse_args())
