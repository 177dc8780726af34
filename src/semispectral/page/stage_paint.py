"""The stage `paint`: what people open of one map, in the names and colours of its classes."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.maps.map_files import write_map
from semispectral.maps.numbers import read_numbers
from semispectral.page.content import Labelling
from semispectral.page.mapped import Beside, codes_of, depths_of, write_page
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

PAGE = "page.html"


def run_paint(
    directory: str | Path,
    *,
    numbers_file: str | Path,
    pixels_directory: str | Path,
    features: Sequence[str | Path],
    cfg: str,
) -> None:
    """Write rasters, picture and interactive page of a map.

    Parameters
    ----------
    directory : str or Path
        Folder to write them to.
    numbers_file : str or Path
        Numbers of the map, as the stages `map` and `new_map` write them.
    pixels_directory : str or Path
        Spectra of the scan, as the stages `pixels` and `new_pixels` write them.
    features : sequence of str or Path
        ``features.json`` of the scene, whose raster lies beside it; empty: no absorption features.
    cfg : str
        JSON of ``scene`` (what depths and labels use of its row of scenes.tsv), ``classes`` (codes, names and colours
        of all classes), ``run_share`` and ``report`` (address of the report as seen from the page, or empty).
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    numbers = read_numbers(Path(numbers_file))
    classes = ClassMap.from_dict(given["classes"])
    drawn = numbers.drawn.named(classes)
    ground = numbers.ground.sized(scene.pixel_mm)
    write_map(Path(directory), drawn, ground=ground, scene=numbers.scene, smoothing=numbers.smoothing)
    labelling = Labelling.of(scene, classes, given=codes_of(drawn))
    measured = read_features(Path(features[0]).parent) if features else NO_FEATURES
    depth_m = depths_of(scene, drawn.map, run_share=given["run_share"])
    beside = Beside(labelling, depth_m, given["report"], measured)
    write_page(Path(directory, PAGE), drawn, Path(pixels_directory), beside=beside)
