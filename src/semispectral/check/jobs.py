"""The jobs that a run would start, as Snakemake itself counts them in a dry run."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from semispectral.check.problems import Problems

STATS = "Job stats:"
NOT_STAGES = {"all", "total"}
CHATTER = re.compile(r"^\s*(Using |Config file|Config MD5|Working directory|Assuming |Building DAG|host:|\[|None$)")


def start_dry_run(folder: Path, overlays: Sequence[Path]) -> "subprocess.Popen[str]":
    """Start a dry run in the working directory; it takes seconds, in which other things can be looked at."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "rules", "--cores", "1"]
    command += ["--snakefile", str(folder / "Snakefile")]
    command += ["--configfile", *map(str, overlays)] if overlays else []
    return subprocess.Popen(  # noqa: S603  our own interpreter, and paths as arguments
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def jobs(dry_run: "subprocess.Popen[str]", problems: Problems) -> dict[str, int] | None:
    """Jobs of every rule that a run would start; None where the dry run itself fails."""
    said, _ = dry_run.communicate()
    if dry_run.returncode == 0:
        return counted(said)
    reason = _reason(said)
    if not any(known in said for known in problems.found):  # else it only says again what was found before
        problems.add(f"snakemake: {reason}")
    return None


def counted(said: str) -> dict[str, int]:
    """The table of job counts in what a dry run said, by rule in the order in which they run."""
    table = said.partition(STATS)[2].partition("\ntotal")[0]
    rows = re.findall(r"^(\w+)\s+(\d+)\s*$", table, flags=re.MULTILINE)
    return {rule: int(count) for rule, count in rows if rule not in NOT_STAGES}


def _reason(said: str) -> str:
    """What stopped the dry run, without what Snakemake says every time."""
    lines = [line.rstrip() for line in said.splitlines() if line.strip() and not CHATTER.match(line)]
    return "\n".join(lines[-12:]) or "the dry run failed and said nothing; run snakemake -n"
