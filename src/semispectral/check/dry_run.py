"""Count the jobs of a run, by a dry run of Snakemake."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from semispectral.check.problems import Problems
from semispectral.storage.run_again import run_command
from semispectral.study.names import some

STATS = "Job stats:"
ALL, EXPLORE = "all", "explore"  # targets: with labels, and without any
NOT_STAGES = {ALL, EXPLORE, "total"}
CHATTER = re.compile(r"^\s*(Using |Assuming |Building DAG|host:|\[|None$)")
HEAD = re.compile(r"^  [A-Z][A-Za-z0-9 ()]*: .*$")  # of what Snakemake says of itself: versions, folders, files
OWN_WORDS = re.compile(r"WorkflowError:\n(.+?)\n *(?:Wildcards|Traceback|File)\b", re.DOTALL)  # of a rule of ours
MISSING = "MissingInputException"


def start_dry_run(folder: Path, overlays: Sequence[Path], *, target: str) -> "subprocess.Popen[str]":
    """Start a dry run in the working directory. It takes seconds, in which other checks can run.

    Parameters
    ----------
    folder : folder of the workflow.
    overlays : configuration files over the default.
    target : rule whose results are wanted.
    """
    command = [sys.executable, "-m", "snakemake", target, "--dry-run", "--quiet", "rules", "--cores", "1"]
    command += ["--snakefile", str(folder / "Snakefile")]
    command += ["--configfile", *map(str, overlays)] if overlays else []
    return subprocess.Popen(  # noqa: S603  our own interpreter, and paths as arguments
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def jobs(dry_run: "subprocess.Popen[str]", problems: Problems) -> dict[str, int] | None:
    """Return the number of jobs of every rule; None if the dry run fails.

    Parameters
    ----------
    dry_run : process from `start_dry_run`.
    problems : takes the reason of a failure.
    """
    said, _ = dry_run.communicate()
    if dry_run.returncode == 0:
        return counted(said)
    if not _known(said, problems):
        problems.add(f"snakemake: {_reason(said)}")
    return None


def _known(said: str, problems: Problems) -> bool:
    """Return True if a dry run only repeats a known problem: the error itself, or a missing file."""
    missing = _missing(said)
    named = missing and all(any(file in known for known in problems.found) for file in missing)
    return bool(named) or any(known in said for known in problems.found)


def _missing(said: str) -> list[str]:
    """Return the missing files that no rule makes."""
    affected = said.partition(MISSING)[2].partition("affected files:\n")[2]
    return [line.strip() for line in affected.splitlines() if line.strip()]


def counted(said: str) -> dict[str, int]:
    """Return the number of jobs by rule, in the order in which they run.

    Parameters
    ----------
    said : output of the dry run.
    """
    table = said.partition(STATS)[2].partition("\ntotal")[0]
    rows = re.findall(r"^(\w+)\s+(\d+)\s*$", table, flags=re.MULTILINE)
    return {rule: int(count) for rule, count in rows if rule not in NOT_STAGES}


def _reason(said: str) -> str:
    """Return the reason of a failure, without Snakemake's usual lines."""
    if missing := _missing(said):
        return f"{some(missing)}: needed, but not there, and no rule makes it; check the paths"
    if sentence := OWN_WORDS.search(said):
        return " ".join(sentence[1].split())
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if not (CHATTER.match(line) or HEAD.match(line))]
    return "\n".join(told[-12:]) or "the dry run failed and said nothing; try it: " + run_command("-n")
