"""The stage `new_map`: every pixel of one new scan."""

import json
from pathlib import Path

from semispectral.maps.bundle import read_bundle
from semispectral.maps.new_scans import map_new
from semispectral.maps.numbers import write_numbers
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.tray_mask import MaskConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_new_map(numbers_file: str | Path, *, threads: int, cfg: str) -> None:
    """Map a new scan with a model that was trained before.

    Parameters
    ----------
    numbers_file : str or Path
        Parquet file to write, as the stage `map` does.
    threads : int
        Number of threads to classify with.
    cfg : str
        JSON of the sections ``scene`` (what the map uses of its row of scenes.tsv), ``mask``, ``map`` and ``model``
        (its path).
    """
    given = json.loads(cfg)
    numbers = map_new(
        settings(Scene, given["scene"], where="scenes.tsv"),
        read_bundle(Path(given["model"]["path"])),
        mask=settings(MaskConfig, given["mask"], where="mask"),
        smooth=settings(SmoothConfig, given["map"], where="map"),
        threads=threads,
    )
    write_numbers(Path(numbers_file), numbers)
