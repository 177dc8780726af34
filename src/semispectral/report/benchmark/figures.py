"""Figures of the benchmark: scores against labels per class, classes, calibration, and leaky beside honest splits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from semispectral.evaluation.score_files import Scored
from semispectral.figures import accuracy as drawn
from semispectral.figures.colours import BLUE, DASHED, DOTTED, GREY, MUTED, VERMILLION
from semispectral.figures.methods import method_look, per_class_order, per_class_words
from semispectral.figures.style import grid_of_axes, hide_unused, shorten, styled
from semispectral.report.benchmark.tables import name_of, rows_of, shown_methods
from semispectral.study.methods import METHODS

PER_CLASS_SHADES = ("#8fc1e3", "#3d8bc4", "#0b4f82", "#062b49", "#000000")
REST = "best of the other baselines"
DODGE = 0.035  # of neighbouring lines, in steps of labels per class, so that their bars do not hide each other
LEGEND_COLUMNS = 4
LETTER, MARK = 0.07, 0.6  # width of a letter and of a line with its mark in a legend, in inches
RELIABILITY_COLUMNS = 6


def macro_f1(scored: Scored) -> pd.DataFrame:
    """Return mean, low and high of macro-F1, one row per method, features and labels per class.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    return scored.summary[scored.summary["score"] == "macro_f1"]


def line_of(scored: Scored, methods: Sequence[str]) -> pd.DataFrame:
    """Return, for each number of labels per class, the macro-F1 row of the best of some methods.

    Parameters
    ----------
    scored : scores of one split and regime.
    methods : keys of the methods.
    """
    rows = pd.concat(
        [rows_of(macro_f1(scored), method) for method in methods if method in scored.methods] or [macro_f1(scored)[:0]]
    )
    best = rows.sort_values("mean", ascending=False, kind="stable").drop_duplicates("per_class")
    return best.sort_values(
        "per_class", key=lambda labels_per_class: labels_per_class.map(per_class_order), ignore_index=True
    )


@styled
def against_labels(panels: Mapping[str, Scored], *, every: bool) -> Figure:
    """Draw macro-F1 against labels per class, one panel per split: means over seeds with intervals.

    Parameters
    ----------
    panels : scores by title.
    every : True draws a line for every method but the constant ones; False one for each headline method, and one for
        the best of the other baselines at each point.
    """
    columns = len(panels) if len(panels) in (1, 3) else 2
    rows = -(-len(panels) // columns)
    figure, axes = grid_of_axes(rows, columns, height=(3.4 if len(panels) > 1 else 4.2) * rows + 0.7)
    lines = _lines(list(panels.values()), every=every)
    for axis, (title, scored) in zip(axes.ravel(), panels.items(), strict=False):
        for place, (name, methods) in enumerate(lines.items()):
            _line(axis, scored, methods, name=name, shift=DODGE * (place - (len(lines) - 1) / 2))
        axis.set_xticks(range(len(scored.labels_per_class)), scored.labels_per_class)
        axis.set(xlabel="labels per class", title=title)
        axis.grid(visible=False, axis="x")
    for axis in axes[:, 0]:
        axis.set_ylabel("macro-F1 on the test pixels")
    hide_unused(axes, len(panels))
    _legend(figure, axes)
    return figure


def _lines(scored: Sequence[Scored], *, every: bool) -> dict[str, list[str]]:
    """Return the methods of each line, by its name; the line shows the best of them."""
    there = [method for method in METHODS if any(method in one.methods for one in scored)]
    if every:
        return {name_of(method): [method] for method in there if not METHODS[method].constant}
    named = {name_of(method): [method] for method in there if METHODS[method].headline}
    rest = [method for method in there if not METHODS[method].headline and not METHODS[method].ours]
    return {**named, REST: rest} if rest else named


def _line(axis: Any, scored: Scored, methods: Sequence[str], *, name: str, shift: float) -> None:
    """Draw a line with the bars of its intervals."""
    found = line_of(scored, methods)
    if found.empty:
        return
    colour, line, marker = method_look(methods[0]) if name != REST else (GREY, DOTTED, "x")
    place = [scored.labels_per_class.index(per_class) + shift for per_class in found["per_class"]]
    bars = np.nan_to_num(np.abs(found[["low", "high"]].to_numpy(np.float64).T - found["mean"].to_numpy()))
    look = {"color": colour, "linestyle": line, "marker": marker, "markersize": 5, "elinewidth": 1.0}
    axis.errorbar(place, found["mean"], yerr=bars, label=name, zorder=3 if METHODS[methods[0]].ours else 2, **look)


def _legend(figure: Figure, axes: np.ndarray) -> None:
    """Draw one legend below all panels, with what any of them shows."""
    found = {
        name: handle for axis in axes.ravel() for handle, name in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    columns = _columns(list(found), float(figure.get_figwidth()))
    figure.legend(list(found.values()), list(found), loc="outside lower center", ncols=columns)


def _columns(names: Sequence[str], width: float) -> int:
    """Return how many columns of a legend with these names fit into a figure of some width, in inches."""
    needed = sorted((LETTER * len(name) + MARK for name in names), reverse=True)
    return max((count for count in range(1, LEGEND_COLUMNS + 1) if sum(needed[:count]) <= width), default=1)


@styled
def leaky_against_honest(panels: Mapping[str, Scored]) -> Figure:
    """Draw macro-F1 of every method on leaky and honest splits, a panel for each number of labels per class.

    Parameters
    ----------
    panels : scores by the name of the split.
    """
    labels_per_class = sorted(
        {per_class for one in panels.values() for per_class in one.labels_per_class}, key=per_class_order
    )
    there = [method for method in METHODS if any(method in one.methods for one in panels.values())]
    methods = [method for method in there if not METHODS[method].constant] or there
    figure, axes = grid_of_axes(1, len(labels_per_class), height=0.32 * len(methods) + 1.5, sharex=True, sharey=True)
    honest = [name for name, one in panels.items() if not one.where.leaky]
    looks = {name: (BLUE, "osDv^"[place % 5]) for place, name in enumerate(honest)}
    for axis, per_class in zip(axes[0], labels_per_class, strict=True):
        for place, method in enumerate(methods):
            _leak(axis, panels, method, per_class, place=place, looks=looks)
        axis.set(title=per_class_words(per_class), xlabel="macro-F1", ylim=(len(methods) - 0.4, -0.6))
        axis.grid(visible=False, axis="y")
    axes[0, 0].set_yticks(range(len(methods)), [name_of(method) for method in methods])
    _legend(figure, axes)
    return figure


def _leak(
    axis: Any,
    panels: Mapping[str, Scored],
    method: str,
    per_class: str,
    *,
    place: int,
    looks: Mapping[str, tuple[str, str]],
) -> None:
    """Draw the marks of one method, joined by a line."""
    lines = {name: line_of(scored, [method]).set_index("per_class")["mean"] for name, scored in panels.items()}
    means = {name: float(line[per_class]) for name, line in lines.items() if per_class in line}
    axis.plot(list(means.values()), [place] * len(means), color=MUTED, linewidth=0.9, zorder=1)
    for name, mean in means.items():
        colour, marker = looks.get(name, (VERMILLION, "X"))
        kind = "leaky" if panels[name].where.leaky else "honest"
        axis.plot(mean, place, marker, color=colour, markersize=7, label=f"{name} ({kind})", linestyle="none", zorder=2)


@styled
def reliability(scored: Scored) -> Figure:
    """Draw accuracy against confidence, a panel per method, a line for each number of labels per class.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    methods = [method for method in scored.methods if not METHODS[method].constant] or scored.methods
    rows, columns = -(-len(methods) // RELIABILITY_COLUMNS), min(RELIABILITY_COLUMNS, len(methods))
    figure, axes = grid_of_axes(rows, columns, height=1.75 * rows + 0.6)
    for axis, method in zip(axes.ravel(), methods, strict=False):
        axis.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=DASHED)
        own = rows_of(scored.reliability, method)
        for place, per_class in enumerate(scored.labels_per_class):
            line = own[own["per_class"] == per_class]
            shade = PER_CLASS_SHADES[place % len(PER_CLASS_SHADES)]
            axis.plot(
                line["confidence"], line["accuracy"], ".-", color=shade, markersize=4, label=per_class_words(per_class)
            )
        axis.set_title(shorten(name_of(method), most=24), fontsize=8)
        axis.set(
            xlabel="confidence", xlim=(0, 1.02), ylim=(0, 1.02), aspect="equal", xticks=(0, 0.5, 1), yticks=(0, 0.5, 1)
        )
    hide_unused(axes, len(methods))
    for axis in axes[:, 0]:
        axis.set_ylabel("accuracy")
    _legend(figure, axes)
    return figure


@styled
def risk_coverage(scored: Scored) -> Figure:
    """Draw the error rate of the most confident pixels against their share, a line per method.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    figure, axes = grid_of_axes(1, len(scored.labels_per_class), height=4.6, sharey=True)
    for axis, per_class in zip(axes[0], scored.labels_per_class, strict=True):
        for method in (name for name in scored.methods if not METHODS[name].constant):
            line = rows_of(scored.risk, method)
            line = line[line["per_class"] == per_class]
            colour, dash, _ = method_look(method)
            width = 2.0 if METHODS[method].ours else 1.3
            axis.plot(
                line["coverage"], line["risk"], color=colour, linestyle=dash, linewidth=width, label=name_of(method)
            )
        axis.set(title=per_class_words(per_class), xlim=(0, 1), ylim=(0, None), xlabel="pixels kept, surest first (%)")
        axis.xaxis.set_major_formatter(PercentFormatter(1, symbol=None))
        axis.yaxis.set_major_formatter(PercentFormatter(1, symbol=None))
    axes[0, 0].set_ylabel("errors among the pixels kept (%)")
    _legend(figure, axes)
    return figure


def confusion(scored: Scored, per_class: str) -> Figure:
    """Draw the confusion of our models and the best baseline over all seeds; each row sums to 100 %.

    Parameters
    ----------
    scored : scores of one split and regime.
    per_class : labels per class.
    """
    size = len(scored.class_names)
    matrices = {}
    for method in shown_methods(scored, per_class):
        own = rows_of(scored.confusions, method)
        own = own[own["per_class"] == per_class]
        matrix = np.zeros((size, size), np.int64)
        matrix[own["label"], own["predicted"]] = own["pixels"]
        matrices[name_of(method)] = matrix
    return drawn.confusion(matrices, scored.class_names)


def class_f1(scored: Scored, per_class: str) -> Figure:
    """Draw F1 of every class and method, for the classes of the test part.

    Parameters
    ----------
    scored : scores of one split and regime.
    per_class : labels per class.
    """
    rows = scored.class_summary[
        (scored.class_summary["score"] == "f1") & (scored.class_summary["per_class"] == per_class)
    ]
    truth = scored.classes[scored.classes["per_class"] == per_class].groupby("label")["truth"].max()
    present = [int(label) for label in truth.index[truth > 0]]
    own = {name_of(method): rows_of(rows, method).set_index("label")["mean"] for method in scored.methods}
    table = pd.DataFrame(own).T[present]
    return drawn.class_f1(
        table.set_axis([scored.class_names[label] for label in present], axis=1), truth[present].to_list()
    )


def figures_of(scored: Scored) -> Iterator[tuple[str, Figure]]:
    """Yield all figures of one split and regime: (name, figure).

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    yield "against_labels", against_labels({"": scored}, every=True)
    yield "reliability", reliability(scored)
    yield "risk_coverage", risk_coverage(scored)
    for per_class in scored.labels_per_class:
        yield f"class_f1_{per_class}", class_f1(scored, per_class)
        yield f"confusion_{per_class}", confusion(scored, per_class)
