"""Picture of a map: false colour, labels, classes and confidence, with a legend and a scale bar."""

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import Affine2DBase, ScaledTranslation

from semispectral.figures.false_colour import stretched
from semispectral.figures.style import lay_out
from semispectral.maps.classify import Drawn
from semispectral.storage.atomic import write_atomically

P = ParamSpec("P")
T = TypeVar("T")

WIDTH_INCHES = 13.3
DOTS_PER_INCH = 110
LEGEND_INCHES = 2.3
PANEL_INCHES = (1.2, 6.5)  # least and largest height of a panel
CONFIDENCE_COLOURS = colormaps["viridis"].with_extremes(bad=(0, 0, 0, 0))
BOARD, BOARD_COLOURS = 6, ("#ffffff", "#dddddd")  # pixels of a square; no class can look like a chequered board
LARGEST_SIDE = 1600  # of a panel in pixels; larger maps are thinned
LENGTHS_MM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def plain_text(draw: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function so that Matplotlib draws dollar signs as text, not as formulas.

    Parameters
    ----------
    draw : function that draws.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with rc_context({"text.parse_math": False}):
            return draw(*args, **kwargs)

    return drawn


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : the figure.
    path : file to write.
    """
    content = io.BytesIO()
    lay_out(figure, DOTS_PER_INCH)
    figure.savefig(content, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    write_atomically(path, content.getvalue())


@plain_text
def draw_picture(path: Path, drawn: Drawn, *, title: str, pixel_mm: float | None) -> None:
    """Write the picture of a map as PNG, in landscape format: long scans are turned, with their first line at the left.

    Parameters
    ----------
    path : file to write.
    drawn : the map.
    title : name of the scene.
    pixel_mm : pixel size in mm, for the scale bar; None: the bar counts pixels.
    """
    thin = max(1, -(-max(drawn.map.shape) // LARGEST_SIDE))
    panels = {name: image[::thin, ::thin] for name, image in _panels(drawn).items()}
    lies = drawn.map.shape[0] > 3 * drawn.map.shape[1]
    if lies:
        panels = {name: np.rot90(image) for name, image in panels.items()}
    figure, axes = _sheet(next(iter(panels.values())).shape, len(panels), stacked=lies)
    for axis, (name, image) in zip(axes, panels.items(), strict=True):
        if name != "False colour":
            axis.imshow(chequered(image.shape[:2]), interpolation="nearest")
        drawn_image = axis.imshow(image, cmap=CONFIDENCE_COLOURS, vmin=0, vmax=1, interpolation="nearest")
        axis.set_title(name, fontsize=10, loc="left")
        axis.set_xticks([])
        axis.set_yticks([])
    figure.colorbar(drawn_image, ax=axes[-1], label="probability", fraction=0.05, pad=0.02)
    _scale_bar(axes[0], figure.dpi_scale_trans, panels["False colour"].shape[1] * thin, thin, pixel_mm)
    figure.legend(handles=_legend(drawn), loc="outside right upper", fontsize=8, frameon=False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    write_figure(figure, path)


def _panels(drawn: Drawn) -> dict[str, np.ndarray]:
    """Return the images [line, sample, 3], and the confidence [line, sample], by title."""
    table = to_rgba_array(drawn.map.colours)
    table[0, 3] = 0
    panels = {"False colour": stretched(drawn.picture)}
    if drawn.label is not None:
        panels["Labels"] = table[drawn.label + 1]
    panels["Map"] = table[drawn.map.place]
    panels["Confidence"] = drawn.map.confidence
    return panels


def _sheet(shape: tuple[int, ...], count: int, *, stacked: bool) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels beside or above each other, and its axes."""
    rows, columns = (count, 1) if stacked else (1, count)
    width = (WIDTH_INCHES - LEGEND_INCHES) / columns
    height = float(np.clip(width * shape[0] / shape[1], *PANEL_INCHES)) + 0.3
    figure = Figure(figsize=(WIDTH_INCHES, rows * height + 0.5), layout="constrained")
    axes: Any = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.ravel())


def _legend(drawn: Drawn) -> list[Patch]:
    """Return legend entries for the classes on the map, with their shares."""
    counts = drawn.map.counts
    total = max(int(counts[1:].sum()), 1)
    shown = [value for value in range(1, len(counts)) if counts[value]]
    named = [
        Patch(facecolor=drawn.map.colours[value], edgecolor="0.4", label=f"{drawn.map.names[value]}  {share:.1%}")
        for value, share in ((value, counts[value] / total) for value in shown)
    ]
    light, dark = BOARD_COLOURS
    nothing = Patch(facecolor=light, edgecolor=dark, hatch="xx", label="chequered: not classified, no label")
    return [*named, nothing]


def chequered(shape: tuple[int, int]) -> np.ndarray:
    """Return the background for pixels without a class, float64 [line, sample, 4]; no class colour can look like it.

    Parameters
    ----------
    shape : lines and samples.
    """
    line, sample = np.indices(shape) // BOARD
    return np.asarray(to_rgba_array(BOARD_COLOURS)[(line + sample) % 2])


def _scale_bar(axis: Axes, inches: Affine2DBase, width: int, thin: int, pixel_mm: float | None) -> None:
    """Draw a scale bar of about a quarter of the panel's width."""
    unit, size = ("mm", pixel_mm) if pixel_mm else ("pixels", 1.0)
    longest = [length for length in LENGTHS_MM if length <= width * size / 3]
    length = longest[-1] if longest else LENGTHS_MM[0]
    bar = length / size / thin
    below = axis.get_xaxis_transform() + ScaledTranslation(0, -8 / 72, inches)
    axis.plot([0, bar], [0, 0], color="black", linewidth=4, solid_capstyle="butt", transform=below, clip_on=False)
    axis.text(bar, 0, f"  {length} {unit}", va="center", fontsize=8, transform=below)
