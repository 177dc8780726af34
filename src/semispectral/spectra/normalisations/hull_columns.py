"""Views of the hull quotients of windows: the shape of the absorptions that lie there."""

from collections.abc import Sequence

import numpy as np

from semispectral.errors import ConfigError
from semispectral.spectra.hull_windows import Window, hull_quotients, window_bands
from semispectral.spectra.normalisations.columns import Arrays, standardise, undo_standardise
from semispectral.spectra.normalisations.snv import snv, two_views, with_level_and_spread
from semispectral.spectra.transforms import continuum

NO_WINDOWS: Arrays = {
    "hull_band": np.empty(0, np.int32),
    "hull_window": np.empty(0, np.int32),
    "hull_nm": np.empty(0, np.float32),
}


def windows_of(wavelengths_nm: np.ndarray | None, windows: Sequence[Window]) -> dict[str, np.ndarray]:
    """Return the columns of the hull quotients: their bands, the number of their window, and their wavelengths.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, or None, which is an error in words.
    windows : first and last wavelength of each window, in nm.

    Returns
    -------
    dict of ``hull_band`` int32, ``hull_window`` int32 and ``hull_nm`` float32, each [column].
    """
    if not windows:
        raise ConfigError("normalise.windows: a hull quotient needs a window in nm, got none; name one")
    found = window_bands(wavelengths_nm, windows, where="normalise.windows")
    bands = np.concatenate(found)
    number = np.repeat(np.arange(len(found)), [len(inside) for inside in found])
    nm = np.asarray(wavelengths_nm, np.float32)[bands]
    return {"hull_band": bands.astype(np.int32), "hull_window": number.astype(np.int32), "hull_nm": nm}


def hull(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the hull quotients of the windows, float32 [pixel, column].

    Parameters
    ----------
    x : [pixel, band], spectra above 0.
    arrays : columns, from `windows_of`.
    """
    places = [np.flatnonzero(arrays["hull_window"] == number) for number in np.unique(arrays["hull_window"])]
    if not places:
        return np.empty((len(x), 0), np.float32)  # one of several sensors, which sees no window
    return hull_quotients(x[:, arrays["hull_band"]], arrays["hull_nm"], places)


def hull_snv(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the SNV of the hull quotients of the windows: the shape of the absorptions, whatever their depth.

    Parameters
    ----------
    x : [pixel, band], spectra above 0.
    arrays : columns, from `windows_of`.

    Returns
    -------
    float32 [pixel, column].
    """
    quotients = hull(x, arrays)
    return snv(quotients) if quotients.shape[1] else quotients


def three_views(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return two views, standardised, followed by the SNV of the hull quotients of the windows.

    Parameters
    ----------
    x : float32 [pixel, band].
    arrays : ``floor``, ``mean`` and ``scale`` of the two views, and the columns from `windows_of`.
    """
    return np.concatenate([standardise(two_views(x, arrays["floor"]), arrays), hull_snv(x, arrays)], axis=1)


def undo_three_views(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Invert the standardisation of the two views; hull quotients behind them stay as they are."""
    first = len(arrays["mean"])
    return np.concatenate([undo_standardise(x[..., :first], arrays), x[..., first:]], axis=-1)


def fit_windows(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Return the columns of the windows, which is all that hull quotients need."""
    return dict(windows)


def with_hull(shown: np.ndarray, raw: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Give the SNV of hull quotients what it lacks of the raw spectra; bands outside the windows stay as they are."""
    restored = raw.astype(np.float32)
    if not len(arrays["hull_band"]):
        return restored  # one of several sensors, which sees no window
    quotients = with_level_and_spread(shown, hull(raw, arrays), arrays)
    for number in np.unique(arrays["hull_window"]):
        columns = np.flatnonzero(arrays["hull_window"] == number)
        bands = arrays["hull_band"][columns]
        hulls = continuum(raw[:, bands].astype(np.float32), arrays["hull_nm"][columns])
        restored[:, bands] = quotients[:, columns] * hulls
    return restored
