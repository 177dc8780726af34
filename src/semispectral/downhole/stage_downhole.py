"""The stage `downhole`: the log of one hole."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.downhole.depths import joins
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.write_log import write_hole_log
from semispectral.features.feature_files import StoredFeatures
from semispectral.maps.numbers import read_numbers
from semispectral.maps.scene_map import SceneMap
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)


def run_downhole(
    *,
    csv_file: str | Path,
    las_file: str | Path,
    figure_file: str | Path,
    numbers_files: Sequence[str | Path],
    features: Sequence[str | Path],
    hole: str,
    cfg: str,
) -> None:
    """Write the downhole log of a hole from the maps and features of its scenes, which are read one after the other.

    Parameters
    ----------
    csv_file, las_file, figure_file : str or Path
        Files to write: the log as CSV, as LAS and as a picture.
    numbers_files : sequence of str or Path
        Numbers of the map of every scene of the hole, in the order of ``scenes``.
    features : sequence of str or Path
        ``features.json`` of every scene of the hole, in the same order; its raster lies beside it. Empty: no features.
    hole : str
        Name of the hole.
    cfg : str
        JSON of the sections ``scenes`` (rows of scenes.tsv of the hole), ``classes`` (codes, names and colours of all
        classes) and ``downhole``.
    """
    given = json.loads(cfg)
    config = settings(DownholeConfig, given["downhole"], where="map.downhole")
    known = ClassMap.from_dict(given["classes"])
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    for text in joins(scenes):
        log.info("%s", text)
    files = dict(zip((scene.name for scene in scenes), numbers_files, strict=True))

    def read(scene: Scene) -> SceneMap:
        return read_numbers(Path(files[scene.name])).drawn.named(known).map

    pairs = zip(scenes, features, strict=True) if features else ()
    measured = {scene.name: StoredFeatures.of(Path(path).parent) for scene, path in pairs}
    write_hole_log(
        Path(csv_file),
        Path(las_file),
        Path(figure_file),
        hole=hole,
        scenes=scenes,
        read=read,
        settings=config,
        features=measured,
    )
