"""The page of a scan that a trained model has mapped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.downhole.depths import has_depth, top_m
from semispectral.downhole.log import depths
from semispectral.errors import DataError
from semispectral.features.feature_files import NO_FEATURES, SceneFeatures
from semispectral.maps.classify import Drawn
from semispectral.maps.scene_map import SceneMap
from semispectral.page.content import Labelling, Modelled, Page
from semispectral.page.feature_layers import measured, overlays
from semispectral.page.layers import Overlay
from semispectral.page.pixel_files import means_of, read_held, read_index, require_tiles
from semispectral.page.pixels import PagePixels, on_stride
from semispectral.page.write import write
from semispectral.scans.identity import Identity
from semispectral.study.scene import Scene

PIXELS = "pixels"  # folder beside the page


@dataclass(frozen=True, eq=False)
class Beside:
    """Facts of a scan that are not in its map.

    Attributes
    ----------
    labelling : classes that a person may give, and known labels; without any class, those of the model are taken.
    depth_m : float64 [line, sample], depth in m, NaN beside the core; None: unknown.
    report : address of the report, relative to the page; empty: none.
    features : absorption features of the scan.
    """

    labelling: Labelling = field(default_factory=Labelling)
    depth_m: np.ndarray | None = None
    report: str = ""
    features: SceneFeatures = NO_FEATURES


NOTHING = Beside()


def depths_of(scene: Scene, found: SceneMap, *, run_share: float) -> np.ndarray | None:
    """Return depths of a scan that has a top depth, in m; None for others, which depend on the scans above them.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    found : its map.
    run_share : share of core lines of a core run, as in `DownholeConfig`.
    """
    if top_m(scene) is None or not has_depth(scene):
        return None
    try:
        return depths(scene, found, below_m=0, run_share=run_share)[0]
    except DataError:  # no core: its log says so
        return None


def codes_of(drawn: Drawn) -> np.ndarray | None:
    """Return the codes of the labels of a scan, int32 [line, sample], 0 where there is none; None: it has no labels.

    Parameters
    ----------
    drawn : its map.
    """
    if drawn.label is None:
        return None
    codes = np.array([*drawn.map.classes.codes, 0], np.int32)
    return np.asarray(codes[np.where(drawn.label >= 0, drawn.label, -1)])


def write_page(path: Path, drawn: Drawn, pixels: Path, *, beside: Beside = NOTHING) -> None:
    """Write the interactive page of a mapped scan.

    Parameters
    ----------
    path : file to write.
    drawn : its map.
    pixels : folder of its pixels, from `semispectral.page.tiles.write_pixels`. Where the page does not hold all of
        them, it looks for the folder `PIXELS` beside it.
    beside : further facts of the scan.
    """
    found, index = drawn.map, read_index(pixels)
    require_tiles(pixels, index)
    kept, place = on_stride(found.valid, index["stride"])
    held = PagePixels(index["stride"], place, read_held(pixels, index), drawn.picture, kept)
    modelled = Modelled(
        classes=found.classes,
        probability=np.rint(found.probability[kept] * 255).astype(np.uint8),
        novelty=found.novelty[kept],
        means=means_of(index),
    )
    labelling = beside.labelling if len(beside.labelling.classes) else Labelling(classes=found.classes)
    known = index["wavelengths_nm"]
    page = Page(
        scan=Identity(**index["scan"]),
        pixels=held,
        wavelengths_nm=None if known is None else np.asarray(known),
        overlays=(Overlay("map", found.place, found.names[1:], found.colours[1:]), *overlays(beside.features)),
        modelled=modelled,
        measured=measured(beside.features, kept),
        labelling=labelling,
        depth_m=beside.depth_m,
        back=(beside.report, "The report of the study"),
        tiles=_tiles(index),
    )
    write(path, page)


def _tiles(index: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page's script has to know of the tiles; empty if there are none."""
    if not index["tiles"]:
        return {}
    return {"folder": PIXELS, "names": list(index["tiles"]), **{key: index[key] for key in ("tops", "side", "grid")}}
