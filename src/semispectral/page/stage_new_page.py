"""The stage `new_page`: the interactive page of one new scan."""

import json
from pathlib import Path

from semispectral.maps.bundle import read_bundle
from semispectral.maps.map_files import read_map
from semispectral.page import write_scan_page
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_new_page(page_file: str | Path, *, map_file: str | Path, cfg: str) -> None:
    """Write the interactive page of a new scan, with the model that mapped it.

    Parameters
    ----------
    page_file : str or Path
        HTML file to write.
    map_file : str or Path
        ``map.json`` of the scan; its rasters lie beside it.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``run_share`` and ``model`` (its path).
    """
    given = json.loads(cfg)
    write_scan_page(
        Path(page_file),
        settings(Scene, given["scene"], where="scenes.tsv"),
        read_map(Path(map_file).parent),
        read_bundle(Path(given["model"]["path"])),
        run_share=given["run_share"],
    )
