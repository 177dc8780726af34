"""What it costs to start jobs: fresh processes, and forks of a warm one.

    python measurements/speed/job_starts.py [--jobs 100] [--fresh 10]

A job imports what the adapters of some rules import, and does nothing. Prints seconds of the processor for each job,
those of the warm process with its imports, and the memory that it adds to the machine together with a fork.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil

from semispectral.workflow.warm import IN_FRONT, WarmProcess, imports_of
from semispectral.workflow.warm_process import Wanted

ADAPTERS = Path(__file__).resolve().parents[2] / "workflow/scripts"
RULES = ("census", "map", "downhole", "baseline")
MB = 1 << 20


def job_of(rule: str, folder: Path) -> Path:
    """Write a script that imports what a rule's job imports, and return its path."""
    imports = (*IN_FRONT, *imports_of((ADAPTERS / f"{rule}.py").read_text(encoding="utf-8")))
    script = folder / f"{rule}.py"
    script.write_text("".join(f"import {module}\n" for module in imports), encoding="utf-8")
    return script


def children_s() -> float:
    """Return the seconds of the processor of the processes that were started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fresh_s(script: Path, jobs: int) -> float:
    """Return seconds of the processor of a job as a process of its own."""
    before = children_s()
    for _ in range(jobs):
        subprocess.run([sys.executable, str(script)], check=True)
    return (children_s() - before) / jobs


def shared_mb(process: psutil.Process) -> float:
    """Return the memory that a process adds, its part of what it shares with others included."""
    return float(process.memory_full_info().pss) / MB


def main(arguments: Sequence[str] | None = None) -> None:
    """Start jobs both ways and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--fresh", type=int, default=10)
    parser.add_argument("--rules", nargs="+", choices=RULES, default=RULES)
    given = parser.parse_args(arguments)
    warm = WarmProcess()
    sys.stdout.write("| imports of | fresh, CPU s | fork, CPU s |\n|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder:
        forks_s = 0.0
        for rule in given.rules:
            script = job_of(rule, Path(folder))
            imports = script.read_text(encoding="utf-8").replace("import ", "").split()
            wanted = Wanted([str(script)], folder, dict(os.environ), 1, imports, rule)
            used = []
            for _ in range(given.jobs):
                job = warm.start(wanted)
                memory = shared_mb(psutil.Process(warm.process.pid)), shared_mb(psutil.Process(job.pid))
                ended = job.wait()
                if ended is None or ended.status:
                    raise SystemExit(f"{script}: the job has failed")
                used.append(ended.cpu_s)
            forks_s += sum(used)
            fresh = fresh_s(script, given.fresh)
            sys.stdout.write(f"| {rule} | {fresh:.2f} | {sum(used) / len(used):.3f} |\n")
    before = children_s()
    warm.close()
    own = children_s() - before - forks_s
    sys.stdout.write(
        f"\nThe warm process took {own:.1f} CPU s for its imports and {len(given.rules) * given.jobs} forks. "
    )
    sys.stdout.write(
        f"With a fork that has not begun, it added {sum(memory):.0f} MB, the fork {memory[1]:.0f} of them.\n"
    )


if __name__ == "__main__":
    main()
