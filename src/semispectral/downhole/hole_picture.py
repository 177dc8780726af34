"""A whole hole in one picture, depth to the right: its core, its map, and the shares of the classes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from semispectral.downhole.core_strips import Strip, palette_of
from semispectral.downhole.log import NOVEL, SHARE
from semispectral.maps.picture import plain_text, write_figure
from semispectral.maps.scene_map import NOVEL_COLOUR, NOVEL_NAME
from semispectral.study.classes import ClassMap

INCHES = (12.5, 4.4)
TEXT = 11  # points
HEIGHTS = (1.0, 1.0, 1.5)
LEAST_SHOWN = 0.01  # share in some interval, from which a class stands in the legend
LEGEND_COLUMNS = 7


@plain_text
def draw_hole(path: Path, table: pd.DataFrame, strips: Sequence[Strip], classes: ClassMap) -> None:
    """Write the picture of a hole as PNG.

    Parameters
    ----------
    path : file to write.
    table : its intervals, from `semispectral.downhole.composites.composite`.
    strips : its core.
    classes : classes in label order.
    """
    figure = Figure(figsize=INCHES, layout="constrained")
    axes = figure.subplots(3, 1, sharex=True, height_ratios=HEIGHTS)
    palette = palette_of(classes)
    for strip in strips:
        box = (strip.top_m, strip.bottom_m, 0, 1)
        for axis, image in ((axes[0], strip.core), (axes[1], palette[strip.place])):
            axis.imshow(np.swapaxes(image, 0, 1), extent=box, aspect="auto", interpolation="nearest")
    depth_m = np.stack([table["From"], table["To"], table["To"]], axis=1).ravel()
    below = np.zeros(len(table))
    shown = []
    for name, colour in zip(classes.names, classes.colours, strict=True):
        above = below + table[SHARE + name].to_numpy(float)
        low, high = (np.stack([ends, ends, np.full(len(ends), np.nan)], axis=1).ravel() for ends in (below, above))
        axes[2].fill_between(depth_m, low, high, color=colour, linewidth=0)
        if table[SHARE + name].max() >= LEAST_SHOWN:
            shown.append(Patch(facecolor=colour, edgecolor="0.4", label=name))
        below = above
    if (table[NOVEL] > 0).any():
        shown.append(Patch(facecolor=NOVEL_COLOUR, edgecolor="0.4", label=NOVEL_NAME))
    for axis, title in zip(axes, ("core", "map", "share"), strict=True):
        axis.set_ylabel(title, fontsize=TEXT)
        axis.set_ylim(0, 1)
        axis.set_yticks([0, 1] if title == "share" else [])
    axes[2].set_xlim(min(strip.top_m for strip in strips), max(strip.bottom_m for strip in strips))
    axes[2].set_xlabel("depth (m)", fontsize=TEXT)
    figure.legend(handles=shown, loc="outside lower center", ncols=LEGEND_COLUMNS, fontsize=TEXT - 1, frameon=False)
    write_figure(figure, path)
