"""Estimate the noise of the spectra, with its correlation between bands, from pixels that lie side by side.

Neighbours are mostly of one rock, so that what differs between them is mostly noise: of the detector, but also of
illumination and registration, which is common to many bands. Half the covariance of the differences is the noise
covariance (Green et al. 1988, the shift difference). It is not only noise of the detector: the texture of one rock is
in it, and a classifier gains from taking that for noise, too. Where a boundary lies between two neighbours they differ
for another reason: such pairs are left out.

References
----------
Green, Berman, Switzer and Craig (1988), IEEE TGRS 26(1). Ledoit and Wolf (2004), J. Multivariate Analysis 88(2).
Bioucas-Dias and Nascimento (2008), IEEE TGRS 46(8), the noise of a band as what no other band foretells.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg

from semispectral.errors import DataError
from semispectral.scans.cube import Pixels
from semispectral.scans.quality import valid_spectra
from semispectral.scans.sensor_bands import columns_of
from semispectral.storage.model_files import load_model

log = logging.getLogger(__name__)

NEIGHBOURS = "neighbours"
BANDS = "bands"
MOST_TRIMMED = 0.1  # largest share of the pairs of a hole that are left out as lying across a boundary
MOST_PAIRS = 10_000  # of a hole: more change nothing and take memory
PAIRS_PER_BAND = 2  # fewer pairs in the whole study say too little of the correlation between bands
LEAST = 1e-4  # noise of a band, as a share of its standard deviation: less is rounding, or a band that never changes


@dataclass(frozen=True, eq=False)
class Noise:
    """The noise of cleaned spectra.

    Attributes
    ----------
    covariance : float64 [band, band], in squared units of the cleaned spectra; positive definite.
    source : str, ``neighbours``; or ``bands`` where too few pixels lie side by side: the noise is then that part of
        each band which the other bands do not foretell, without any correlation between bands.
    pairs : mapping of str to int, pairs of neighbours of each hole that were used.
    """

    covariance: np.ndarray
    source: str
    pairs: Mapping[str, int]

    @property
    def whitening(self) -> np.ndarray:
        """Symmetric square root of the inverse covariance, float64 [band, band]: noise @ whitening is white."""
        values, axes = linalg.eigh(self.covariance)
        return np.asarray((axes / np.sqrt(values)) @ axes.T)

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and description, as `semispectral.storage.model_files.save_model` takes them."""
        facts = {"source": self.source, "pairs": {name: int(count) for name, count in self.pairs.items()}}
        return {"covariance": self.covariance}, {"kind": "noise", **facts}

    @classmethod
    def from_saved(cls, arrays: Mapping[str, np.ndarray], description: Mapping[str, Any]) -> "Noise":
        """Return the noise that `to_saved` described.

        Parameters
        ----------
        arrays : arrays by name.
        description : mapping, content of ``model.json``.

        Raises
        ------
        DataError : it describes something else.
        """
        if description.get("kind") != "noise":
            raise DataError(f"a noise covariance was asked for, but model.json says kind {description.get('kind')!r}")
        return cls(arrays["covariance"], str(description["source"]), description["pairs"])


def read_noise(directory: str | Path) -> Noise:
    """Read the noise covariance that a directory holds.

    Parameters
    ----------
    directory : path-like, folder of the files.
    """
    return Noise.from_saved(*load_model(Path(directory)))


def neighbours(table: pd.DataFrame) -> np.ndarray:
    """Return the pairs of pixels of a scene that lie side by side, or one below the other, int64 [pair, 2].

    Parameters
    ----------
    table : DataFrame with the columns scene, line and sample, one row per pixel. Of pixels that are in it twice, one
        is used.

    Examples
    --------
    >>> table = pd.DataFrame({"scene": list("aaab"), "line": [0, 0, 1, 1], "sample": [4, 5, 4, 5]})
    >>> neighbours(table).tolist()
    [[0, 1], [0, 2]]
    """
    if not len(table):
        return np.zeros((0, 2), np.int64)
    line, sample = (table[name].to_numpy(np.int64) for name in ("line", "sample"))
    width, height = sample.max() + 2, line.max() + 2  # one free place keeps the end of a line from the next one
    scene = pd.factorize(table["scene"].astype(str), sort=True)[0]
    place, first = np.unique((scene * height + line) * width + sample, return_index=True)
    found = []
    for step in (1, width):
        at = np.minimum(np.searchsorted(place, place + step), len(place) - 1)
        pair = np.flatnonzero(place[at] == place + step)
        found.append(np.stack([first[pair], first[at[pair]]], axis=1))
    return np.concatenate(found)


def estimate_noise(pixels: Pixels) -> Noise:
    """Estimate the noise covariance of cleaned spectra, whatever their labels.

    The differences of each hole are trimmed by themselves, since one hole may be of a finer grain than another; their
    covariances are then averaged by the number of pairs. Of several sensors, each is looked at by itself, on the pixels
    that it has data of; between two of them noise is not correlated.

    Parameters
    ----------
    pixels : Pixels, of the training part only, cleaned and not normalised, with the columns scene, hole, line and
        sample.

    Raises
    ------
    DataError : there are fewer than two pixels.
    """
    if pixels.sensors:
        return _of_each(pixels)
    if len(pixels) < 2:
        raise DataError(f"the noise of the spectra needs two training pixels or more, got {len(pixels)}")
    x = pixels.x.astype(np.float64)
    spread = x.std(axis=0)
    least = np.where(spread > 0, LEAST * spread, 1.0)
    pairs = neighbours(pixels.table)
    hole = pixels.table["hole"].astype(str).to_numpy()
    known = {str(name): _thinned(pairs[hole[pairs[:, 0]] == name]) for name in np.unique(hole)}
    total = sum(map(len, known.values()))
    unit = np.maximum(spread, least)
    if total < PAIRS_PER_BAND * x.shape[1]:
        log.warning(
            "%d pairs of neighbouring training pixels are too few for the noise covariance of %d bands: the noise is "
            "estimated from the bands alone, without correlation between them",
            *(total, x.shape[1]),
        )
        return Noise(_of_bands(x, unit=unit, least=least), BANDS, dict.fromkeys(known, 0))
    covariance = np.zeros((x.shape[1], x.shape[1]))
    for name, mine in known.items():
        if len(mine):
            usual = float(np.sum(np.square(x[hole == name].std(axis=0) / unit)))
            own = _within_one_rock((x[mine[:, 1]] - x[mine[:, 0]]) / unit, usual)
            covariance += len(mine) / total * np.outer(unit, unit) * own
    covariance += np.diag(np.square(least))
    return Noise(covariance, NEIGHBOURS, {name: len(mine) for name, mine in known.items()})


def _of_each(pixels: Pixels) -> Noise:
    """Estimate the noise of each sensor; the source is that of the poorest, and so is the number of pairs."""
    found = []
    for place in columns_of(pixels.sensors):
        own = replace(pixels, x=pixels.x[:, place], wavelengths_nm=None, sensors=())
        found.append(estimate_noise(own.where(valid_spectra(own.x))))
    holes = sorted({hole for each in found for hole in each.pairs})
    source = BANDS if any(each.source == BANDS for each in found) else NEIGHBOURS
    pairs = {hole: min(each.pairs.get(hole, 0) for each in found) for hole in holes}
    return Noise(linalg.block_diag(*(each.covariance for each in found)), source, pairs)


def _thinned(pairs: np.ndarray) -> np.ndarray:
    """Return at most `MOST_PAIRS` pairs, evenly from all over the hole."""
    keep = np.linspace(0, len(pairs) - 1, min(len(pairs), MOST_PAIRS)).astype(np.int64)
    return np.asarray(pairs[keep])


def _within_one_rock(difference: np.ndarray, usual: float) -> np.ndarray:
    """Return the noise covariance from the differences of neighbours of a hole, float64 [band, band].

    A pair that is farther apart than a pixel usually is from the mean of its hole may lie across a boundary. At most a
    tenth is left out: where all is one rock, neighbours differ as much as any two pixels.

    Parameters
    ----------
    difference : float64 [pair, band], of neighbours.
    usual : mean squared distance of the hole's pixels from their mean, in the same units.
    """
    from sklearn.covariance import ledoit_wolf  # here: a scale reads a covariance and estimates none

    distance = np.square(difference).sum(axis=1)
    near = difference[distance <= max(usual, np.quantile(distance, 1 - MOST_TRIMMED))]
    return np.asarray(ledoit_wolf(near, assume_centered=True)[0] / 2)


def _of_bands(x: np.ndarray, *, unit: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Return a diagonal noise covariance: the variance of each band that a regression on all others leaves.

    It is the reciprocal of the diagonal of the inverse covariance (Bioucas-Dias and Nascimento 2008, eq. 5 and 6).
    """
    scaled = (x - x.mean(axis=0)) / unit
    covariance = scaled.T @ scaled / len(x) + LEAST**2 * np.eye(x.shape[1])
    left = np.square(unit) / np.diag(linalg.inv(covariance))
    return np.diag(np.maximum(left, np.square(least)))
