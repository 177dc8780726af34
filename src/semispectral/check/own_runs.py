"""What the jobs of a study took when they ran before, as Snakemake measured them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

COLUMNS = {"s": "seconds", "max_rss": "memory_mb"}


@dataclass(frozen=True)
class Took:
    """What the jobs of one rule took.

    Attributes
    ----------
    jobs : number of jobs that have run.
    seconds : mean time of a job, in s.
    memory_mb : memory of the largest job, in MB; NaN where all were too short to measure.
    """

    jobs: int
    seconds: float
    memory_mb: float


def own_runs(resources: Path) -> dict[str, Took]:
    """Return what the jobs of each rule took; empty where nothing has run.

    A file that is no table of Snakemake's is left out: a job may be writing it.

    Parameters
    ----------
    resources : folder of the files that Snakemake writes of each job.
    """
    found = [table for path in sorted(resources.rglob("*.tsv")) if (table := _job(path, resources)) is not None]
    if not found:
        return {}
    by_rule = pd.concat(found, ignore_index=True).groupby("rule")
    table = by_rule.agg(jobs=("seconds", "size"), seconds=("seconds", "mean"), memory_mb=("memory_mb", "max"))
    return {
        str(rule): Took(int(row["jobs"]), float(row["seconds"]), float(row["memory_mb"]))
        for rule, row in table.iterrows()
    }


def _job(path: Path, resources: Path) -> pd.DataFrame | None:
    """Return the row of one job with its rule, or None."""
    try:
        table = pd.read_csv(path, sep="\t", na_values="-", usecols=list(COLUMNS)).astype(float)
    except (OSError, ValueError):
        return None
    rule = path.relative_to(resources).with_suffix("").parts[0]
    return table.rename(columns=COLUMNS).dropna(subset="seconds").assign(rule=rule)
