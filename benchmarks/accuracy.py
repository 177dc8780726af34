"""M1+M2 and M2 against every control at few labels: macro-F1, paired differences, and the goals beside them.

    python benchmarks/accuracy.py --data DIR --seeds 1 2 3 --output results/accuracy
    python benchmarks/accuracy.py --output results/accuracy --report

DIR holds indian_pines/Indian_pines_{corrected,gt}.mat and salinas_a/SalinasA_{corrected,gt}.mat; the built-in
collection needs no file. Every score is a small file under --output, and a run does what is not there yet: all tasks
of the first seed, then of the next. Two processes share the work with --share 1/2 and --share 2/2, one thread each.
"""

import argparse
import json
import time
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from accuracy_problems import problem
from accuracy_table import METHODS, report
from accuracy_tasks import TASKS, missing_files

if TYPE_CHECKING:  # accuracy_work imports TensorFlow, which --report does without
    from accuracy_work import Settings, Work

BUDGETS = (5, 10, 50)
NOVELTY_TASKS = ("salinas_a_blocks", "collection")


def pairs(asked: argparse.Namespace) -> Iterator[tuple[int, str]]:
    """Seeds and tasks of this process, seed by seed; its tasks change from seed to seed, as they differ in length."""
    share, shares = asked.share
    for place, seed in enumerate(asked.seeds):
        for number, task in enumerate(asked.scenes):
            if (number + place) % shares == share - 1:
                yield seed, task


def share_of(text: str) -> tuple[int, int]:
    """I/N as numbers."""
    share, shares = (int(part) for part in text.split("/"))
    if not 1 <= share <= shares:
        raise argparse.ArgumentTypeError(f"needs I/N with 1 <= I <= N, got {text}")
    return share, shares


def keep_settings(output: Path, settings: "Settings") -> None:
    """Note the settings of an output folder, or stop where it holds scores of others."""
    from accuracy_work import settings_of, write_json

    path, wanted = output / "settings.json", settings_of(settings)
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != wanted:
        raise SystemExit(f"{path} has other settings than this run: choose another --output")
    write_json(path, wanted)


def cells(asked: argparse.Namespace, work: "Work") -> Iterator[tuple[Path, dict[str, Any], Any]]:
    """File, identity and function of every score of one task and seed."""
    import accuracy_methods as methods

    both = {"task": work.task, "seed": work.seed}
    if asked.leave_out:
        for left_out in range(work.problem.classes if work.task in NOVELTY_TASKS else 0):
            path = asked.output / "novelty" / f"{work.task}-{work.seed}-{left_out}.json"
            yield path, both, partial(methods.score_novelty, work, left_out)
        return
    folder, score = (
        ("calibration", methods.score_calibration) if asked.calibration else ("scores", methods.score_method)
    )
    for budget in asked.budgets:
        for method in asked.methods:
            if asked.calibration and method not in methods.CALIBRATED:
                continue
            path = asked.output / folder / f"{work.task}-{work.seed}-{budget}-{method.replace(' ', '_')}.json"
            yield path, {**both, "budget": budget, "method": method}, partial(score, work, budget, method)


def run(asked: argparse.Namespace) -> int:
    """Do what is not there yet; returns how many scores failed."""
    from accuracy_work import Settings, Work, write_json
    from semispectral.models.run import use_threads

    use_threads(1)
    settings = Settings().quick() if asked.quick else Settings()
    keep_settings(asked.output, settings)
    failed = 0
    for seed, task in pairs(asked):
        if absent := missing_files(task, asked.data):
            print(f"{task} is left out: {asked.data} has no {', '.join(absent)}", flush=True)
            continue
        dealt = problem(task, asked.data, seed=seed, budgets=tuple(asked.budgets))
        for path, identity, score in cells(asked, Work(task, seed, dealt, settings, asked.output)):
            if path.is_file():
                continue
            started = time.perf_counter()
            try:
                found = score()
            except Exception:  # one failure must not end a run of hours; it is counted, and its cell stays empty
                failed += 1
                print(f"{path.stem} failed\n{traceback.format_exc()}", flush=True)
                continue
            write_json(path, identity | found)
            value = found.get("macro_f1", found.get("auroc"))
            print(f"{path.stem} {value:.3f}, {time.perf_counter() - started:.1f} s", flush=True)
    return failed


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", default=[], help="of split, budget and training")
    parser.add_argument("--budgets", type=int, nargs="+", default=list(BUDGETS), help="labels per class")
    parser.add_argument("--scenes", nargs="+", choices=TASKS, default=list(TASKS), help="tasks; all by default")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS), help="all by default")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--share", type=share_of, default=(1, 1), help="I/N: do every N-th task only, from the I-th")
    parser.add_argument("--report", action="store_true", help="print the table of what is there, and no more")
    parser.add_argument("--calibration", action="store_true", help="NLL, Brier, ECE before and after temperature")
    parser.add_argument("--leave-out", action="store_true", help="AUROC of M1's bound with one class left out")
    parser.add_argument("--quick", action="store_true", help="two epochs: to see that it runs")
    asked = parser.parse_args()
    if not asked.report and not asked.seeds:
        parser.error("--seeds is needed, unless --report")
    return asked


if __name__ == "__main__":
    asked = arguments()
    with threadpool_limits(1):
        failures = 0 if asked.report else run(asked)
    print(report(asked.output))
    if failures:
        raise SystemExit(f"{failures} scores failed: see above, and run again")
