"""Figures of the results: macro-F1 of the methods, against labels per class, confusion, and F1 of each class."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from semispectral.figures.colours import INK, MUTED
from semispectral.figures.methods import method_colour, method_name, per_class_order
from semispectral.figures.style import grid_of_axes, shorten, styled

LONGEST_LINE = 44  # characters of the name of a method
MOST_NUMBERED = 16  # classes of a matrix whose cells still hold a number
LINE_STYLES = {"bands": "-", "latents": (0, (4, 1.5))}


@styled
def macro_f1(scores: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Draw macro-F1 of each method: mean, interval if there is one, and one mark per seed.

    Parameters
    ----------
    scores : one row per run with the same labels per class and part: method, features, seed, macro_f1.
    summary : one row per method and features: mean, low, high of macro-F1, from best to worst.
    """
    figure, axes = grid_of_axes(1, 1, height=max(2.4, 0.34 * len(summary) + 1.0))
    axis = axes[0, 0]
    rows = summary.to_dict("records")
    for place, row in enumerate(rows):
        colour = method_colour(row["method"])
        own = scores[(scores["method"] == row["method"]) & (scores["features"] == row["features"])]
        axis.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2.2, solid_capstyle="round")
        if len(own) > 1:
            axis.plot(own["macro_f1"], np.full(len(own), place), "|", color=colour, markersize=8, alpha=0.7)
        axis.plot(row["mean"], place, "o", color=colour, markersize=8)
        right = np.nanmax([row["mean"], row["high"], *own["macro_f1"]])
        axis.annotate(f"{row['mean']:.3f}", (right, place), xytext=(9, 0), textcoords="offset points", va="center")
    names = [fill(method_name(row["method"], row["features"]), LONGEST_LINE) for row in rows]
    axis.set_yticks(range(len(rows)), names)
    axis.set(xlabel="macro-F1 on the test part (1 is perfect)", xlim=(0, 1.04), ylim=(len(summary) - 0.4, -0.6))
    axis.grid(visible=False, axis="y")
    return figure


@styled
def against_labels(summary: pd.DataFrame) -> Figure:
    """Draw macro-F1 against labels per class, with intervals; baselines other than q(y|x) are grey.

    Parameters
    ----------
    summary : one row per method, features and per_class: mean, low, high of macro-F1.
    """
    figure, axes = grid_of_axes(1, 1, height=4.2)
    axis = axes[0, 0]
    labels_per_class = sorted(summary["per_class"].unique(), key=per_class_order)
    for (method, features), rows in summary.groupby(["method", "features"], sort=False):
        rows = rows.assign(place=[labels_per_class.index(per_class) for per_class in rows["per_class"]]).sort_values(
            "place"
        )
        colour, style = method_colour(str(method)), LINE_STYLES.get(str(features), "-")
        axis.plot(rows["place"], rows["mean"], color=colour, linestyle=style, marker="o", markersize=4)
        axis.fill_between(rows["place"], rows["low"], rows["high"], color=colour, alpha=0.12, linewidth=0)
    ends = summary[summary["per_class"] == labels_per_class[-1]].sort_values("mean")
    low, high = axis.get_ylim()
    heights = spread(ends["mean"].to_numpy(), least=0.055 * (high - low))
    for row, height in zip(ends.to_dict("records"), heights, strict=True):
        name, colour = method_name(row["method"], row["features"]), method_colour(row["method"])
        axis.text(len(labels_per_class) - 1 + 0.03 * len(labels_per_class), height, name, color=colour, va="center")
    axis.set_xticks(range(len(labels_per_class)), labels_per_class)
    axis.set(xlabel="labels per class", ylabel="macro-F1 on the test part")
    axis.set_xlim(-0.2, (len(labels_per_class) - 1) * 1.35 + 0.3)
    return figure


def spread(values: np.ndarray, *, least: float) -> np.ndarray:
    """Move ascending values apart, so that texts at them do not overlap, with the smallest sum of squared shifts.

    Values minus ``least`` times their index must ascend: isotonic regression pools those that do not.

    Parameters
    ----------
    values : float [text], ascending.
    least : smallest distance between two values.

    Examples
    --------
    >>> import numpy as np
    >>> spread(np.array([0.0, 0.0, 5.0]), least=1.0)
    array([-0.5,  0.5,  5. ])
    """
    steps = least * np.arange(len(values))
    from scipy.optimize import isotonic_regression  # here: of many figures, one uses it

    return np.asarray(isotonic_regression(values - steps).x + steps)


@styled
def confusion(matrices: Mapping[str, np.ndarray], names: Sequence[str]) -> Figure:
    """Draw confusion matrices side by side; each row, a true class, sums to 1.

    Parameters
    ----------
    matrices : counts [true class, predicted class], by title.
    names : names of the classes.
    """
    kept = [k for k in range(len(names)) if any(m[k].sum() + m[:, k].sum() for m in matrices.values())]
    shown = [shorten(names[k], most=18) for k in kept]
    figure, axes = grid_of_axes(1, len(matrices), height=5.4, sharey=True)
    for axis, (title, matrix) in zip(axes[0], matrices.items(), strict=True):
        counts = matrix[np.ix_(kept, kept)].astype(np.float64)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        image = axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
        if len(kept) <= MOST_NUMBERED:
            _write_cells(axis, np.where(counts.sum(axis=1, keepdims=True) > 0, 100 * share, np.nan), light_above=55)
        axis.set_xticks(range(len(kept)), shown, rotation=55, ha="right", rotation_mode="anchor")
        axis.set_yticks(range(len(kept)), shown)
        axis.set(xlabel="predicted", title=title)
        axis.grid(visible=False)
    axes[0, 0].set_ylabel("truth")
    percent = PercentFormatter(1, symbol=None)
    figure.colorbar(image, ax=list(axes[0]), shrink=0.6, label="% of the class's pixels", pad=0.02, format=percent)
    return figure


@styled
def class_f1(table: pd.DataFrame, pixels: Sequence[int]) -> Figure:
    """Draw F1 of each class by each method.

    Parameters
    ----------
    table : F1 in [0, 1], one row per method and one column per class, with the names to show.
    pixels : test pixels of each class.
    """
    figure, axes = grid_of_axes(1, 1, height=0.34 * len(table) + 2.1)
    axis, values = axes[0, 0], table.to_numpy(np.float64)
    image = axis.imshow(np.ma.masked_invalid(values), cmap="cividis", vmin=0, vmax=1, aspect="auto")
    if values.shape[1] <= 2 * MOST_NUMBERED:
        _write_cells(axis, 100 * values, light_above=-1, dark_above=60)
    columns = [f"{shorten(str(name), most=18)} ({count:,})" for name, count in zip(table.columns, pixels, strict=True)]
    axis.set_xticks(range(len(columns)), columns, rotation=40, ha="right", rotation_mode="anchor")
    axis.set_yticks(range(len(table)), list(table.index))
    axis.set_xlabel("class (test pixels)")
    axis.grid(visible=False)
    figure.colorbar(image, ax=axis, label="F1 (%)", pad=0.01, shrink=0.9, format=PercentFormatter(1, symbol=None))
    return figure


def _write_cells(axis: Any, percent: np.ndarray, *, light_above: float, dark_above: float = np.inf) -> None:
    """Write whole percents into the cells of an image, light on dark colours; values that round to 0 are left out."""
    size = 8 if percent.shape[1] <= 12 else 6.5
    for row, column in np.ndindex(percent.shape):
        value = percent[row, column]
        if not np.isfinite(value):
            axis.text(column, row, "\N{EN DASH}", ha="center", va="center", fontsize=size, color=MUTED)
        elif value >= 0.5 or light_above < 0:
            light = light_above < value <= dark_above
            axis.text(
                column, row, f"{value:.0f}", ha="center", va="center", fontsize=size, color="#ffffff" if light else INK
            )
