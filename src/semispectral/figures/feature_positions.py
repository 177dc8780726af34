"""Figure of absorption features: where they lie, hole by hole."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from semispectral.figures.colours import CYCLE
from semispectral.figures.style import grid_of_axes, hide_unused, shape_of_grid, shorten, styled

MOST_HOLES = len(CYCLE)
PANEL_HEIGHT = 1.7


@styled
def positions(counts: Mapping[str, Mapping[str, np.ndarray]], limits: Mapping[str, tuple[float, float]]) -> Figure:
    """Draw the distribution of the position of each feature, one panel per feature and one line per hole.

    Parameters
    ----------
    counts : number of pixels by position, in equal parts of the window, by feature and hole.
    limits : first and last wavelength of each window, in nm.
    """
    rows, columns = shape_of_grid(len(counts))
    figure, axes = grid_of_axes(rows, columns, height=PANEL_HEIGHT * rows + 0.6)
    holes = list(dict.fromkeys(hole for of_window in counts.values() for hole in of_window))[:MOST_HOLES]
    for axis, (name, of_window) in zip(axes.ravel(), counts.items(), strict=False):
        for hole, colour in zip(holes, CYCLE, strict=False):
            found = of_window.get(hole)
            if found is not None and found.sum():
                edges = np.linspace(*limits[name], len(found) + 1)
                axis.stairs(found / found.sum(), edges, color=colour, label=shorten(hole))
        axis.set_title(name, fontsize=9)
        axis.set_xlim(*limits[name])
        axis.set_ylim(bottom=0)
        axis.set_yticks([])
    hide_unused(axes, len(counts))
    figure.supxlabel("position (nm)")
    figure.supylabel("share of the pixels")
    named = {text: line for axis in axes.ravel() for line, text in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(named.values(), named.keys(), loc="outside upper center", ncols=6, frameon=False)
    return figure
