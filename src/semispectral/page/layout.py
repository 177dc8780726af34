"""Layout of a page: image with the map over it, spectrum and class probabilities of a clicked pixel."""

from typing import Any

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, CustomJS, LayoutDOM, LinearColorMapper, Range1d, Slider
from bokeh.plotting import figure

from semispectral.maps.picture import stretched
from semispectral.maps.scene_map import SceneMap

LARGEST_IMAGE = 600_000  # pixels; larger scenes are thinned for display
TOOLS = "pan,wheel_zoom,box_zoom,tap,reset,save"
ON_TAP = "window.semispectral.show(Math.floor(cb_obj.y), Math.floor(cb_obj.x))"
HEIGHT, WIDTH = 620, 560
CLASSES = "Class probabilities"
AS_WIDE_AS_THERE_IS: dict[str, Any] = {"sizing_mode": "stretch_width", "max_width": WIDTH, "min_width": 260}
NO_VALUES: list[float] = []


def layout(found: SceneMap, picture: np.ndarray, *, name: str, axis: np.ndarray, title: str) -> LayoutDOM:
    """Return the parts of the page.

    Parameters
    ----------
    found : the map.
    picture : float32 [line, sample, 3], false colours.
    name : name of the scene.
    axis : float64 [band], positions of the bands on the x axis of the spectra.
    title : title of that axis.
    """
    image, slider = _image(found, picture, name)
    plots = [image, _spectrum(axis, title), _probabilities(found)]
    for plot in plots:
        plot.toolbar.logo = None
    return row(
        column(slider, image),
        column(*plots[1:], sizing_mode="stretch_width", max_width=WIDTH, styles={"flex": f"1 1 {WIDTH - 160}px"}),
        sizing_mode="stretch_width",
        styles={"flex-wrap": "wrap", "max-width": "100%"},
    )


def _image(found: SceneMap, picture: np.ndarray, name: str) -> tuple[LayoutDOM, LayoutDOM]:
    """Return the image with the map over it, and the slider for its opacity."""
    lines, samples = found.shape
    thin = int(np.ceil(np.sqrt(max(1.0, lines * samples / LARGEST_IMAGE))))
    width = int(np.clip(HEIGHT * samples / lines, 240, 760))
    plot = figure(
        title=f"{name}: click a pixel",
        x_range=Range1d(0, samples),
        y_range=Range1d(lines, 0),
        width=width + 60,
        height=int(np.clip(width * lines / samples, 200, HEIGHT)) + 60,
        tools=TOOLS,
        active_scroll="wheel_zoom",
        x_axis_label="sample",
        y_axis_label="line",
        name="image",
    )
    place = {"x": 0, "y": 0, "dw": samples, "dh": lines}
    plot.image_rgba(image=[_rgba(stretched(picture[::thin, ::thin]))], **place)
    mapper = LinearColorMapper(palette=list(found.colours), low=-0.5, high=len(found.colours) - 0.5)
    mapper.palette = ["rgba(0, 0, 0, 0)", *found.colours[1:]]
    raster = found.place[::thin, ::thin]
    over = plot.image(image=[raster], color_mapper=mapper, global_alpha=0.6, name="map", **place)
    mark = ColumnDataSource({"x": NO_VALUES, "y": NO_VALUES}, name="mark")
    plot.scatter("x", "y", source=mark, size=22, marker="cross", line_color="white", line_width=4)
    plot.scatter("x", "y", source=mark, size=20, marker="cross", line_color="black", line_width=2)
    plot.js_on_event("tap", CustomJS(code=ON_TAP))
    slider = Slider(title="Opacity of the map", start=0, end=1, step=0.05, value=0.6, width=width, name="opacity")
    slider.js_on_change("value", CustomJS(args={"glyph": over.glyph}, code="glyph.global_alpha = cb_obj.value"))
    return plot, slider


def _rgba(picture: np.ndarray) -> np.ndarray:
    """Convert colours 0 to 1 to uint32 [line, sample]."""
    result = np.full((*picture.shape[:2], 4), 255, np.uint8)
    result[:, :, :3] = np.rint(picture * 255)
    return np.asarray(result.view(np.uint32)[:, :, 0])


def _spectrum(axis: np.ndarray, title: str) -> LayoutDOM:
    """Return the plot of spectra. It has axes before a pixel is clicked; a click sets the y range."""
    labels = {"x_axis_label": title, "y_axis_label": "reflectance"}
    ranges = {"x_range": Range1d(float(axis.min()), float(axis.max())), "y_range": Range1d(0, 1)}
    plot = figure(height=400, title="Spectrum", name="spectra", **labels, **ranges, **AS_WIDE_AS_THERE_IS)
    for name, colour, dash, legend in (
        ("spectrum", "black", "solid", "measured"),
        ("reconstruction", "#d62728", "dashed", "reconstructed"),
        ("nearest", "#1f77b4", "dotted", "mean of the nearest class"),
    ):
        source = ColumnDataSource({"x": [0.0], "y": [np.nan]}, name=name)  # without a value the legend has no lines
        plot.line("x", "y", source=source, line_color=colour, line_dash=dash, line_width=2, legend_label=legend)
    plot.add_layout(plot.legend[0], "below")
    plot.legend.orientation = "vertical"  # beside each other they would not fit a phone
    plot.legend.border_line_color = None
    return plot


def _probabilities(found: SceneMap) -> LayoutDOM:
    """Return the plot of class probabilities."""
    names = list(found.classes.names)
    height = 90 + 20 * len(names)
    plot = figure(y_range=names[::-1], x_range=Range1d(0, 1), height=height, title=CLASSES, **AS_WIDE_AS_THERE_IS)
    data = {"name": names, "probability": [0.0] * len(names), "colour": list(found.classes.colours)}
    source = ColumnDataSource(data, name="probability")
    plot.hbar(y="name", right="probability", height=0.8, fill_color="colour", line_color="grey", source=source)
    return plot
