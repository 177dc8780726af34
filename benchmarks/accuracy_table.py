"""The table of benchmarks/accuracy.py: macro-F1 of every cell, paired differences, and the goals beside them."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.comparison import paired_wilcoxon
from semispectral.intervals import interval

CONTROLS = (
    "svm bands",
    "svm snv",
    "pca_svm",
    "svm latents",
    "rf",
    "self_training",
    "label_spreading",
    "qy bands",
    "qy latents",
)
METHODS = (*CONTROLS, "m2 bands", "m1+m2")
BEST = "best control"
TITLES = {
    "indian_pines_random": "Indian Pines, random half held out (leaky)",
    "indian_pines_blocks": "Indian Pines, guarded blocks of 6 x 6",
    "salinas_a_blocks": "Salinas-A, guarded blocks of 10 x 10",
    "collection": "Built-in collection, unseen hole",
}
# What M1+M2 should be ahead of the best control by, by labels per class.
GOALS = {
    "indian_pines_random": {5: 0.05, 10: 0.05, 50: 0.0},
    "indian_pines_blocks": {5: 0.03, 10: 0.03, 50: 0.0},
    "salinas_a_blocks": {5: 0.0, 10: 0.0, 50: 0.0},
    "collection": {5: 0.05, 10: 0.05, 50: 0.02},
}
AHEAD, GATE = 0.0, -0.02  # M2 on bands against q(y|x) on bands; the SVM on latents against the SVM on bands
# (name, first, second, the goal of every cell: None where it is that of `GOALS`, NaN where there is none)
DIFFERENCES: tuple[tuple[str, str, str, float | None], ...] = (
    ("M1+M2 - best control", "m1+m2", BEST, None),
    ("M2 on bands - best control", "m2 bands", BEST, float("nan")),
    ("M2 on bands - q(y\\|x) on bands", "m2 bands", "qy bands", AHEAD),
    ("M1+M2 - q(y\\|x) on latents", "m1+m2", "qy latents", float("nan")),
    ("SVM on latents - SVM on bands (gate)", "svm latents", "svm bands", GATE),
)
RESAMPLES, LEVEL, BOOTSTRAP_SEED = 10_000, 0.95, 1


def read_scores(folder: Path) -> pd.DataFrame:
    """One row per JSON file of a folder."""
    return pd.DataFrame([json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("[!.]*.json"))])


def mean_and_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean over seeds and its bootstrap interval; the interval is NaN for a single seed."""
    if len(values) < 2:
        return float(values.mean()), float("nan"), float("nan")
    drawn = np.random.default_rng(BOOTSTRAP_SEED).integers(len(values), size=(RESAMPLES, len(values)))
    return float(values.mean()), *interval(values[drawn].mean(axis=1), level=LEVEL)


def wide_scores(scores: pd.DataFrame, task: str, budget: int) -> pd.DataFrame:
    """Macro-F1 [seed, method] of one cell."""
    cell = scores[(scores["task"] == task) & (scores["budget"] == budget)]
    return cell.pivot_table(index="seed", columns="method", values="macro_f1")


def best_control(wide: pd.DataFrame) -> str | None:
    """The control with the highest mean, among the seeds that all controls of the cell have, or else all seeds."""
    controls = wide[[name for name in CONTROLS if name in wide]]
    shared = controls.dropna()
    means = (shared if len(shared) else controls).mean()
    return None if means.empty else str(means.idxmax())


def paired_difference(wide: pd.DataFrame, first: str, second: str) -> tuple[np.ndarray, float]:
    """first - second on the seeds that have both, and the two-sided p of Wilcoxon's test."""
    pairs = wide[[first, second]].dropna()
    long = pd.concat(
        [
            pd.DataFrame({"macro_f1": pairs[name], "method": role, "features": "", "budget": "", "part": "test"})
            for role, name in (("first", first), ("second", second))
        ]
    ).reset_index()
    tested = paired_wilcoxon(long)
    return (pairs[first] - pairs[second]).to_numpy(), float(tested["probability"].iloc[0]) if len(tested) else np.nan


def judged(difference: float, goal: float, *, strict: bool) -> str:
    """The goal, and whether a difference meets it; a strict one is not met by being equal."""
    if np.isnan(goal):
        return ""
    met = difference > goal if strict else difference >= goal
    words = "met" if met else f"short by {goal - difference:.3f}"
    return f"goal {'> ' if strict else ''}{goal:+.2f} {words}"


def score_cell(wide: pd.DataFrame, method: str) -> str:
    """Mean, interval and number of seeds; a dash where there is none."""
    if method not in wide:
        return "-"
    values = wide[method].dropna().to_numpy()
    mean, low, high = mean_and_interval(values)
    between = "" if np.isnan(low) else f" [{low:.3f}, {high:.3f}]"
    return f"{mean:.3f}{between} ({len(values)})"


def difference_cell(wide: pd.DataFrame, line: tuple[str, str, str, float | None], goal: float) -> str:
    """A paired difference, its interval, p, seeds and goal; a dash where a method is not there."""
    _, first, second, _ = line
    chosen = best_control(wide) if second == BEST else second
    if chosen is None or first not in wide or chosen not in wide:
        return "-"
    difference, probability = paired_difference(wide, first, chosen)
    if not len(difference):
        return "-"
    mean, low, high = mean_and_interval(difference)
    between = "" if np.isnan(low) else f" [{low:+.3f}, {high:+.3f}]"
    against = f", against {chosen}" if second == BEST else ""
    text = f"{mean:+.3f}{between}, p {probability:.3f} ({len(difference)}{against})"
    word = judged(mean, goal, strict=first == "m2 bands")
    return f"{text}; {word}" if word else text


def rows_as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def task_block(scores: pd.DataFrame, task: str) -> str:
    """The table of one task, and its differences."""
    budgets = sorted(scores.loc[scores["task"] == task, "budget"].unique())
    wide = {budget: wide_scores(scores, task, budget) for budget in budgets}
    head = [f"{budget} labels per class" for budget in budgets]
    rows = [["macro-F1", *head]]
    for method in (name for name in METHODS if any(name in cell for cell in wide.values())):
        rows.append([method, *(score_cell(wide[budget], method) for budget in budgets)])
    differences = [["paired difference", *head]]
    for line in DIFFERENCES:
        goals = [GOALS[task].get(budget, float("nan")) if line[3] is None else line[3] for budget in budgets]
        cells = [difference_cell(wide[budget], line, goal) for budget, goal in zip(budgets, goals, strict=True)]
        differences.append([line[0], *cells])
    return f"### {TITLES[task]}\n\n{rows_as_markdown(rows)}\n\n{rows_as_markdown(differences)}"


def seconds_block(scores: pd.DataFrame, m1: pd.DataFrame) -> str:
    """Seconds of every method: in all, and of one fit."""
    timed = pd.concat([scores, m1.assign(method="m1")] if len(m1) else [scores])
    found = timed.groupby("method")["seconds"].agg(["sum", "mean", "count"])
    rows = [["method", "fits", "seconds of one", "seconds"]]
    for method in (name for name in ("m1", *METHODS) if name in found.index):
        total, mean, count = found.loc[method]
        rows.append([method, f"{count:.0f}", f"{mean:.1f}", f"{total:.0f}"])
    return f"{rows_as_markdown(rows)}\n\n{timed['seconds'].sum() / 3600:.2f} hours in all, each fit on one thread."


def calibration_block(found: pd.DataFrame) -> str:
    """NLL, Brier and ECE before and after the temperature, means over seeds."""
    names = ("nll", "brier", "ece")
    rows = [["task", "labels", "method", "seeds", "temperature", *(f"{name} before, after" for name in names)]]
    for (task, budget, method), cell in found.groupby(["task", "budget", "method"]):
        means = cell.mean(numeric_only=True)
        pairs = [f"{means['before_' + name]:.3f}, {means[name]:.3f}" for name in names]
        rows.append([str(task), str(budget), str(method), str(len(cell)), f"{means['temperature']:.2f}", *pairs])
    return rows_as_markdown(rows)


def novelty_block(found: pd.DataFrame) -> str:
    """AUROC of M1's bound with one class left out: mean over classes (and seeds), lowest and highest."""
    rows = [["task", "seeds", "classes left out in turn", "mean AUROC", "lowest", "highest"]]
    for task, cell in found.groupby("task"):
        by_class = cell.groupby("class")["auroc"].mean()
        figures = [f"{value:.3f}" for value in (by_class.mean(), by_class.min(), by_class.max())]
        rows.append([str(task), str(cell["seed"].nunique()), str(len(by_class)), *figures])
    return rows_as_markdown(rows)


def report(output: Path) -> str:
    """Everything that an output folder holds, as Markdown."""
    found, m1 = read_scores(output / "scores"), read_scores(output / "m1")
    parts = []
    if len(found):
        note = (
            "Mean over seeds [95 % bootstrap interval over seeds] (number of seeds); p: Wilcoxon, paired, uncorrected."
        )
        parts += [note, *(task_block(found, task) for task in TITLES if task in set(found["task"]))]
        parts += [f"### Time\n\n{seconds_block(found, m1)}"]
    blocks = {"calibration": ("Calibration", calibration_block), "novelty": ("A class left out", novelty_block)}
    for folder, (title, block) in blocks.items():
        rows = read_scores(output / folder)
        parts += [f"### {title}\n\n{block(rows)}"] if len(rows) else []
    return "\n\n".join(parts) if parts else f"nothing is in {output} yet"
