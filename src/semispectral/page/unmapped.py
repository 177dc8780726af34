"""The page of a scan without a model: its picture, its spectra, and clusters where there are any."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from semispectral.features.feature_files import NO_FEATURES, SceneFeatures
from semispectral.maps.stream import BLOCK_BYTES
from semispectral.page import feature_layers
from semispectral.page.content import Labelling, Page, bytes_for_spectra
from semispectral.page.layers import Overlay
from semispectral.page.pixels import PLACE_BYTES, collect
from semispectral.page.write import write
from semispectral.scans.cube import Cube
from semispectral.scans.identify import identify
from semispectral.scans.quality import valid_spectra
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig, scale_after
from semispectral.study.scene import Scene

FEATURE_BYTES = 4  # of a value of a stored pixel


def write_unmapped_page(
    path: Path,
    scene: Scene,
    cleaning: CleanConfig,
    *,
    labelling: Labelling,
    overlays: tuple[Overlay, ...] = (),
    features: SceneFeatures = NO_FEATURES,
    back: tuple[str, str] = ("", ""),
) -> None:
    """Write the interactive page of a scan that no model has mapped.

    Parameters
    ----------
    path : file to write.
    scene : the scan's row of scenes.tsv.
    cleaning : settings of cleaning; the page shows cleaned spectra.
    labelling : classes that a person may give, and known labels.
    overlays : rasters over the picture, such as clusters.
    features : absorption features of the scan.
    back : address of the page that leads to this one, relative to it, and its words; empty: there is none.
    """
    overlays = (*overlays, *feature_layers.overlays(features))
    scan, scale = identify(scene), scale_after(scene, cleaning)

    def curves(values: np.ndarray) -> Mapping[str, np.ndarray]:
        return {"spectrum": values.astype(np.float32) * np.float32(scale)}

    with open_cleaned(scene, cleaning) as cube:
        most_bytes = bytes_for_spectra(cube.shape[:2], overlays)
        stored_bytes = cube.shape[2] + PLACE_BYTES + FEATURE_BYTES * len(feature_layers.shown(features))
        pixels = collect(cube, _with_data(cube), curves, bytes_per_pixel=stored_bytes, most_bytes=most_bytes)
        page = Page(
            scan=scan,
            pixels=pixels,
            wavelengths_nm=cube.wavelengths_nm,
            overlays=overlays,
            measured=feature_layers.measured(features, pixels.kept),
            labelling=labelling,
            back=back,
        )
    write(path, page)


def _with_data(cube: Cube) -> np.ndarray:
    """Return the pixels with a value in every band, bool [line, sample]; one pass where values can be missing."""
    lines, samples, bands = cube.shape
    if cube.dtype.kind != "f":
        return np.ones((lines, samples), bool)
    found = [valid_spectra(values.reshape(-1, bands), cube.sensors) for _, values in cube.blocks(max_bytes=BLOCK_BYTES)]
    return np.concatenate(found).reshape(lines, samples)
