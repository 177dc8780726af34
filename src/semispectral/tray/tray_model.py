"""The tray as a trained model knows it: two mixtures of normal distributions, one of what was left out, one of core.

A spectrum is described by its brightness, on a logarithmic scale, and by the leading components of its shape, which is
the spectrum over its mean. Tray is what the first mixture makes likelier than the second by more than a threshold,
which few pixels of core exceed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp

KIND = "tray"
MIXTURES = ("tray", "core")
DARKEST = 1e-3  # least brightness, as a share of that of core: below, a shape is noise
SHAPE_RANGE = (-1.0, 4.0)  # of a value over the mean of its spectrum


@dataclass(frozen=True, eq=False)
class TrayModel:
    """What tells tray from core.

    Attributes
    ----------
    arrays : float64 by name: ``brightness`` [1], the median mean value of core, as stored in the training scans;
        ``mean`` [band] and ``axes`` [band, component], of the shapes; ``centre`` and ``spread`` [1 + component], of
        the description; for each of `MIXTURES` the ``weight`` [part], the ``mean`` [part, 1 + component] and the
        ``root`` [part, 1 + component, 1 + component] of the inverse covariance, such as ``tray/mean``; ``threshold``
        [1], in nats, inf where tray cannot be told.
    facts : the rest of model.json: ``pixels`` that were learnt from, the share of others that was ``told``, that of
        core that was taken for tray (``false_alarm``), and whether the model is ``used``.
    """

    arrays: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]

    @property
    def bands(self) -> int:
        """Number of bands of the spectra."""
        return len(self.arrays["mean"])

    def is_tray(self, x: np.ndarray) -> np.ndarray:
        """Return which spectra are those of tray, bool [pixel].

        Parameters
        ----------
        x : float32 [pixel, band], values as stored in the training scans; NaN where a sensor has no data.
        """
        return np.asarray(self.odds(x) > self.arrays["threshold"][0])

    def odds(self, x: np.ndarray) -> np.ndarray:
        """Return by how many nats tray is likelier than core, float64 [pixel].

        Parameters
        ----------
        x : float32 [pixel, band], values as stored in the training scans; NaN where a sensor has no data.
        """
        seen = described(x, self.arrays)
        tray, core = (log_density(seen, self.arrays, name) for name in MIXTURES)
        return np.asarray(tray - core)


def shapes(x: np.ndarray, brightness: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithm of the brightness of spectra, float64 [pixel], and their shapes, float32 [pixel, band].

    Parameters
    ----------
    x : float32 [pixel, band], values; NaN where a sensor has no data.
    brightness : median mean value of core.
    """
    known = np.isfinite(x)
    mean = np.where(known, x, 0).sum(axis=1, dtype=np.float64) / np.maximum(known.sum(axis=1), 1)
    bright = np.maximum(mean, DARKEST * brightness)
    shape = np.clip(x / bright[:, np.newaxis].astype(np.float32), *SHAPE_RANGE)
    return np.log(bright / brightness), shape


def described(x: np.ndarray, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return brightness and leading components of the shapes, of variance 1, float64 [pixel, 1 + component].

    Parameters
    ----------
    x : float32 [pixel, band], values; NaN where a sensor has no data.
    arrays : of a `TrayModel`.
    """
    bright, shape = shapes(x, float(arrays["brightness"][0]))
    centred = np.nan_to_num(shape - arrays["mean"].astype(np.float32), nan=0.0)
    scores = centred @ arrays["axes"].astype(np.float32)
    return np.asarray((np.column_stack([bright, scores]) - arrays["centre"]) / arrays["spread"])


def log_density(seen: np.ndarray, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return the logarithm of the density of a mixture, up to a constant that all mixtures share, float64 [pixel].

    Parameters
    ----------
    seen : float64 [pixel, column], what `described` returns.
    arrays : of a `TrayModel`.
    name : one of `MIXTURES`.
    """
    roots = arrays[f"{name}/root"]
    parts = []
    for weight, mean, root in zip(arrays[f"{name}/weight"], arrays[f"{name}/mean"], roots, strict=True):
        distance = np.square((seen - mean) @ root).sum(axis=1)
        parts.append(np.log(weight) + np.log(np.diagonal(root)).sum() - distance / 2)
    return np.asarray(logsumexp(parts, axis=0))
