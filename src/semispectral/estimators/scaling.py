"""The scale of the columns: fitted, undone, and accounted for in log p(x)."""

import numpy as np

from semispectral.errors import ConfigError
from semispectral.spectra.scaling import Scaler, fit_scaler

# Only what can be undone, so that samples and log p(x) are in the units of the data.
METHODS = ("auto", "standardise", "minmax", "none")


def fit(x: np.ndarray, *, normalise: str, likelihood: str) -> Scaler:
    """A scaler of the columns; ``auto`` standardises, but leaves data in [0, 1] alone for a Bernoulli likelihood."""
    if normalise not in METHODS:
        raise ConfigError(f"normalise must be one of {', '.join(METHODS)}, got {normalise!r}")
    automatic = "none" if likelihood == "bernoulli" else "standardise"
    return fit_scaler(x, method=automatic if normalise == "auto" else normalise)


def undo(scaler: Scaler, x: np.ndarray) -> np.ndarray:
    """From the model's units to those of the data, float32 [pixel, column]."""
    return np.asarray(scaler.undo_columns(x), np.float32)


def log_volume(scaler: Scaler) -> float:
    """What a log-density in the model's units loses in those of the data: the sum of the log scales."""
    return float(np.log(scaler.arrays["scale"].astype(np.float64)).sum()) if "scale" in scaler.arrays else 0.0
