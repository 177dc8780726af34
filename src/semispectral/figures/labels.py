"""Histogram of labels: pixels of each class in each scene."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from semispectral.figures.colours import INK, MUTED
from semispectral.figures.style import grid_of_axes, shorten, styled

MOST_ROWS = 24
MANY = 16  # classes; the numbers of more stand too close unless they are small
DARK = 0.69  # shade of blue on which white is read better than black


@styled
def label_histogram(counts: pd.DataFrame) -> Figure:
    """Draw labelled pixels of each class (columns) in each scene (rows), and over all scenes as bars.

    Parameters
    ----------
    counts : pixels, one row per scene or hole and one column per class, with the names to show.
    """
    rows = max(len(counts), 1)
    figure, axes = grid_of_axes(
        2, 1, height=0.3 * rows + 3.4, sharex=True, gridspec_kw={"height_ratios": [1.5, max(0.3 * rows, 0.6)]}
    )
    bars, grid = axes[:, 0]
    total = counts.sum(axis=0).to_numpy()
    bars.bar(range(len(total)), np.maximum(total, 0.5), color="#3b6ea5", width=0.7)
    bars.set(yscale="log", ylabel="labelled pixels", ylim=(0.8, 4 * max(total.max(initial=1), 1)))
    bars.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    bars.minorticks_off()
    size = 7.5 if len(total) <= MANY else 5.5
    for place, count in enumerate(total):
        bars.annotate(
            f"{count:,}", (place, max(count, 1)), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=size
        )
    bars.grid(visible=False, axis="x")
    bars.tick_params(axis="x", length=0)
    _cells(grid, counts.to_numpy(), size=size)
    columns = [shorten(str(name), most=18) for name in counts.columns]
    grid.set_xticks(range(len(columns)), columns, rotation=40, ha="right", rotation_mode="anchor")
    grid.set_yticks(range(len(counts)), [shorten(str(name)) for name in counts.index])
    grid.grid(visible=False)
    return figure


def _cells(axis: Any, counts: np.ndarray, *, size: float) -> None:
    """Draw counts as colours on a log scale, with the numbers."""
    most = max(int(counts.max(initial=1)), 10)
    shade = LogNorm(1, 4 * most)
    axis.imshow(np.ma.masked_equal(counts, 0), cmap="Blues", norm=shade, aspect="auto")
    for row, column in np.ndindex(counts.shape):
        count = counts[row, column]
        text, colour = (f"{count:,}", INK) if count else ("\N{MIDDLE DOT}", MUTED)
        light = count > 0 and shade(count) > DARK
        axis.text(column, row, text, ha="center", va="center", fontsize=size, color="#ffffff" if light else colour)
