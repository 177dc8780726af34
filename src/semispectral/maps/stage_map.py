"""The stage `map`: every pixel of one scene of the study."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.census.census_files import read_codes
from semispectral.maps.bundle import read_bundle
from semispectral.maps.classify import draw_map, known_of
from semispectral.maps.numbers import numbers_of, write_numbers
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.cube import PARTS
from semispectral.spectra.cleaned_scans import open_as_trained
from semispectral.storage.seal import read_array
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

TEST = 1 + PARTS.index("test")  # in a raster of parts


def run_map(
    numbers_file: str | Path,
    *,
    scans: Sequence[str | Path],
    model_directory: str | Path,
    codes_file: str | Path,
    parts_files: Sequence[str | Path],
    threads: int,
    cfg: str,
) -> None:
    """Classify every pixel of a scene, and say how it agrees with the labels of each part.

    Parameters
    ----------
    numbers_file : str or Path
        Parquet file to write: class probabilities, log p(x), false colours and labels of every pixel.
    scans : sequence of str or Path
        Files of the scene, which must be those that the census looked at.
    model_directory : str or Path
        Trained model, as the stage `bundle` writes it: its classes are known by their codes.
    codes_file : str or Path
        Codes of the census.
    parts_files : sequence of str or Path
        Parts of the split, uint8 [line, sample]; empty: all pixels are tested, or none.
    threads : int
        Number of threads to classify with.
    cfg : str
        JSON of the sections ``scene`` (what the map uses of its row of scenes.tsv), ``tested`` (whether it is scored
        as a scene of a named test hole) and ``map``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    smooth = settings(SmoothConfig, given["map"], where="map")
    bundle = read_bundle(Path(model_directory))
    codes = read_codes(Path(codes_file), scans=scans)
    whole = TEST if given["tested"] else 0
    parts = read_array(Path(parts_files[0])) if parts_files else np.full(codes.shape, whole, np.uint8)
    known = known_of(scene, codes, parts, bundle.classes)
    with open_as_trained(scene, bundle.cleaning) as cube:
        drawn = draw_map(cube, bundle, known=known, smooth=smooth, threads=threads)
        write_numbers(Path(numbers_file), numbers_of(drawn, cube, scene, smooth))
