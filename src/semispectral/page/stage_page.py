"""The stage `page`: the interactive page of one scene of the study."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_codes
from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.maps.bundle import read_bundle
from semispectral.maps.map_files import read_map
from semispectral.page import write_scan_page
from semispectral.page.content import Labelling
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

REPORT = "../../report/index.html"  # as seen from maps/<scene>/page.html


def run_page(
    page_file: str | Path,
    *,
    scans: Sequence[str | Path],
    model_directory: str | Path,
    map_file: str | Path,
    codes_file: str | Path,
    features: Sequence[str | Path],
    cfg: str,
) -> None:
    """Write the interactive page of a scene, with its labels.

    Parameters
    ----------
    page_file : str or Path
        HTML file to write.
    scans : sequence of str or Path
        Files of the scene, which must be those that the census looked at.
    model_directory : str or Path
        Trained model, as the stage `bundle` writes it.
    map_file : str or Path
        ``map.json`` of the scene; its rasters lie beside it.
    codes_file : str or Path
        Codes of the census.
    features : sequence of str or Path
        ``features.json`` of the scene, whose raster lies beside it; empty: no absorption features.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``classes`` and ``run_share``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    mapped = read_map(Path(map_file).parent)
    codes = read_codes(Path(codes_file), scans=scans)
    write_scan_page(
        Path(page_file),
        scene,
        mapped,
        read_bundle(Path(model_directory)),
        run_share=given["run_share"],
        labelling=Labelling.of(scene, ClassMap.from_dict(given["classes"]), given=codes),
        report=REPORT,
        features=read_features(Path(features[0]).parent) if features else NO_FEATURES,
    )
