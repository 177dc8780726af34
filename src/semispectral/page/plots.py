"""Plots of a page: the spectra of a pixel and of what is labelled, and its class probabilities."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, LayoutDOM, Range1d
from bokeh.plotting import figure

from semispectral.study.classes import ClassMap

WIDTH = 640
TOOLS = "pan,wheel_zoom,box_zoom,reset,save"
AS_WIDE_AS_THERE_IS: dict[str, Any] = {"sizing_mode": "stretch_width", "max_width": WIDTH, "min_width": 260}
NO_VALUES: list[float] = []
ONE_POINT = {"x": [0.0], "y": [np.nan]}  # without a value the legend has no lines
LINES = {  # name of the source: colour, dash and words of the legend
    "selected": ("#2ca02c", "solid", "mean of the pixels labelled last, and their spread"),
    "spectrum": ("black", "solid", "measured at the mark"),
    "reconstruction": ("#d62728", "dashed", "reconstructed by M1"),
    "nearest": ("#1f77b4", "dotted", "mean of the nearest class"),
    "hull": ("#8c564b", "solid", "hull of an absorption feature"),
    "fit": ("#ff7f0e", "solid", "parabola through its minimum"),
}
ALWAYS, OF_MODEL, OF_FEATURES = ("selected", "spectrum"), ("reconstruction", "nearest"), ("hull", "fit")


def spectra(axis: np.ndarray, title: str, *, modelled: bool, measured: bool) -> LayoutDOM:
    """Return the plot of spectra. It has axes before a pixel is clicked; a click sets the y range.

    Parameters
    ----------
    axis : float64 [band], positions of the bands on the x axis.
    title : title of that axis.
    modelled : whether a model reconstructs spectra and knows means of classes.
    measured : whether absorption features were measured.
    """
    labels = {"x_axis_label": title, "y_axis_label": "reflectance"}
    ranges = {"x_range": Range1d(float(axis.min()), float(axis.max())), "y_range": Range1d(0, 1)}
    plot = figure(height=430, title="Spectra", name="spectra", tools=TOOLS, **labels, **ranges, **AS_WIDE_AS_THERE_IS)
    means = ColumnDataSource({"x": NO_VALUES, "y": NO_VALUES, "colour": NO_VALUES}, name="means")
    plot.multi_line("x", "y", source=means, line_color="colour", line_width=1.5, line_alpha=0.8)
    spread = ColumnDataSource({"x": NO_VALUES, "low": NO_VALUES, "high": NO_VALUES}, name="spread")
    plot.varea("x", "low", "high", source=spread, fill_color=LINES["selected"][0], fill_alpha=0.2)
    shown = (*ALWAYS, *(OF_MODEL if modelled else ()), *(OF_FEATURES if measured else ()))
    for name, (colour, dash, words) in LINES.items():
        if name in shown:
            source = ColumnDataSource(ONE_POINT, name=name)
            plot.line("x", "y", source=source, line_color=colour, line_dash=dash, line_width=2, legend_label=words)
    plot.add_layout(plot.legend[0], "below")
    plot.legend.orientation = "vertical"  # beside each other they would not fit a phone
    plot.legend.border_line_color = None
    plot.toolbar.logo = None
    return plot


def probabilities(classes: ClassMap) -> LayoutDOM:
    """Return the plot of class probabilities.

    Parameters
    ----------
    classes : classes of the model.
    """
    names = list(classes.names)
    size = {"height": 90 + 20 * len(names), **AS_WIDE_AS_THERE_IS}
    plot = figure(y_range=names[::-1], x_range=Range1d(0, 1), title="Class probabilities", tools="save", **size)
    data = {"name": names, "probability": [0.0] * len(names), "colour": list(classes.colours)}
    source = ColumnDataSource(data, name="probability")
    plot.hbar(y="name", right="probability", height=0.8, fill_color="colour", line_color="grey", source=source)
    plot.toolbar.logo = None
    return plot
