"""Write the log of a hole in all formats: CSV, LAS and a figure."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.downhole.log import NO_SCENES, DownholeConfig, core_of_hole, downhole_log
from semispectral.downhole.log_figure import draw_log
from semispectral.downhole.log_files import write_csv, write_las
from semispectral.features.feature_files import SceneFeatures
from semispectral.maps.scene_map import SceneMap
from semispectral.study.scene import Scene


def write_hole_log(
    csv: Path,
    las: Path,
    figure: Path,
    *,
    hole: str,
    scans: Sequence[tuple[Scene, SceneMap]],
    settings: DownholeConfig,
    features: Mapping[str, SceneFeatures] = NO_SCENES,
) -> None:
    """Write the log of a hole.

    Parameters
    ----------
    csv : CSV file to write.
    las : LAS file to write.
    figure : PNG file to write.
    hole : name of the hole.
    scans : every scan of the hole with its map; all maps have the same classes.
    settings : settings of the log.
    features : absorption features by scene; empty: none.

    Raises
    ------
    DataError : a scan has no core length, or its map has no run of core.
    """
    core = core_of_hole(scans, run_share=settings.run_share, features=features)
    classes = scans[0][1].classes
    table = downhole_log(hole, core, classes, settings)
    write_csv(csv, table)
    write_las(las, table, classes)
    draw_log(figure, table, classes, coverage=settings.coverage)
