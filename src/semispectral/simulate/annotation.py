"""Draw labels as a geologist gives them: contiguous patches, few, unequal, and sometimes wrong at the border."""

import numpy as np
from scipy import ndimage

from semispectral.simulate.geology import Geology
from semispectral.simulate.hole import Hole
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.lithologies import UNLABELLED_CODE

NEIGHBOURS = np.ones((3, 3), dtype=bool)
SMALLEST_PATCH = 6


def draw_labels(
    settings: SimulateConfig,
    hole: Hole,
    geology: Geology,
    class_code: np.ndarray,
    clear: np.ndarray,
    core_pixels: int,
    random: np.random.Generator,
) -> np.ndarray:
    """Draw the label codes of a scene, 0 where nothing is labelled.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    hole : Hole, drill hole.
    geology : Geology, units and veins of the scene.
    class_code : uint16 [class], codes of `Hole.classes`.
    clear : bool [line, sample], pixels that a geologist would mark: whole core on a sound detector column.
    core_pixels : int, number of pixels of core, of which a share is labelled.
    random : Generator, source of chance.

    Returns
    -------
    uint16 [line, sample].
    """
    total = core_pixels * random.uniform(*settings.labelled_share)
    wanted = np.round(hole.label * total * (1 - settings.label_noise)).astype(int)
    labels = np.full(clear.shape, UNLABELLED_CODE, dtype=np.uint16)
    for place in np.flatnonzero(wanted):
        _mark_patches(labels, clear & (geology.member == place), class_code[place], wanted[place], random)
    for place in np.flatnonzero(wanted):
        _spill(labels, clear & (geology.member != place), class_code[place], settings.label_noise, random)
    return labels


def _mark_patches(labels: np.ndarray, free: np.ndarray, code: int, wanted: int, random: np.random.Generator) -> None:
    """Mark patches of a class, in place, until its number of labels is reached or no room is left."""
    largest = max(2 * SMALLEST_PATCH, wanted // 6)
    while wanted > 0 and free.any():
        size = min(wanted, int(random.integers(SMALLEST_PATCH, largest + 1)))
        patch = _grow_patch(free, size, random)
        labels[patch] = code
        free &= ~ndimage.binary_dilation(patch, NEIGHBOURS)
        wanted -= int(patch.sum())


def _grow_patch(free: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Return a connected, round patch of at most `size` free pixels around a random one, bool [line, sample]."""
    lines, samples = np.nonzero(free)
    start = random.integers(lines.size)
    distance = np.hypot(lines - lines[start], samples - samples[start])
    nearest = np.argsort(distance, kind="stable")[:size]
    patch = np.zeros_like(free)
    patch[lines[nearest], samples[nearest]] = True
    components, _ = ndimage.label(patch)
    return np.asarray(components == components[lines[start], samples[start]])


def _spill(labels: np.ndarray, foreign: np.ndarray, code: int, noise: float, random: np.random.Generator) -> None:
    """Extend the patches of a class, in place, over neighbouring pixels that truly belong to another class."""
    own = labels == code
    wrong = round(int(own.sum()) * noise / (1 - noise))
    beside = ndimage.binary_dilation(own, NEIGHBOURS) & foreign & (labels == UNLABELLED_CODE)
    candidates = np.flatnonzero(beside)
    chosen = random.choice(candidates, size=min(wrong, candidates.size), replace=False)
    labels.flat[chosen] = code
