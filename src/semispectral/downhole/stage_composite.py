"""The stage `composite`: the intervals of one hole, and its strip log."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.downhole.hole_composite import hole_composite
from semispectral.downhole.hole_picture import draw_hole
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.strip_log import write_strip_log
from semispectral.features.feature_files import StoredFeatures
from semispectral.maps.numbers import read_numbers
from semispectral.storage.parquet import write_table
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_composite(
    *,
    table_file: str | Path,
    strip_file: str | Path,
    picture_file: str | Path,
    numbers_files: Sequence[str | Path],
    features: Sequence[str | Path],
    intervals_files: Sequence[str | Path],
    hole: str,
    cfg: str,
) -> None:
    """Write the shares of the classes in the intervals of a hole, its strip log, and a picture of it.

    Parameters
    ----------
    table_file, strip_file, picture_file : str or Path
        Files to write: the intervals as Parquet, the strip log as PDF, and the hole in one picture as PNG.
    numbers_files : sequence of str or Path
        Numbers of the map of every scene of the hole, in the order of ``scenes``.
    features : sequence of str or Path
        ``features.json`` of every scene of the hole, in the same order; its raster lies beside it. Empty: no features.
    intervals_files : sequence of str or Path
        The table of intervals; empty: intervals of one length.
    hole : str
        Name of the hole.
    cfg : str
        JSON of the sections ``scenes`` (rows of scenes.tsv of the hole), ``classes`` (codes, names and colours of all
        classes), ``downhole`` and ``intervals``.
    """
    given = json.loads(cfg)
    config = settings(DownholeConfig, given["downhole"], where="map.downhole")
    wanted = settings(IntervalConfig, given["intervals"], where="intervals")
    known = ClassMap.from_dict(given["classes"])
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    files = dict(zip((scene.name for scene in scenes), numbers_files, strict=True))
    pairs = zip(scenes, features, strict=True) if features else ()
    measured = {scene.name: StoredFeatures.of(Path(path).parent) for scene, path in pairs}
    table, strips, classes = hole_composite(
        hole,
        scenes=scenes,
        read=lambda scene: read_numbers(Path(files[scene.name])).drawn.named(known),
        features=measured,
        tables=[Path(path) for path in intervals_files],
        downhole=config,
        settings=wanted,
    )
    write_table(Path(table_file), table)
    write_strip_log(Path(strip_file), table, strips, classes, wanted)
    draw_hole(Path(picture_file), table, strips, classes)
