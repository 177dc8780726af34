"""Write the map of a scan with a trained model: of a scene of the study, or of one that was never labelled."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from semispectral.bundle import Bundle
from semispectral.clean_settings import scale_after
from semispectral.cleaned import open_cleaned, usable_samples
from semispectral.io import open_scene, read_scene_labels
from semispectral.io.rasters import Ground
from semispectral.mapping.draw import Drawn, Known, draw_map, known_of
from semispectral.mapping.files import write_map
from semispectral.mapping.scene_map import NOVEL_NAME
from semispectral.mask import MaskConfig, find_mask
from semispectral.pixels import Cube
from semispectral.scene import Scene
from semispectral.smoothing import SmoothConfig

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
    scene, bundle : its row of scenes.tsv, and the model.
    directory : for the files, as `write_map` writes them.
    codes : int [line, sample], of the census; parts : uint8 [line, sample], of the plan.
    """
    found = known_of(scene, codes, parts, bundle.classes)
    known = replace(found, wanted=_usable(scene, bundle) & (True if found.wanted is None else found.wanted))
    with open_cleaned(scene, bundle.cleaning) as cube:
        drawn = draw_map(cube, bundle, known=known, smooth=smooth, threads=threads)
        _write(directory, drawn, cube, scene, smooth)


def map_new(
    scene: Scene, bundle: Bundle, directory: Path, *, mask: MaskConfig, smooth: SmoothConfig, threads: int
) -> None:
    """Write the map of a scan, from its data alone.

    Parameters
    ----------
    scene : the scan. Where its row has codes to ignore, its label file is read, to leave those pixels out.
    bundle, directory : as in `map_known`.
    mask : how tray and shadow are told from core where nobody has marked them.
    """
    known, scale = Known(_of_interest(scene, bundle, mask)), scale_to_trained(scene, bundle)
    with open_cleaned(scene, bundle.cleaning) as cube:
        drawn = draw_map(cube, bundle, known=known, smooth=smooth, threads=threads, scale=scale)
        _write(directory, drawn, cube, scene, smooth)


def scale_to_trained(scene: Scene, bundle: Bundle) -> float:
    """Factor from a scan's cleaned values to those that the model was trained on; 1 where those had no one scale."""
    trained = bundle.facts["scale"]
    return 1.0 if trained is None else float(scale_after(scene, bundle.cleaning) / trained)


def _write(directory: Path, drawn: Drawn, cube: Cube, scene: Scene, smooth: SmoothConfig) -> None:
    ground = Ground.of(cube, pixel_mm=scene.pixel_mm)
    write_map(directory, drawn, ground=ground, scene=scene.name, smoothing=smooth.smoothing)
    pixels = int(drawn.map.valid.sum())
    share = 100 * drawn.map.novel.sum() / max(pixels, 1)
    log.info("%s: %d pixels classified, %.1f %% of them %s", scene.name, pixels, share, NOVEL_NAME)


def _usable(scene: Scene, bundle: Bundle) -> np.ndarray:
    """Columns of the detector that give a spectrum at all, bool [sample]."""
    with open_scene(scene) as cube:
        return usable_samples(scene, cube, bundle.cleaning)


def _of_interest(scene: Scene, bundle: Bundle, mask: MaskConfig) -> np.ndarray:
    """Pixels of a new scan that are neither masked nor of a code to ignore, bool [line, sample]."""
    with open_scene(scene) as cube:
        wanted = _usable(scene, bundle) & ~find_mask(cube, scale=scene.scale, settings=mask)
        codes = read_scene_labels(scene, cube) if scene.ignore.ranges else np.zeros(cube.shape[:2], int)
    values, inverse = np.unique(codes, return_inverse=True)
    ignored = np.array([int(value) in scene.ignore for value in values])[inverse].reshape(codes.shape)
    return np.asarray(wanted & ~ignored)
