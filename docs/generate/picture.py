"""Draw docs/images/core.png from the results of ``make demo``: core, labels, map and log of one tray, by depth.

    python docs/generate/picture.py results

The folder is that of the demo's results; its scans are those that config/scenes.tsv names below the folder above it.
The runs of core that lie side by side in the tray are laid end to end, so that all four rows share the axis of depth.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from semispectral.downhole.log import find_runs
from semispectral.figures.false_colour import stretched
from semispectral.figures.style import styled
from semispectral.maps.map_files import read_facts
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


def coloured(values: np.ndarray, colours: dict[int, str]) -> np.ndarray:
    """The colour of each number of a raster, float [line, sample, 3]; of a number without one, that of no label."""
    painted = np.full((*values.shape, 3), to_rgb(NO_LABEL))
    for value, colour in colours.items():
        painted[values == value] = to_rgb(colour)
    return painted


def log(axis: Axes, table: pd.DataFrame, classes: ClassMap) -> None:
    """The shares of the classes, stacked, by depth."""
    left, width = table["depth_from_m"].to_numpy(), (table["depth_to_m"] - table["depth_from_m"]).to_numpy()
    below = np.zeros(len(table))
    for name, colour in zip(classes.names, classes.colours, strict=True):
        share = table[f"share_{name}"].to_numpy()
        axis.bar(left, share, width, bottom=below, color=colour, align="edge", edgecolor="white", linewidth=0.3)
        below += share
    axis.set_ylabel("share", rotation=0, ha="right", va="center")
    axis.set_ylim(0, 1)
    axis.set_xlabel("depth (m)")


@styled
def draw(path: Path, scene: Scene, results: Path) -> None:
    """Write the picture."""
    folder = results / "maps" / scene.name
    facts = read_facts(folder)
    legend, classes = facts["legend"], ClassMap.from_dict(facts["classes"])
    with rasterio.open(folder / "class.tif") as file:
        raster = file.read(1)
    table = pd.read_csv(results / "downhole" / f"{scene.hole}.csv")
    image, codes = seen(scene)
    runs = find_runs(raster > 0, run_share=RUN_SHARE)
    depth_m = len(runs) * raster.shape[0] * facts["pixel_mm"] / 1000
    labels = coloured(codes, dict(zip(classes.codes, classes.colours, strict=True)))
    mapped = coloured(raster, {row["value"]: row["colour"] for row in legend})
    figure = Figure(figsize=(6.2, 2.9), layout="constrained")
    rows = figure.subplots(4, 1, sharex=True, height_ratios=[1, 1, 1, 1.7])
    strip(rows[0], end_to_end(image, runs), depth_m, "core")
    strip(rows[1], end_to_end(labels, runs), depth_m, "labels")
    strip(rows[2], end_to_end(mapped, runs), depth_m, "map")
    log(rows[3], table[table["depth_from_m"] < depth_m], classes)
    rows[3].set_xlim(0, depth_m)
    named = [Patch(color=row["colour"], label=row["name"]) for row in legend if row["value"]]
    figure.legend(handles=[*named, Patch(color=NO_LABEL, label="no label")], loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=260, metadata={"Software": None})


def main() -> None:
    """Draw the picture of the results that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="?", default=ROOT / "results")
    parser.add_argument("--output", type=Path, default=PICTURE)
    wanted = parser.parse_args()
    scenes = {row.name: row for row in read_scenes(ROOT / "config/scenes.tsv", data_root=wanted.results.parent)}
    draw(wanted.output, scenes[SCENE], wanted.results)


if __name__ == "__main__":
    main()
