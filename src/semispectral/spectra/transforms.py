"""Repairs and transforms of spectra: pure functions on arrays [..., band]."""

import numpy as np
from scipy import signal

from semispectral.errors import DataError

PIXELS_AT_ONCE = 2048  # keeps the work arrays of one piece in the processor's cache
MAD_TO_SIGMA = 1.4826


def to_reflectance(x: np.ndarray, *, dark: np.ndarray, white: np.ndarray, white_reflectance: float) -> np.ndarray:
    """Reflectance from counts with a dark and a white reference; NaN where white is not brighter than dark.

    Parameters
    ----------
    x : [..., band], counts.
    dark, white : [..., band], the references of the same detector elements, counts.
    white_reflectance : of the panel, 0 to 1.
    """
    dark = np.asarray(dark, np.float32)
    span = np.asarray(white, np.float32) - dark
    gain = np.divide(np.float32(white_reflectance), span, out=np.full_like(span, np.nan), where=span > 0)
    return np.asarray((x.astype(np.float32) - dark) * gain)


def fill_bands(x: np.ndarray, *, missing: np.ndarray) -> np.ndarray:
    """Replace the missing values of each spectrum by a straight line between its nearest good bands.

    Beyond the first or last good band the value of that band is repeated; a spectrum without any stays as it is.

    Parameters
    ----------
    x : float [pixel, band].
    missing : bool [pixel, band].
    """
    filled = x.copy()
    touched = np.flatnonzero(missing.any(axis=1))
    patterns, which = np.unique(missing[touched], axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):  # as many as there are dead columns or spikes, not as pixels
        if not pattern.all():
            rows = touched[which.ravel() == number]
            known = np.where(pattern, 0, x[rows])  # what is missing may be NaN, and NaN x 0 is NaN
            filled[rows] = known @ _bridges(pattern).astype(x.dtype)
    return filled


def _bridges(missing: np.ndarray) -> np.ndarray:
    """Weights float64 [band, band] that keep the good bands and draw lines across the missing ones."""
    position = np.arange(len(missing))
    return np.stack(
        [
            np.zeros(len(missing)) if missing[band] else np.interp(position, position[~missing], unit[~missing])
            for band, unit in enumerate(np.eye(len(missing)))
        ]
    )


def spikes(x: np.ndarray, *, threshold: float) -> np.ndarray:
    """Values that stand alone: further from the median of their four neighbours than ``threshold`` noise sigmas.

    The noise is the spectrum's own, from the median of those distances. The value itself is no part of the median: on
    a slope it would be the median, and the noise would seem to be nought.

    Returns
    -------
    bool [pixel, band].
    """
    padded = np.pad(x, ((0, 0), (2, 2)), mode="reflect", reflect_type="odd")  # a slope goes on beyond the ends
    around = [padded[:, step : step + x.shape[1]] for step in (0, 1, 3, 4)]
    lowest, highest = np.minimum.reduce(around), np.maximum.reduce(around)
    distance = np.abs(x - (sum(around) - lowest - highest) / 2)  # the median of four
    sigma = MAD_TO_SIGMA * np.median(distance, axis=1, keepdims=True)
    return np.asarray((distance > threshold * sigma) & (sigma > 0))


def resampling_weights(wavelengths_nm: np.ndarray, target_nm: np.ndarray) -> np.ndarray:
    """Weights float64 [band, target] of linear interpolation in wavelength: ``x @ weights`` is the new spectrum.

    Bands without a wavelength (NaN) have no weight.
    """
    stated = np.asarray(wavelengths_nm, np.float64)
    order = np.argsort(stated, kind="stable")[: np.isfinite(stated).sum()]  # NaN comes last
    nm = stated[order]
    if target_nm.min() < nm[0] or target_nm.max() > nm[-1]:
        raise DataError(
            f"resampling needs targets within the sensor's {nm[0]:g} to {nm[-1]:g} nm, got {target_nm.min():g} to "
            f"{target_nm.max():g}; shorten the config key resample_nm"
        )
    weights = np.zeros((len(stated), len(target_nm)))
    weights[order] = [np.interp(target_nm, nm, row) for row in np.eye(len(nm))]
    return weights


def savitzky_golay(x: np.ndarray, *, window: int, order: int, derivative: int, step_nm: float) -> np.ndarray:
    """Smooth along the bands, or differentiate (per nm, for each derivative), by local polynomials."""
    return np.asarray(
        signal.savgol_filter(x, window, order, deriv=derivative, delta=step_nm, axis=-1, mode="interp"), dtype=x.dtype
    )


def continuum(x: np.ndarray, wavelengths_nm: np.ndarray) -> np.ndarray:
    """Upper convex hull of each spectrum over wavelength.

    Parameters
    ----------
    x : float [pixel, band].
    wavelengths_nm : float [band], rising.

    Returns
    -------
    Of the shape and dtype of ``x``; nowhere below it.
    """
    hull = np.empty_like(x)
    for first in range(0, len(x), PIXELS_AT_ONCE):
        hull[first : first + PIXELS_AT_ONCE] = _hull(x[first : first + PIXELS_AT_ONCE], wavelengths_nm)
    return hull


def _hull(x: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Walk every spectrum from hull vertex to hull vertex: the next is the band of the steepest rise from here."""
    pixels, bands = x.shape
    values = x.astype(np.float64)
    vertex = np.zeros((pixels, bands), bool)
    vertex[:, [0, -1]] = True
    here, walking = np.zeros(pixels, int), np.arange(pixels)
    while walking.size:
        start = here[walking]
        run = nm - nm[start][:, None]
        rise = values[walking] - values[walking, start][:, None]
        slope = np.divide(rise, run, out=np.full_like(rise, -np.inf), where=run > 0)
        ahead = bands - 1 - np.argmax(slope[:, ::-1], axis=1)  # of equal slopes the farthest
        here[walking] = ahead
        vertex[walking, ahead] = True
        walking = walking[ahead < bands - 1]
    return _between_vertices(values, vertex, nm).astype(x.dtype)


def _between_vertices(values: np.ndarray, vertex: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Straight lines from each vertex to the next."""
    bands = np.arange(values.shape[1])
    left = np.maximum.accumulate(np.where(vertex, bands, 0), axis=1)
    right = np.minimum.accumulate(np.where(vertex, bands, values.shape[1] - 1)[:, ::-1], axis=1)[:, ::-1]
    low, high = np.take_along_axis(values, left, axis=1), np.take_along_axis(values, right, axis=1)
    span = nm[right] - nm[left]
    weight = np.divide(nm - nm[left], span, out=np.zeros_like(span), where=span > 0)
    return np.asarray(low + (high - low) * weight)


def remove_continuum(x: np.ndarray, wavelengths_nm: np.ndarray) -> np.ndarray:
    """Each spectrum divided by its continuum; 1 where the continuum is 0.

    Clark and Roush (1984).
    """
    hull = continuum(x, wavelengths_nm)
    return np.asarray(np.divide(x, hull, out=np.ones_like(x), where=hull != 0))
