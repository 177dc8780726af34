"""Write the map of a scan that was never labelled, with a trained model: what is core is found from its data alone."""

from pathlib import Path

import numpy as np

from semispectral.bundle import Bundle
from semispectral.cleaned import open_cleaned
from semispectral.io import open_scene
from semispectral.io.label_files import read_scene_labels
from semispectral.mapping.draw import Known, draw_map
from semispectral.mapping.scans import scale_to_trained, usable_pixels, write_drawn
from semispectral.mask import MaskConfig, find_mask
from semispectral.scene import Scene
from semispectral.smoothing import SmoothConfig


def map_new(
    scene: Scene, bundle: Bundle, directory: Path, *, mask: MaskConfig, smooth: SmoothConfig, threads: int
) -> None:
    """Write the map of a scan, from its data alone.

    Parameters
    ----------
    scene : the scan. Where its row has codes to ignore, its label file is read, to leave those pixels out.
    bundle, directory : as in `semispectral.mapping.scans.map_known`.
    mask : how tray and shadow are told from core where nobody has marked them.
    """
    known, scale = Known(_of_interest(scene, bundle, mask)), scale_to_trained(scene, bundle)
    with open_cleaned(scene, bundle.cleaning) as cube:
        drawn = draw_map(cube, bundle, known=known, smooth=smooth, threads=threads, scale=scale)
        write_drawn(directory, drawn, cube, scene, smooth)


def _of_interest(scene: Scene, bundle: Bundle, mask: MaskConfig) -> np.ndarray:
    """Pixels of a new scan that are neither masked nor of a code to ignore, bool [line, sample]."""
    with open_scene(scene) as cube:
        wanted = usable_pixels(scene, bundle) & ~find_mask(cube, scale=scene.scale, settings=mask)
        codes = read_scene_labels(scene, cube) if scene.ignore.ranges else np.zeros(cube.shape[:2], int)
    values, inverse = np.unique(codes, return_inverse=True)
    ignored = np.array([int(value) in scene.ignore for value in values])[inverse].reshape(codes.shape)
    return np.asarray(wanted & ~ignored)
