"""Tell tray and shadow from core by brightness and shape, where nobody has marked them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from semispectral.scans.core_mask import core_by_spectra, without_blocks
from semispectral.scans.cube import Cube
from semispectral.scans.quality import sparse_blocks
from semispectral.study.setting_types import CountFromZero, Positive, settings_class

BLOCK_BYTES = 8_000_000
BANDS_SEEN = 16  # evenly along the spectrum; brightness needs no more
HISTOGRAM = 256
DARK = 0.4  # of the brightness of core: darker columns may be a tray
IN_NEARLY_ALL, IN_HALF = 0.95, 0.5  # shares of the lines in which a column of a wall, or of core, is dark
LEAST_WALLS = 0.05  # share of the columns


@settings_class("mask")
class MaskConfig:
    """Settings of the mask of tray and shadow.

    Brightness alone cannot tell dark rock from a dark tray: look at what is masked before trusting it. ``otsu`` suits
    scenes of two levels of brightness only.
    """

    method: Literal["none", "threshold", "otsu", "spectra"] = "none"
    """none; threshold: darker than darker_than; otsu: the threshold that parts dark from bright best, which takes dark
    core for tray where brightness has more than two levels; spectra: clusters of spectra that are commoner beside the
    runs of core than in them, and wooden blocks. Core must lie along the lines.
    """
    darker_than: Positive = 0.05
    """Mean reflectance, for threshold."""
    smallest: CountFromZero = 50
    """Bright pieces of fewer pixels than this are masked too."""
    holes: CountFromZero = 50
    """Dark pieces of at most so many pixels inside bright ones are not masked: they are minerals."""


def find_mask(cube: Cube, *, scale: float, settings: MaskConfig) -> np.ndarray:
    """Return a mask of tray and shadow; one pass over the cube unless the method is none.

    Parameters
    ----------
    cube : Cube, the scene.
    scale : float, reflectance = stored value x scale.
    settings : MaskConfig, settings of the mask.

    Returns
    -------
    bool [line, sample].
    """
    if settings.method == "none":
        return np.zeros(cube.shape[:2], bool)
    return mask_by(look_for_core(cube, settings), scale=scale, settings=settings)


@dataclass(frozen=True, eq=False)
class Seen:
    """What core is told from tray by.

    Attributes
    ----------
    bright : float32 [line, sample], mean over some bands; NaN without data.
    spectra : float32 [line, sample, band], a few bands; None unless the method looks at them.
    """

    bright: np.ndarray
    spectra: np.ndarray | None = None


def look_for_core(cube: Cube, settings: MaskConfig) -> Seen:
    """Return what the method of the mask looks at, by one pass over the cube.

    Parameters
    ----------
    cube : Cube, open scene.
    settings : MaskConfig, settings of the mask.
    """
    if settings.method != "spectra":
        return Seen(brightness(cube))
    spectra = some_bands(cube)
    return Seen(_mean(spectra), spectra)


def mask_by(found: Seen, *, scale: float, settings: MaskConfig) -> np.ndarray:
    """Return a mask of tray and shadow, bool [line, sample], by what was seen of a scene.

    Parameters
    ----------
    found : Seen, what the method looks at.
    scale : float, reflectance = stored value x scale.
    settings : MaskConfig, settings of the mask, whose method is not none.
    """
    bright = found.bright * scale
    seen = np.isfinite(bright)
    limit = settings.darker_than if settings.method == "threshold" else otsu(bright[seen])
    core = seen & (bright >= limit)
    if found.spectra is not None:
        core = core_by_spectra(found.spectra, core)
    core = without_specks(core, smallest=settings.smallest, holes=settings.holes)
    return np.asarray(seen & ~(core if found.spectra is None else without_blocks(core)))


def some_bands(cube: Cube) -> np.ndarray:
    """Return a few bands, evenly along the spectrum, of every pixel, float32 [line, sample, band].

    Parameters
    ----------
    cube : Cube, open scene.
    """
    bands = np.unique(np.linspace(0, cube.shape[2] - 1, BANDS_SEEN).astype(int))
    found = np.empty((*cube.shape[:2], len(bands)), np.float32)
    for first, values in cube.blocks(max_bytes=BLOCK_BYTES):
        found[first : first + len(values)] = values[:, :, bands]
    return found


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of the finite bands, float32 [..., pixel]; NaN without any."""
    good = np.isfinite(values)
    total = np.where(good, values, 0).sum(axis=-1, dtype=np.float32)
    none = np.full(total.shape, np.nan, np.float32)
    return np.asarray(np.divide(total, good.sum(axis=-1), out=none, where=good.any(axis=-1)))


def brightness(cube: Cube) -> np.ndarray:
    """Return the mean over some bands of every pixel, float32 [line, sample]; NaN without values.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    bands = np.unique(np.linspace(0, cube.shape[2] - 1, BANDS_SEEN).astype(int))
    mean = np.empty(cube.shape[:2], np.float32)
    for first, values in cube.blocks(max_bytes=BLOCK_BYTES):
        mean[first : first + len(values)] = _mean(values[:, :, bands])
    return mean


def shows_tray(cube: Cube) -> bool:
    """Return whether walls of a tray, or background, seem to run along the lines, by a few blocks of them.

    That is said of dark columns in strips, with brighter ones between or beside them, so that bright trays, and trays
    across the lines, are not found. Pixels of 0, which hold no data, are not looked at.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    bands = np.unique(np.linspace(0, cube.shape[2] - 1, BANDS_SEEN).astype(int))
    bright = np.concatenate([_mean(values[:, :, bands].astype(np.float32)) for values in sparse_blocks(cube)])
    seen = np.isfinite(bright) & (bright > 0)
    dark = seen & (bright < otsu(bright[seen]))
    if not dark.any() or np.median(bright[dark]) > DARK * np.median(bright[seen & ~dark]):
        return False
    share = dark.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    wall = share > IN_NEARLY_ALL
    strips = int(np.count_nonzero(np.diff(wall.astype(int), prepend=0) == 1))
    return bool(strips > 1 and wall.mean() > LEAST_WALLS and (share < IN_HALF).mean() > LEAST_WALLS)


def otsu(values: np.ndarray) -> float:
    """Return the threshold with the least variance within dark and bright (Otsu 1979), on 256 steps.

    Parameters
    ----------
    values : float [pixel], brightness.
    """
    if not len(values) or values.min() == values.max():
        return float("-inf")
    # The least variance within the two classes is the largest variance between them, which cumulative counts and sums
    # give for all thresholds at once. The constant factor of that variance does not change where it is largest.
    counts, edges = np.histogram(values, HISTOGRAM)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    total = np.cumsum(counts * middle)
    apart = total[:-1] / np.maximum(below, 1) - (total[-1] - total[:-1]) / np.maximum(above, 1)
    between = below * above * apart**2
    best = np.flatnonzero(between == between.max())  # all steps between two peaks are equal: take their middle
    return float(edges[1:][best].mean())


def without_specks(bright: np.ndarray, *, smallest: int, holes: int) -> np.ndarray:
    """Return the bright pixels without small pieces, and with small dark pieces filled.

    Parameters
    ----------
    bright : bool [line, sample].
    smallest : int, pieces of fewer pixels are removed.
    holes : int, dark pieces of at most this number of pixels are filled.

    Returns
    -------
    bool [line, sample].
    """
    kept = bright & (_piece_size(bright) >= smallest)
    return np.asarray(kept | (~kept & (_piece_size(~kept) <= holes)))


def _piece_size(mask: np.ndarray) -> np.ndarray:
    """Return the size of the piece that each pixel lies in, int64 [line, sample]; 0 outside."""
    piece, _ = ndimage.label(mask)
    sizes = np.bincount(piece.ravel())
    sizes[0] = 0
    return np.asarray(sizes[piece])
