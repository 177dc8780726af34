"""Describe each cluster: its mean spectrum and spread, what it may be, and the pixel that stands for it."""

import logging
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import find_peaks

from semispectral.errors import DataError
from semispectral.explore.group_files import Group, Groups
from semispectral.features.absorption import vertex
from semispectral.library.library_files import read_libraries
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.suggest import suggest
from semispectral.scans.cube import Pixels
from semispectral.spectra.hull_windows import rising_bands
from semispectral.spectra.transforms import remove_continuum

log = logging.getLogger(__name__)

SPREAD = (10, 90)  # percentiles, as `Group` says
LEAST_DEPTH = 0.02  # of an absorption
MOST_ABSORPTIONS = 5
DIGITS = 6


def describe(
    pixels: Pixels,
    cluster: np.ndarray,
    medoid: np.ndarray,
    *,
    name: str,
    unit: str,
    suggestions: int,
    library: LibraryConfig | None = None,
    fwhm_nm: np.ndarray | None = None,
) -> Groups:
    """Describe the clusters of sampled pixels.

    Parameters
    ----------
    pixels : cleaned spectra of the pixels, reflectance if known.
    cluster : int [pixel], number of the cluster of each pixel; each cluster has one at least.
    medoid : int [cluster], pixel that stands for each cluster.
    name : what the clusters are called, before their number from 1.
    unit : what the spectra are.
    suggestions : number of matches in the spectral library.
    library : the spectral library, whose files are found from here; None: the built-in one.
    fwhm_nm : float64 [band], full widths at half maximum of the bands if they are known.

    Raises
    ------
    SemispectralError : a library that the study names cannot be read, or does not fit the sensor.
    """
    order = np.argsort(cluster, kind="stable")
    bounds = np.searchsorted(cluster[order], np.arange(len(medoid) + 1))
    members = [order[first:last] for first, last in pairwise(bounds)]
    stands = [_statistics(pixels.x[rows]) for rows in members]
    means = np.array([mean for mean, _, _ in stands]).reshape(len(stands), pixels.x.shape[1])
    quotients = hull_quotients(means, pixels.wavelengths_nm)
    matches = _matches(means, pixels.wavelengths_nm, library or LibraryConfig(), fwhm_nm=fwhm_nm, most=suggestions)
    found = []
    for number, rows in enumerate(members):
        mean, low, high = map(_rounded, stands[number])
        matched, known = matches[number]
        found.append(
            Group(
                name=f"{name} {number + 1}",
                pixels=len(rows),
                mean=mean,
                low=low,
                high=high,
                hull_quotient=_rounded(quotients[number]),
                absorptions=absorptions(quotients[number], pixels.wavelengths_nm),
                medoid=_place(pixels.table.iloc[medoid[number]]),
                matches=matched,
                known=known,
            )
        )
    nm = None if pixels.wavelengths_nm is None else tuple(_rounded(pixels.wavelengths_nm))
    return Groups(tuple(found), nm, unit)


def _statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean and `SPREAD` of some spectra, float64 [band]."""
    low, high = np.percentile(x, SPREAD, axis=0)
    return x.mean(axis=0, dtype=np.float64), low, high


def hull_quotients(means: np.ndarray, wavelengths_nm: np.ndarray | None) -> np.ndarray:
    """Return spectra divided by their continuum, float64 [spectrum, band], or [spectrum, 0] without wavelengths.

    It is 1 in a band that has no wavelength, or that of a band before it.

    Parameters
    ----------
    means : float [spectrum, band].
    wavelengths_nm : float64 [band] in nm, in any order, NaN for a band without; None: not known.
    """
    if wavelengths_nm is None:
        return np.zeros((len(means), 0))
    rising = rising_bands(wavelengths_nm)
    quotients = np.ones(means.shape)
    quotients[:, rising] = remove_continuum(means[:, rising], wavelengths_nm[rising])
    return quotients


def absorptions(quotient: np.ndarray, wavelengths_nm: np.ndarray | None) -> list[dict[str, float]]:
    """Return the absorptions of a spectrum without its continuum, the deepest first.

    Each is a local minimum, placed by a parabola through three bands.

    Parameters
    ----------
    quotient : float [band]; empty without wavelengths.
    wavelengths_nm : float64 [band] in nm, in any order; None: not known.

    Returns
    -------
    list of ``nm`` and ``depth``, 1 less the quotient.
    """
    if wavelengths_nm is None:
        return []
    rising = rising_bands(wavelengths_nm)
    nm, depth = wavelengths_nm[rising], 1 - quotient[rising]
    found, _ = find_peaks(depth, height=LEAST_DEPTH, prominence=LEAST_DEPTH)
    bands = found[np.argsort(-depth[found], kind="stable")][:MOST_ABSORPTIONS]
    position, bottom = vertex(quotient[np.newaxis, rising], nm, np.zeros_like(bands), bands)
    return [
        {"nm": round(float(at), 1), "depth": round(1 - float(low), 4)} for at, low in zip(position, bottom, strict=True)
    ]


def _matches(
    means: np.ndarray,
    wavelengths_nm: np.ndarray | None,
    settings: LibraryConfig,
    *,
    fwhm_nm: np.ndarray | None,
    most: int,
) -> list[tuple[list[dict[str, Any]], bool]]:
    """Return the best matches of each spectrum and whether they are good enough.

    There are none where the built-in library, which nobody asked for, does not fit the sensor.
    """
    if wavelengths_nm is None or not most:
        return [([], False)] * len(means)
    library, where = read_libraries([Path(path) for path in settings.files]), "the means of the groups"
    try:
        found = suggest(
            means, wavelengths_nm, library=library, settings=settings, fwhm_nm=fwhm_nm, most=most, where=where
        )
    except DataError as error:
        if settings.files:
            raise
        log.info("the groups have no names from the spectral library: %s", error)
        return [([], False)] * len(means)
    return [([asdict(match) for match in each.matches], each.known) for each in found]


def _place(row: pd.Series) -> dict[str, Any]:
    """Return the place of a pixel."""
    return {"scene": str(row["scene"])} | {key: int(row[key]) for key in ("line", "sample")}


def _rounded(values: np.ndarray) -> list[float]:
    """Return numbers for JSON."""
    return [round(float(value), DIGITS) for value in values]
