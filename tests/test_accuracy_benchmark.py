"""The table of benchmarks/accuracy.py says what the scores say: means, paired differences, goals met or not."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "accuracy_table.py"
FIRST = [0.70, 0.74, 0.69, 0.75, 0.71, 0.78]
SECOND = [0.66, 0.65, 0.67, 0.68, 0.66, 0.70]


@pytest.fixture(scope="module")
def table() -> ModuleType:
    """The benchmark's table, which imports no TensorFlow."""
    spec = importlib.util.spec_from_file_location("accuracy_table", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_scores(output: Path, scores: dict[str, list[float]], *, task: str = "collection", budget: int = 5) -> None:
    """The files of a run: one for each seed and method."""
    (output / "scores").mkdir(parents=True, exist_ok=True)
    for method, values in scores.items():
        for seed, value in enumerate(values, start=1):
            row = {"task": task, "seed": seed, "budget": budget, "method": method, "macro_f1": value, "seconds": 2.0}
            (output / "scores" / f"{task}-{seed}-{budget}-{method}.json").write_text(json.dumps(row))


def line_of(text: str, start: str) -> str:
    """The one line of a report that starts so."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {start}")]
    return line


def test_the_difference_is_paired_and_against_the_best_control(table: ModuleType, tmp_path: Path) -> None:
    """The control of the highest mean is taken, seed by seed, with the p-value of scipy."""
    write_scores(tmp_path, {"m1+m2": FIRST, "rf": SECOND, "svm bands": [0.5] * 6})
    line = line_of(table.report(tmp_path), "M1+M2 - best control")
    difference = np.subtract(FIRST, SECOND)
    assert f"{difference.mean():+.3f} [" in line
    assert f"p {stats.wilcoxon(difference).pvalue:.3f} (6, against rf)" in line


def test_a_method_is_no_control_of_itself(table: ModuleType, tmp_path: Path) -> None:
    """M2 on bands, even if it is best, is not what M1+M2 is compared with."""
    write_scores(tmp_path, {"m1+m2": FIRST, "m2 bands": [0.9] * 6, "qy bands": SECOND})
    assert "against qy bands" in line_of(table.report(tmp_path), "M1+M2 - best control")


def test_seeds_that_one_method_lacks_are_left_out_of_the_pairs(table: ModuleType, tmp_path: Path) -> None:
    """A cell says how many seeds it has, and a difference how many pairs."""
    write_scores(tmp_path, {"m2 bands": FIRST, "qy bands": SECOND[:4]})
    text = table.report(tmp_path)
    assert line_of(text, "m2 bands | 0.").endswith("(6) |")
    assert line_of(text, "qy bands | 0.").endswith("(4) |")
    assert f"{np.subtract(FIRST[:4], SECOND[:4]).mean():+.3f}" in line_of(text, "M2 on bands - q(y")
    assert "(4);" in line_of(text, "M2 on bands - q(y")


@pytest.mark.parametrize(
    ("difference", "goal", "strict", "words"),
    [
        (0.05, 0.05, False, "goal +0.05 met"),
        (0.038, 0.05, False, "goal +0.05 short by 0.012"),
        (-0.019, -0.02, False, "goal -0.02 met"),
        (0.0, 0.0, False, "goal +0.00 met"),
        (0.0, 0.0, True, "goal > +0.00 short by 0.000"),
        (0.3, float("nan"), False, ""),
    ],
)
def test_goals_are_met_or_fallen_short_of(
    table: ModuleType, difference: float, goal: float, strict: bool, words: str
) -> None:
    """At least the goal is enough, but being ahead is not being equal; without a goal nothing is said."""
    assert table.judged(difference, goal, strict=strict) == words


def test_goals_are_those_of_the_task_and_budget(table: ModuleType, tmp_path: Path) -> None:
    """The same difference of 0.02 is enough for the collection with 50 labels, not with 5."""
    scores = {"m1+m2": [0.720, 0.721], "rf": [0.699, 0.700]}
    for budget in (5, 50):
        write_scores(tmp_path, scores, budget=budget)
    five, fifty = line_of(table.report(tmp_path), "M1+M2 - best control").split(" | ")[1:]
    assert "goal +0.05 short by 0.029" in five
    assert "goal +0.02 met" in fifty


def test_the_interval_holds_the_mean_and_a_single_seed_has_none(table: ModuleType) -> None:
    """The bootstrap interval of 200 seeds is that of the normal approximation, to a tenth of its width."""
    values = np.random.default_rng(3).normal(0.6, 0.05, 200)
    mean, low, high = table.mean_and_interval(values)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx((mean - half, mean + half), abs=0.2 * half)
    assert np.isnan(table.mean_and_interval(values[:1])[1:]).all()


def test_a_cell_without_scores_is_a_dash(table: ModuleType, tmp_path: Path) -> None:
    """A run that was stopped gives a table of what is there; an empty folder says that it is empty."""
    assert table.report(tmp_path) == f"nothing is in {tmp_path} yet"
    write_scores(tmp_path, {"rf": SECOND})
    assert line_of(table.report(tmp_path), "M1+M2 - best control").endswith("| - |")


def test_time_is_summed_over_fits_and_m1_has_its_own_row(table: ModuleType, tmp_path: Path) -> None:
    """Seconds of a method are the sum over its files."""
    write_scores(tmp_path, {"rf": SECOND})
    (tmp_path / "m1").mkdir()
    (tmp_path / "m1" / "collection-1.json").write_text(json.dumps({"task": "collection", "seed": 1, "seconds": 30.0}))
    text = table.report(tmp_path)
    assert line_of(text, "rf | 6") == "| rf | 6 | 2.0 | 12 |"
    assert line_of(text, "m1 |") == "| m1 | 1 | 30.0 | 30 |"
