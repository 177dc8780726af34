"""The stage `hole_page`: the page of a whole hole."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.holes.write_hole import Places, write_hole
from semispectral.maps.numbers import read_numbers
from semispectral.storage.atomic import replacing_directory
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_hole_page(
    directory: str | Path,
    *,
    numbers_files: Sequence[str | Path],
    pixels_directories: Sequence[str | Path],
    features: Sequence[str | Path],
    intervals_file: str | Path,
    hole: str,
    cfg: str,
) -> None:
    """Write the page of a hole with its pictures; memory holds one scan.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    numbers_files, pixels_directories : sequence of str or Path
        Numbers of the map and spectra of every scene of the hole, in the order of ``scenes``.
    features : sequence of str or Path
        ``features.json`` of every scene of the hole, in the same order; empty: no features.
    intervals_file : str or Path
        Intervals of the hole, from the stage `downhole`.
    hole : str
        Name of the hole.
    cfg : str
        JSON of ``scenes`` (rows of scenes.tsv of the hole), ``classes`` (codes, names and colours of all classes),
        ``run_share`` and ``places`` (addresses of what the page links to).
    """
    given = json.loads(cfg)
    known = ClassMap.from_dict(given["classes"])
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    numbers = dict(zip((scene.name for scene in scenes), numbers_files, strict=True))
    pixels = dict(zip((scene.name for scene in scenes), pixels_directories, strict=True))
    measured = dict(zip((scene.name for scene in scenes), features, strict=True)) if features else {}
    with replacing_directory(Path(directory)) as folder:
        write_hole(
            folder,
            hole=hole,
            scenes=scenes,
            read=lambda scene: read_numbers(Path(numbers[scene.name])).drawn.named(known),
            pixels={name: Path(path) for name, path in pixels.items()},
            features=lambda scene: read_features(Path(measured[scene.name]).parent) if measured else NO_FEATURES,
            table=read_table(intervals_file),
            run_share=given["run_share"],
            places=Places(**given["places"]),
        )
