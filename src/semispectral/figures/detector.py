"""Figures of the detector: its smile and its stripes across the samples."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from semispectral.figures.colours import BLUE, MUTED
from semispectral.figures.style import grid_of_axes, styled

PANELS = {
    "smile": ("Smile", "shift of the bands, bands", 0.0),
    "stripes": ("Stripes", "factor less 1, rms of the bands", 0.0),
}
DRAWN = {"smile": "default", "stripes": "steps-mid"}
HEIGHT = 2.6
MOST_NAMED = 8


@styled
def faults(curves: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Draw one line for each scene, in a panel for the smile and one for the stripes.

    Parameters
    ----------
    curves : mapping, by scene: ``smile`` and ``stripes``, a number for each sample.
    """
    shown = [name for name in PANELS if any(name in of_scene for of_scene in curves.values())]
    figure, axes = grid_of_axes(1, len(shown), height=HEIGHT)
    for axis, name in zip(axes.ravel(), shown, strict=True):
        title, label, none = PANELS[name]
        lines = {scene: of_scene[name] for scene, of_scene in curves.items() if name in of_scene}
        axis.axhline(none, color=MUTED, linewidth=0.8)
        for scene, values in lines.items():
            axis.plot(np.arange(len(values)), values, color=BLUE, linewidth=0.9, alpha=0.8, drawstyle=DRAWN[name])
            if name == "smile" and len(lines) <= MOST_NAMED:
                place = {"xytext": (3, 0), "textcoords": "offset points"}
                axis.annotate(scene, (len(values) - 1, values[-1]), fontsize=7, **place)
        axis.set(title=title, xlabel="sample", ylabel=label)
    return figure
