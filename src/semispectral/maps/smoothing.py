"""Smooth class probabilities in space with a guided filter, which keeps the edges of the spectra."""

from typing import Annotated

import numpy as np
from scipy.ndimage import uniform_filter

from semispectral.errors import ShapeError
from semispectral.inference.average import LEAST
from semispectral.study.setting_types import Count, OneOf, Positive, settings_class

SMOOTHING_NAMES = ("none", "guided")


@settings_class("map")
class SmoothConfig:
    """Settings of the smoothing."""

    smoothing: Annotated[str, OneOf(SMOOTHING_NAMES)] = "guided"
    """How probabilities are smoothed, along edges of the spectra."""
    radius: Count = 2
    """Radius of the smoothing window, in pixels."""
    epsilon: Positive = 0.1
    """Variance of a leading component (scaled to 1) below which spectra count as one material."""


def guided_filter(probability: np.ndarray, guide: np.ndarray, *, radius: int, epsilon: float) -> np.ndarray:
    """Smooth probabilities within windows, along the edges of a guide (He, Sun and Tang 2013, eq. 19 to 21).

    In every window the logarithm of the probability is fitted as a linear function of the guide. A pixel gets the mean
    of the fits of all windows that contain it, and its probabilities sum to 1 again. So neighbours that agree make a
    class surer, as members of an average do (`semispectral.inference.average`); smoothed probabilities themselves are
    too modest. Pixels without probabilities are left out, as neighbours and as results.

    Parameters
    ----------
    probability : float32 [line, sample, class], NaN where there is no pixel.
    guide : float32 [line, sample, component].
    radius : radius of the window, in pixels.
    epsilon : smallest variance that counts as an edge, as in `SmoothConfig`.

    Returns
    -------
    float32 [line, sample, class], at least 0 and summing to 1; NaN where ``probability`` is.
    """
    if probability.shape[:2] != guide.shape[:2]:
        raise ShapeError(f"the guide must be of the map's lines and samples {probability.shape[:2]}, got {guide.shape}")
    valid = np.isfinite(probability[:, :, 0]) & np.isfinite(guide).all(axis=2)
    window = _Window(valid, radius)
    guide = np.where(valid[:, :, None], guide, 0)
    mean_guide = window.mean(guide)
    inverse = np.linalg.inv(_covariance(window, guide, mean_guide) + epsilon * np.eye(guide.shape[2], dtype=np.float32))
    result = np.full_like(probability, np.nan)  # logarithms at first
    for label in range(probability.shape[2]):
        log = np.log(np.where(valid, np.maximum(probability[:, :, label], LEAST), 1), dtype=np.float32)
        mean = window.mean(log)
        together = window.mean(guide * log[:, :, None]) - mean_guide * mean[:, :, None]
        slope = np.einsum("lsij,lsj->lsi", inverse, together)
        level = mean - np.einsum("lsi,lsi->ls", slope, mean_guide)
        fitted = np.einsum("lsi,lsi->ls", window.mean(slope), guide) + window.mean(level)
        result[:, :, label][valid] = fitted[valid]
    result -= result.max(axis=2, keepdims=True)
    np.exp(result, out=result)
    result /= result.sum(axis=2, keepdims=True)
    return result


class _Window:
    """Means of the valid pixels in a square window around each pixel."""

    def __init__(self, valid: np.ndarray, radius: int) -> None:
        self.valid, self.size = valid.astype(np.float32), 2 * radius + 1
        # Share of valid pixels in each window. The floor, half a pixel, only avoids a division by 0.
        self.share = np.maximum(self._box(self.valid), 1 / (2 * self.size**2))

    def _box(self, values: np.ndarray) -> np.ndarray:
        """Return the mean over the window, with 0 outside the image."""
        size = (self.size, self.size, 1)[: values.ndim]
        return np.asarray(uniform_filter(values.astype(np.float32), size, mode="constant"))

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Return the mean of the valid pixels in each pixel's window, float32, in the shape of ``values``."""
        share, valid = (array.reshape(*array.shape, *[1] * (values.ndim - 2)) for array in (self.share, self.valid))
        return np.asarray(self._box(values * valid) / share)


def _covariance(window: _Window, guide: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return the covariance of the guide within each window, float32 [line, sample, component, component]."""
    width = guide.shape[2]
    result = np.empty((*guide.shape, width), np.float32)
    for one in range(width):
        for other in range(one, width):
            together = window.mean(guide[:, :, one] * guide[:, :, other]) - mean[:, :, one] * mean[:, :, other]
            result[:, :, one, other] = result[:, :, other, one] = together
    return result
