"""Measure how well core is told from tray, and how far depths along core are off, on simulated trays.

    python measurements/accuracy/core_and_depth.py --seeds 2017 7 11

prints, for each tray, the intersection over union of the core that each method of the mask finds with the true one, by
reflectance as the rule `mask` sees it, and of the method `spectra` by the counts as well; and the mean error of the
depth of its pixels in mm: by the depths of the box, and by marks on both sides of a break. In each tray a piece of core
is lost at a break in the middle run, whose place and size the marks state.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from semispectral.downhole.log import depths
from semispectral.errors import SemispectralError
from semispectral.maps.scene_map import SceneMap
from semispectral.scans.cube import Cube
from semispectral.scans.tray_mask import MaskConfig, find_mask
from semispectral.simulate import SimulateConfig, SimulatedScene, scene_names, simulate_scene
from semispectral.simulate.sensor import WHITE_REFLECTANCE
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import DepthMark, Scene

METHODS = ("threshold", "otsu", "spectra")
DARKER_THAN = 0.2
LOST_M = 0.15
RUN_SHARE = 0.3
CLASSES = ClassMap((1, 2), ("a", "b"), ("#000000", "#ffffff"))
NONE = CodeSet(())


def cube_of(scene: SimulatedScene) -> Cube:
    """Reflectance of a scene, as an open cube in memory."""
    dark, white = scene.dark.astype(np.float32), scene.white.astype(np.float32)
    span = np.where(white > dark, white - dark, np.nan)
    values = ((scene.counts - dark) / span * WHITE_REFLECTANCE).astype(np.float32)
    return Cube(Path(scene.name), values.shape, values.dtype, lambda first, last: values[first:last])


def counts_of(scene: SimulatedScene) -> Cube:
    """Counts of a scene, as an open cube in memory."""
    values = scene.counts
    return Cube(Path(scene.name), values.shape, values.dtype, lambda first, last: values[first:last])


def overlap(found: np.ndarray, true: np.ndarray) -> float:
    """Intersection over union."""
    return float((found & true).sum() / (found | true).sum())


def true_depth(scene: SimulatedScene, settings: SimulateConfig) -> tuple[np.ndarray, list[DepthMark]]:
    """Depth of every pixel in m, with core lost in the middle run, and the marks that state it."""
    lines, samples = scene.core.shape
    run = np.arange(samples) * settings.runs // samples
    line_m = settings.pixel_mm / 1000
    middle, at = settings.runs // 2, lines // 2
    depth = scene.depth_from_m + (run * lines + np.arange(lines)[:, None] + 0.5) * line_m
    lost = (run > middle) | ((run == middle) & (np.arange(lines)[:, None] >= at))
    depth = depth + LOST_M * lost
    marks = []
    for number in range(settings.runs):
        column = depth[:, run == number][:, 0]
        marks += [DepthMark(number + 1, 0, float(column[0])), DepthMark(number + 1, lines - 1, float(column[-1]))]
    before = scene.depth_from_m + (middle * lines + at + 0.5) * line_m
    marks += [DepthMark(middle + 1, at, before), DepthMark(middle + 1, at, before + LOST_M)]
    return depth, sorted(marks, key=lambda mark: (mark.run, mark.line, mark.depth_m))


def depth_errors(scene: SimulatedScene, settings: SimulateConfig, core: np.ndarray) -> tuple[float, float]:
    """Mean error in mm of the depth of core pixels that are found, by the box and by marks; NaN without a run."""
    true, marks = true_depth(scene, settings)
    probability = np.where(core[..., None], np.float32(0.5), np.float32(np.nan)).repeat(2, axis=2)
    found = SceneMap(probability, np.zeros(core.shape, np.float32), -np.inf, CLASSES)
    place = Path(scene.name)
    row = Scene(scene.name, scene.hole, place, "", place, "", "line,sample,band", "", None, None, NONE, NONE)
    ends = {"depth_from_m": scene.depth_from_m, "depth_to_m": scene.depth_to_m + LOST_M}
    rows = (replace(row, **ends), replace(row, pixel_mm=settings.pixel_mm, depth_marks=tuple(marks)))
    errors = []
    for each in rows:
        try:
            depth, _ = depths(each, found, below_m=0.0, run_share=RUN_SHARE)
            errors.append(1000 * float(np.nanmean(np.abs(depth - true)[core & scene.core])))
        except SemispectralError:
            errors.append(float("nan"))
    return errors[0], errors[1]


def rows_of(settings: SimulateConfig) -> list[Sequence[float | str]]:
    """One row for each tray of a collection."""
    rows: list[Sequence[float | str]] = []
    for name, numbers in scene_names(settings).items():
        scene = simulate_scene(settings, *numbers)
        cube = cube_of(scene)
        masks = {
            m: ~find_mask(cube, scale=1.0, settings=MaskConfig(method=m, darker_than=DARKER_THAN)) for m in METHODS
        }
        of_counts = ~find_mask(counts_of(scene), scale=1.0, settings=MaskConfig(method="spectra"))
        found = [overlap(mask, scene.core) for mask in (*masks.values(), of_counts)]
        rows.append((f"{settings.seed} {name}", *found, *depth_errors(scene, settings, masks["spectra"])))
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2017], help="seeds of the collection")
    parser.add_argument("--lines", type=int, default=SimulateConfig().lines, help="lines of a tray")
    wanted = parser.parse_args()
    rows = [row for seed in wanted.seeds for row in rows_of(SimulateConfig(seed=seed, lines=wanted.lines))]
    names = (*METHODS, "spectra of counts")
    print("| tray | " + " | ".join(f"IoU, {name}" for name in names) + " | depth by box, mm | by marks, mm |")
    print("|---" * (len(names) + 3) + "|")
    for name, *values in rows:
        print(
            f"| {name} | "
            + " | ".join(f"{value:.3f}" for value in values[:-2])
            + " | {:.1f} | {:.1f} |".format(*values[-2:])
        )
    mean = np.nanmean([row[1:] for row in rows], axis=0)
    print("| mean | " + " | ".join(f"{value:.3f}" for value in mean[:-2]) + f" | {mean[-2]:.1f} | {mean[-1]:.1f} |")


if __name__ == "__main__":
    main()
