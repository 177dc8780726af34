"""The stage `map`: every pixel of one scene of the study."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_codes
from semispectral.maps.bundle import read_bundle
from semispectral.maps.known_scans import map_known
from semispectral.maps.smoothing import SmoothConfig
from semispectral.storage.seal import read_array
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_map(
    directory: str | Path,
    *,
    scans: Sequence[str | Path],
    model_directory: str | Path,
    codes_file: str | Path,
    parts_file: str | Path,
    threads: int,
    cfg: str,
) -> None:
    """Classify every pixel of a scene, and say how it agrees with the labels of each part.

    Parameters
    ----------
    directory : str or Path
        Folder to write the map's files to.
    scans : sequence of str or Path
        Files of the scene, which must be those that the census looked at.
    model_directory : str or Path
        Trained model, as the stage `bundle` writes it.
    codes_file : str or Path
        Codes of the census.
    parts_file : str or Path
        Parts of the plan, uint8 [line, sample].
    threads : int
        Number of threads to classify with.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv) and ``map``.
    """
    given = json.loads(cfg)
    map_known(
        settings(Scene, given["scene"], where="scenes.tsv"),
        read_bundle(Path(model_directory)),
        Path(directory),
        codes=read_codes(Path(codes_file), scans=scans),
        parts=read_array(Path(parts_file)),
        smooth=settings(SmoothConfig, given["map"], where="map"),
        threads=threads,
    )
