"""The stage `composite`: the intervals of one hole, and its strip log."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from semispectral.downhole.composites import composite, even_intervals, runs_of_hole
from semispectral.downhole.core_strips import strips_of_hole
from semispectral.downhole.depths import from_top
from semispectral.downhole.feature_log import names_of
from semispectral.downhole.hole_picture import draw_hole
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.strip_log import rows_per_m, write_strip_log
from semispectral.drillholes.table_rows import column_values, read_intervals
from semispectral.features.feature_files import read_features
from semispectral.maps.classify import Drawn
from semispectral.maps.numbers import read_numbers
from semispectral.storage.parquet import write_table
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

WHAT, KEY, GIVEN = "a table of intervals", "intervals.table", "given_"


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
    measured = {scene.name: read_features(Path(path).parent) for scene, path in pairs}
    down = from_top(scenes)

    def drawn() -> Iterator[Drawn]:
        return (read_numbers(Path(files[scene.name])).drawn.named(known) for scene in down)

    maps = (each.map for each in drawn())
    runs = list(runs_of_hole(down, maps, run_share=config.run_share, features=measured))
    strips = list(strips_of_hole(down, drawn(), run_share=config.run_share, rows_per_m=rows_per_m(wanted)))
    rows = [
        each for path in intervals_files for each in read_intervals(Path(path), what=WHAT, key=KEY) if each.hole == hole
    ]
    intervals = np.array([(each.from_m, each.to_m) for each in rows]) if rows else even_intervals(runs, wanted.length_m)
    classes = read_numbers(Path(files[down[0].name])).drawn.named(known).map.classes
    names = names_of(list(measured.values()))
    table = composite(hole, runs, intervals, classes, config, feature_names=names)
    for column in rows[0].others if rows else ():
        cells = [each.others[column] for each in rows]
        table[GIVEN + column] = column_values(cells, where=[f"{each.where}, column {column!r}" for each in rows])
    write_table(Path(table_file), table)
    write_strip_log(Path(strip_file), table, strips, classes, wanted)
    draw_hole(Path(picture_file), table, strips, classes)
