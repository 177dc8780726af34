"""Scale on which spectra are shown: units that readers know, not those of the networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import median_filter

from semispectral.scans.sensor_bands import columns_of
from semispectral.spectra.scaling import Scaler

GAP, NEAR = 3.0, 15  # a step of so many medians of that many steps around it is a gap: bands were taken out there


@dataclass(frozen=True)
class Scale:
    """Scale on which normalised spectra are shown.

    Attributes
    ----------
    wavelengths_nm : float64 [band]; None: the x axis is the band number.
    value_label : label of the y axis.
    undo : function from normalised spectra [..., column] to shown ones [..., band].
    ends : bands before which a line is broken, for they are the first of another sensor.
    """

    wavelengths_nm: np.ndarray | None = None
    value_label: str = "normalised reflectance (no unit)"
    undo: Callable[[np.ndarray], np.ndarray] = np.asarray
    ends: tuple[int, ...] = ()

    @property
    def band_label(self) -> str:
        """Label of the x axis."""
        return "band number" if self.wavelengths_nm is None else "wavelength (nm)"

    def places(self, bands: int) -> np.ndarray:
        """Return the positions of the bands on the x axis, float64 [band].

        Parameters
        ----------
        bands : number of bands.
        """
        return np.arange(1.0, bands + 1) if self.wavelengths_nm is None else self.wavelengths_nm

    def line(self, axis: Any, shown: np.ndarray, **options: Any) -> None:
        """Draw one spectrum, with gaps left open.

        Parameters
        ----------
        axis : axis to draw on.
        shown : float [band], spectrum on the shown scale.
        **options : options of Matplotlib's ``plot``.
        """
        place, value = with_gaps(self.places(len(shown)), shown, self.ends)
        axis.plot(place, value, **options)

    def band(self, axis: Any, low: np.ndarray, high: np.ndarray, **options: Any) -> None:
        """Fill between two spectra.

        Parameters
        ----------
        axis : axis to draw on.
        low : float [band], lower spectrum on the shown scale.
        high : float [band], upper spectrum on the shown scale.
        **options : options of Matplotlib's ``fill_between``.
        """
        place, lower = with_gaps(self.places(len(low)), low, self.ends)
        upper = with_gaps(self.places(len(high)), high, self.ends)[1]
        axis.fill_between(place, lower, upper, linewidth=0, **options)


def with_gaps(place: np.ndarray, value: np.ndarray, ends: Sequence[int] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Insert NaN where bands were removed, so that no line is drawn over missing bands, nor from sensor to sensor.

    Parameters
    ----------
    place : float [band], positions of the bands.
    value : float [band].
    ends : bands that are the first of another sensor.

    Returns
    -------
    Positions and values, float64 [band + gap].
    """
    step = np.abs(np.diff(place))
    if not len(step):
        return place, value
    # The median of all steps would call every step of a second sensor, whose bands lie wider apart, a gap.
    usual = median_filter(step, size=NEAR, mode="nearest")
    gaps = np.union1d(np.flatnonzero(step > GAP * usual) + 1, np.asarray(ends, int))
    middle = (place[gaps - 1] + place[gaps]) / 2 if len(gaps) else np.zeros(0)
    return np.insert(place, gaps, middle), np.insert(np.asarray(value, np.float64), gaps, np.nan)


def scale_of(scaler: Scaler, wavelengths_nm: np.ndarray | None) -> Scale:
    """Return the scale that undoes a normalisation band by band. SNV, which acts on each spectrum, is not undone.

    Columns after the bands (level, contrast, other views) are not shown. Of hull quotients, the bands of the windows
    are.

    Parameters
    ----------
    scaler : fitted scaler.
    wavelengths_nm : float64 [band], or None.
    """

    def undo(x: np.ndarray) -> np.ndarray:
        return scaler.undo_columns(x)[..., : len(scaler.shown)]

    known = None if wavelengths_nm is None else wavelengths_nm[scaler.shown]
    starts = [int((scaler.shown < place.start).sum()) for place in columns_of(scaler.sensors)]
    ends = tuple(start for start in starts if 0 < start < len(scaler.shown))
    return Scale(known, scaler.value_label, undo, ends)
