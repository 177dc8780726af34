"""Map a scene of the study with a trained model."""

import logging
from pathlib import Path

import numpy as np

from semispectral.maps.bundle import Bundle
from semispectral.maps.classify import Drawn, draw_map, known_of
from semispectral.maps.map_files import write_map
from semispectral.maps.rasters import Ground
from semispectral.maps.scene_map import NOVEL_NAME
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.cube import Cube
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import scale_after
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)


def map_known(
    scene: Scene,
    bundle: Bundle,
    directory: Path,
    *,
    codes: np.ndarray,
    parts: np.ndarray,
    smooth: SmoothConfig,
    threads: int,
) -> None:
    """Write the map of a scene of the study.

    Parameters
    ----------
    scene : its row of scenes.tsv.
    bundle : the trained model.
    directory : directory for the files of `write_map`.
    codes : int [line, sample], label codes of the census.
    parts : uint8 [line, sample], parts of the plan.
    smooth : settings of the smoothing.
    threads : number of threads.
    """
    known = known_of(scene, codes, parts, bundle.classes)
    with open_cleaned(scene, bundle.cleaning) as cube:
        drawn = draw_map(cube, bundle, known=known, smooth=smooth, threads=threads)
        write_drawn(directory, drawn, cube, scene, smooth)


def scale_to_trained(scene: Scene, bundle: Bundle) -> float:
    """Return the factor from cleaned values of a scan to those of the training scans; 1 if these differ in scale.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    bundle : the trained model.
    """
    trained = bundle.facts["scale"]
    return 1.0 if trained is None else float(scale_after(scene, bundle.cleaning) / trained)


def write_drawn(directory: Path, drawn: Drawn, cube: Cube, scene: Scene, smooth: SmoothConfig) -> None:
    """Write the files of a map and log the share of unknown pixels.

    Parameters
    ----------
    directory : directory for the files of `write_map`.
    drawn : the map.
    cube : the scan.
    scene : its row of scenes.tsv.
    smooth : settings of the smoothing.
    """
    ground = Ground.of(cube, pixel_mm=scene.pixel_mm)
    write_map(directory, drawn, ground=ground, scene=scene.name, smoothing=smooth.smoothing)
    pixels = int(drawn.map.valid.sum())
    share = 100 * drawn.map.novel.sum() / max(pixels, 1)
    log.info("%s: %d pixels classified, %.1f %% of them %s", scene.name, pixels, share, NOVEL_NAME)
