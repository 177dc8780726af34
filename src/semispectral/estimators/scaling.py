"""Scale columns, undo the scaling, and correct log p(x) for it."""

import numpy as np

from semispectral.errors import ConfigError
from semispectral.inference.nets import needs_unit_interval
from semispectral.spectra.scaling import Scaler, fit_scaler

# Only what can be undone, so that samples and log p(x) are in the units of the data.
METHODS = ("auto", "standardise", "minmax", "none")


def fit(x: np.ndarray, *, normalise: str, likelihood: str) -> Scaler:
    """Fit a scaler of the columns.

    Parameters
    ----------
    x : float32 [pixel, column].
    normalise : auto, standardise, minmax or none; ``auto`` is none for a Bernoulli likelihood and otherwise
        standardise.
    likelihood : p(x|z) of the model: gaussian, student_t or bernoulli.

    Raises
    ------
    ConfigError : ``normalise`` is unknown.
    """
    if normalise not in METHODS:
        raise ConfigError(f"normalise must be one of {', '.join(METHODS)}, got {normalise!r}")
    automatic = "none" if needs_unit_interval(likelihood) else "standardise"
    return fit_scaler(x, method=automatic if normalise == "auto" else normalise)


def undo(scaler: Scaler, x: np.ndarray) -> np.ndarray:
    """Convert rows from the scale of the model to the units of the data, float32 [pixel, column].

    Parameters
    ----------
    scaler : fitted scaler.
    x : float32 [pixel, column], scaled rows.
    """
    return np.asarray(scaler.undo_columns(x), np.float32)


def log_volume(scaler: Scaler) -> float:
    """Return the sum of the log scales: subtract it from a log-density to convert it to the units of the data.

    Parameters
    ----------
    scaler : fitted scaler.
    """
    return float(np.log(scaler.arrays["scale"].astype(np.float64)).sum()) if "scale" in scaler.arrays else 0.0
