"""Strip log of a hole as PDF: on each page some metres of core, its map, shares of the classes, absorption features."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from semispectral.downhole.core_strips import Strip, palette_of
from semispectral.downhole.feature_log import LOWER, MEDIAN, UPPER
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import NOVEL, SHARE
from semispectral.figures.style import lay_out
from semispectral.maps.picture import CONFIDENCE_COLOURS, plain_text
from semispectral.maps.scene_map import NOVEL_COLOUR, NOVEL_NAME
from semispectral.storage.atomic import write_atomically
from semispectral.study.classes import ClassMap

INCHES = {"A4": (8.27, 11.69), "A3": (11.69, 16.54)}
ROWS_PER_PAGE = 2400  # of the pictures of core: about 300 to the inch on A4
TEXT = 8  # points
DOTS_PER_INCH = 300  # at which letters are measured
LEAST_SHOWN = 0.01  # share in some interval, from which a class stands in the legend
MOST_FEATURES = 4
LEAST_MEASURED = 0.05  # of the intervals; a feature with a position in fewer gets no column
POSITION, DEPTH = "_position_nm", "_depth"
LEGEND_COLUMNS = 5
NOTE = "confidence: dark is low, yellow is high"
NOTE_OF_FEATURES = f"{NOTE}; features: wavelength of the minimum, a dot for the median, most pixels on the line"
PAPERS_TEXT = {"pdf.fonttype": 42, "font.size": TEXT}  # letters stay letters


def rows_per_m(settings: IntervalConfig) -> float:
    """Return the rows per metre of core that a page can show.

    Parameters
    ----------
    settings : settings of the strip log.
    """
    return ROWS_PER_PAGE / settings.page_m


@plain_text
def write_strip_log(
    path: Path, table: pd.DataFrame, strips: Sequence[Strip], classes: ClassMap, settings: IntervalConfig
) -> None:
    """Write the strip log of a hole; the same hole gives the same bytes.

    Parameters
    ----------
    path : file to write.
    table : intervals from `semispectral.downhole.composites.composite`.
    strips : its core.
    classes : classes in label order.
    settings : paper and metres on a page.
    """
    pages, content = _pages(table, strips, settings.page_m), io.BytesIO()
    hole = str(table["HoleID"].iloc[0])
    facts = {"Title": f"Strip log of {hole}", "Creator": "semispectral", "Producer": None, "CreationDate": None}
    with rc_context(PAPERS_TEXT), PdfPages(content, metadata=facts) as pdf:
        for number, (top_m, bottom_m) in enumerate(pages, start=1):
            title = f"{hole}: {top_m:g} to {bottom_m:g} m, page {number} of {len(pages)}"
            figure = _page(table, strips, classes, (top_m, bottom_m), INCHES[settings.paper])
            figure.suptitle(title, x=0.02, ha="left", fontsize=TEXT + 4)
            lay_out(figure, DOTS_PER_INCH)
            pdf.savefig(figure)
    write_atomically(path, content.getvalue())


def _pages(table: pd.DataFrame, strips: Sequence[Strip], page_m: float) -> list[tuple[float, float]]:
    """Return the depths of the pages that hold core: all of one length, or the hole itself where it is shorter."""
    tops, bottoms = (np.array([getattr(strip, end) for strip in strips]) for end in ("top_m", "bottom_m"))
    if bottoms.max() - tops.min() <= page_m:
        return [(round(float(tops.min()), 2), round(float(bottoms.max()), 2))]
    first, last = int(np.floor(tops.min() / page_m)), int(np.ceil(bottoms.max() / page_m))
    pages = [(number * page_m, (number + 1) * page_m) for number in range(first, last)]
    return [(top, bottom) for top, bottom in pages if ((bottoms > top) & (tops < bottom)).any()]


def _page(
    table: pd.DataFrame,
    strips: Sequence[Strip],
    classes: ClassMap,
    ends_m: tuple[float, float],
    inches: tuple[float, float],
) -> Figure:
    """Draw one page."""
    features = _features(table)
    titles = ["core", "map", "confidence", "share of the classes", "unknown", *features]
    widths = [1, 1, 1, 2.2, 0.8, *[1.2] * len(features)]
    figure = Figure(figsize=inches, layout="constrained")
    axes = figure.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
    palette = palette_of(classes)
    here = [strip for strip in strips if strip.bottom_m > ends_m[0] and strip.top_m < ends_m[1]]
    for strip in here:
        box = (0, 1, strip.bottom_m, strip.top_m)
        axes[0].imshow(strip.core, extent=box, aspect="auto", interpolation="nearest")
        axes[1].imshow(palette[strip.place], extent=box, aspect="auto", interpolation="nearest")
        axes[2].imshow(strip.confidence, extent=box, aspect="auto", cmap=CONFIDENCE_COLOURS, vmin=0, vmax=1)
    rows = table[(table["To"] > ends_m[0]) & (table["From"] < ends_m[1])]
    _shares(axes[3], rows, classes)
    _fill(axes[4], rows, np.zeros(len(rows)), rows[NOVEL].to_numpy(float), NOVEL_COLOUR)
    for axis, name in zip(axes[5:], features, strict=True):
        _positions(axis, rows, name, ends_m)
    for axis, title in zip(axes, titles, strict=True):
        axis.set_title(title, fontsize=TEXT, loc="left")
    for axis in axes[:3]:
        axis.set_xticks([])
        axis.set_xlim(0, 1)
    for axis in axes[3:5]:
        axis.set_xlim(0, 1)
        axis.set_xticks([0, 0.5, 1], ["0", "", "1"])
        axis.grid(axis="x", color="0.85")
        axis.set_axisbelow(True)
    axes[0].set_ylim(ends_m[1], ends_m[0])
    axes[0].set_ylabel("depth (m)")
    figure.legend(
        handles=_legend(table, classes),
        title=NOTE_OF_FEATURES if features else NOTE,
        loc="outside lower center",
        ncols=LEGEND_COLUMNS,
        frameon=False,
    )
    return figure


def _legend(table: pd.DataFrame, classes: ClassMap) -> list[Patch]:
    """Return the classes that the hole holds."""
    rows = zip(classes.names, classes.colours, strict=True)
    shown = [(name, colour) for name, colour in rows if table[SHARE + name].max() >= LEAST_SHOWN]
    return [
        Patch(facecolor=colour, edgecolor="0.4", label=name) for name, colour in (*shown, (NOVEL_NAME, NOVEL_COLOUR))
    ]


def _features(table: pd.DataFrame) -> list[str]:
    """Return the names of the features that are deepest on the mean over the intervals, where they have a position."""
    columns = [str(name) for name in table if str(name).startswith(MEDIAN) and str(name).endswith(POSITION)]
    measured = [name for name in columns if table[name].notna().mean() >= LEAST_MEASURED]
    depth = {
        name: float(table[name.removesuffix(POSITION) + DEPTH].where(table[name].notna(), 0.0).mean())
        for name in measured
    }
    most = sorted(measured, key=lambda name: -depth[name])[:MOST_FEATURES]
    return [name.removeprefix(MEDIAN).removesuffix(POSITION) for name in columns if name in most]


def _shares(axis: Axes, rows: pd.DataFrame, classes: ClassMap) -> None:
    """Draw the shares of all classes side by side, so that they fill the column."""
    left = np.zeros(len(rows))
    for name, colour in zip(classes.names, classes.colours, strict=True):
        right = left + rows[SHARE + name].to_numpy(float)
        if np.nanmax(right - left, initial=0) > 0:
            _fill(axis, rows, left, right, colour)
        left = right


def _fill(axis: Axes, rows: pd.DataFrame, left: np.ndarray, right: np.ndarray, colour: str) -> None:
    """Fill what lies between two values, from the top of each interval to its bottom; nothing where they are NaN."""
    depth_m = np.stack([rows["From"], rows["To"], rows["To"]], axis=1).ravel()
    first, last = (np.stack([values, values, np.full(len(values), np.nan)], axis=1).ravel() for values in (left, right))
    axis.fill_betweenx(depth_m, first, last, color=colour, linewidth=0)


def _positions(axis: Axes, rows: pd.DataFrame, name: str, ends_m: tuple[float, float]) -> None:
    """Draw the position of a feature as a dot amid what the page shows of an interval; most pixels lie on the line."""
    middle = (rows["From"].clip(lower=ends_m[0]) + rows["To"].clip(upper=ends_m[1])) / 2
    axis.hlines(middle, rows[LOWER + name + POSITION], rows[UPPER + name + POSITION], color="0.7", linewidth=1)
    axis.plot(rows[MEDIAN + name + POSITION], middle, "o", color="0.15", markersize=2.5)
    axis.xaxis.set_major_locator(MaxNLocator(2, integer=True))
    axis.tick_params(axis="x", labelsize=TEXT - 2)
    axis.grid(axis="x", color="0.85")
    axis.set_xlabel("nm")
