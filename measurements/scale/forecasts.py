"""What `semispectral check` would have said of a finished study before it ran, beside what its jobs took.

    python measurements/scale/forecasts.py --configfile config/indian_pines.yaml

prints a row for each rule: the forecast by the rates alone, as where nothing of the study has run, and what Snakemake
measured. Then come the rules whose forecast is far off. Run it with the configurations of the study, in the folder in
which that was run.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from semispectral.check.estimate import needs
from semispectral.check.machine import times_as_slow
from semispectral.check.plan import planned
from semispectral.check.problems import Problems
from semispectral.check.rates import RATES
from semispectral.check.scenes import look_at_scenes
from semispectral.check.study import read_study
from semispectral.workflow.home import workflow_folder

MB = 1e6
FAR = {"seconds": 1.5, "memory": 1.3}  # times what was used
LEAST_SECONDS = 1.0  # of the processor: shorter jobs are mostly the start of a process


def used(results: Path) -> pd.DataFrame:
    """What Snakemake measured of the jobs of each rule: jobs, seconds of the processor, largest memory in MB."""
    rows = []
    for path in sorted((results / "resources").rglob("*.tsv")):
        table = pd.read_csv(path, sep="\t", na_values="-")
        rule = path.relative_to(results / "resources").with_suffix("").parts[0]
        memory = table["max_rss"].max() * (1 << 20) / MB
        rows.append({"rule": rule, "cpu": table["cpu_time"].mean(), "memory": memory})
    by_rule = pd.DataFrame(rows, columns=["rule", "cpu", "memory"]).groupby("rule")
    return by_rule.agg(jobs=("cpu", "size"), cpu=("cpu", "mean"), memory=("memory", "max"))


def forecasts(overlays: Sequence[Path], jobs: Mapping[str, int]) -> pd.DataFrame:
    """Seconds here, and memory in MB, of a job of each rule, forecast by the rates alone; of these jobs by rule."""
    problems = Problems()
    study = read_study(workflow_folder(), overlays, problems)
    if study is not None:
        new = replace(study, config=study.config | {"pathvars": {"results": str(study.results / "nothing")}})
        looked = look_at_scenes(study, problems)
        drawn = None if study.unlabelled else planned(study, looked, problems)
        slower = times_as_slow()
        rows = [(need.rule, need.seconds, need.memory_mb) for need in needs(new, looked, drawn, jobs, slower=slower)]
    if problems.found:
        raise SystemExit("\n".join(problems.found))
    return pd.DataFrame(rows, columns=["rule", "seconds", "memory"]).set_index("rule")


def ordered(rules: pd.Index) -> list[str]:
    """Rules in the order in which they run."""
    return [rule for rule in RATES if rule in rules] + [rule for rule in rules if rule not in RATES]


def rows_of(said: pd.DataFrame, took: pd.DataFrame) -> Iterator[str]:
    """A row for each rule."""
    yield "| rule | jobs | forecast: s a job | CPU s a job | forecast: MB | used: MB |"
    yield "|---|---|---|---|---|---|"
    for rule in ordered(took.index):
        forecast, mine = said.loc[rule], took.loc[rule]
        memory = f"{mine['memory']:.0f}" if mine["memory"] == mine["memory"] else ""
        seconds = f"{forecast['seconds']:.1f} | {mine['cpu']:.1f}"
        yield f"| {rule} | {mine['jobs']:.0f} | {seconds} | {forecast['memory']:.0f} | {memory} |"


def far_off(said: pd.DataFrame, took: pd.DataFrame) -> Iterator[str]:
    """The forecast of all jobs together by what they took, and the rules whose forecast is far from what they took."""
    both = said.join(took.rename(columns={"memory": "memory_used"}), how="inner")
    ratios = {"seconds": both["seconds"] / both["cpu"], "memory": both["memory"] / both["memory_used"]}
    total = (both["seconds"] * both["jobs"]).sum() / (both["cpu"] * both["jobs"]).sum()
    yield f"seconds of all jobs: forecast {total:.2f} times what they took"
    long = both["cpu"] > LEAST_SECONDS
    for what, most in FAR.items():
        ratio = ratios[what]
        far = both.index[long & ((ratio > most) | (ratio < 1 / most))]
        words = ", ".join(f"{rule} {ratio[rule]:.2f}" for rule in far) or "none"
        yield f"{what}, of {long.sum()} rules above {LEAST_SECONDS:g} s: more than {most} times off: {words}"


def main(overlays: Sequence[Path]) -> None:
    """Print the table, and what is far off."""
    study = read_study(workflow_folder(), overlays, Problems())
    took = used(study.results) if study else pd.DataFrame()
    if not len(took):
        raise SystemExit("nothing of this study has run")
    said = forecasts(overlays, took["jobs"].to_dict())
    print("\n".join([*rows_of(said, took), "", *far_off(said, took)]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--configfile", type=Path, nargs="+", required=True, help="configurations of the finished study"
    )
    main(parser.parse_args().configfile)
