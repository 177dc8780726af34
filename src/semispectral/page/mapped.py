"""The page of a scan that a trained model has mapped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from semispectral.downhole.depths import has_depth, top_m
from semispectral.downhole.log import depths
from semispectral.errors import DataError
from semispectral.features.feature_files import NO_FEATURES, SceneFeatures
from semispectral.maps.as_trained import as_in_training, open_for
from semispectral.maps.bundle import Bundle
from semispectral.maps.known_scans import scale_to_trained
from semispectral.maps.scene_map import SceneMap
from semispectral.page.content import Labelling, Modelled, Overlay, Page, bytes_for_spectra
from semispectral.page.feature_layers import measured, overlays
from semispectral.page.pixels import PLACE_BYTES, VALUE_BYTES, Curves, collect
from semispectral.page.write import write
from semispectral.scans.cube import Cube
from semispectral.scans.identity import Identity, identify
from semispectral.spectra.band_matching import match_bands
from semispectral.spectra.cleaning_settings import scale_after
from semispectral.study.scene import Scene


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


NOTHING, NO_LABELLING = Beside(), Labelling()


def write_scan_page(
    path: Path,
    scene: Scene,
    found: SceneMap,
    bundle: Bundle,
    *,
    run_share: float,
    labelling: Labelling = NO_LABELLING,
    report: str = "",
    features: SceneFeatures = NO_FEATURES,
) -> None:
    """Write the interactive page of a mapped scan.

    Parameters
    ----------
    path : file to write.
    scene : the scan's row of scenes.tsv.
    found : its map.
    bundle : the trained model that made the map.
    run_share : share of core lines of a core run, as in `DownholeConfig`; it determines depths.
    labelling : classes that a person may give, and known labels.
    report : address of the report, relative to the page; empty: none.
    features : absorption features of the scan.
    """
    scene, scan = as_in_training(scene, bundle), identify(scene)
    beside = Beside(labelling, _depths(scene, found, run_share=run_share), report, features)
    factor = scale_to_trained(scene, bundle)
    scale = scale_after(scene, bundle.cleaning) / factor
    with open_for(scene, bundle) as cube:
        write_page(path, cube, found, bundle, scan=scan, scale=scale, factor=factor, beside=beside)


def _depths(scene: Scene, found: SceneMap, *, run_share: float) -> np.ndarray | None:
    """Return depths of a scan that has a top depth. Depths of others depend on the scans above them."""
    if top_m(scene) is None or not has_depth(scene):
        return None
    try:
        return depths(scene, found, below_m=0, run_share=run_share)[0]
    except DataError:  # no core: its log says so
        return None


def write_page(
    path: Path,
    cube: Cube,
    found: SceneMap,
    bundle: Bundle,
    *,
    scan: Identity,
    scale: float,
    factor: float = 1,
    beside: Beside = NOTHING,
) -> None:
    """Write the interactive page of an open, mapped scan.

    Parameters
    ----------
    path : file to write.
    cube : the scan.
    found : its map.
    bundle : the trained model that made the map.
    scan : identity of the scan.
    scale : reflectance = value of a training scan x scale.
    factor : factor from the values of the scan to those of the training scans.
    beside : further facts of the scan.
    """
    over = (Overlay("map", found.place, found.names[1:], found.colours[1:]), *overlays(beside.features))
    size = (
        2 * (bundle.bands + PLACE_BYTES) + len(found.classes) + VALUE_BYTES * len(beside.features.names) + PLACE_BYTES
    )
    curves = curves_of(cube, bundle, scale=scale, factor=factor)
    budget = bytes_for_spectra(found.shape, over)
    pixels = collect(cube, found.valid, curves, bytes_per_pixel=size, budget=budget)
    modelled = Modelled(
        classes=found.classes,
        probability=np.rint(found.probability[pixels.kept] * 255).astype(np.uint8),
        novelty=found.novelty[pixels.kept],
        means=(bundle.class_means * scale).astype(np.float32),
    )
    labelling = beside.labelling if len(beside.labelling.classes) else Labelling(classes=found.classes)
    page = Page(
        scan=scan,
        pixels=pixels,
        wavelengths_nm=bundle.wavelengths_nm,
        overlays=over,
        modelled=modelled,
        measured=measured(beside.features, pixels.kept),
        labelling=labelling,
        depth_m=beside.depth_m,
        report=beside.report,
    )
    write(path, page)


def curves_of(cube: Cube, bundle: Bundle, *, scale: float, factor: float = 1) -> Curves:
    """Return a function from values of the scan to its spectra and, where there is M1, what M1 makes of them.

    Parameters
    ----------
    cube : the scan.
    bundle : the trained model that made the map.
    scale, factor : as in `write_page`.
    """
    prepare = match_bands(
        cube.wavelengths_nm,
        bundle.wavelengths_nm,
        scan_bands=cube.shape[2],
        model_bands=bundle.bands,
        where=str(cube.path),
    )
    scaler = bundle.pipeline.scaler_m1

    def curves(values: np.ndarray) -> Mapping[str, np.ndarray]:
        matched = values if prepare is None else prepare(values)
        raw = matched.astype(np.float32) * np.float32(factor)
        spectrum = {"spectrum": raw * scale}
        if bundle.pipeline.m1 is None:
            return spectrum
        rebuilt = scaler.restored(bundle.pipeline.reconstruction(scaler.transform(raw)), raw)
        return spectrum | {"reconstruction": rebuilt * scale}

    return curves
