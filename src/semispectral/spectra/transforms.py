"""Repair and transform spectra: pure functions of arrays [..., band]."""

import numpy as np

from semispectral.errors import DataError

PIXELS_AT_ONCE = 2048  # keeps the work arrays of one piece in the processor's cache
MAD_TO_SIGMA = 1.4826


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
    >>> counts = np.array([110.0, 60.0])
    >>> dark, white = np.array([10.0, 10.0]), np.array([210.0, 110.0])
    >>> to_reflectance(counts, dark=dark, white=white, white_reflectance=1.0).tolist()
    [0.5, 0.5]
    """
    dark = np.asarray(dark, np.float32)
    span = np.asarray(white, np.float32) - dark
    gain = np.divide(np.asarray(white_reflectance, np.float32), span, out=np.full_like(span, np.nan), where=span > 0)
    return np.asarray((x.astype(np.float32) - dark) * gain)


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
    """Compute the hull by walking from vertex to vertex: the next one is the band of the steepest rise."""
    pixels, bands = x.shape
    values = x.astype(np.float64)
    vertex = np.zeros((pixels, bands), bool)
    vertex[:, [0, -1]] = True
    # All spectra walk at once, one vertex a round; those that have reached the last band drop out. The number of rounds
    # is the largest number of vertices, which is far below the number of bands.
    here = np.zeros(pixels, int)
    walking = np.arange(pixels)
    while walking.size:
        start = here[walking]
        run = nm - nm[start][:, None]
        rise = values[walking] - values[walking, start][:, None]
        slope = np.divide(rise, run, out=np.full_like(rise, -np.inf), where=run > 0)
        ahead = bands - 1 - np.argmax(slope[:, ::-1], axis=1)  # the farthest of equal slopes
        here[walking] = ahead
        vertex[walking, ahead] = True
        walking = walking[ahead < bands - 1]
    return _between_vertices(values, vertex, nm).astype(x.dtype)


def _between_vertices(values: np.ndarray, vertex: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Interpolate linearly between neighbouring vertices."""
    # A running maximum of vertex numbers gives the last vertex at or before each band; a running minimum from the other
    # end gives the next one.
    bands = np.arange(values.shape[1])
    left = np.maximum.accumulate(np.where(vertex, bands, 0), axis=1)
    right = np.minimum.accumulate(np.where(vertex, bands, values.shape[1] - 1)[:, ::-1], axis=1)[:, ::-1]
    low, high = np.take_along_axis(values, left, axis=1), np.take_along_axis(values, right, axis=1)
    span = nm[right] - nm[left]
    weight = np.divide(nm - nm[left], span, out=np.zeros_like(span), where=span > 0)
    return np.asarray(low + (high - low) * weight)


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
    >>> nm = np.array([1000.0, 1100.0, 1200.0])
    >>> remove_continuum(np.array([[1.0, 0.5, 1.0]]), nm).tolist()
    [[1.0, 0.5, 1.0]]
    """
    hull = continuum(x, wavelengths_nm)
    return np.asarray(np.divide(x, hull, out=np.ones_like(x), where=hull != 0))
