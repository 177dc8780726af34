"""Figures of training: curves of M1 and M2, live latents of M1, and its sigma in each band."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from semispectral.figures.colours import BLUE, CYCLE, GREEN, INK, MUTED, ORANGE, VERMILLION
from semispectral.figures.style import grid_of_axes, styled
from semispectral.figures.units import Scale

WARM_UP = 0.05  # share of the epochs that the vertical axis may cut: the bound starts far below where it ends


@styled
def m1_curves(histories: Mapping[int, pd.DataFrame], best_epochs: Mapping[int, int]) -> Figure:
    """Draw M1's bound per pixel on training and validation pixels, and its live latents.

    A diamond marks the weights that were kept.

    Parameters
    ----------
    histories : by seed; columns epoch, bound, and bound_valid, live (NaN between evaluations). One line per seed.
    best_epochs : epoch of the weights kept, by seed.
    """
    figure, axes = grid_of_axes(1, 2, height=3.4)
    axis = axes[0, 0]
    for number, (seed, history) in enumerate(histories.items()):
        first = number == 0
        axis.plot(history["epoch"], history["bound"], color=BLUE, alpha=0.8, label="training" if first else None)
        _evaluated(axis, history, "bound_valid", ORANGE, label="validation" if first else None)
        _mark_best(axis, history, "bound_valid", best_epochs.get(seed), color=INK, label="kept" if first else None)
        _evaluated(axes[0, 1], history, "live", BLUE)
    axes[0, 1].set(xlabel="epoch", ylabel="live latents", ylim=(0, None))
    _cut_start(axis, [(history, ("bound", "bound_valid")) for history in histories.values()])
    axis.set(xlabel="epoch", ylabel="bound on log p(x) (nats per pixel)")
    axis.legend(loc="lower right")
    return figure


def _evaluated(axis: Any, history: pd.DataFrame, column: str, colour: str, **options: Any) -> None:
    """Draw a line through the epochs at which a figure was evaluated."""
    if column in history:
        rows = history[history[column].notna()]
        axis.plot(rows["epoch"], rows[column], color=colour, marker="o", markersize=2.5, **options)


def _mark_best(axis: Any, history: pd.DataFrame, column: str, best: int | None, **options: Any) -> None:
    """Mark the epoch whose weights were kept."""
    if column in history and best is not None:
        row = history[(history["epoch"] == best) & history[column].notna()]
        look = {"marker": "D", "markersize": 5, "markeredgecolor": INK, "linestyle": "none", "zorder": 5}
        axis.plot(row["epoch"], row[column], **(look | options))


def _cut_start(axis: Any, curves: Sequence[tuple[pd.DataFrame, Sequence[str]]]) -> None:
    """Start the axis after the first epochs, whose values lie far below the rest."""
    values = [
        history.loc[history["epoch"] > WARM_UP * history["epoch"].max(), column].dropna().to_numpy()
        for history, columns in curves
        for column in columns
        if column in history
    ]
    finite = np.concatenate([np.zeros(0), *values])
    finite = finite[np.isfinite(finite)]
    if len(finite) and finite.max() > finite.min():
        margin = 0.06 * (finite.max() - finite.min())
        axis.set_ylim(finite.min() - margin, finite.max() + margin)


@styled
def classifier_curves(histories: Mapping[str, pd.DataFrame], best_epochs: Mapping[str, int]) -> Figure:
    """Draw bound and accuracy of M2, M1+M2 and their baselines during training.

    Parameters
    ----------
    histories : history of the training loop, by the name of the model to show.
    best_epochs : epoch of the weights kept, by the same names.
    """
    bounded = [name for name, history in histories.items() if "unlabelled_bound" in history][:2]
    figure, axes = grid_of_axes(1, len(bounded) + 1, height=3.5)
    for axis, name in zip(axes[0], bounded, strict=False):
        _bounds(axis, histories[name])
        axis.set_title(name)
    axis = axes[0, -1]
    for number, (name, history) in enumerate(histories.items()):
        colour = CYCLE[number % len(CYCLE)]
        _evaluated(axis, history, "accuracy_valid", colour, label=name)
        _mark_best(axis, history, "accuracy_valid", best_epochs.get(name), color=colour)
    axis.set(xlabel="epoch", ylabel="mean accuracy over classes", ylim=(0, 1.02))
    axis.set_title("q(y|x) on the validation labels")
    if axis.lines:
        axis.legend(loc="lower right")
    return figure


def _bounds(axis: Any, history: pd.DataFrame) -> None:
    """Draw the bounds of one model."""
    axis.plot(history["epoch"], history["labelled_bound"], color=GREEN, label="labelled, log p(x, y)")
    axis.plot(history["epoch"], history["unlabelled_bound"], color=BLUE, label="unlabelled, log p(x)")
    _evaluated(axis, history, "bound_valid", ORANGE, label="validation, log p(x)")
    _cut_start(axis, [(history, ("labelled_bound", "unlabelled_bound", "bound_valid"))])
    axis.set(xlabel="epoch", ylabel="bound (nats per pixel)")
    axis.legend(loc="lower right")


@styled
def latents_and_sigma(
    latent_std: np.ndarray, sigma: np.ndarray | None, error: np.ndarray, scale: Scale, *, dead_std: float
) -> Figure:
    """Draw the use of each latent of M1, its sigma in each band, and its reconstruction error.

    Parameters
    ----------
    latent_std : float [latent], standard deviation of the posterior mean over the training pixels.
    sigma : float [band], of normalised values, or None if p(x|z) has none.
    error : float [band], root mean square of x - E[x|z] over validation pixels, of normalised values.
    scale : scale on which spectra are shown.
    dead_std : latents with a smaller standard deviation were dropped.
    """
    figure, axes = grid_of_axes(1, 2, height=3.2)
    order = np.sort(latent_std)[::-1]
    colours = [BLUE if value > dead_std else MUTED for value in order]
    axes[0, 0].bar(np.arange(1, len(order) + 1), order, color=colours, width=0.75)
    axes[0, 0].locator_params(axis="x", integer=True)
    axes[0, 0].axhline(dead_std, color=VERMILLION, linewidth=1, linestyle="--")
    axes[0, 0].set(xlabel="latent, in order of use", ylabel="std of the posterior mean (no unit)")
    axes[0, 0].set_title(f"{int((order > dead_std).sum())} of {len(order)} latents are live")
    place = scale.places(len(error))
    if sigma is not None:
        axes[0, 1].plot(place, sigma, ".", color=BLUE, markersize=3, label="sigma of p(x|z)")
    axes[0, 1].plot(place, error, ".", color=ORANGE, markersize=3, label="error of the reconstruction")
    axes[0, 1].set(xlabel=scale.band_label, ylabel="normalised value (no unit)", ylim=(0, None))
    axes[0, 1].set_title("what M1 takes for noise, and misses")
    axes[0, 1].legend(loc="upper right", markerscale=4)  # the dots of the bands are too small to show their colour
    return figure
