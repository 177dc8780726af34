"""Figures of maps: parts of every scene, and sampled pixels of a test scene, true and predicted."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from semispectral.figures.colours import GROUND, MUTED, PART_COLOURS, VERMILLION
from semispectral.figures.rasters import coloured, is_long, landscape, painted, reduction, shrunk
from semispectral.figures.style import WIDTH_INCHES, grid_of_axes, hide_unused, picture, shorten, styled
from semispectral.scans.cube import PARTS

PANEL_TITLE = 0.3  # inches
LEGEND_LINE = 0.24
LEGEND_COLUMNS = 5
FEW_SCENES = 4
ONE_ROW_INCHES = 5.6  # height of a row at most, so that a single square scene leaves a landscape figure
RIGHT, WRONG = "#b9c2c9", VERMILLION
MASK_KINDS = {"masked: tray or shadow": VERMILLION, "ignored by its code": "#0072b2"}
TINT = 0.5  # share of the colour over the picture


@styled
def parts(rasters: Mapping[str, np.ndarray], labelled: Mapping[str, np.ndarray]) -> Figure:
    """Draw the part of each pixel of interest, one panel per scene; labelled pixels in full colour, others pale.

    Parameters
    ----------
    rasters : uint8 [line, sample] by scene: 0 not used, 1 train, 2 valid, 3 test.
    labelled : bool [line, sample] by scene.
    """
    full = [PART_COLOURS[part] for part in PARTS]
    images = {}
    for scene, raster in rasters.items():
        cell = reduction(raster.shape)
        part, known = shrunk(raster, cell=cell).astype(np.int16) - 1, shrunk(labelled[scene], cell=cell)
        image = coloured(part, full, of_interest=part >= 0)
        images[scene] = _bytes(np.where(~known[..., np.newaxis], 0.3 * image + 0.7, image))
    handles = [Patch(color=PART_COLOURS[part], label=f"{part} (pale: unlabelled)") for part in PARTS]
    return _scene_panels(images, [raster.shape for raster in rasters.values()], handles)


@styled
def masks(scenes: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw the pixels that are left out as a tint over the picture of their scene, one panel per scene.

    Parameters
    ----------
    scenes : by name, brightness uint8 [line, sample], and int [line, sample]: 0 kept, or 1 + index into `MASK_KINDS`.
    """
    tints = np.array([to_rgb(colour) for colour in ("#000000", *MASK_KINDS.values())])
    images = {}
    for scene, (bright, raster) in scenes.items():
        cell = reduction(raster.shape)
        kind, grey = shrunk(raster, cell=cell), shrunk(bright, cell=cell)[..., np.newaxis] / 255
        images[scene] = _bytes(np.where(kind[..., np.newaxis] > 0, (1 - TINT) * grey + TINT * tints[kind], grey))
    handles = [Patch(facecolor=colour, edgecolor=MUTED, label=name) for name, colour in MASK_KINDS.items()]
    return _scene_panels(images, [raster.shape for _, raster in scenes.values()], handles)


def _bytes(image: np.ndarray) -> np.ndarray:
    """Return an image of 0 to 1 as uint8: those of all panels are in memory at once, and an eighth as large."""
    return np.asarray(np.rint(255 * image), dtype=np.uint8)


def _scene_panels(images: Mapping[str, np.ndarray], shapes: Sequence[tuple[int, ...]], handles: list[Patch]) -> Figure:
    """Draw one panel per scene, of images uint8 [cell line, cell sample, 3], with one legend."""
    rows, columns = _layout(shapes)
    ratio = max(_height_of_width(shape) for shape in shapes)
    height = rows * (WIDTH_INCHES / columns * ratio + PANEL_TITLE) + 0.5
    most = WIDTH_INCHES if rows > 1 else ONE_ROW_INCHES
    figure, axes = grid_of_axes(rows, columns, height=min(height, most))
    for axis, (scene, image) in zip(axes.ravel(), images.items(), strict=False):
        axis.imshow(landscape(image), interpolation="nearest", aspect="equal")
        axis.set_title(shorten(scene), fontsize=9)
        picture(axis)
    hide_unused(axes, len(images))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _layout(shapes: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    """Return rows and columns of the panels: two or three columns of long scenes, up to four of others."""
    most = 2 + (len(shapes) > FEW_SCENES) if any(is_long((shape[0], shape[1])) for shape in shapes) else 4
    columns = min(most, len(shapes))
    return -(-len(shapes) // columns), columns


def _height_of_width(shape: tuple[int, ...]) -> float:
    """Return the ratio of height to width in landscape."""
    return min(shape) / max(shape)


@styled
def truth_and_predictions(
    raster: np.ndarray, pixels: pd.DataFrame, names: Sequence[str], colours: Sequence[str], *, shown: Sequence[str]
) -> Figure:
    """Draw the sampled pixels of a scene: true classes, predictions of each model, and errors of the last model.

    Parameters
    ----------
    raster : uint8 [line, sample], parts of the scene; 0 is not of interest.
    pixels : one row per sampled pixel: line, sample, label, and a column of predicted labels for each name in
        ``shown``.
    names : names of the classes.
    colours : colours of the classes.
    shown : names of the models.
    """
    shape, cell = (raster.shape[0], raster.shape[1]), reduction((raster.shape[0], raster.shape[1]))
    of_interest = shrunk(raster, cell=cell) > 0
    truth, last = pixels["label"].to_numpy(), pixels[shown[-1]].to_numpy()
    panels = [("truth", truth, colours)]
    panels += [(name, pixels[name].to_numpy(), colours) for name in shown]
    panels.append((f"{shown[-1]}: right (grey) and wrong", (truth != last).astype(np.int16), (RIGHT, WRONG)))
    columns = 1 if min(shape) / max(shape) < 0.2 else 2 if is_long(shape) else len(panels)
    rows, used = -(-len(panels) // columns), _used(pixels, shown)
    panel_height = WIDTH_INCHES / columns * _height_of_width(shape) + PANEL_TITLE
    height = rows * panel_height + LEGEND_LINE * -(-len(used) // LEGEND_COLUMNS) + 0.25
    figure, axes = grid_of_axes(rows, columns, height=min(height, WIDTH_INCHES))
    for axis, (title, value, palette) in zip(axes.ravel(), panels, strict=False):
        image = painted(shape, pixels["line"].to_numpy(), pixels["sample"].to_numpy(), value, cell=cell)
        axis.imshow(landscape(coloured(image, palette, of_interest=of_interest)), interpolation="nearest")
        axis.set_title(title, fontsize=9)
        picture(axis)
    hide_unused(axes, len(panels))
    handles = [Patch(facecolor=colours[k], edgecolor=MUTED, linewidth=0.4, label=shorten(names[k])) for k in used]
    handles.append(Patch(facecolor=GROUND, edgecolor=MUTED, linewidth=0.4, label="not labelled"))
    figure.legend(handles=handles, loc="outside lower center", ncols=LEGEND_COLUMNS)
    return figure


def _used(pixels: pd.DataFrame, shown: Sequence[str]) -> list[int]:
    """Return the labels in any panel."""
    return sorted({int(k) for column in ("label", *shown) for k in pixels[column].unique()})
