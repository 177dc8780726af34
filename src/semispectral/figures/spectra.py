"""Figures of spectra: by class, reconstructed, sampled from M1's prior, sampled from M2 for a class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from semispectral.figures.colours import BLUE, CYCLE, INK, MUTED, VERMILLION
from semispectral.figures.style import WIDTH_INCHES, grid_of_axes, hide_unused, shape_of_grid, shorten, styled
from semispectral.figures.units import Scale

MOST_PANELS = 36
PANEL_HEIGHT = 1.45


@styled
def class_means(x: np.ndarray, label: np.ndarray, names: Sequence[str], scale: Scale) -> Figure:
    """Draw mean and 10th to 90th percentile of each class, one panel per class; the mean of all classes in grey.

    Parameters
    ----------
    x : float32 [pixel, column], normalised.
    label : int [pixel], 0 to K - 1.
    names : names of the classes.
    scale : scale on which spectra are shown.
    """
    present = [k for k in range(len(names)) if (label == k).any()][:MOST_PANELS]
    figure, axes = _panels(len(present))
    shown = scale.undo(x)
    overall = _mean(np.array([_mean(shown[label == k]) for k in present]))
    for axis, k in zip(axes.ravel(), present, strict=False):
        of_class = shown[label == k]
        low, high = _percentiles(of_class, [10, 90])
        scale.line(axis, overall, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
        scale.band(axis, low, high, color=BLUE, alpha=0.22)
        scale.line(axis, _mean(of_class), color=BLUE)
        axis.set_title(shorten(names[k]), fontsize=9)
    _label(figure, axes, len(present), scale)
    return figure


def _mean(x: np.ndarray) -> np.ndarray:
    """Return the mean of each band over the spectra that have it, float [band]; NaN where none has."""
    there = ~np.isnan(x)
    if there.all():
        return np.asarray(x.mean(axis=0))
    count = there.sum(axis=0)
    total = np.where(there, x, 0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(x.shape[1], np.nan), where=count > 0))


def _percentiles(x: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Return percentiles of each band over the spectra that have it, float [percentile, band]; NaN where none has."""
    if not np.isnan(x).any():
        return np.asarray(np.percentile(x, shares, axis=0))
    found, there = np.full((len(shares), x.shape[1]), np.nan), ~np.isnan(x).all(axis=0)
    found[:, there] = np.nanpercentile(x[:, there], shares, axis=0)
    return found


@styled
def reconstructions(x: np.ndarray, again: np.ndarray, titles: Sequence[str], scale: Scale) -> Figure:
    """Draw measured spectra and their reconstructions by M1, one panel each.

    Parameters
    ----------
    x : float32 [pixel, column], normalised.
    again : float32 [pixel, column], reconstructions, normalised.
    titles : title of each panel.
    scale : scale on which spectra are shown.
    """
    figure, axes = _panels(len(x))
    for axis, measured, made, title in zip(axes.ravel(), scale.undo(x), scale.undo(again), titles, strict=False):
        scale.line(axis, measured, color=INK, linewidth=0.9, label="measured")
        scale.line(axis, made, color=VERMILLION, linewidth=1.3, label="reconstructed by M1")
        axis.set_title(shorten(title), fontsize=9)
    _label(figure, axes, len(x), scale)
    handles, names = axes.ravel()[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper right", ncols=2)
    return figure


@styled
def drawn_from_prior(drawn: np.ndarray, measured: np.ndarray, scale: Scale) -> Figure:
    """Draw measured spectra beside spectra sampled from M1's prior, on the same axes.

    Parameters
    ----------
    drawn : float32 [spectrum, column], sampled spectra, normalised.
    measured : float32 [spectrum, column], normalised.
    scale : scale on which spectra are shown.
    """
    figure, axes = grid_of_axes(1, 2, height=3.6, sharey=True)
    for axis, spectra, title in zip(
        axes[0], (measured, drawn), ("measured test spectra", "drawn from M1's prior"), strict=True
    ):
        for number, spectrum in enumerate(scale.undo(spectra)):
            scale.line(axis, spectrum, color=CYCLE[number % len(CYCLE)], linewidth=0.9, alpha=0.85)
        axis.set_title(title)
        axis.set_xlabel(scale.band_label)
    axes[0, 0].set_ylabel(scale.value_label)
    return figure


@styled
def class_draws(
    drawn: np.ndarray, names: Sequence[str], scale: Scale, *, title: str, means: Sequence[np.ndarray | None] = ()
) -> Figure:
    """Draw spectra that M2 samples for each known class, one panel per class; the measured mean in black.

    Parameters
    ----------
    drawn : float32 [class, draw, column], sampled spectra, normalised.
    names : names of the classes of ``drawn``.
    scale : scale on which spectra are shown.
    title : title of the figure, with the model.
    means : float32 [column] per class, mean of the labelled pixels, or None.
    """
    figure, axes = _panels(min(len(names), MOST_PANELS))
    for place, (axis, name) in enumerate(zip(axes.ravel(), names, strict=False)):
        for spectrum in scale.undo(drawn[place]):
            scale.line(axis, spectrum, color=VERMILLION, linewidth=0.8, alpha=0.6)
        mean = means[place] if means else None
        if mean is not None:
            scale.line(axis, scale.undo(mean), color=INK, linewidth=1.3)
        axis.set_title(shorten(name), fontsize=9)
    _label(figure, axes, min(len(names), MOST_PANELS), scale)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    return figure


def _panels(panels: int) -> tuple[Figure, np.ndarray]:
    """Return a figure with a grid of panels."""
    rows, columns = shape_of_grid(panels)
    height = min(max(rows * PANEL_HEIGHT + 0.7, 2.6), WIDTH_INCHES)
    return grid_of_axes(rows, columns, height=height, sharex=True, sharey=True)


def _label(figure: Figure, axes: np.ndarray, panels: int, scale: Scale) -> None:
    """Label the figure once, and the lowest panel of each column, which may lie above an unused one."""
    hide_unused(axes, panels)
    columns = axes.shape[1]
    for axis in axes.ravel()[max(0, panels - columns) : panels]:
        axis.tick_params(labelbottom=True)
    _few_ticks(axes.ravel()[0])
    figure.supxlabel(scale.band_label, fontsize=9.5)
    figure.supylabel(scale.value_label, fontsize=9.5)


def _few_ticks(axis: Any) -> None:
    """Limit the number of ticks."""
    axis.locator_params(axis="x", nbins=4)
    axis.locator_params(axis="y", nbins=4)
