"""The stage `pixels`: what the page of one scene of the study shows of each pixel."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.maps.bundle import read_bundle
from semispectral.maps.numbers import read_numbers
from semispectral.page.tiles import write_scan_pixels
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_pixels(
    directory: str | Path,
    *,
    numbers_file: str | Path,
    model_directory: str | Path,
    features: Sequence[str | Path],
    cfg: str,
) -> None:
    """Collect the spectra of a scan, as measured and as M1 reconstructs them, for its page.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    numbers_file : str or Path
        Numbers of the map of the scan.
    model_directory : str or Path
        Trained model that made them.
    features : sequence of str or Path
        ``features.json`` of the scene, whose raster lies beside it; empty: no absorption features.
    cfg : str
        JSON of ``scene`` (what reading the scan uses of its row of scenes.tsv) and ``page_mb`` (size of the spectra
        beside the page at most, in MB).
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    found = read_numbers(Path(numbers_file)).drawn.map
    bundle = read_bundle(Path(model_directory))
    measured = read_features(Path(features[0]).parent) if features else NO_FEATURES
    write_scan_pixels(Path(directory), scene, found, bundle, page_mb=given["page_mb"], features=measured)
