"""Write the log of a hole in all formats: CSV, LAS and a figure."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from semispectral.downhole.log import NO_SCENES, DownholeConfig, cores_of_hole, downhole_log
from semispectral.downhole.log_figure import draw_log
from semispectral.downhole.log_files import write_csv, write_las
from semispectral.features.feature_files import Measured
from semispectral.maps.scene_map import SceneMap
from semispectral.study.scene import Scene


def write_hole_log(
    csv: Path,
    las: Path,
    figure: Path,
    *,
    hole: str,
    scenes: Sequence[Scene],
    read: Callable[[Scene], SceneMap],
    settings: DownholeConfig,
    features: Mapping[str, Measured] = NO_SCENES,
) -> None:
    """Write the log of a hole.

    Parameters
    ----------
    csv : CSV file to write.
    las : LAS file to write.
    figure : PNG file to write.
    hole : name of the hole.
    scenes : rows of scenes.tsv of the hole.
    read : function that reads the map of a scan; all maps have the same classes.
    settings : settings of the log.
    features : absorption features by scene; empty: none.

    Raises
    ------
    DataError : a scan has no core length, or its map has no run of core.
    """
    classes, cores = cores_of_hole(scenes, read, run_share=settings.run_share, features=features)
    table = downhole_log(hole, cores, classes, settings)
    write_csv(csv, table)
    write_las(las, table, classes)
    draw_log(figure, table, classes, coverage=settings.coverage)
