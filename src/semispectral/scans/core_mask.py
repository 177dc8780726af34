"""Tell core from tray by its spectra, where brightness alone takes dark core for tray.

Pixels are clustered by brightness and by the shape of their spectra. A cluster is tray if it is commoner in columns of
tray than in the others: core lies along the lines, so a column of the scan is mostly one or the other. What is as
bright as core and fills its compartment over a few lines is a wooden block.
"""

from itertools import pairwise

import numpy as np
from scipy import ndimage

CLUSTERS = 8
CLUSTERED = 20_000  # pixels, evenly over the scan, that the clusters are made of
SEED = 0  # the clusters are only an order of pixels; which start they have does not matter
DARKEST = 0.01  # of the brightest value; darker pixels have no shape
SHAPE_WEIGHT = 0.3  # of each band's shape beside brightness, after both are standardised
TRAY_COLUMN = 0.25  # share of bright pixels, below which a column is tray
NARROWEST_RUN = 3  # samples
BLOCK_WIDTH = 1.2  # of the usual width of a run, above which its compartment is filled
BLOCK_LINES = 3  # fewest lines of a block
BLOCK_SHARE = 0.2  # of all lines, above which it is no block


def core_by_spectra(spectra: np.ndarray, bright: np.ndarray) -> np.ndarray:
    """Return the pixels that are core, bool [line, sample], before small pieces are removed.

    Parameters
    ----------
    spectra : float32 [line, sample, band], a few bands along the spectrum; NaN where there is no value.
    bright : bool [line, sample], pixels that are core by brightness alone, which tells columns of tray: in them hardly
        any is.
    """
    tray = bright.mean(axis=0) < TRAY_COLUMN
    if not tray.any() or tray.all():
        return bright
    cluster = _clusters(spectra)
    found = np.zeros(bright.shape, bool)
    for number in range(CLUSTERS):
        here = cluster == number
        if here[:, ~tray].mean() > here[:, tray].mean():
            found |= here
    return found


def _clusters(spectra: np.ndarray) -> np.ndarray:
    """Return the cluster of each pixel, int [line, sample]; -1 without a value in every band."""
    from sklearn.cluster import KMeans  # here: it takes longer to import than all else of a job that masks nothing

    seen = np.isfinite(spectra).all(axis=2)
    x = spectra[seen].astype(np.float32)
    mean = x.mean(axis=1, keepdims=True)
    mean = np.maximum(mean, DARKEST * mean.max(initial=1e-30))
    features = np.concatenate([np.log(mean), x / mean], axis=1)
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    features[:, 1:] *= SHAPE_WEIGHT
    found = np.full(spectra.shape[:2], -1)
    few = features[:: max(1, len(features) // CLUSTERED)]
    if len(few) >= CLUSTERS:
        found[seen] = KMeans(CLUSTERS, n_init=2, random_state=SEED).fit(few).predict(features)
    return found


def without_blocks(core: np.ndarray) -> np.ndarray:
    """Return core without wooden blocks: a few lines on which core is wider than its run.

    Parameters
    ----------
    core : bool [line, sample], core and blocks.
    """
    kept = core.copy()
    for compartment in _compartments(core):
        width = core[:, compartment].sum(axis=1)
        usual = np.median(width[width > 0]) if width.any() else 0
        wide = ndimage.binary_opening(width > BLOCK_WIDTH * usual, np.ones(BLOCK_LINES, bool))
        pieces, _ = ndimage.label(wide)
        short = [number for number, lines in enumerate(np.bincount(pieces)) if 0 < lines <= BLOCK_SHARE * len(core)]
        blocks = ndimage.binary_dilation(np.isin(pieces, [number for number in short if number]), np.ones(3, bool))
        kept[blocks, compartment] = False
    return kept


def _compartments(core: np.ndarray) -> list[slice]:
    """Return the samples of each compartment of a tray, from the middle between two runs to the next."""
    held = np.concatenate([[False], core.mean(axis=0) >= 0.5, [False]]).astype(np.int8)
    begins, ends = (np.flatnonzero(np.diff(held) == step) for step in (1, -1))
    wide = ends - begins >= NARROWEST_RUN
    begins, ends = begins[wide], ends[wide]
    edges = [0, *((ends[:-1] + begins[1:]) // 2).tolist(), core.shape[1]] if len(begins) else []
    return [slice(first, last) for first, last in pairwise(edges)]
