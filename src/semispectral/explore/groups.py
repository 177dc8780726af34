"""Describe each cluster: its mean spectrum and spread, what it may be, and the pixel that stands for it."""

import logging
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.explore.group_files import Group, Groups
from semispectral.features.absorption import absorptions
from semispectral.library.library_files import read_libraries
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.suggest import suggest
from semispectral.scans.cube import Pixels
from semispectral.scans.quality import valid_spectra
from semispectral.scans.sensor_bands import Sensors, columns_of
from semispectral.spectra.hull_windows import rising_bands, sensor_of_windows
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
    stands = [_statistics(pixels.x[rows], pixels.sensors) for rows in members]
    means = np.array([mean for mean, _, _ in stands]).reshape(len(stands), pixels.x.shape[1])
    quotients = _without_continuum(means, pixels.wavelengths_nm, pixels.sensors)
    asked = library or LibraryConfig()
    bands = sensor_of_windows(pixels.wavelengths_nm, asked.windows, sensors=pixels.sensors)
    seen_nm, widths = (None if each is None else each[bands] for each in (pixels.wavelengths_nm, fwhm_nm))
    matches = _matches(means[:, bands], seen_nm, asked, fwhm_nm=widths, most=suggestions)
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
                absorptions=_absorptions(quotients[number], pixels.wavelengths_nm, pixels.sensors),
                medoid=_place(pixels.table.iloc[medoid[number]]),
                matches=matched,
                known=known,
            )
        )
    nm = None if pixels.wavelengths_nm is None else tuple(_rounded(pixels.wavelengths_nm))
    return Groups(tuple(found), nm, unit, tuple(place.start for place in columns_of(pixels.sensors)) or (0,))


def _statistics(x: np.ndarray, sensors: Sensors) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean and `SPREAD` of some spectra, float64 [band]; NaN in the bands of a sensor without data."""
    mean, low, high = (np.full(x.shape[1], np.nan) for _ in range(3))
    for place in columns_of(sensors) or [slice(None)]:
        own = x[:, place]
        own = own[valid_spectra(own)] if sensors else own
        if len(own):
            low[place], high[place] = np.percentile(own, SPREAD, axis=0)
            mean[place] = own.mean(axis=0, dtype=np.float64)
    return mean, low, high


def _without_continuum(means: np.ndarray, wavelengths_nm: np.ndarray | None, sensors: Sensors) -> np.ndarray:
    """Return spectra divided by their continuum, float64 [spectrum, band], or [spectrum, 0] without wavelengths.

    It is 1 in a band that has no wavelength, or that of a band before it, and in those of a sensor without data. Each
    of several sensors has a continuum of its own.
    """
    if wavelengths_nm is None:
        return np.zeros((len(means), 0))
    quotients = np.ones(means.shape)
    for rising in _rising_of(wavelengths_nm, sensors):
        there = np.flatnonzero(np.isfinite(means[:, rising]).all(axis=1)) if sensors else np.arange(len(means))
        if len(there):
            quotients[np.ix_(there, rising)] = remove_continuum(means[np.ix_(there, rising)], wavelengths_nm[rising])
    return quotients


def _rising_of(wavelengths_nm: np.ndarray, sensors: Sensors) -> list[np.ndarray]:
    """Return the bands of each sensor in rising wavelength."""
    columns = columns_of(sensors) or [slice(0, len(wavelengths_nm))]
    return [place.start + rising_bands(wavelengths_nm[place]) for place in columns]


def _absorptions(quotient: np.ndarray, wavelengths_nm: np.ndarray | None, sensors: Sensors) -> list[dict[str, float]]:
    """Return ``nm`` and ``depth`` of the deepest absorptions of a mean spectrum; none without wavelengths."""
    if wavelengths_nm is None:
        return []
    found = []
    for rising in _rising_of(wavelengths_nm, sensors):
        q, nm = quotient[rising], wavelengths_nm[rising]
        found += absorptions(q, nm, least_depth=LEAST_DEPTH, most=MOST_ABSORPTIONS)
    deepest = sorted(found, key=lambda each: -each[1])[:MOST_ABSORPTIONS]
    return [{"nm": round(position, 1), "depth": round(depth, 4)} for position, depth in deepest]


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
    there = valid_spectra(means)  # a group may have no data of the sensor that sees the windows
    try:
        found = suggest(
            means[there], wavelengths_nm, library=library, settings=settings, fwhm_nm=fwhm_nm, most=most, where=where
        )
    except DataError as error:
        if settings.files:
            raise
        log.info("the groups have no names from the spectral library: %s", error)
        return [([], False)] * len(means)
    said: list[tuple[list[dict[str, Any]], bool]] = [([], False) for _ in means]
    for number, each in zip(np.flatnonzero(there).tolist(), found, strict=True):
        said[number] = [asdict(match) for match in each.matches], each.known
    return said


def _place(row: pd.Series) -> dict[str, Any]:
    """Return the place of a pixel."""
    return {"scene": str(row["scene"])} | {key: int(row[key]) for key in ("line", "sample")}


def _rounded(values: np.ndarray) -> list[Any]:
    """Return numbers for JSON; None where there is none."""
    return [None if np.isnan(value) else round(float(value), DIGITS) for value in values]
