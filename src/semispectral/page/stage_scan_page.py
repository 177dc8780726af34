"""The stage `scan_page`: the interactive page of a scan that no model has mapped, to look at and to label."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.page.content import Labelling
from semispectral.page.unmapped import write_unmapped_page
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_scan_page(page_file: str | Path, *, features: Sequence[str | Path] = (), cfg: str) -> None:
    """Write the interactive page of a scan: its picture, its spectra, and the classes that a person may give.

    The files of the scene are those that its row of scenes.tsv names.

    Parameters
    ----------
    page_file : str or Path
        HTML file to write.
    features : sequence of str or Path
        ``features.json`` of the scene, whose raster lies beside it; empty: no absorption features.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``classes`` and ``cleaning``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    labelling = Labelling.of(scene, ClassMap.from_dict(given["classes"]))
    measured = read_features(Path(features[0]).parent) if features else NO_FEATURES
    cleaning = settings(CleanConfig, given["cleaning"])
    write_unmapped_page(Path(page_file), scene, cleaning, labelling=labelling, features=measured)
