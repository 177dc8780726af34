"""Cluster the spectra of a scene, so that rare materials are drawn as often as common ones."""

from dataclasses import dataclass

import numpy as np

from semispectral.scans.cube import Cube, HoldData
from semispectral.scans.quality import whole
from semispectral.spectra.normalisations.snv import snv
from semispectral.spectra.transforms import fill_bands

LINES_SEEN = 32  # evenly along the scene, one by one: the same ones whatever the format's chunks
PIXELS_SEEN = 20_000
MOST_BANDS = 64
ROUNDS = 25


@dataclass(frozen=True, eq=False)
class Clusters:
    """Centres of k-means clusters of SNV-normalised spectra.

    Attributes
    ----------
    centres : float64 [cluster, chosen band].
    bands : int [chosen band], the bands that are compared.
    """

    centres: np.ndarray
    bands: np.ndarray

    def __len__(self) -> int:
        return len(self.centres)

    def of(self, x: np.ndarray) -> np.ndarray:
        """Return the number of the nearest centre of each spectrum.

        A spectrum without data is assigned to cluster 0.

        Parameters
        ----------
        x : [pixel, band], raw values.

        Returns
        -------
        int64 [pixel].
        """
        shape = _shape(x, self.bands)
        # in float64: what float32 rounds differently in blocks of another size could change the nearest
        distance = (self.centres**2).sum(axis=1) - 2 * (shape @ self.centres.T)
        return np.asarray(np.nan_to_num(distance, nan=np.inf).argmin(axis=1))


def _shape(x: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """Return the SNV of the chosen bands, float64 [pixel, chosen band]."""
    if x.dtype.kind == "f":
        x = fill_bands(x, missing=~np.isfinite(x))
    return snv(x[:, bands].astype(np.float32)).astype(np.float64)


def find_clusters(
    cube: Cube, wanted: np.ndarray, *, clusters: int, seed: int, holds_data: HoldData = whole
) -> Clusters:
    """Cluster a subset of the wanted pixels of a scene by the shape of their spectra.

    Parameters
    ----------
    cube : Cube, the scene.
    wanted : bool [line, sample], the pixels to cluster.
    clusters : int, number of clusters; fewer are found where there are fewer distinct spectra.
    seed : int, seed of the choice of pixels and of k-means.
    holds_data : callable, function that tells which pixels hold data, see `HoldData`.

    Returns
    -------
    Clusters, with one centre at least.
    """
    random = np.random.default_rng(seed)
    bands = np.unique(np.linspace(0, cube.shape[2] - 1, MOST_BANDS).astype(int))
    lines = np.flatnonzero(wanted.any(axis=1))
    chosen = np.unique(lines[np.linspace(0, len(lines) - 1, LINES_SEEN).astype(int)]) if len(lines) else lines
    rows = [cube.read_lines(line, line + 1)[0][wanted[line]] for line in chosen.tolist()]
    x = np.concatenate([np.zeros((0, cube.shape[2]), cube.dtype), *rows])
    x = x[holds_data(x, np.nonzero(wanted[chosen])[1])]
    if len(x) > PIXELS_SEEN:
        x = x[np.sort(random.choice(len(x), PIXELS_SEEN, replace=False))]
    shape = _shape(x, bands)
    found = min(clusters, len(np.unique(shape, axis=0)))
    if found < 2:
        return Clusters(np.zeros((1, len(bands))), bands)
    from scipy.cluster.vq import kmeans2  # here: a sample without clusters does not wait for it

    centres, nearest = kmeans2(shape, found, iter=ROUNDS, minit="++", missing="warn", rng=random)
    return Clusters(centres[np.unique(nearest)], bands)
