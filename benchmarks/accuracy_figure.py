"""The figure of benchmarks/accuracy.py: macro-F1 against the labels per class, for the methods that matter.

    python benchmarks/accuracy_figure.py results/accuracy docs/images/accuracy.png

The first folder is the --output of benchmarks/accuracy.py. A line is the mean over seeds, a bar its 95 % bootstrap
interval; beside M1+M2 stand M2, q(y|x) on the labels alone, the SVMs, and of the other controls the best of each cell.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accuracy_table import CONTROLS, TITLES, mean_and_interval, read_scores, wide_scores
from semispectral.figures.style import BLUE, INK, ORANGE, OTHER_METHOD, VERMILLION, styled

BEST = "best of the other controls"
# line: (methods, of which the best one counts; colour; style of the line; marker)
LINES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "M1+M2": (("m1+m2",), VERMILLION, "-", "o"),
    "M2 on bands": (("m2 bands",), VERMILLION, "--", "s"),
    "q(y|x) on the labels alone, on M1's latents": (("qy latents",), ORANGE, "-", "^"),
    "SVM on M1's latents": (("svm latents",), BLUE, "-", "D"),
    "SVM on bands (SNV)": (("svm snv",), BLUE, "--", "v"),
    BEST: (
        tuple(name for name in CONTROLS if name not in ("qy latents", "svm latents", "svm snv")),
        OTHER_METHOD,
        ":",
        "x",
    ),
}
SPREAD = 0.018  # of neighbouring lines, as a share of the axis' decade, so that their bars do not hide each other


def line_of(scores: pd.DataFrame, task: str, methods: tuple[str, ...]) -> pd.DataFrame:
    """Mean, low and high of macro-F1 by budget, of the method with the highest mean in each cell."""
    rows = []
    for budget in sorted(scores.loc[scores["task"] == task, "budget"].unique()):
        wide = wide_scores(scores, task, budget)
        there = [name for name in methods if name in wide and wide[name].notna().any()]
        if there:
            found = [mean_and_interval(wide[name].dropna().to_numpy()) for name in there]
            rows.append((budget, *max(found, key=lambda cell: cell[0])))
    return pd.DataFrame(rows, columns=["budget", "mean", "low", "high"])


def panel(axis: Axes, scores: pd.DataFrame, task: str) -> None:
    """One task: a line per method."""
    for number, (name, (methods, colour, style, marker)) in enumerate(LINES.items()):
        found = line_of(scores, task, methods)
        if found.empty:
            continue
        place = found["budget"] * 10 ** (SPREAD * (number - len(LINES) / 2))
        bars = np.nan_to_num(np.abs(found[["low", "high"]].to_numpy().T - found["mean"].to_numpy()))
        look = {"color": colour, "linestyle": style, "marker": marker, "markersize": 5, "elinewidth": 0.9}
        axis.errorbar(place, found["mean"], yerr=bars, label=name, zorder=3 if methods == ("m1+m2",) else 2, **look)
    budgets = sorted(scores.loc[scores["task"] == task, "budget"].unique())
    axis.set_xscale("log")
    axis.set_xticks(budgets, [str(budget) for budget in budgets])
    axis.minorticks_off()
    axis.set_title(TITLES[task])
    axis.set_xlabel("labels per class")


@styled
def draw(scores: pd.DataFrame, path: Path) -> None:
    """Write the figure of all tasks that have scores."""
    tasks = [task for task in TITLES if task in set(scores["task"])]
    figure = Figure(figsize=(9.6, 3.4 * -(-len(tasks) // 2) + 0.6), layout="constrained")
    axes = figure.subplots(-(-len(tasks) // 2), min(2, len(tasks)), squeeze=False).ravel()
    for axis, task in zip(axes, tasks, strict=False):
        panel(axis, scores, task)
    for axis in axes[len(tasks) :]:
        axis.set_visible(False)
    for axis in axes[::2]:
        axis.set_ylabel("macro-F1", color=INK)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140, metadata={"Software": None})


def main() -> None:
    """Read the folder and draw."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="the --output of benchmarks/accuracy.py")
    arguments.add_argument("picture", type=Path, help="PNG to write")
    asked = arguments.parse_args()
    scores = read_scores(asked.folder / "scores")
    if scores.empty:
        raise SystemExit(f"{asked.folder}/scores holds no score; run benchmarks/accuracy.py first")
    draw(scores, asked.picture)


if __name__ == "__main__":
    main()
