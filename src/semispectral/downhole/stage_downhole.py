"""The stage `downhole`: the log of one hole, its intervals, and its strip log."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.downhole.depths import joins
from semispectral.downhole.hole_composite import hole_composite
from semispectral.downhole.hole_picture import draw_hole
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.strip_log import write_strip_log
from semispectral.downhole.write_log import write_hole_log
from semispectral.features.feature_files import StoredFeatures
from semispectral.maps.classify import Drawn
from semispectral.maps.numbers import read_numbers
from semispectral.storage.parquet import write_table
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)


def run_downhole(
    *,
    csv_file: str | Path,
    las_file: str | Path,
    figure_file: str | Path,
    table_file: str | Path,
    strip_file: str | Path,
    picture_file: str | Path,
    numbers_files: Sequence[str | Path],
    features: Sequence[str | Path],
    intervals_files: Sequence[str | Path],
    hole: str,
    cfg: str,
) -> None:
    """Write the downhole log of a hole, the shares of the classes in its intervals, and its strip log.

    The maps and features of its scenes are read one after the other.

    Parameters
    ----------
    csv_file, las_file, figure_file : str or Path
        Files to write: the log as CSV, as LAS and as a picture.
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
    for text in joins(scenes):
        log.info("%s", text)
    files = dict(zip((scene.name for scene in scenes), numbers_files, strict=True))

    def read(scene: Scene) -> Drawn:
        return read_numbers(Path(files[scene.name])).drawn.named(known)

    pairs = zip(scenes, features, strict=True) if features else ()
    measured = {scene.name: StoredFeatures.of(Path(path).parent) for scene, path in pairs}
    write_hole_log(
        Path(csv_file),
        Path(las_file),
        Path(figure_file),
        hole=hole,
        scenes=scenes,
        read=lambda scene: read(scene).map,
        settings=config,
        features=measured,
    )
    table, strips, classes = hole_composite(
        hole,
        scenes=scenes,
        read=read,
        features=measured,
        tables=[Path(path) for path in intervals_files],
        downhole=config,
        settings=wanted,
    )
    write_table(Path(table_file), table)
    write_strip_log(Path(strip_file), table, strips, classes, wanted)
    draw_hole(Path(picture_file), table, strips, classes)
