"""Figure of a mineral library: its spectra, one panel for each group."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from semispectral.figures.colours import CYCLE, MUTED
from semispectral.figures.style import grid_of_axes, hide_unused, shape_of_grid, shorten, styled

MOST_PANELS = 24
MOST_LINES = 12
PANEL_HEIGHT = 2.0
Line = tuple[str, np.ndarray, np.ndarray]


@styled
def library_figure(groups: Mapping[str, Sequence[Line]], *, value_label: str) -> Figure:
    """Draw the spectra of each group in a panel, the first twelve of a group with more.

    Parameters
    ----------
    groups : by the title of the panel, name, wavelengths in nm and values of each spectrum.
    value_label : str, name of the values.
    """
    shown = dict(list(groups.items())[:MOST_PANELS])
    rows, columns = shape_of_grid(len(shown), most_columns=4)
    figure, axes = grid_of_axes(rows, columns, height=PANEL_HEIGHT * rows + 0.5, sharex=True)
    for axis, (title, lines) in zip(axes.ravel(), shown.items(), strict=False):
        _draw(axis, title, lines)
    hide_unused(axes, len(shown))
    figure.supxlabel("wavelength (nm)", fontsize=9)
    figure.supylabel(value_label, fontsize=9)
    return figure


def _draw(axis: Any, title: str, lines: Sequence[Line]) -> None:
    """Draw one panel."""
    more = f", {MOST_LINES} of {len(lines)}" if len(lines) > MOST_LINES else ""
    for number, (name, nm, values) in enumerate(lines[:MOST_LINES]):
        style = "-" if number < len(CYCLE) else "--"
        axis.plot(nm, values, style, color=CYCLE[number % len(CYCLE)], linewidth=1.1, label=shorten(name, most=20))
    axis.set_title(shorten(title) + more, fontsize=9)
    axis.tick_params(labelsize=7.5)
    axis.legend(fontsize=6, labelcolor=MUTED, handlelength=1.2, labelspacing=0.2, loc="best")
