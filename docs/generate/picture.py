"""Draw docs/images/core.png from the results of ``make demo``: core, labels, map and log of one tray, by depth.

    python docs/generate/picture.py

The runs of core that lie side by side in the tray are laid end to end, so that all four rows share the axis of depth.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from semispectral.downhole.log import find_runs
from semispectral.figures.style import styled
from semispectral.maps.map_files import read_map
from semispectral.maps.picture import stretched
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.readers import open_scene
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/images/core.png"
SCENE, RUN_SHARE = "DH3_1", 0.3
RED_GREEN_BLUE_NM = (1650.0, 2210.0, 2330.0)  # brightness, Al-OH, Mg-OH and carbonate
NO_LABEL = "#d9dcde"


def end_to_end(image: np.ndarray, runs: list[slice]) -> np.ndarray:
    """The runs of a tray one after the other, the first line at the left; [sample, run x line, ...] of equal width."""
    width = min(run.stop - run.start for run in runs)
    return np.concatenate([np.swapaxes(image[:, run.start : run.start + width], 0, 1) for run in runs], axis=1)


def seen(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """False colours float [line, sample, 3], and the codes of the labels, int32 [line, sample]."""
    with open_scene(scene) as cube:
        wavelengths = np.asarray(cube.wavelengths_nm)
        bands = [int(np.abs(wavelengths - wanted).argmin()) for wanted in RED_GREEN_BLUE_NM]
        values = cube.read_lines(0, cube.shape[0])[:, :, bands].astype(np.float32)
        return stretched(values), read_scene_labels(scene, cube)


def strip(axis: Axes, image: np.ndarray, depth_m: float, words: str) -> None:
    """One row that shows an image along the core."""
    axis.imshow(image, extent=(0, depth_m, 0, 1), aspect="auto", interpolation="nearest")
    axis.set_ylabel(words, rotation=0, ha="right", va="center")
    axis.tick_params(bottom=False, left=False, labelleft=False)
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)


def log(axis: Axes, table: pd.DataFrame, classes: ClassMap) -> None:
    """The shares of the classes, stacked, by depth."""
    left, width = table["depth_from_m"].to_numpy(), (table["depth_to_m"] - table["depth_from_m"]).to_numpy()
    below = np.zeros(len(table))
    for name, colour in zip(classes.names, classes.colours, strict=True):
        share = table[name].to_numpy()
        axis.bar(left, share, width, bottom=below, color=colour, align="edge", edgecolor="white", linewidth=0.3)
        below += share
    axis.set_ylabel("share of\nthe pixels", rotation=0, ha="right", va="center")
    axis.set_ylim(0, 1)
    axis.set_xlabel("depth (m)")


@styled
def draw(path: Path, scene: Scene, results: Path) -> None:
    """Write the picture."""
    found = read_map(results / "maps" / scene.name)
    table = pd.read_csv(results / "downhole" / f"{scene.hole}.csv")
    image, codes = seen(scene)
    runs = find_runs(found.valid, run_share=RUN_SHARE)
    depth_m = len(runs) * found.shape[0] * float(scene.pixel_mm or 0) / 1000
    colour_of = dict(zip(found.classes.codes, map(to_rgb, found.classes.colours), strict=True))
    labels = np.array([[colour_of.get(int(code), to_rgb(NO_LABEL)) for code in line] for line in codes])
    mapped = to_rgba_array(found.colours)[:, :3][found.raster]
    figure = Figure(figsize=(11.5, 3.6), layout="constrained")
    rows = figure.subplots(4, 1, sharex=True, height_ratios=[1, 1, 1, 1.9])
    strip(rows[0], end_to_end(image, runs), depth_m, "core\n(false colours)")
    strip(rows[1], end_to_end(labels, runs), depth_m, "labels, kept\nfor the test")
    strip(rows[2], end_to_end(mapped, runs), depth_m, "map")
    log(rows[3], table[table["depth_from_m"] < depth_m], found.classes)
    rows[3].set_xlim(0, depth_m)
    named = [Patch(color=c, label=n) for n, c in zip(found.classes.names, found.classes.colours, strict=True)]
    named += [Patch(color=found.colours[-1], label=found.names[-1]), Patch(color=NO_LABEL, label="no label")]
    figure.legend(handles=named, loc="outside right center", fontsize=8.5)
    figure.savefig(path, dpi=140, metadata={"Software": None})


if __name__ == "__main__":
    scenes = {scene.name: scene for scene in read_scenes(ROOT / "config/scenes.tsv", data_root=ROOT)}
    draw(PICTURE, scenes[SCENE], ROOT / "results")
