"""Style of all figures, and how they are written: sizes, PNG at twice screen resolution, and SVG."""

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from matplotlib.transforms import Bbox

from semispectral.figures.colours import CYCLE, GRID, INK, MUTED, PAPER
from semispectral.storage.atomic import write_atomically

P = ParamSpec("P")
T = TypeVar("T")

WIDTH_INCHES = 9.6
DOTS_PER_INCH = 200
PAD_INCHES = 0.04  # around what is drawn
LARGEST_SVG = 300_000  # bytes; a larger one is slower to draw than the PNG

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=CYCLE),
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.4,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "semispectral",
}


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function so that it draws in the project's style; Matplotlib's settings are restored afterwards.

    Parameters
    ----------
    draw : function that draws.
    """

    @wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return in_style


def grid_of_axes(rows: int, columns: int, *, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """Return a figure of the page's width and its axes, object [row, column].

    Parameters
    ----------
    rows : number of rows.
    columns : number of columns.
    height : height of the figure, in inches.
    **options : options of Matplotlib's ``Figure.subplots``.
    """
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes


def shape_of_grid(panels: int, *, most_columns: int = 6) -> tuple[int, int]:
    """Return rows and columns of a landscape grid of panels.

    Parameters
    ----------
    panels : number of panels.
    most_columns : largest number of columns.
    """
    columns = min(most_columns, max(1, panels), int(np.ceil(np.sqrt(panels * 2.0))) or 1)
    return -(-panels // columns), columns


def hide_unused(axes: np.ndarray, used: int) -> None:
    """Hide the unused panels of a grid.

    Parameters
    ----------
    axes : object [row, column].
    used : number of panels in use.
    """
    for axis in axes.ravel()[used:]:
        axis.set_visible(False)


def picture(axis: Any) -> None:
    """Remove ticks, grid and frame from an axis that shows an image.

    Parameters
    ----------
    axis : the axis.
    """
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(visible=False)
    for spine in axis.spines.values():
        spine.set_visible(False)


def shorten(name: str, *, most: int = 22) -> str:
    """Shorten a name to fit the title of a panel.

    Parameters
    ----------
    name : the name.
    most : largest number of characters.
    """
    return name if len(name) <= most else name[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def lay_out(figure: Figure, dots_per_inch: float) -> None:
    """Lay out a figure for good: Matplotlib would do it again each time that it writes the figure.

    Parameters
    ----------
    figure : the figure.
    dots_per_inch : resolution that it will be written with.
    """
    figure.set_dpi(dots_per_inch)
    if engine := figure.get_layout_engine():
        engine.execute(figure)
    figure.set_layout_engine(None)


@styled
def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, and as SVG beside it if that is small. The same figure gives the same bytes.

    Parameters
    ----------
    figure : the figure.
    path : PNG file to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lay_out(figure, DOTS_PER_INCH)
    shown = figure.get_tightbbox().padded(PAD_INCHES)
    write_atomically(path, _content(figure, shown, "png", metadata={"Software": None}, dpi=DOTS_PER_INCH))
    drawn = _content(figure, shown, "svg", metadata={"Date": None})
    if len(drawn) <= LARGEST_SVG:
        write_atomically(path.with_suffix(".svg"), drawn)


def _content(figure: Figure, shown: Bbox, kind: str, **options: Any) -> bytes:
    """Return what is shown of a figure, in inches, as the bytes of a file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, bbox_inches=shown, **options)
    return buffer.getvalue()
