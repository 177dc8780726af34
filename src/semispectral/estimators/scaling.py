"""Scale columns, undo the scaling, and correct log p(x) for it."""

from collections.abc import Sequence

import numpy as np

from semispectral.errors import ConfigError
from semispectral.inference.nets import needs_unit_interval
from semispectral.spectra.scaling import Scaler, fit_scaler

# Only what can be undone, so that samples and log p(x) are in the units of the data. The first is what ``auto`` stands
# for, but that a Bernoulli likelihood takes the columns as they are.
OF_BANDS = ("standardise", "minmax", "none")
OF_M1 = ("views", *OF_BANDS)


def fit(x: np.ndarray, *, normalise: str, likelihood: str, methods: Sequence[str]) -> Scaler:
    """Fit a scaler of the columns.

    Parameters
    ----------
    x : float32 [pixel, column].
    normalise : one of ``methods``, or ``auto``: none for a Bernoulli likelihood, otherwise the first of ``methods``.
    likelihood : p(x|z) of the model: gaussian, student_t or bernoulli.
    methods : methods that the model takes.

    Raises
    ------
    ConfigError : ``normalise`` is unknown.
    """
    if normalise not in ("auto", *methods):
        raise ConfigError(f"normalise must be one of {', '.join(('auto', *methods))}, got {normalise!r}")
    automatic = "none" if needs_unit_interval(likelihood) else methods[0]
    return fit_scaler(x, method=automatic if normalise == "auto" else normalise)


def undo(scaler: Scaler, x: np.ndarray) -> np.ndarray:
    """Convert rows from the scale of the model to the units of the data, float32 [pixel, column].

    Of two views, the second is the columns themselves; the first, their SNV, is left out.

    Parameters
    ----------
    scaler : fitted scaler.
    x : float32 [pixel, scaled column], scaled rows.
    """
    return np.asarray(scaler.undo_columns(x)[:, -scaler.bands :], np.float32)


def log_volume(scaler: Scaler) -> float:
    """Return the sum of the log scales: subtract it from a log-density to convert it to the units of the data.

    SNV, its level and its contrast, in the first of two views, have no unit.

    Parameters
    ----------
    scaler : fitted scaler.
    """
    if "scale" not in scaler.arrays:
        return 0.0
    return float(np.log(scaler.arrays["scale"][-scaler.bands :].astype(np.float64)).sum())
