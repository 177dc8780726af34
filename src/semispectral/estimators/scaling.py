"""Scale columns, undo the scaling, and correct log p(x) for it; find the noise-whitened components of rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import ConfigError, DataError
from semispectral.inference.nets import needs_unit_interval
from semispectral.noise.covariance import estimate_noise
from semispectral.scans.cube import Pixels
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


def place_table(places: Any, rows: int) -> pd.DataFrame:
    """Return where each row lies, as a table of pixels has it.

    Parameters
    ----------
    places : DataFrame with the columns scene, line, sample and maybe hole; or int [pixel, 2], line and sample in one
        scan; or None, where nobody knows: no row is then the neighbour of another.
    rows : number of rows.

    Raises
    ------
    DataError : there is not one place for each row.
    """
    if places is None:
        places = np.stack([np.zeros(rows, np.int64), 2 * np.arange(rows)], axis=1)
    table = places if isinstance(places, pd.DataFrame) else _of_one_scan(np.asarray(places))
    lacking = [name for name in ("scene", "line", "sample") if name not in table.columns]
    if len(table) != rows or lacking:
        raise DataError(
            f"places needs a line and a sample for each of the {rows} rows of X: int [pixel, 2], or a table with the "
            f"columns scene, line and sample; got {len(table)} rows with the columns {', '.join(map(str, table))}"
        )
    table = table.reset_index(drop=True)
    hole = table["hole"] if "hole" in table.columns else table["scene"]
    return table[["scene", "line", "sample"]].assign(hole=hole, code=0)


def _of_one_scan(places: np.ndarray) -> pd.DataFrame:
    """Return lines and samples as a table; one with other columns where there are more or fewer than two."""
    if places.ndim != 2 or places.shape[1] != 2:
        return pd.DataFrame(np.atleast_2d(places))
    return pd.DataFrame({"scene": "scan", "line": places[:, 0], "sample": places[:, 1]})


def fit_mnf(x: np.ndarray, places: pd.DataFrame) -> Scaler:
    """Fit the noise-whitened components of rows.

    Parameters
    ----------
    x : float32 [pixel, column].
    places : from `place_table`. Where few rows lie side by side, the noise of a column is what the others do not
        foretell, without correlation between columns.
    """
    return fit_scaler(x, method="mnf", noise=estimate_noise(Pixels(x, places)).covariance)


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
