"""The scale on which spectra are shown: what a person recognises, not what a network likes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from semispectral.spectra.scaling import Scaler

GAP = 3.0  # a step of so many median steps is a gap: bands were taken out there

STORED, SNV = "stored value", "SNV reflectance (no unit)"


@dataclass(frozen=True)
class Scale:
    """How normalised spectra are shown.

    Parameters
    ----------
    wavelengths_nm : float64 [band], or None: then the band's number is the axis.
    value_label : what stands at the vertical axis.
    undo : from normalised spectra [..., column] to shown ones [..., band].
    """

    wavelengths_nm: np.ndarray | None = None
    value_label: str = "normalised reflectance (no unit)"
    undo: Callable[[np.ndarray], np.ndarray] = np.asarray

    @property
    def band_label(self) -> str:
        """What stands at the horizontal axis."""
        return "band number" if self.wavelengths_nm is None else "wavelength (nm)"

    def places(self, bands: int) -> np.ndarray:
        """Where the bands stand on the horizontal axis, float64 [band]."""
        return np.arange(1.0, bands + 1) if self.wavelengths_nm is None else self.wavelengths_nm

    def line(self, axis: Any, shown: np.ndarray, **options: Any) -> None:
        """Draw one spectrum that is on the shown scale, with its gaps left open."""
        place, value = with_gaps(self.places(len(shown)), shown)
        axis.plot(place, value, **options)

    def band(self, axis: Any, low: np.ndarray, high: np.ndarray, **options: Any) -> None:
        """Fill between two spectra that are on the shown scale."""
        place, lower = with_gaps(self.places(len(low)), low)
        axis.fill_between(place, lower, with_gaps(self.places(len(high)), high)[1], linewidth=0, **options)


def with_gaps(place: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put a NaN where bands were taken out, so that no line is drawn over what was not measured."""
    step = np.abs(np.diff(place))
    if not len(step):
        return place, value
    gaps = np.flatnonzero(step > GAP * np.median(step)) + 1
    middle = (place[gaps - 1] + place[gaps]) / 2 if len(gaps) else np.zeros(0)
    return np.insert(place, gaps, middle), np.insert(np.asarray(value, np.float64), gaps, np.nan)


def scale_of(scaler: Scaler, wavelengths_nm: np.ndarray | None) -> Scale:
    """The scale that undoes a normalisation band by band; SNV, which is pixel by pixel, stays.

    Columns behind the bands (level, contrast, a second view) are not shown.
    """

    def undo(x: np.ndarray) -> np.ndarray:
        return scaler.undo_columns(x)[..., : scaler.bands]

    return Scale(wavelengths_nm, SNV if scaler.of_each_spectrum else STORED, undo)
