"""The end of a run, for people: how long each stage took, how much memory it needed, and what is worth opening."""

import argparse
import sys
from pathlib import Path

import pandas as pd
import yaml

from semispectral.errors import MissingFileError

WORTH_OPENING = {
    "report/index.html": "the report",
    "maps": "a map of every scene, and a page to look into it",
    "downhole": "the logs by depth",
    "model/README.md": "the trained model, for new scans: semispectral predict",
    "evaluation/scores.parquet": "the scores of every method",
    "plan/warnings.json": "what to know about the split",
    "logs": "what each stage said",
}


def stage_times(benchmarks: Path) -> pd.DataFrame:
    """Read Snakemake's benchmark files.

    Returns
    -------
    DataFrame, one row per rule, longest first: rule, jobs, seconds (of all jobs together), memory_mb (of the largest).
    """
    files = sorted(benchmarks.rglob("*.tsv"))
    if not files:
        raise MissingFileError(f"{benchmarks}: holds no benchmark files; run snakemake first")
    jobs = pd.concat([_job(file, benchmarks) for file in files], ignore_index=True)
    grouped = jobs.groupby("rule").agg(jobs=("s", "size"), seconds=("s", "sum"), memory_mb=("max_rss", "max"))
    return grouped.sort_values("seconds", ascending=False, kind="stable").reset_index()


def _job(file: Path, benchmarks: Path) -> pd.DataFrame:
    table = pd.read_csv(file, sep="\t", na_values="-")[["s", "max_rss"]]
    return table.assign(rule=file.relative_to(benchmarks).with_suffix("").parts[0])


def in_words(times: pd.DataFrame, results: Path) -> str:
    """The summary as text: a line per rule, then the paths that are there."""
    lines = [f"{'stage':<12}{'jobs':>5}{'time':>12}{'memory':>10}"]
    lines += [
        f"{rule:<12}{jobs:>5}{_clock(seconds):>12}{_megabytes(memory):>10}"
        for rule, jobs, seconds, memory in times.itertuples(index=False, name=None)
    ]
    lines.append(f"{'together':<12}{times['jobs'].sum():>5}{_clock(times['seconds'].sum()):>12}")
    there = [(results / path, what) for path, what in WORTH_OPENING.items() if (results / path).exists()]
    return "\n".join([*lines, "", "Worth opening:", *(f"  {path}  {what}" for path, what in there), ""])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)} min {rest:02.0f} s" if minutes else f"{rest:.1f} s"


def _megabytes(memory_mb: float) -> str:
    return "?" if pd.isna(memory_mb) else f"{memory_mb:.0f} MB"


def results_folder(config: Path | None) -> Path:
    """Where a configuration puts its results."""
    given = yaml.safe_load(config.read_text(encoding="utf-8")) if config else {}
    return Path(((given or {}).get("pathvars") or {}).get("results", "results"))


def main(arguments: list[str] | None = None) -> int:
    """Write the summary of a run to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, help="the overlay that the run was started with")
    results = results_folder(parser.parse_args(arguments).config)
    try:
        sys.stdout.write(in_words(stage_times(results / "benchmarks"), results))
    except MissingFileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
