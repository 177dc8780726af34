"""Pictures during training: samples of the model, drawn after every evaluation."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from semispectral.figures import samples as draws
from semispectral.figures.colours import CYCLE, INK, VERMILLION
from semispectral.figures.style import grid_of_axes, hide_unused, shape_of_grid, shorten, styled
from semispectral.figures.units import Scale
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.storage.atomic import write_atomically

Picture = Callable[[dict[str, np.ndarray], dict[str, Any], int], None]

LATEST = "latest.png"
MOST_KEPT = 8
MOST_CLASSES = 12
DRAWS = 6
EXAMPLES = 6
DOTS_PER_INCH = 80


def training_picture(
    directory: Path,
    *,
    seed: int,
    examples: np.ndarray,
    scale: Scale | None = None,
    names: Sequence[str] = (),
    m1: M1Inference | None = None,
) -> Picture:
    """Return a function for ``Run.picture`` that draws samples of the model to ``directory / "latest.png"``.

    Some older pictures are kept as ``epoch_00020.png``, spread over the whole run.

    Parameters
    ----------
    directory : directory of the pictures; not that of the model, which is emptied when the model is saved.
    seed : seed of the draws, the same for every picture, so that pictures can be compared.
    examples : float32 [spectrum, column], normalised spectra for M1 to reconstruct; may be empty for M2.
    scale : scale on which spectra are shown; None shows them as they are.
    names : names of all classes, for M2.
    m1 : model whose latents M2 is trained on.
    """
    shown, panels = scale or Scale(), Panels()
    directory.mkdir(parents=True, exist_ok=True)

    def draw(arrays: dict[str, np.ndarray], description: dict[str, Any], epoch: int) -> None:
        if description["kind"] == "m1":
            model = M1Inference(arrays, description)
            figure = m1_now(model, examples[:EXAMPLES], shown, seed=seed, epoch=epoch, panels=panels)
        elif description["kind"] == "m2":
            classifier = M2Inference(arrays, description)
            figure = m2_now(classifier, names, shown, seed=seed, epoch=epoch, m1=m1, panels=panels)
        else:
            return  # q(y|x) alone imagines nothing
        _keep(figure, directory, epoch)

    return draw


class Panels:
    """Axes of the pictures of one training: they are made once, which takes longer than to draw lines on them."""

    def __init__(self) -> None:
        self._made: tuple[Figure, np.ndarray] | None = None

    def emptied(
        self, rows: int, columns: int, *, height: float, top: float, bottom: float, **options: Any
    ) -> tuple[Figure, np.ndarray]:
        """Return the figure and its axes, object [row, column], without any line.

        Parameters
        ----------
        rows, columns, height, **options : as of `semispectral.figures.style.grid_of_axes`.
        top, bottom : margins, as shares of the height.
        """
        if self._made is None or self._made[1].shape != (rows, columns):
            self._made = grid_of_axes(rows, columns, height=height, **options)
            _lay_out(self._made[0], top=top, bottom=bottom)
        figure, axes = self._made
        for axis in axes.ravel():
            for line in [*axis.lines]:
                line.remove()
            axis.relim()
        return figure, axes


@styled
def m1_now(model: M1Inference, examples: np.ndarray, scale: Scale, *, seed: int, epoch: int, panels: Panels) -> Figure:
    """Draw spectra from M1's prior, and some spectra with their reconstructions.

    Parameters
    ----------
    model : M1.
    examples : float32 [spectrum, column], normalised spectra.
    scale : scale on which spectra are shown.
    seed : seed of the draws.
    epoch : epoch, for the title.
    panels : axes to draw on.
    """
    figure, axes = panels.emptied(1, 2, height=3.4, top=0.91, bottom=0.14, sharey=True)
    for number, spectrum in enumerate(scale.undo(draws.from_prior(model, DRAWS, seed=seed))):
        scale.line(axes[0, 0], spectrum, color=CYCLE[number % len(CYCLE)], linewidth=1)
    for number, (measured, made) in enumerate(
        zip(scale.undo(examples), scale.undo(draws.reconstructed(model, examples)), strict=True)
    ):
        scale.line(axes[0, 1], measured, color=INK, linewidth=0.8)
        scale.line(axes[0, 1], made, color=CYCLE[number % len(CYCLE)], linewidth=1.2)
    axes[0, 0].set_title(f"M1, epoch {epoch}: drawn from the prior")
    axes[0, 1].set_title("measured (black) and reconstructed")
    for axis in axes[0]:
        axis.set_xlabel(scale.band_label)
    axes[0, 0].set_ylabel(scale.value_label)
    return figure


@styled
def m2_now(
    model: M2Inference,
    names: Sequence[str],
    scale: Scale,
    *,
    seed: int,
    epoch: int,
    m1: M1Inference | None,
    panels: Panels,
) -> Figure:
    """Draw spectra that M2 samples for each known class, for up to twelve classes.

    Parameters
    ----------
    model : M2.
    names : names of all classes.
    scale : scale on which spectra are shown.
    seed : seed of the draws.
    epoch : epoch, for the title.
    m1 : model whose latents M2 is trained on; None on bands.
    panels : axes to draw on.
    """
    drawn = scale.undo(draws.of_every_class(model, DRAWS, seed=seed, m1=m1))[:MOST_CLASSES]
    rows, columns = shape_of_grid(len(drawn))
    height = 1.4 * rows + 1.0
    margins = {"top": 1 - 0.6 / height, "bottom": 0.5 / height}
    figure, axes = panels.emptied(rows, columns, height=height, **margins, sharex=True, sharey=True)
    for axis, spectra, label in zip(axes.ravel(), drawn, model.labels, strict=False):
        for spectrum in spectra:
            scale.line(axis, spectrum, color=VERMILLION, linewidth=0.8, alpha=0.6)
        axis.set_title(shorten(names[label]) if len(names) > label else f"class {label}", fontsize=9)
    hide_unused(axes, len(drawn))
    axes[0, 0].locator_params(axis="x", nbins=3)
    figure.suptitle(f"M2, epoch {epoch}: spectra drawn for each class", x=0.01, ha="left", fontsize=10)
    figure.supxlabel(scale.band_label, fontsize=9)
    figure.supylabel(scale.value_label, fontsize=9)
    return figure


def _lay_out(figure: Figure, *, top: float, bottom: float) -> None:
    """Set fixed margins: finding the best ones takes longer than drawing."""
    figure.set_layout_engine(None)
    figure.subplots_adjust(left=0.07, right=0.99, top=top, bottom=bottom, wspace=0.08, hspace=0.35)


@styled
def _keep(figure: Figure, directory: Path, epoch: int) -> None:
    """Overwrite the latest picture, store it under its epoch too, and thin the stored ones."""
    dated = directory / f"epoch_{epoch:05d}.png"
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DOTS_PER_INCH)
    for path in (dated, directory / LATEST):
        write_atomically(path, content.getvalue())
    kept = sorted(directory.glob("epoch_*.png"))
    if len(kept) > MOST_KEPT:
        for path in kept[1:-1:2]:  # every second one, so that those left stay spread over the run
            path.unlink()
