"""The stage `scan_page`: the interactive page of a scan that no model has mapped, to look at and to label."""

import json
from pathlib import Path

from semispectral.page.content import Labelling
from semispectral.page.unmapped import write_unmapped_page
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_scan_page(page_file: str | Path, *, cfg: str) -> None:
    """Write the interactive page of a scan: its picture, its spectra, and the classes that a person may give.

    The files of the scene are those that its row of scenes.tsv names.

    Parameters
    ----------
    page_file : str or Path
        HTML file to write.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``classes`` and ``cleaning``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    labelling = Labelling.of(scene, ClassMap.from_dict(given["classes"]))
    write_unmapped_page(Path(page_file), scene, settings(CleanConfig, given["cleaning"]), labelling=labelling)
