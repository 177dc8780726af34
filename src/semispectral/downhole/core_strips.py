"""Core as strips: each run of core of a scan as a picture whose rows are depths, its class map beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgba_array

from semispectral.downhole.composites import line_lengths
from semispectral.downhole.log import core_runs, depths
from semispectral.figures.false_colour import stretched
from semispectral.maps.classify import Drawn
from semispectral.study.scene import Scene

WIDEST = 100  # columns of a strip
GAP = 1.5  # lines; where depths are farther apart, a strip ends
NO_CORE = (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Strip:
    """Piece of a run of core without a gap.

    Attributes
    ----------
    top_m, bottom_m : depths of its ends, in m.
    core : uint8 [row, column, 3], its picture in false colour, white beside the core.
    classes : uint8 [row, column, 3], its map in the colours of the classes.
    confidence : float32 [row, column], NaN beside the core.
    """

    top_m: float
    bottom_m: float
    core: np.ndarray
    classes: np.ndarray
    confidence: np.ndarray


def strips_of_hole(
    scenes: Sequence[Scene], drawn: Iterable[Drawn], *, run_share: float, rows_per_m: float
) -> Iterator[Strip]:
    """Yield the strips of a hole, from the top; memory holds the map of one scan.

    Parameters
    ----------
    scenes : rows of scenes.tsv of the hole, from the top.
    drawn : their maps with pictures, in the same order.
    run_share : smallest share of core lines in the sample columns of a run.
    rows_per_m : rows of a strip per metre of core, at most.
    """
    below_m = 0.0
    for scene, found in zip(scenes, drawn, strict=True):
        depth_m, below_m = depths(scene, found.map, below_m=below_m, run_share=run_share)
        picture = np.rint(stretched(found.picture) * 255).astype(np.uint8)
        colours = np.rint(to_rgba_array(found.map.colours)[:, :3] * 255).astype(np.uint8)
        colours[0] = NO_CORE
        for run in core_runs(found.map, run_share=run_share):
            core = found.map.valid[:, run]
            images = (
                np.where(core[:, :, None], picture[:, run], np.uint8(255)),
                colours[found.map.place[:, run]],
                found.map.confidence[:, run],
            )
            yield from _pieces(depth_m[:, run.start], images, rows_per_m)


def _pieces(
    middle_m: np.ndarray, images: tuple[np.ndarray, np.ndarray, np.ndarray], rows_per_m: float
) -> Iterator[Strip]:
    """Cut a run where core is lost, and thin its pieces to so many rows per metre."""
    length_m = line_lengths(middle_m, line_m=1 / rows_per_m)
    gaps = np.flatnonzero(np.diff(middle_m) > GAP * np.maximum(length_m[1:], length_m[:-1])) + 1
    across = max(1, images[0].shape[1] // WIDEST)
    for lines in np.split(np.arange(len(middle_m)), gaps):
        first, last = lines[0], lines[-1]
        top_m, bottom_m = middle_m[first] - length_m[first] / 2, middle_m[last] + length_m[last] / 2
        down = max(1, int(len(lines) / max((bottom_m - top_m) * rows_per_m, 1)))
        core, classes, confidence = (image[first : last + 1 : down, ::across] for image in images)
        yield Strip(float(top_m), float(bottom_m), core, classes, confidence)
