"""The stage `features`: absorption features of every pixel of one scene."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_codes
from semispectral.features.absorption import differentiates, plan_for
from semispectral.features.feature_files import write_features
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.features.scan import measure_scan
from semispectral.maps.scene_map import Ground
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import IGNORED, ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)


def run_features(
    directory: str | Path, *, scans: Sequence[str | Path], codes_file: str | Path, threads: int, cfg: str
) -> None:
    """Measure the absorption features of every pixel of a scene that is not ignored.

    Parameters
    ----------
    directory : str or Path
        Folder to write the files of `write_features` to.
    scans : sequence of str or Path
        Files of the scene, which must be those that the census looked at.
    codes_file : str or Path
        Codes of the census: which pixels are ignored.
    threads : int
        Number of threads.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``cleaning`` and ``features``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    cleaning = settings(CleanConfig, given["cleaning"], where="cleaning")
    wanted = settings(FeaturesConfig, given["features"], where="features")
    codes = read_codes(Path(codes_file), scans=scans)
    of_interest = scene_labels(codes, ClassMap((), (), ()), use=scene.use, ignore=scene.ignore) != IGNORED
    with open_cleaned(scene, cleaning) as cube:
        derivative = differentiates(cleaning)
        plan = plan_for(wanted, cube.wavelengths_nm, derivative=derivative, where=scene.name, sensors=cube.sensors)
        if plan.left_out:
            log.info("%s: not measured, for the sensor does not see them: %s", scene.name, ", ".join(plan.left_out))
        values = measure_scan(cube, plan, wanted=of_interest, threads=threads)
        ground = Ground.of(cube).sized(scene.pixel_mm)
        write_features(Path(directory), values, plan, ground=ground, scene=scene.name)
