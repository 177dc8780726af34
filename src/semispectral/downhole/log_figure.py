"""Figure of a downhole log: depth downwards, a strip of the dominant class, a column per class and per feature."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from semispectral.downhole.feature_log import LOWER, MEDIAN, UPPER
from semispectral.downhole.log import HIGH, LOW, NOVEL, SHARE
from semispectral.maps.picture import plain_text, write_figure
from semispectral.maps.scene_map import NOVEL_COLOUR, NOVEL_NAME
from semispectral.study.classes import ClassMap

TEXT = 11  # points
RECTANGLE = (0, 0, 0.95, 1)  # of the sheet; the slanted title of the last column needs room at its right
MOST_BARS = 40  # intervals; of more, bars and lines would cover each other
SAME_M = 1e-6
LEAST_SHOWN = 0.02  # a mineral that nowhere reaches this share gets no column
WIDTHS = (0.25, 0.5, 1.0)  # share at the right edge of every column: the least that holds all of them
LEAST_MEASURED = 0.05  # of the intervals; a feature with a position in fewer gets no column
POSITION, DEPTH = "_position_nm", "_depth"
DEEPEST = 0.3  # depth of a feature that is drawn in the darkest colour


@plain_text
def draw_log(path: Path, table: pd.DataFrame, classes: ClassMap, *, coverage: float) -> None:
    """Write the figure of a log.

    Parameters
    ----------
    path : file to write.
    table : log from `downhole_log`.
    classes : classes in label order.
    coverage : coverage of the intervals, for the caption.
    """
    shown = [label for label, name in enumerate(classes.names) if table[SHARE + name].max() >= LEAST_SHOWN]
    features = _features(table)
    size = (2.4 + 0.85 * (len(shown) + 1) + 1.2 * len(features), 8.0)
    figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(rect=RECTANGLE))
    widths = [0.6, *[1.0] * (len(shown) + 1), *[1.4] * len(features)]
    axes = figure.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
    _strip(axes[0], table, classes)
    width = _width(table, [classes.names[label] for label in shown])
    for axis, label in zip(axes[1:], shown, strict=False):
        _column(axis, table, classes.names[label], classes.colours[label], width=width)
    novel = axes[len(shown) + 1]
    _bars(novel, table, NOVEL, NOVEL_COLOUR, width=width)
    _title(axes[0], "dominant class")
    _title(novel, NOVEL_NAME.replace(" the ", "\nthe "))
    for axis, name in zip(axes[len(shown) + 2 :], features, strict=True):
        _feature(axis, table, name)
    axes[0].set_ylim(table["depth_to_m"].max(), table["depth_from_m"].min())
    axes[0].set_ylabel("depth (m)", fontsize=TEXT)
    axes[0].tick_params(axis="y", labelsize=TEXT)
    dominant = [label for label in range(len(classes)) if classes.names[label] in set(table["dominant"])]
    handles = [
        Patch(facecolor=classes.colours[label], edgecolor="0.4", label=classes.names[label]) for label in dominant
    ]
    figure.legend(
        handles=handles,
        title="dominant class",
        loc="outside lower center",
        ncols=5,
        fontsize=TEXT,
        title_fontsize=TEXT,
        frameon=False,
    )
    drawn = ("line", "pale bands") if len(table) > MOST_BARS else ("bars", "lines")
    caption = f"{table['hole'].iloc[0]}: share of the core's pixels ({drawn[0]}), {coverage:.0%} intervals ({drawn[1]})"
    if features:
        caption += (
            f"\nabsorption features: median position in nm (dots; darker is deeper), range of {coverage:.0%} of pixels"
        )
    figure.suptitle(caption, x=0.01, ha="left", fontsize=TEXT + 1)
    write_figure(figure, path)


def _features(table: pd.DataFrame) -> list[str]:
    """Return the names of the features with a position in enough intervals."""
    columns = [str(name) for name in table if str(name).startswith(MEDIAN) and str(name).endswith(POSITION)]
    measured = [name for name in columns if table[name].notna().mean() >= LEAST_MEASURED]
    return [name.removeprefix(MEDIAN).removesuffix(POSITION) for name in measured]


def _feature(axis: Axes, table: pd.DataFrame, name: str) -> None:
    """Draw the position of a feature as dots, darker where it is deeper, and its range as lines."""
    middle, _ = _heights(table)
    position, depth = table[MEDIAN + name + POSITION], table[MEDIAN + name + DEPTH]
    axis.hlines(middle, table[LOWER + name + POSITION], table[UPPER + name + POSITION], color="0.7", linewidth=1)
    axis.scatter(position, middle, c=depth, cmap="viridis_r", vmin=0, vmax=DEEPEST, s=14, zorder=3, linewidths=0)
    axis.xaxis.set_major_locator(MaxNLocator(2, integer=True))
    axis.tick_params(axis="x", labelsize=TEXT - 2)
    axis.grid(axis="x", color="0.85")
    axis.set_axisbelow(True)
    _title(axis, name)


def _title(axis: Axes, text: str) -> None:
    """Write a slanted title over a column."""
    axis.set_title(text, fontsize=TEXT, rotation=60, ha="left", va="bottom")


def _heights(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return middle and height of each interval, in m."""
    top, bottom = table["depth_from_m"].to_numpy(), table["depth_to_m"].to_numpy()
    return (top + bottom) / 2, bottom - top


def _strip(axis: Axes, table: pd.DataFrame, classes: ClassMap) -> None:
    """Draw the dominant class of each interval."""
    middle, height = _heights(table)
    colour = dict(zip(classes.names, classes.colours, strict=True))
    axis.barh(middle, 1, height, color=[colour[name] for name in table["dominant"]], linewidth=0)
    axis.set_xticks([])
    axis.set_xlim(0, 1)


def _width(table: pd.DataFrame, names: list[str]) -> float:
    """Return the share at the right edge of all columns: of twenty classes, few reach a quarter of an interval."""
    shown = [*(kind + name for name in names for kind in (SHARE, HIGH)), NOVEL]
    most = np.nanmax(table[shown].to_numpy(np.float64), initial=0.0)
    return next((width for width in WIDTHS if most <= width), WIDTHS[-1])


def _bars(axis: Axes, table: pd.DataFrame, column: str, colour: str, *, width: float) -> None:
    """Draw a column of the log as bars; of many intervals, as an area."""
    middle, height = _heights(table)
    if len(table) > MOST_BARS:
        depth_m, share = _steps(table, column)
        axis.fill_betweenx(depth_m, 0, share, color=colour, linewidth=0)
    else:
        axis.barh(middle, table[column], height, color=colour, linewidth=0.3, edgecolor="0.4")
    axis.set_xlim(0, width)
    axis.set_xticks([0, width / 2, width], ["0", "", f"{width:g}"], fontsize=TEXT - 1)
    axis.grid(axis="x", color="0.85")
    axis.set_axisbelow(True)


def _steps(table: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return depths and values of a column as steps, from the top of each interval to its bottom; NaN in gaps."""
    top, bottom = table["depth_from_m"].to_numpy(), table["depth_to_m"].to_numpy()
    values = table[column].to_numpy(np.float64)
    depth_m = np.stack([top, bottom, bottom], axis=1).ravel()
    gap = np.append(top[1:] - bottom[:-1] > SAME_M, True)
    after = np.where(gap, np.nan, values)
    return depth_m, np.stack([values, values, after], axis=1).ravel()


def _column(axis: Axes, table: pd.DataFrame, name: str, colour: str, *, width: float) -> None:
    """Draw the proportion of a class as bars with its interval as lines; of many intervals, as an area with a band."""
    _bars(axis, table, SHARE + name, colour, width=width)
    if len(table) > MOST_BARS:
        depth_m, low = _steps(table, LOW + name)
        share, high = (_steps(table, kind + name)[1] for kind in (SHARE, HIGH))
        axis.fill_betweenx(depth_m, low, share, color="white", alpha=0.5, linewidth=0)
        axis.fill_betweenx(depth_m, share, high, color=colour, alpha=0.3, linewidth=0)
        axis.plot(share, depth_m, color="0.2", linewidth=0.6)
    else:
        middle, _ = _heights(table)
        axis.hlines(middle, table[LOW + name], table[HIGH + name], color="black", linewidth=1)
    _title(axis, name)
