"""How far the models know what they do not know: calibration, and classes that no training has seen.

    python measurements/accuracy/trust.py calibration --data DIR --seeds 1 2 --output results/trust
    python measurements/accuracy/trust.py novelty --data DIR --seeds 1 --scenes salinas_a_blocks --output results/trust
    python measurements/accuracy/trust.py joined --data DIR --seeds 1 --scenes other_collection --output results/trust

calibration: NLL, Brier and ECE on the test pixels with the temperature of the validation labels, and without.
novelty: each class in turn is left out of all training; AUROC of log p(x) by M1 and M2, which should be low there, and
of the distance to the nearest training pixels in noise-whitened scores (MNF). The labels of M2 are the last of
--labels-per-class, of the other classes. controls: such distances alone, which train nothing. joined: sums of M2's
score and such distances, asked of pixels that are no test part, so that they may judge choices (--tested: of the test
part). M2 sees noise scores alone, which takes seconds; with --features latents_mnf M1 is trained for each class, too.

DIR holds indian_pines/Indian_pines_{corrected,gt}.mat and salinas_a/SalinasA_{corrected,gt}.mat; the built-in
collection needs no file. Every score is a small file under --output, and a run does what is not there yet.
"""

import argparse
import itertools
import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from few_labels_problems import problem
from few_labels_tasks import TASKS, TESTED, missing_files
from few_labels_work import MNF, Settings, Work, markdown, settings_of, write_json
from semispectral.inference.feature_names import LATENTS_MNF
from semispectral.training.run import use_threads
from trust_scores import CALIBRATED, held_pixels, score_calibration, score_joined, score_novelty, score_simple_novelty

CALIBRATION, NOVELTY, CONTROLS, JOINED = "calibration", "novelty", "controls", "joined"
PROBABILITY = ("nll", "brier", "ece")


def cells(asked: argparse.Namespace, work: Work) -> Iterator[tuple[Path, dict[str, Any], Any]]:
    """File, identity and function of every score of one task and seed."""
    both, folder = {"task": work.task, "seed": work.seed}, asked.output / asked.what
    if asked.what == JOINED:
        per_class, folder = asked.labels_per_class[-1], joined_folder(asked)
        pixels = work.problem.test if asked.tested else held_pixels(work, per_class)
        for left_out in np.unique(work.problem.label[pixels]).tolist():
            options = {"features": asked.features, "tested": asked.tested}
            score = partial(score_joined, work, left_out, per_class, **options)
            yield folder / f"{work.task}-{work.seed}-{left_out}.json", both | options, score
        return
    if asked.what in (NOVELTY, CONTROLS):
        for left_out in np.unique(work.problem.label[work.problem.test]).tolist():
            path = folder / f"{work.task}-{work.seed}-{left_out}.json"
            trained = partial(score_novelty, work, left_out, asked.labels_per_class[-1])
            yield path, both, trained if asked.what == NOVELTY else partial(score_simple_novelty, work, left_out)
        return
    for per_class, method in itertools.product(asked.labels_per_class, CALIBRATED):
        path = folder / f"{work.task}-{work.seed}-{per_class}-{method.replace(' ', '_')}.json"
        yield (
            path,
            {**both, "per_class": per_class, "method": method},
            partial(score_calibration, work, per_class, method),
        )


def joined_folder(asked: argparse.Namespace) -> Path:
    """The folder of the scores of what is joined."""
    return Path(asked.output / f"{JOINED}-{asked.features}-{'test' if asked.tested else 'held'}")


def run(asked: argparse.Namespace) -> None:
    """Do what is not there yet."""
    use_threads(1)
    settings = Settings()
    kept, wanted = asked.output / "settings.json", settings_of(settings)
    if kept.is_file() and json.loads(kept.read_text(encoding="utf-8")) != wanted:
        raise SystemExit(f"{kept} has other settings than this run: choose another --output")
    write_json(kept, wanted)
    for seed, task in itertools.product(asked.seeds, asked.scenes):
        if absent := missing_files(task, asked.data):
            print(f"{task} is left out: {asked.data} has no {', '.join(absent)}", flush=True)
            continue
        dealt = problem(task, asked.data, seed=seed, labels_per_class=tuple(asked.labels_per_class))
        for path, identity, score in cells(asked, Work(task, seed, dealt, settings, asked.output)):
            if not path.is_file():
                started = time.perf_counter()
                write_json(path, identity | score())
                print(f"{path.stem}, {time.perf_counter() - started:.1f} s", flush=True)


def read_scores(folder: Path) -> pd.DataFrame:
    """One row per JSON file of a folder."""
    return pd.DataFrame([json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("[!.]*.json"))])


def calibration_table(found: pd.DataFrame) -> str:
    """NLL, Brier and ECE without and with the temperature, means over seeds, as Markdown."""
    head = ["task", "labels", "method", "seeds", "temperature", *(f"{name} without, with" for name in PROBABILITY)]
    rows = []
    for (task, per_class, method), cell in found.groupby(["task", "per_class", "method"]):
        means = cell.mean(numeric_only=True)
        pairs = [f"{means['before_' + name]:.3f}, {means[name]:.3f}" for name in PROBABILITY]
        rows.append([str(task), str(per_class), str(method), str(len(cell)), f"{means['temperature']:.2f}", *pairs])
    return markdown([head, *rows])


def novelty_table(found: pd.DataFrame) -> str:
    """AUROC with one class left out: mean over classes (and seeds), and the lowest of a class, as Markdown."""
    rows = []
    scored = found[found["auroc"].map(bool)]  # a class may have too few pixels to ask
    for task, cell in scored.groupby("task"):
        by_class = pd.DataFrame(cell["auroc"].tolist()).groupby(cell["class"].to_numpy()).mean()
        figures = [f"{by_class[name].mean():.3f} ({by_class[name].min():.3f})" for name in by_class]
        head = ["task", "seeds", "classes left out in turn", *by_class.columns]
        rows.append([str(task), str(cell["seed"].nunique()), str(len(by_class)), *figures])
    return markdown([head, *rows])


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=[CALIBRATION, NOVELTY, CONTROLS, JOINED])
    parser.add_argument("--data", type=Path, default=Path(), help="folder of the public scenes")
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="of split, labels and training")
    parser.add_argument("--labels-per-class", type=int, nargs="+", default=[5, 10, 50], help="labels per class")
    parser.add_argument(
        "--scenes", nargs="+", choices=TASKS, default=TESTED, help="tasks; all with a test part by default"
    )
    parser.add_argument("--features", choices=[MNF, LATENTS_MNF], default=MNF, help="what M2 sees; of joined")
    parser.add_argument("--tested", action="store_true", help="ask the test part; of joined")
    parser.add_argument("--output", type=Path, required=True)
    asked = parser.parse_args()
    judging = sorted(set(asked.scenes) - set(TESTED))
    if judging and (asked.what != JOINED or asked.tested):
        parser.error(f"{', '.join(judging)} has no test part: it may judge `joined` alone, without --tested")
    return asked


if __name__ == "__main__":
    asked = arguments()
    with threadpool_limits(1):
        run(asked)
    table = calibration_table if asked.what == CALIBRATION else novelty_table
    print(table(read_scores(joined_folder(asked) if asked.what == JOINED else asked.output / asked.what)))
