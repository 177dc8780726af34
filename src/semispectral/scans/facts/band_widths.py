"""Full widths at half maximum of the bands, where a file or a table states them."""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.scans.facts.side_tables import numbers_of, read_table
from semispectral.scans.facts.wavelengths import NANOMETRES_PER_UNIT, UNKNOWN_UNITS, unit_name
from semispectral.study.names import printable

log = logging.getLogger(__name__)

NAMES = ("fwhm", "fwhms", "fullwidthhalfmax", "fullwidthhalfmaximum", "bandwidth", "bandwidths")  # by `plain_name`
COLUMN_UNITS = {"fwhm_nm": "nm", "fwhm_um": "um"}
NARROWEST_NM, WIDEST_NM = 0.1, 1000.0  # of a camera's bands; other numbers are in another unit, or are no widths


def stated_widths(values: np.ndarray, *, unit: str, bands: int, where: str) -> dict[str, Any]:
    """Return the widths of the bands as the fact ``fwhm_nm``, float64 [band], NaN where a band has none.

    They are optional: where they cannot be used, nothing is returned, and a warning says why.

    Parameters
    ----------
    values : numbers [band].
    unit : str, unit as the file writes it, of the widths or else of the wavelengths; an unknown one is nm.
    bands : int, number of bands.
    where : str, file and key, for the warning.
    """
    numbers, name = np.asarray(values), unit_name(unit)
    if not numbers.size:
        return {}
    if numbers.dtype.kind not in "uif":
        reason = "they are no numbers"
    elif numbers.size != bands:
        reason = f"there are {numbers.size} for {bands} bands"
    elif name not in NANOMETRES_PER_UNIT and name not in UNKNOWN_UNITS:
        reason = f"their unit '{printable(unit)}' is no unit of length"
    else:
        widths = numbers.astype(np.float64).ravel() * NANOMETRES_PER_UNIT.get(name, 1.0)
        widths = np.where(np.isfinite(widths) & (widths > 0), widths, np.nan)
        middle = float(np.nanmedian(widths)) if np.isfinite(widths).any() else np.nan
        if NARROWEST_NM <= middle <= WIDEST_NM:
            return {"fwhm_nm": widths}
        reason = f"half of them are below {middle:g} nm" if np.isfinite(middle) else "none is above 0"
    log.warning("%s: the widths of the bands (fwhm) are passed over, for %s", where, reason)
    return {}


def read_width_table(path: Path, *, bands: int) -> dict[str, Any]:
    """Return the widths that a table of wavelengths states in a column ``fwhm_nm`` or ``fwhm_um``, as `stated_widths`.

    Parameters
    ----------
    path : Path, the table, with a row for each band.
    bands : int, number of bands.
    """
    rows = read_table(path, what="a table of wavelengths")
    found = [name for name in COLUMN_UNITS if rows and name in rows[0]]
    if not found:
        return {}
    values = numbers_of(rows, found[0], path=path)
    return stated_widths(values, unit=COLUMN_UNITS[found[0]], bands=bands, where=f"{path}, column {found[0]}")
