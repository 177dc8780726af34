"""Read the maps of a hole, and sum them up over its intervals: what its table, its strip log and its picture show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from semispectral.downhole.composites import composite, even_intervals, runs_of_hole
from semispectral.downhole.core_strips import Strip, strips_of_hole
from semispectral.downhole.depths import from_top
from semispectral.downhole.feature_log import names_of
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.strip_log import rows_per_m
from semispectral.drillholes.table_rows import column_values, read_intervals
from semispectral.features.feature_files import Measured
from semispectral.maps.classify import Drawn
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene

WHAT, KEY, GIVEN = "a table of intervals", "intervals.table", "given_"


class HoleComposite(NamedTuple):
    """A hole over intervals.

    Attributes
    ----------
    table : its intervals, from `semispectral.downhole.composites.composite`, with further columns of the user's table.
    strips : its core.
    classes : classes in label order.
    """

    table: pd.DataFrame
    strips: list[Strip]
    classes: ClassMap


def hole_composite(
    hole: str,
    *,
    scenes: Sequence[Scene],
    read: Callable[[Scene], Drawn],
    features: Mapping[str, Measured],
    tables: Sequence[Path],
    downhole: DownholeConfig,
    settings: IntervalConfig,
) -> HoleComposite:
    """Return the shares of the classes in the intervals of a hole, and its core.

    Parameters
    ----------
    hole : name of the hole.
    scenes : rows of scenes.tsv of the hole.
    read : function that reads the map of a scan; all maps have the same classes.
    features : absorption features by scene; empty: none.
    tables : the table of intervals; empty, or without rows of this hole: intervals of one length.
    downhole : how core is found, and how wide bounds are.
    settings : how long intervals and pages are.

    Raises
    ------
    DataError : a scan has no core length, or its map has no run of core.
    """
    down = from_top(scenes)

    def drawn() -> Iterator[Drawn]:
        return (read(scene) for scene in down)

    maps = (each.map for each in drawn())
    runs = list(runs_of_hole(down, maps, run_share=downhole.run_share, features=features))
    strips = list(strips_of_hole(down, drawn(), run_share=downhole.run_share, rows_per_m=rows_per_m(settings)))
    stated = [each for path in tables for each in read_intervals(path, what=WHAT, key=KEY)]
    rows = [each for each in stated if each.hole == hole]
    intervals = (
        np.array([(each.from_m, each.to_m) for each in rows]) if rows else even_intervals(runs, settings.length_m)
    )
    classes = read(down[0]).map.classes
    table = composite(hole, runs, intervals, classes, downhole, feature_names=names_of(list(features.values())))
    for column in rows[0].others if rows else ():
        table[GIVEN + column] = column_values(
            [each.others[column] for each in rows],
            where=[f"{each.where}, column {column!r}" for each in rows],
            whole=[each.others[column] for each in stated],
        )
    return HoleComposite(table, strips, classes)
