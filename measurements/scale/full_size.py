"""What a study of many full-size scans takes: seconds, memory and bytes of each rule, beside what was asked for.

    python measurements/scale/full_size.py --scans 67 --output FOLDER
    python measurements/scale/full_size.py --scans 67 --output FOLDER --like OTHER
    python measurements/scale/full_size.py --scans 2 --output OTHER --run all
    python measurements/scale/full_size.py --scans 5000 --shape 40 24 16 --output NEW --model MODEL --measure new

The scans are sparse files: their headers, labels and first lines are there, their data take no room. `semispectral
check` and a dry run are measured on them. With `--like`, the folder of a run of this program, every file of the results
stands there as an empty one of the size that it has in that run, and the dry run says what each job would ask of a
cluster. With `--run`, scans are simulated and these targets of the workflow are made; memory and seconds are those that
Snakemake measured of each job. With `--model`, `--measure new` is a dry run that maps all scans with that trained
model.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from forecasts import MB, far_off, forecasts, ordered, used
from made_collections import CLASSES, LABELLED, Size, write_real, write_sparse, write_tables

from semispectral.study.classes import ClassMap

ROOT = Path(__file__).resolve().parents[2]
SEED = 67  # of the simulator
TARGET = ("all", "predict_new")  # not rules that make anything


@dataclass(frozen=True)
class Taken:
    """What a process took: seconds by the clock and of the processor, and its largest memory in MB."""

    seconds: float
    processor: float
    memory_mb: float
    said: str
    status: int


def measured(*command: str, cwd: Path) -> Taken:
    """Run a program and measure it with the processes that it waited for; it may fail."""
    started = time.monotonic()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(f"{' '.join(command)}\n{said}", file=sys.stderr)
    took = time.monotonic() - started
    return Taken(took, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MB, said, process.returncode)


def in_its_own_process(function: Callable[..., None], *given: object, **named: object) -> None:
    """Call a function in a process that ends with it; of what this one held, Linux tells a child's peak."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(function, *given, **named).result()


def make(folder: Path, size: Size, scans: int, *, minerals: int, real: bool, config: dict[str, object]) -> Path:
    """Make a collection in a folder, with labels of so many minerals if it is real; the path of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    holes = size.names(scans)
    known = ClassMap.read(ROOT / "config/classes.tsv")
    path = write_tables(folder, holes, classes=ROOT / "config/classes.tsv", config=config)
    codes = [code for code, name in zip(known.codes, known.names, strict=True) if name in LABELLED][:CLASSES]
    for number, scene in enumerate(holes):
        file = folder / f"{scene}.h5"
        if not file.exists() and real:
            hole, scan = divmod(number, size.per_hole)
            in_its_own_process(write_real, file, size, hole=hole, scan=scan, seed=SEED, minerals=minerals)
        elif not file.exists():
            write_sparse(file, size, codes, seed=number)
    return path


def dry_run(config: Path, folder: Path, *more: str) -> tuple[Taken, list[dict[str, Any]]]:
    """Measure a dry run; the jobs that it would run."""
    jobs = folder / "jobs.jsonl"
    program = str(Path(__file__).with_name("asked_jobs.py"))
    of_study = ("--configfile", str(config), "--snakefile", str(ROOT / "Snakefile"))
    wanted = (str(jobs), *of_study, "--cores", "8", *more)
    took = measured(sys.executable, program, *wanted, cwd=ROOT)
    if took.status:
        raise SystemExit("the dry run failed, as said above")
    return took, [json.loads(line) for line in jobs.read_text(encoding="utf-8").splitlines()]


def pattern(path: Path, holes: Mapping[str, str]) -> str:
    """A path of the results with {scene} and {hole} in place of their names; a new scan's files count as a scan's."""
    parts = []
    for part in path.parts:
        stem, dot, end = part.partition(".")
        word = "{scene}" if stem in holes else "{hole}" if stem in set(holes.values()) else stem
        parts.append(f"{word}{dot}{end}")
    if parts[:1] == ["new"]:
        parts = parts[1:] if parts[1:2] == ["downhole"] else ["maps", *parts[1:]]
    return "/".join(parts)


def holes_of(folder: Path) -> dict[str, str]:
    """The hole of each scene of a collection."""
    table = pd.read_csv(folder / "scenes.tsv", sep="\t", dtype=str, keep_default_na=False)
    return dict(zip(table["scene"], table["hole"], strict=True))


def sizes_of(folder: Path) -> dict[str, float]:
    """The mean size in bytes of each kind of file of the results of a run; NaN of a folder."""
    results, holes = folder / "results", holes_of(folder)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for path in results.rglob("*"):
        size = float("nan") if path.is_dir() else path.stat().st_size
        found[pattern(path.relative_to(results), holes)].append(size)
    return {name: sum(each) / len(each) for name, each in found.items()}


def stand_in(jobs: Sequence[Mapping[str, Any]], folder: Path, sizes: Mapping[str, float]) -> Counter[str]:
    """Put empty files of these sizes in the place of results; how many files of each rule have no known size."""
    results, holes, unknown = folder / "results", holes_of(folder), Counter[str]()
    for job in jobs:
        for path in map(Path, job["output"]):
            size = sizes.get(pattern(path.relative_to(results), holes))
            if size is None:
                unknown[job["rule"]] += 1
            path.parent.mkdir(parents=True, exist_ok=True)
            if size is not None and size != size:
                path.mkdir(exist_ok=True)
            elif not path.exists():
                with path.open("wb") as file:
                    file.truncate(int(size or 0))
    return unknown


def asked(jobs: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The largest memory in MB and time in minutes that jobs of each rule ask for, and how many jobs there are."""
    known = [job for job in jobs if job["rule"] not in TARGET]
    table = pd.DataFrame(known, columns=["rule", "mem_mb", "runtime"])
    return table.groupby("rule").agg(jobs=("rule", "size"), mem_mb=("mem_mb", "max"), runtime=("runtime", "max"))


def written(folder: Path) -> dict[str, float]:
    """Bytes of each folder of the results, in MB."""
    results = folder / "results"
    return {
        path.name: sum(file.stat().st_blocks * 512 for file in path.rglob("*") if file.is_file()) / MB
        for path in sorted(results.iterdir())
        if path.is_dir() and path.name not in ("logs", "resources")
    }


def rows_of(jobs: pd.DataFrame, took: pd.DataFrame, said: pd.DataFrame) -> Iterator[str]:
    """The rows of the table, in the order in which the rules run."""
    yield "| rule | jobs | asked: MB | min | forecast: MB | used: MB | forecast: s a job | CPU s a job | CPU s in all |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for rule in ordered(jobs.index):
        row = jobs.loc[rule]
        wanted = [f"{row[name]:.0f}" if row[name] == row[name] else "" for name in ("mem_mb", "runtime")]
        foretold = [f"{said.loc[rule, 'memory']:.0f}", f"{said.loc[rule, 'seconds']:.1f}"]
        used_mb, cpu, in_all = "", "", ""
        if rule in took.index:
            mine = took.loc[rule]
            used_mb, cpu, in_all = f"{mine['memory']:.0f}", f"{mine['cpu']:.1f}", f"{mine['cpu'] * row['jobs']:.0f}"
        cells = [f"{row['jobs']:.0f}", *wanted, foretold[0], used_mb, foretold[1], cpu, in_all]
        yield f"| {rule} | {' | '.join(cells)} |"


def forecast(said: str) -> str:
    """What `semispectral check` says of the jobs."""
    return (
        said[said.index("Jobs:") :].partition("Worth knowing")[0].partition("Nothing is")[0]
        if "Jobs:" in said
        else said
    )


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def main(arguments: argparse.Namespace) -> None:
    """Make a collection, measure it and print what was found."""
    folder = arguments.output.absolute()
    size = Size(*arguments.shape, per_hole=arguments.per_hole)
    given = yaml.safe_load(arguments.configfile.read_text(encoding="utf-8")) if arguments.configfile else {}
    real = bool(arguments.run)
    config = make(folder, size, arguments.scans, minerals=arguments.minerals, real=real, config=given)
    if arguments.run:
        targets = [str(folder / name) if name.startswith("results/") else name for name in arguments.run]
        snakemake = (sys.executable, "-m", "snakemake", "--cores", str(arguments.cores), *targets)
        own = ("--snakefile", str(ROOT / "Snakefile"), "--configfile", str(config), "--directory", str(ROOT))
        took = measured(*snakemake, *own, cwd=ROOT)
        say(f"snakemake {' '.join(arguments.run)}: {took.seconds:.0f} s, {took.processor:.0f} CPU s of the processor")
    if "check" in arguments.measure:
        program = "import sys; from semispectral.commands.main import main; sys.exit(main())"
        command = (sys.executable, "-c", program, "check", "--config", str(config), "--cores", "2")
        took = measured(*command, cwd=ROOT)
        say(f"semispectral check: {took.seconds:.0f} s, {took.processor:.0f} CPU s, {took.memory_mb:.0f} MB")
        say(forecast(took.said))
    if "dry" in arguments.measure:
        took, jobs = dry_run(config, folder, *(["--forceall"] if arguments.run else []))
        say(f"dry run of {len(jobs)} jobs: {took.seconds:.0f} s, {took.processor:.0f} CPU s, {took.memory_mb:.0f} MB")
        if arguments.like:
            unknown = stand_in(jobs, folder, sizes_of(arguments.like))
            _, jobs = dry_run(config, folder, "--forceall")
            say(f"files without a known size, by rule: {dict(unknown)}")
        source = (arguments.like or folder) / "results"
        counted = Counter(job["rule"] for job in jobs if job["rule"] not in TARGET)
        said = forecasts([config], counted)
        say("\n".join(rows_of(asked(jobs), used(source), said)))
        if arguments.run:
            say("\n".join(far_off(said, used(source))))
    if "new" in arguments.measure:
        took, jobs = dry_run(config, folder, "predict_new", "--config", f"model={arguments.model.absolute()}")
        kinds = ", ".join(f"{rule} {number}" for rule, number in Counter(job["rule"] for job in jobs).items())
        say(f"predict_new, dry run of {len(jobs)} jobs ({kinds}):")
        say(f"{took.seconds:.0f} s, {took.processor:.0f} CPU s, {took.memory_mb:.0f} MB")
    if arguments.run:
        say("\n".join(f"{name}: {megabytes:.1f} MB" for name, megabytes in written(folder).items()))


def wanted() -> argparse.Namespace:
    """The arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, required=True)
    parser.add_argument("--shape", type=int, nargs=3, default=(2848, 384, 268), metavar=("LINES", "SAMPLES", "BANDS"))
    parser.add_argument("--per-hole", type=int, default=5, help="scans of each hole; the last hole is tested")
    parser.add_argument("--minerals", type=int, default=len(LABELLED), help="minerals with labels, in simulated scans")
    parser.add_argument("--output", type=Path, required=True, help="folder of the collection and its results")
    parser.add_argument("--like", type=Path, help="folder of a run of this program, for the sizes of the results")
    parser.add_argument("--run", nargs="+", default=[], metavar="TARGET", help="simulate the scans, and make these")
    parser.add_argument("--measure", nargs="*", default=["check", "dry"], choices=["check", "dry", "new"])
    parser.add_argument("--model", type=Path, help="folder of a trained model, for --measure new")
    parser.add_argument("--configfile", type=Path, help="settings over the default ones")
    parser.add_argument("--cores", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main(wanted())
