"""Print the end of a run: outcome, time of each stage, and the results to open."""

import argparse
import sys
from pathlib import Path

import pandas as pd
import yaml

from semispectral.errors import MissingFileError
from semispectral.figures.methods import method_name, per_class_order, per_class_words
from semispectral.sampling.split_files import read_notes
from semispectral.storage.parquet import read_table
from semispectral.storage.run_again import run_command
from semispectral.workflow.units import clock, megabytes

WORTH_OPENING = {
    "report/index.html": "the report: data, split, training, results, maps, logs; begin here",
    "maps": "a map of every scene: GeoTIFF, ENVI, a picture, and page.html to click in",
    "downhole": "the logs by depth: CSV, LAS 2.0, a picture, a strip log as PDF; intervals.csv for modelling programs",
    "holes": "a page of every hole from top to bottom: core, map, shares, features; index.html",
    "model/README.md": "the trained model; for a new scan: semispectral predict SCAN --model {model} --out maps/",
    "evaluation/main/inductive/scores.parquet": "the scores of every method, number of labels and seed",
    "splits/main/warnings.json": "what to know about the split",
    "logs": "what each stage said",
}
BAR = 20  # characters of the longest stage


def stage_times(resources: Path) -> pd.DataFrame:
    """Read Snakemake's benchmark files.

    Parameters
    ----------
    resources : folder of the benchmark files.

    Returns
    -------
    DataFrame, one row per rule, longest first: rule, jobs, seconds (sum over jobs), memory_mb (largest job).

    Raises
    ------
    MissingFileError : there are no benchmark files.
    """
    files = sorted(resources.rglob("*.tsv"))
    if not files:
        raise MissingFileError(f"{resources}: holds no benchmark files; run the study first: {run_command()}")
    jobs = pd.concat([_job(file, resources) for file in files], ignore_index=True)
    grouped = jobs.groupby("rule").agg(jobs=("s", "size"), seconds=("s", "sum"), memory_mb=("max_rss", "max"))
    return grouped.sort_values("seconds", ascending=False, kind="stable").reset_index()


def _job(file: Path, resources: Path) -> pd.DataFrame:
    """Read the benchmark file of one job."""
    table = pd.read_csv(file, sep="\t", na_values="-")[["s", "max_rss"]]
    return table.assign(rule=file.relative_to(resources).with_suffix("").parts[0])


def in_words(times: pd.DataFrame, results: Path) -> str:
    """Return the summary as text: a line per rule, the outcome, then the results to open.

    Parameters
    ----------
    times : from `stage_times`.
    results : folder of all results.
    """
    lines = [f"{'stage':<14}{'jobs':>5}{'time':>12}{'memory':>10}"]
    longest = max(float(times["seconds"].max()), 1e-9)
    for rule, jobs, seconds, memory in times.itertuples(index=False, name=None):
        bar = "#" * round(BAR * seconds / longest)
        lines.append(f"{rule:<14}{jobs:>5}{clock(seconds):>12}{_memory(memory):>10}  {bar}".rstrip())
    lines.append(f"{'together':<14}{times['jobs'].sum():>5}{clock(times['seconds'].sum()):>12}")
    there = [(results / path, what) for path, what in WORTH_OPENING.items() if (results / path).exists()]
    width = max((len(str(path)) for path, _ in there), default=0)
    paths = [f"  {path!s:<{width}}  {what.format(model=results / 'model')}" for path, what in there]
    return "\n".join([*lines, "", *outcome(results), "Worth opening:", *paths, ""])


def outcome(results: Path) -> list[str]:
    """Describe the outcome: the best method at the most labels per class, and the number of warnings on the split.

    Parameters
    ----------
    results : folder of all results.
    """
    said = []
    scores = results / "evaluation/main/inductive/summary.parquet"
    if scores.is_file():
        said.append(_best(read_table(scores)))
    warnings = results / "splits/main/warnings.json"
    if warnings.is_file():
        number = len(read_notes(warnings.parent)["warnings"])
        said += [f"{number} warning{'s' * (number != 1)} about the split: see the report"] if number else []
    return [*filter(None, said), ""] if any(said) else []


def _best(summary: pd.DataFrame) -> str:
    """Describe the best method."""
    rows = summary[(summary["part"] == "test") & (summary["score"] == "macro_f1")].dropna(subset=["mean"])
    if rows.empty:
        return ""
    largest = max(rows["per_class"].astype(str).unique(), key=per_class_order)
    best = rows[rows["per_class"].astype(str) == largest].sort_values("mean", kind="stable").iloc[-1]
    name = method_name(str(best["method"]), str(best["features"]))
    return f"Best on the test part: {name}, macro-F1 {best['mean']:.3f} with {per_class_words(largest)}"


def _memory(memory_mb: float) -> str:
    """Format an amount of memory."""
    return "?" if pd.isna(memory_mb) else megabytes(memory_mb)


def results_folder(config: Path | None) -> Path:
    """Return the results folder of a configuration.

    Parameters
    ----------
    config : configuration file; None: the default.
    """
    given = yaml.safe_load(config.read_text(encoding="utf-8")) if config else {}
    return Path(((given or {}).get("pathvars") or {}).get("results", "results"))


def main(arguments: list[str] | None = None) -> int:
    """Write the summary of a run to stdout and return the exit status.

    Parameters
    ----------
    arguments : arguments; None takes those of the process.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, help="the overlay that the run was started with")
    results = results_folder(parser.parse_args(arguments).config)
    try:
        sys.stdout.write(in_words(stage_times(results / "resources"), results))
    except MissingFileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
