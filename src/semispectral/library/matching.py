"""Match spectra with a mineral library by the shape of their absorptions, alone or as mixtures of two entries.

The shape of a spectrum is one minus its hull quotient in each window, side by side, divided by its length. The score
of a match is the cosine of the angle between two shapes, from 0 to 1; of a mixture, that between the spectrum and the
nearest sum of two shapes with weights of 0 or more. A mixture belongs to the entry with the larger weight. So each
entry has a score of its own: the best that it reaches alone, or as the larger part of a mixture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semispectral.errors import DataError
from semispectral.library.band_response import band_widths
from semispectral.library.entries import Library
from semispectral.library.library_settings import LibraryConfig
from semispectral.spectra.hull_windows import hull_quotients, window_bands
from semispectral.study.names import some

LEAST_DEPTH = 1e-3  # of the hull: shapes of shallower spectra are rounding and noise
ALIKE = 1 - 1e-6  # cosine from which two entries are one, and their mixture is neither
PIXELS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Matcher:
    """Library on the bands of a sensor, ready to be compared with its spectra.

    Attributes
    ----------
    library : Library, the entries that cover all windows.
    left_out : tuple of str, names of those that do not.
    wavelengths_nm : float64 [band], bands of the sensor, in nm.
    bands : bands of each window.
    shapes : float64 [entry, band of a window], shape of each entry, of length 1.
    mixture : int, most entries of a mixture.
    """

    library: Library
    left_out: tuple[str, ...]
    wavelengths_nm: np.ndarray
    bands: tuple[np.ndarray, ...]
    shapes: np.ndarray
    mixture: int

    @classmethod
    def of(
        cls,
        library: Library,
        wavelengths_nm: np.ndarray | None,
        settings: LibraryConfig,
        *,
        where: str,
        fwhm_nm: np.ndarray | None = None,
    ) -> "Matcher":
        """Bring a library to the bands of a sensor.

        Parameters
        ----------
        library : Library, all entries.
        wavelengths_nm : float64 [band] in nm, or None where a scan has none.
        settings : LibraryConfig, windows and mixtures.
        where : str, the scan, for errors.
        fwhm_nm : float64 [band], full widths at half maximum that the scan states, or None: the spacing of the bands.

        Raises
        ------
        DataError : a window lies outside the sensor, or no entry covers the windows.
        """
        bands = window_bands(wavelengths_nm, settings.windows, where=f"{where}, library.windows")
        nm = np.asarray(wavelengths_nm, np.float64)
        taken = np.unique(np.concatenate(bands))
        widths = np.full(len(nm), np.nan)
        known = np.isfinite(nm)
        widths[known] = band_widths(nm[known], None if fwhm_nm is None else fwhm_nm[known])
        seen = np.full((len(library), len(nm)), np.nan)
        for row, entry in zip(seen, library.entries, strict=True):
            row[taken] = entry.on_bands(nm[taken], widths[taken])
        covers = np.isfinite(seen[:, taken]).all(axis=1)
        if not covers.any():
            raise DataError(
                f"{where}: no entry of the mineral library ({_ranges(library)}) covers the windows of library.windows "
                f"({', '.join(f'{low:g} to {high:g} nm' for low, high in settings.windows)}) without deleted channels; "
                "name a library of this range, or other windows"
            )
        used = library.chosen(np.flatnonzero(covers).tolist())
        left_out = tuple(name for name, covered in zip(library.names, covers, strict=True) if not covered)
        shapes = shapes_of(seen[covers], nm, bands)
        return cls(used, left_out, nm, tuple(bands), shapes, settings.mixture)

    def scores(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the score of each entry as the larger part of the spectrum, and the smaller part beside it.

        Parameters
        ----------
        x : [pixel, band], spectra above 0 on the bands of the sensor; their level does not matter.

        Returns
        -------
        float32 [pixel, entry], scores from 0 to 1, all 0 for a spectrum without absorptions; and int32 [pixel, entry],
        the entry beside it in its best mixture, or the entry itself where it is best alone.
        """
        score = np.zeros((len(x), len(self.library)), np.float32)
        partner = np.tile(np.arange(len(self.library), dtype=np.int32), (len(x), 1))
        for first in range(0, len(x), PIXELS_AT_ONCE):
            rows = slice(first, first + PIXELS_AT_ONCE)
            alone = np.maximum(shapes_of(x[rows], self.wavelengths_nm, self.bands) @ self.shapes.T, 0)
            score[rows], partner[rows] = (alone, partner[rows]) if self.mixture == 1 else mixtures(alone, self.shapes)
        return score, partner


def shapes_of(x: np.ndarray, wavelengths_nm: np.ndarray, bands: Sequence[np.ndarray]) -> np.ndarray:
    """Return the shape of each spectrum, float64 [pixel, band of a window], of length 1; zeros without absorptions.

    Parameters
    ----------
    x : [pixel, band], spectra above 0.
    wavelengths_nm : float64 [band] in nm.
    bands : bands of each window.
    """
    depth = 1 - hull_quotients(x, wavelengths_nm, bands).astype(np.float64)
    depth = np.where(np.isfinite(depth), depth, 0)
    length = np.linalg.norm(depth, axis=1, keepdims=True)
    deep = depth.max(axis=1, keepdims=True) >= LEAST_DEPTH
    return np.asarray(np.divide(depth, length, out=np.zeros_like(depth), where=deep & (length > 0)))


def mixtures(alone: np.ndarray, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the best score of each entry as the larger part of a mixture of two, and the other part.

    The nearest point in the plane of two shapes a and b has the weights (A - g B) and (B - g A), divided by 1 - g^2,
    with the cosines A, B of the spectrum and g of the shapes. If that of b is below 0, a alone is nearer; if it is the
    larger one, the best that a can be is one half, and the score (A + B) / sqrt(2 + 2 g).

    Parameters
    ----------
    alone : float64 [pixel, entry], cosines of spectra and entries, 0 or more.
    shapes : float64 [entry, band of a window], of length 1.

    Returns
    -------
    float32 [pixel, entry] and int32 [pixel, entry].
    """
    between = np.clip(shapes @ shapes.T, -1, 1)
    score = np.empty(alone.shape, np.float32)
    partner = np.empty(alone.shape, np.int32)
    for entry, cosine in enumerate(between):
        mine = alone[:, [entry]]
        weight = alone - cosine * mine  # of the others, times 1 - g^2
        own = mine - cosine * alone
        rest = np.maximum(1 - cosine**2, 1 - ALIKE)
        inside = np.sqrt(np.maximum(mine * own + alone * weight, 0) / rest)
        halves = (mine + alone) / np.sqrt(np.maximum(2 + 2 * cosine, 1 - ALIKE))
        best = np.where(weight <= 0, mine, np.where(weight <= own, inside, halves))
        best = np.where(cosine >= ALIKE, mine, best)  # the entry itself, and its like
        best[:, entry] = alone[:, entry]
        partner[:, entry] = np.where((best <= mine).all(axis=1), entry, best.argmax(axis=1))
        score[:, entry] = np.minimum(best.max(axis=1), 1)
    return score, partner


def _ranges(library: Library) -> str:
    entries = library.entries
    low = min(entry.wavelengths_nm[0] for entry in entries)
    high = max(entry.wavelengths_nm[-1] for entry in entries)
    return f"{some(library.names, most=3)}; {low:.0f} to {high:.0f} nm"
