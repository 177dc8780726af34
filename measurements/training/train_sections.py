"""The parts of what train.py prints: one for each task, and the time against classes and pixels."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from train_contest import CONTESTANTS, Result, Worker, contest, has, worker
from train_counts import counts, floor_seconds, gemms, tiled_flops
from train_jobs import M2_JOB, TASKS, Job, complete, passed, shape_of
from train_table import Row, floor_lines, goal_lines, linear_line, markdown, quiet_line, rates_table, seconds_table

Rates = dict[str, dict[str, float]]
RATES = ("gemm", "softplus", "softplus_gradient", "normals")
LIMIT_SECONDS = 0.3  # for each measured rate
MOST_ELEMENTS = 5_000_000  # in an array by which an elementwise rate is measured
CLASSES = (2, 5, 11, 25, 50, 100)
PIXELS = (24_500, 49_000, 98_000, 196_000)


def section(task: str, names: list[str], asked: argparse.Namespace, say: Callable[[str], object]) -> Iterator[str]:
    """Measure a task; its Markdown."""
    title, short, steps = TASKS[task]
    job = complete(short, asked, steps)
    say(f"{title}: measuring the limits of the machine")
    rates = limits(job, asked)
    say(f"{title}: training")
    results, foreign = contest({name: worker(name, job, asked.peer_python) for name in names}, say)
    rows = rows_of(results, job["steps"] / passed(job))
    needed = counts(shape_of(job))
    floor = floor_seconds(needed, {kind: best(rates, kind) for kind in RATES})
    yield f"### {title}\n"
    yield f"A pass has {passed(job)} minibatches. {job['steps']} were timed in each of {asked.rounds} rounds."
    yield quiet_line(foreign) + "\n"
    yield seconds_table(rows) + "\n"
    yield from goal_lines(title, rows)
    yield from floor_lines(floor, 1e-9 * needed.flops, rows["ours"].median if "ours" in rows else None)
    if job["classes"]:
        yield f"- with x and y tiled over the classes the GEMMs have {1e-9 * tiled_flops(shape_of(job)):.0f} GFLOP"
    yield f"\n{rates_table(rates)}\n"


def limits(job: Job, asked: argparse.Namespace) -> Rates:
    """Measured rates at the shapes of a job, by the way that reached them."""
    elements = min(job["batch"] * max(job["classes"], 1) * job["hidden"][0], MOST_ELEMENTS)
    ask = {"gemms": gemms(shape_of(job), job["batch"]), "elements": elements, "threads": asked.threads}
    programs = dict.fromkeys(("limits_tensorflow.py", "limits_ours.py"), sys.executable)
    if has(asked.peer_python, "torch"):
        programs["limits_pytorch.py"] = asked.peer_python
    found: Rates = {}
    for program, python in programs.items():
        with Worker(program, ask | {"seconds": LIMIT_SECONDS}, python=python, threads=asked.threads) as measure:
            for line in measure.everything():
                found.setdefault(line.pop("way"), {}).update(line)
    return found


def best(rates: Rates, kind: str) -> float:
    """The best rate in float32."""
    return max(found[kind] for way, found in rates.items() if kind in found and "bfloat16" not in way)


def rows_of(results: dict[str, Result], share: float) -> dict[str, Row]:
    """Rows of the table: a chunk is so large a share of a pass."""
    return {
        name: Row(
            CONTESTANTS[name].name,
            tuple(seconds / share for seconds in result.seconds),
            tuple(seconds / share for seconds in result.processor),
            result.warm_up - median(result.seconds),
            result.peak_mb,
            result.bound,
        )
        for name, result in results.items()
    }


def scaling(asked: argparse.Namespace, say: Callable[[str], object]) -> Iterator[str]:
    """Measure ours with more classes that occur, and with more pixels; the Markdown."""
    jobs = [complete(M2_JOB | {"classes": classes}, asked, 10) for classes in CLASSES]
    yield "### M2 and the classes that occur\n"
    yield f"Of {passed(jobs[0])} minibatches {jobs[0]['steps']} were timed, and scaled.\n"
    yield from scaled("class", CLASSES, jobs, say)
    whole = [complete(M2_JOB | {"classes": 5, "pixels": pixels}, asked, 1) for pixels in PIXELS]
    yield "### M2 and the pixels\n\n5 classes, whole passes.\n"
    yield from scaled("pixel", PIXELS, [job | {"steps": passed(job)} for job in whole], say)


def scaled(name: str, at: Sequence[int], jobs: list[Job], say: Callable[[str], object]) -> Iterator[str]:
    """A table of seconds, and a straight line through them."""
    entries = {f"{place} {name}": worker("ours", job, sys.executable) for place, job in zip(at, jobs, strict=True)}
    results, foreign = contest(entries, say)
    seconds = [
        median(result.seconds) * passed(job) / job["steps"] for result, job in zip(results.values(), jobs, strict=True)
    ]
    lines = [[f"{place}", f"{value:.2f}"] for place, value in zip(at, seconds, strict=True)]
    yield markdown([name, "seconds per pass"], lines) + "\n"
    yield f"- straight line: {linear_line(name, at, seconds)}"
    yield f"- {quiet_line(foreign)}\n"
