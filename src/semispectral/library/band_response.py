"""The response of a sensor's bands to a spectrum: Gaussians, integrated over straight lines between its channels."""

import numpy as np
from scipy.special import erf

FWHM_TO_SIGMA = 1 / (2 * np.sqrt(2 * np.log(2)))


def band_widths(centres_nm: np.ndarray, stated_nm: np.ndarray | None = None) -> np.ndarray:
    """Return the full width at half maximum of each band in nm: what is stated, else the distance of the neighbours.

    Parameters
    ----------
    centres_nm : float64 [band], in nm, in any order.
    stated_nm : float64 [band], widths that the sensor's file states, or None; a width that is not above 0 is replaced.
    """
    if len(centres_nm) < 2:
        return np.ones(len(centres_nm)) if stated_nm is None else np.asarray(stated_nm, np.float64)
    order = np.argsort(centres_nm, kind="stable")
    spacing = np.empty(len(centres_nm))
    # In the middle half the distance of both neighbours; at an end the distance of the only one.
    spacing[order] = np.abs(np.gradient(centres_nm[order]))
    spacing = np.maximum(spacing, np.finfo(np.float32).eps)
    if stated_nm is None:
        return spacing
    widths = np.asarray(stated_nm, np.float64)
    return np.where(np.isfinite(widths) & (widths > 0), widths, spacing)


def responses(
    wavelengths_nm: np.ndarray, centres_nm: np.ndarray, widths_nm: np.ndarray, *, longest_step_nm: float = np.inf
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight of each channel in each band, and the share of each band's response that channels cover.

    A spectrum is a straight line between neighbouring channels, and the integral of such a line times a Gaussian is
    known in closed form. So a spectrum may be sampled more finely or more coarsely than the sensor's bands.

    Parameters
    ----------
    wavelengths_nm : float64 [channel], rising, in nm.
    centres_nm, widths_nm : float64 [band], centre and full width at half maximum of each Gaussian, in nm.
    longest_step_nm : float, channels farther apart than this have no line between them.

    Returns
    -------
    float64 [band, channel] and float64 [band]; a band's weights add up to its cover, from 0 to 1.
    """
    sigma = (widths_nm * FWHM_TO_SIGMA)[:, None]
    offset = wavelengths_nm[None, :] - centres_nm[:, None]  # [band, channel]
    area = np.diff(0.5 * (1 + erf(offset / (np.sqrt(2) * sigma))), axis=1)  # [band, step]
    height = np.exp(-0.5 * (offset / sigma) ** 2) / np.sqrt(2 * np.pi)
    moment = sigma * np.diff(height, axis=1)  # minus the integral of (wavelength - centre) times the Gaussian
    step = np.diff(wavelengths_nm)
    whole = step <= longest_step_nm
    # A line is its left value times a weight that falls from 1 to 0, plus its right value times one that rises.
    left = np.where(whole, (offset[:, 1:] * area + moment) / step, 0)
    right = np.where(whole, (-offset[:, :-1] * area - moment) / step, 0)
    weights = np.zeros_like(offset)
    weights[:, :-1] += left
    weights[:, 1:] += right
    return weights, np.where(whole, area, 0).sum(axis=1)
