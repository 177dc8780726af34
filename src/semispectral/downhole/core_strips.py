"""Core as strips: each run of core of a scan as a picture whose rows are depths, its class map beside it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgba_array

from semispectral.downhole.composites import line_lengths
from semispectral.downhole.log import core_runs, depths
from semispectral.figures.false_colour import stretched
from semispectral.maps.classify import Drawn
from semispectral.maps.scene_map import NOVEL_COLOUR
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene

WIDEST = 100  # columns of a strip
GAP, LEAST_GAP_M = 1.5, 0.01  # lines, and m; where depths are farther apart than both, a strip ends
NO_CORE = "#ffffff"


@dataclass(frozen=True, eq=False)
class Strip:
    """Piece of a run of core without a gap.

    Attributes
    ----------
    top_m, bottom_m : depths of its ends, in m.
    core : uint8 [row, column, 3], its picture in false colour, white beside the core.
    place : int16 [row, column], its map: place among the values of the map, 0 beside the core.
    confidence : float32 [row, column], NaN beside the core.
    scene : name of the scan.
    lines, samples : first line and sample of the scan that it shows, and those after the last.
    """

    top_m: float
    bottom_m: float
    core: np.ndarray
    place: np.ndarray
    confidence: np.ndarray
    scene: str
    lines: tuple[int, int]
    samples: tuple[int, int]


def palette_of(classes: ClassMap) -> np.ndarray:
    """Return the colours of the values of maps, uint8 [value, 3]: no core, the classes, unknown.

    Parameters
    ----------
    classes : classes in label order.
    """
    colours = to_rgba_array([NO_CORE, *classes.colours, NOVEL_COLOUR])[:, :3]
    return np.asarray(np.rint(colours * 255).astype(np.uint8))


def strips_of_hole(
    scenes: Sequence[Scene], drawn: Iterable[Drawn], *, run_share: float, rows_per_m: float = math.inf
) -> Iterator[Strip]:
    """Yield the strips of a hole, from the top; memory holds the map of one scan.

    Parameters
    ----------
    scenes : rows of scenes.tsv of the hole, from the top.
    drawn : their maps with pictures, in the same order.
    run_share : smallest share of core lines in the sample columns of a run.
    rows_per_m : rows of a strip per metre of core, at most; strips are then not wide, either.
    """
    below_m = 0.0
    for scene, found in zip(scenes, drawn, strict=True):
        depth_m, below_m = depths(scene, found.map, below_m=below_m, run_share=run_share)
        picture = np.rint(stretched(found.picture) * 255).astype(np.uint8)
        for run in core_runs(found.map, run_share=run_share):
            core = found.map.valid[:, run]
            images = (
                np.where(core[:, :, None], picture[:, run], np.uint8(255)),
                found.map.place[:, run],
                found.map.confidence[:, run],
            )
            yield from _pieces(scene.name, run, depth_m[:, run.start], images, rows_per_m)


def _pieces(
    scene: str, run: slice, middle_m: np.ndarray, images: tuple[np.ndarray, np.ndarray, np.ndarray], rows_per_m: float
) -> Iterator[Strip]:
    """Cut a run where core is lost, and thin its pieces to so many rows per metre."""
    length_m = line_lengths(middle_m, line_m=LEAST_GAP_M)
    gaps = np.flatnonzero(np.diff(middle_m) > np.maximum(GAP * length_m[1:], LEAST_GAP_M)) + 1
    thin = math.isfinite(rows_per_m)
    across = max(1, images[0].shape[1] // WIDEST) if thin else 1
    for lines in np.split(np.arange(len(middle_m)), gaps):
        first, last = int(lines[0]), int(lines[-1])
        top_m, bottom_m = middle_m[first] - length_m[first] / 2, middle_m[last] + length_m[last] / 2
        down = max(1, int(len(lines) / max((bottom_m - top_m) * rows_per_m, 1))) if thin else 1
        # Copies: a slice would keep the pictures of the whole scan in memory for as long as its strip.
        core, place, confidence = (image[first : last + 1 : down, ::across].copy() for image in images)
        ends = (first, last + 1), (int(run.start), int(run.stop))
        yield Strip(float(top_m), float(bottom_m), core, place, confidence, scene, *ends)
