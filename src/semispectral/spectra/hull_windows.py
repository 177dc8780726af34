"""The hull quotient of windows of the spectrum: which bands a window takes, and the hull over each window alone."""

from collections.abc import Sequence

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.sensor_bands import Sensors, columns_of
from semispectral.spectra.transforms import continuum

FEWEST_BANDS = 5  # with fewer, the hull touches nearly all of them
Window = tuple[float, float]


def rising_bands(wavelengths_nm: np.ndarray) -> np.ndarray:
    """Return the bands that have a wavelength, in rising wavelength, int64 [some band]; of those at one, the first.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, NaN for a band without.
    """
    known, first = np.unique(wavelengths_nm, return_index=True)
    return np.asarray(first[np.isfinite(known)], np.int64)


def sees(wavelengths_nm: np.ndarray | None, window: Window) -> bool:
    """Return whether a sensor sees a window, as `window_bands` needs it.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, or None.
    window : first and last wavelength, in nm.
    """
    try:
        window_bands(wavelengths_nm, [window], where="")
    except DataError:
        return False
    return True


def window_bands_of(wavelengths_nm: np.ndarray | None, window: Window, *, sensors: Sensors, where: str) -> np.ndarray:
    """Return the bands of a window: of several sensors, of that which has most bands there; as `window_bands`.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, NaN for a band without; None if the scan has none.
    window : first and last wavelength, in nm, both included.
    sensors : which bands are of which sensor; empty: all are of one.
    where : str, who asks, for errors.

    Returns
    -------
    int [band of the window], in rising wavelength.
    """
    if wavelengths_nm is not None:
        seen = [place for place in columns_of(sensors) if sees(wavelengths_nm[place], window)]
        found = [place.start + window_bands(wavelengths_nm[place], [window], where=where)[0] for place in seen]
        if found:
            return max(found, key=len)
    return window_bands(wavelengths_nm, [window], where=where)[0]


def sensor_of_windows(wavelengths_nm: np.ndarray | None, windows: Sequence[Window], *, sensors: Sensors) -> slice:
    """Return the bands of the sensor that sees all of some windows: of several, that which has most bands there.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, NaN for a band without; None if the scan has none.
    windows : first and last wavelength of each window, in nm.
    sensors : which bands are of which sensor; empty: all are of one.

    Returns
    -------
    slice of the bands; all bands where they are of one sensor, or where no sensor sees the windows.
    """
    counts: dict[int, int] = {}
    columns = columns_of(sensors)
    for number, place in enumerate(columns):
        nm = None if wavelengths_nm is None else wavelengths_nm[place]
        if nm is not None and all(sees(nm, window) for window in windows):
            counts[number] = sum(len(found) for found in window_bands(nm, windows, where=""))
    return columns[max(counts, key=counts.__getitem__)] if counts else slice(None)


def window_bands(wavelengths_nm: np.ndarray | None, windows: Sequence[Window], *, where: str) -> list[np.ndarray]:
    """Return the bands of each window, in rising wavelength; of bands at one wavelength the first.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, NaN for a band without; None if the scan has none.
    windows : first and last wavelength of each window, in nm, both included.
    where : str, who asks, for errors: a key of the configuration, a scan.

    Returns
    -------
    list of int [band of the window], one array per window.

    Raises
    ------
    DataError : there are no wavelengths, or a window has fewer than 5 bands or reaches beyond the sensor.
    """
    if wavelengths_nm is None:
        raise DataError(
            f"{where}: windows in nm need the wavelengths of the bands, and there are none; give a table in the column "
            "wavelengths of scenes.tsv, or choose an input without windows"
        )
    bands = rising_bands(wavelengths_nm)
    nm = wavelengths_nm[bands]
    found = []
    for low, high in windows:
        inside = bands[(nm >= low) & (nm <= high)]
        if len(inside) < FEWEST_BANDS or _beyond(nm, low, high):
            seen = f"{nm[0]:g} to {nm[-1]:g} nm" if len(nm) else "no wavelength"
            raise DataError(
                f"{where}: the window {low:g} to {high:g} nm needs {FEWEST_BANDS} bands or more inside the range of "
                f"the sensor, and the sensor has {len(inside)} there ({seen} in all); choose a window inside its range"
            )
        found.append(inside)
    return found


def _beyond(nm: np.ndarray, low: float, high: float) -> bool:
    """Tell whether a window begins or ends more than a band outside the sensor."""
    spacing = float(np.median(np.diff(nm))) if len(nm) > 1 else 0.0
    return bool(nm[0] > low + spacing or nm[-1] < high - spacing)


def hull_quotients(x: np.ndarray, wavelengths_nm: np.ndarray, bands: Sequence[np.ndarray]) -> np.ndarray:
    """Return the hull quotient of each window, side by side; a hull is made over the bands of its window alone.

    The quotient does not change if a spectrum is multiplied by a number. It is 1 where a spectrum touches its hull, and
    stays from 0 to 1 where counts below the dark reference are negative.

    Parameters
    ----------
    x : [pixel, band], spectra above 0: reflectance, or counts.
    wavelengths_nm : float64 [band] in nm.
    bands : bands of each window, from `window_bands`.

    Returns
    -------
    float32 [pixel, band of a window], window after window.
    """
    nm = np.asarray(wavelengths_nm, np.float64)
    parts = [_quotient(x[:, inside].astype(np.float64), nm[inside]) for inside in bands]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _quotient(x: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Return the quotient over all bands; 1 where the hull is not above 0."""
    hull = continuum(x, nm)
    return np.asarray(np.clip(np.divide(x, hull, out=np.ones_like(x), where=hull > 0), 0, 1))
