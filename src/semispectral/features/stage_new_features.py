"""The stage `new_features`: absorption features of every mapped pixel of one new scan."""

import json
from pathlib import Path

from semispectral.features.feature_files import write_features
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.features.new_features import measure_new
from semispectral.maps.bundle import read_bundle
from semispectral.maps.numbers import read_numbers
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_new_features(directory: str | Path, *, numbers_file: str | Path, threads: int, cfg: str) -> None:
    """Measure the absorption features of a new scan where its map has pixels.

    Parameters
    ----------
    directory : str or Path
        Folder to write the files of `write_features` to.
    numbers_file : str or Path
        Numbers of the map of the scan.
    threads : int
        Number of threads.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``model`` (its path) and ``features``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    numbers = read_numbers(Path(numbers_file))
    values, plan = measure_new(
        scene,
        read_bundle(Path(given["model"]["path"])),
        wanted=numbers.drawn.map.valid,
        settings=settings(FeaturesConfig, given["features"], where="features"),
        threads=threads,
    )
    write_features(Path(directory), values, plan, ground=numbers.ground.sized(scene.pixel_mm), scene=scene.name)
