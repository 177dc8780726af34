"""Mix minerals: linearly in reflectance, or intimately, which is linear in single-scattering albedo (Hapke)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from semispectral.simulate.minerals import Mineral

COS_INCIDENCE = float(np.cos(np.deg2rad(30.0)))  # lamps at 30 degrees, camera at the zenith
COS_EMERGENCE = 1.0
BRIGHTEST = 0.999  # Hapke's relation is defined below a reflectance of 1


@dataclass(frozen=True, eq=False)
class Mixture:
    """Content of pixels.

    Attributes
    ----------
    mineral : int [pixel, slot], index into the list of minerals.
    fraction : float [pixel, slot], sums to 1 over the slots.
    path, albedo : float [pixel], see `Mineral.reflectance`.
    composition : float [pixel], 0 to 1, see `Mineral.composition_shifts_nm`.
    intimate : bool [pixel], whether the grains are mixed on the scale of light paths.
    """

    mineral: np.ndarray
    fraction: np.ndarray
    path: np.ndarray
    albedo: np.ndarray
    composition: np.ndarray
    intimate: np.ndarray

    def of(self, pixels: slice) -> "Mixture":
        """Return the content of some of the pixels.

        Parameters
        ----------
        pixels : slice, pixels to take.
        """
        return Mixture(**{field.name: getattr(self, field.name)[pixels] for field in fields(self)})


def reflectance_to_albedo(reflectance: np.ndarray) -> np.ndarray:
    """Convert reflectance to single-scattering albedo.

    Hapke (1981) without opposition effect, for isotropic grains.

    Parameters
    ----------
    reflectance : float, in [0, 1).

    Examples
    --------
    >>> float(albedo_to_reflectance(reflectance_to_albedo(np.array(0.5))).round(6))
    0.5
    """
    cosines, product = COS_INCIDENCE + COS_EMERGENCE, COS_INCIDENCE * COS_EMERGENCE
    scaled = 1 + 4 * product * reflectance
    root = (np.sqrt((cosines * reflectance) ** 2 + scaled * (1 - reflectance)) - cosines * reflectance) / scaled
    return np.asarray(1 - root**2)


def albedo_to_reflectance(albedo: np.ndarray) -> np.ndarray:
    """Convert single-scattering albedo to reflectance: the inverse of `reflectance_to_albedo`.

    Parameters
    ----------
    albedo : float, in [0, 1].
    """
    root = np.sqrt(1 - albedo)
    return np.asarray(albedo / ((1 + 2 * COS_INCIDENCE * root) * (1 + 2 * COS_EMERGENCE * root)))


def mix(
    minerals: Sequence[Mineral], mixture: Mixture, wavelengths_nm: np.ndarray, centre_shifts_nm: np.ndarray
) -> np.ndarray:
    """Compute the reflectance of every pixel's mixture.

    Parameters
    ----------
    minerals : minerals that `mixture.mineral` indexes.
    mixture : Mixture, content of the pixels.
    wavelengths_nm : float [band], nm; its dtype is the dtype of the result.
    centre_shifts_nm : float [mineral], nm, a shift of all absorptions of each mineral.

    Returns
    -------
    float [pixel, band], reflectance in (0, 1).
    """
    mixed = np.zeros((mixture.path.size, wavelengths_nm.size), dtype=wavelengths_nm.dtype)
    for number, mineral in enumerate(minerals):
        fraction = np.where(mixture.mineral == number, mixture.fraction, 0.0).sum(axis=1)
        pixels = np.flatnonzero(fraction > 0)
        if pixels.size == 0:
            continue
        shifts = mineral.composition_shifts_nm(mixture.composition[pixels]) + centre_shifts_nm[number]
        spectra = mineral.reflectance(
            wavelengths_nm, path=mixture.path[pixels], albedo=mixture.albedo[pixels], centre_shift_nm=shifts
        )
        spectra = np.minimum(spectra, BRIGHTEST)
        intimate = mixture.intimate[pixels]
        spectra[intimate] = reflectance_to_albedo(spectra[intimate])
        mixed[pixels] += fraction[pixels, None].astype(mixed.dtype) * spectra
    mixed[mixture.intimate] = albedo_to_reflectance(mixed[mixture.intimate])
    return mixed
