"""Repair and transform spectra: pure functions of arrays [..., band]."""

import numpy as np

from semispectral.errors import DataError

PIXELS_AT_ONCE = 2048  # keeps the work arrays of one piece in the processor's cache
MAD_TO_SIGMA = 1.4826
ROUNDING = 1e-13  # share of a value below which a difference is none


def to_reflectance(
    x: np.ndarray, *, dark: np.ndarray, white: np.ndarray, white_reflectance: float | np.ndarray
) -> np.ndarray:
    """Convert counts to reflectance by a dark and a white reference; NaN where white is not brighter than dark.

    Parameters
    ----------
    x : [..., band], counts.
    dark, white : [..., band], references of the same detector elements, in counts.
    white_reflectance : float, or float [band], reflectance of the panel, 0 to 1.

    Returns
    -------
    float32 [..., band], reflectance.

    Examples
    --------
    >>> counts = np.array([110.0, 60.0])
    >>> dark, white = np.array([10.0, 10.0]), np.array([210.0, 110.0])
    >>> to_reflectance(counts, dark=dark, white=white, white_reflectance=1.0).tolist()
    [0.5, 0.5]
    """
    gain = reflectance_gain(dark=dark, white=white, white_reflectance=white_reflectance)
    return np.asarray((x.astype(np.float32) - np.asarray(dark, np.float32)) * gain)


def reflectance_gain(*, dark: np.ndarray, white: np.ndarray, white_reflectance: float | np.ndarray) -> np.ndarray:
    """Return the reflectance of one count above the dark; NaN where white is not brighter than dark.

    Parameters
    ----------
    dark, white, white_reflectance : as in `to_reflectance`.

    Returns
    -------
    float32 [..., band].
    """
    span = np.asarray(white, np.float32) - np.asarray(dark, np.float32)
    panel = np.asarray(white_reflectance, np.float32)
    return np.asarray(np.divide(panel, span, out=np.full_like(span, np.nan), where=span > 0))


def fill_bands(x: np.ndarray, *, missing: np.ndarray) -> np.ndarray:
    """Replace the missing values of each spectrum by a straight line between the nearest good bands.

    Beyond the first or last good band, the value of that band is repeated. A spectrum without good bands is unchanged.

    Parameters
    ----------
    x : float [pixel, band], values.
    missing : bool [pixel, band], values to replace.

    Examples
    --------
    >>> x = np.array([[1.0, np.nan, 3.0]])
    >>> fill_bands(x, missing=np.isnan(x)).tolist()
    [[1.0, 2.0, 3.0]]
    """
    filled = x.copy()
    # Spectra that miss the same bands are repaired by one matrix product. There are as many patterns as dead columns
    # or spikes, which are few, while there are millions of pixels.
    touched = np.flatnonzero(missing.any(axis=1))
    patterns, which = np.unique(missing[touched], axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        if not pattern.all():
            rows = touched[which.ravel() == number]
            known = np.where(pattern, 0, x[rows])  # a missing value may be NaN, and NaN x 0 is NaN
            filled[rows] = known @ _bridges(pattern).astype(x.dtype)
    return filled


def _bridges(missing: np.ndarray) -> np.ndarray:
    """Return weights float64 [band, band] that keep the good bands and interpolate the missing ones."""
    # Interpolation is linear in the values, so interpolating each unit vector gives one row of the matrix.
    position = np.arange(len(missing))
    return np.stack(
        [
            np.zeros(len(missing)) if missing[band] else np.interp(position, position[~missing], unit[~missing])
            for band, unit in enumerate(np.eye(len(missing)))
        ]
    )


def spikes(x: np.ndarray, *, threshold: float) -> np.ndarray:
    """Return a mask of single outliers among the bands of each spectrum.

    A spike lies further from the median of its four neighbours than ``threshold`` sigmas of the spectrum's noise. The
    noise is estimated from the median of these distances. The median leaves out the value itself: on a slope the value
    would be the median, and the noise would seem to be zero.

    Parameters
    ----------
    x : float [pixel, band].
    threshold : float, distance from which a value is a spike, in sigmas.

    Returns
    -------
    bool [pixel, band].
    """
    # Odd reflection continues a slope beyond the ends, so that the outer bands are judged like the others. The median
    # of four is the mean of the middle two: their sum without the lowest and the highest, halved.
    padded = np.pad(x, ((0, 0), (2, 2)), mode="reflect", reflect_type="odd")
    around = [padded[:, step : step + x.shape[1]] for step in (0, 1, 3, 4)]
    lowest, highest = np.minimum.reduce(around), np.maximum.reduce(around)
    distance = np.abs(x - (sum(around) - lowest - highest) / 2)
    sigma = MAD_TO_SIGMA * np.median(distance, axis=1, keepdims=True)
    return np.asarray((distance > threshold * sigma) & (sigma > 0))


def resampling_weights(wavelengths_nm: np.ndarray, target_nm: np.ndarray) -> np.ndarray:
    """Return weights of linear interpolation in wavelength: ``x @ weights`` is the new spectrum.

    Bands without a wavelength (NaN) have no weight.

    Parameters
    ----------
    wavelengths_nm : float [band], in nm; a band at NaN has no weight.
    target_nm : float [target], new wavelengths in nm.

    Returns
    -------
    float64 [band, target].

    Raises
    ------
    DataError : a target lies outside the range of the wavelengths.
    """
    stated = np.asarray(wavelengths_nm, np.float64)
    order = np.argsort(stated, kind="stable")[: np.isfinite(stated).sum()]  # NaN comes last
    nm = stated[order]
    if target_nm.min() < nm[0] or target_nm.max() > nm[-1]:
        raise DataError(
            f"resampling needs targets within the sensor's {nm[0]:g} to {nm[-1]:g} nm, got {target_nm.min():g} to "
            f"{target_nm.max():g}; shorten the config key resample_nm"
        )
    # Linear interpolation of each unit vector gives the weights of one band; they return to the file's order of bands.
    weights = np.zeros((len(stated), len(target_nm)))
    weights[order] = [np.interp(target_nm, nm, row) for row in np.eye(len(nm))]
    return weights


def savitzky_golay(x: np.ndarray, *, window: int, order: int, derivative: int, step_nm: float) -> np.ndarray:
    """Smooth along the bands, or differentiate, by local polynomials.

    Parameters
    ----------
    x : float [pixel, band].
    window : int, width of the window, in bands.
    order : int, degree of the polynomials.
    derivative : int, order of the derivative; 0 smooths.
    step_nm : float, distance between bands, in nm.

    Returns
    -------
    float [pixel, band]; a derivative is per nm to the power of its order.
    """
    from scipy import signal  # here: few studies smooth, and it takes longer to import than all else of a job

    return np.asarray(
        signal.savgol_filter(x, window, order, deriv=derivative, delta=step_nm, axis=-1, mode="interp"), dtype=x.dtype
    )


def continuum(x: np.ndarray, wavelengths_nm: np.ndarray) -> np.ndarray:
    """Return the upper convex hull of each spectrum over wavelength.

    Parameters
    ----------
    x : float [pixel, band].
    wavelengths_nm : float [band], rising, in nm.

    Returns
    -------
    Array of the shape and dtype of ``x``, nowhere below it.
    """
    hull = np.empty_like(x)
    for first in range(0, len(x), PIXELS_AT_ONCE):
        hull[first : first + PIXELS_AT_ONCE] = _hull(x[first : first + PIXELS_AT_ONCE], wavelengths_nm)
    return hull


def _hull(x: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Compute the hull from coarse to fine: the band farthest above the chord of two corners is one too."""
    y, hull, rows = x.astype(np.float64), np.empty(x.shape), np.arange(len(x))
    corner = np.zeros(x.shape, bool)
    corner[:, [0, -1]] = True
    # All spectra are refined at once. A round doubles the corners at best, so that few rounds are needed; spectra that
    # nothing rises above any more drop out once they are a third of those that are left.
    while len(rows):
        chords, new = _refined(y, corner, nm - nm[0])
        going_on = new.any(axis=1)
        if 3 * going_on.sum() > 2 * len(rows):
            corner |= new
            continue
        hull[rows[~going_on]] = np.maximum(chords[~going_on], y[~going_on])
        y, corner, rows = y[going_on], corner[going_on] | new[going_on], rows[going_on]
    return hull.astype(x.dtype)


def _refined(y: np.ndarray, corner: np.ndarray, nm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chords between corners, float64 [pixel, band], and new corners: the highest band above each chord."""
    # The corners cut the spectra, one behind another, into pieces; the last band of a spectrum is a piece of its own.
    first = np.flatnonzero(corner)
    length = np.diff(first, append=y.size)
    low, left = y.ravel()[first], nm[first % len(nm)]
    run, rise = np.diff(left, append=left[0]), np.diff(low, append=low[0])
    slope = np.divide(rise, run, out=np.zeros_like(rise), where=run > 0)
    chords = np.repeat(low - slope * left, length).reshape(y.shape) + np.repeat(slope, length).reshape(y.shape) * nm
    above = y - chords
    above.ravel()[first] = 0  # but for rounding
    highest = np.maximum.reduceat(above.ravel(), first)
    highest[highest <= ROUNDING * np.abs(low)] = np.inf  # no corner between these two
    return chords, above == np.repeat(highest, length).reshape(y.shape)


def remove_continuum(x: np.ndarray, wavelengths_nm: np.ndarray) -> np.ndarray:
    """Divide each spectrum by its continuum (Clark and Roush 1984); 1 where the continuum is 0.

    Parameters
    ----------
    x : float [pixel, band].
    wavelengths_nm : float [band], rising, in nm.

    Returns
    -------
    Array of the shape and dtype of ``x``.

    Examples
    --------
    >>> nm = np.array([1000.0, 1100.0, 1200.0])
    >>> remove_continuum(np.array([[1.0, 0.5, 1.0]]), nm).tolist()
    [[1.0, 0.5, 1.0]]
    """
    hull = continuum(x, wavelengths_nm)
    return np.asarray(np.divide(x, hull, out=np.ones_like(x), where=hull != 0))
