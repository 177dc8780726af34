"""Read the wavelengths of the bands in nanometres; their unit is stated and never guessed."""

import logging
import re
from pathlib import Path

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.facts.side_tables import numbers_of, read_table
from semispectral.study.names import printable, quoted, some

log = logging.getLogger(__name__)

NANOMETRES_PER_UNIT = {
    **dict.fromkeys(("nm", "nanometer", "nanometers", "nanometre", "nanometres"), 1.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns"), 1e3),
    **dict.fromkeys(("micrometer", "micrometers", "micrometre", "micrometres"), 1e3),
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), 1e6),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), 1e7),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1e9),
    **dict.fromkeys(("a", "angstrom", "angstroms", "å", "ångström"), 0.1),
}
NANOMETRES_TIMES_UNIT = {  # of light in vacuum: the larger the number, the shorter the wave
    **dict.fromkeys(("wavenumber", "wavenumbers", "cm-1", "1/cm", "cm^-1"), 1e7),
    "mhz": 299_792_458e3,
    "ghz": 299_792_458.0,
    "thz": 299_792.458,
}
UNKNOWN_UNITS = ("", "unknown", "none", "unspecified", "undefined", "na", "n/a", "1", "-")
NUMBERS_OF_BANDS = ("index", "indices", "band", "bands", "channel", "channels", "number")
REMEDY = (
    "give a table (.csv) with the column wavelength_nm or wavelength_um in the column wavelengths of scenes.tsv, or the"
    " word none there"
)
COLUMN_UNITS = {"wavelength_nm": "nm", "wavelengths_nm": "nm", "wavelength_um": "um", "wavelengths_um": "um"}
SHORTEST_NM, LONGEST_NM = 100.0, 1e5
NO_WAVELENGTHS = "none"  # in scenes.tsv: do not read any, whatever the file says


def unit_name(text: str) -> str:
    """Return a unit as the tables above name it: in lower case, without text in brackets or after a mark.

    Parameters
    ----------
    text : str, unit as the file writes it.
    """
    name = text.strip("{}[]()'\" \t\r\n\0.").lower()
    known = (*NANOMETRES_PER_UNIT, *NANOMETRES_TIMES_UNIT, *UNKNOWN_UNITS, *NUMBERS_OF_BANDS)
    return name if name in known else re.split(r"[\s;,(\[]", name)[0].rstrip(".")


def unit_of(of_wavelengths: str, of_anything: str) -> str:
    """Return the unit of wavelengths; the unit of the values beside them counts only if it is one of length.

    Parameters
    ----------
    of_wavelengths : str, unit stated for the wavelengths, or empty.
    of_anything : str, unit stated for the values, or empty.
    """
    known = (*NANOMETRES_PER_UNIT, *NANOMETRES_TIMES_UNIT, *NUMBERS_OF_BANDS)
    return of_wavelengths or (of_anything if unit_name(of_anything) in known else "")


def in_nanometres(values: np.ndarray, *, unit: str, where: str) -> np.ndarray:
    """Return band centres as float64 [band] in nm; NaN for a band without one (0, negative or NaN in the file).

    Parameters
    ----------
    values : numbers [band].
    unit : str, unit as the file writes it; an empty or unknown one is read as nm if the values can be nm.
    where : str, file and key, for the error.

    Raises
    ------
    DataError : the values are not wavelengths, or their unit is not known; the message says what to give instead.

    Examples
    --------
    >>> in_nanometres(np.array([0.4, 0.5]), unit="micrometers", where="scan.hdr").tolist()
    [400.0, 500.0]
    """
    name = unit_name(unit)
    if name in NUMBERS_OF_BANDS:
        raise DataError(
            f"{where}: wavelengths are needed, but their unit '{printable(unit)}' says numbers of bands; {REMEDY}"
        )
    stored = np.asarray(values, dtype=np.float64).ravel()
    stored = np.where(np.isfinite(stored) & (stored > 0), stored, np.nan)  # a band that is not there
    wavelengths = _converted(stored, name, unit, where)
    known = wavelengths[np.isfinite(wavelengths)]
    if not known.size:
        shown = some(np.asarray(values).ravel()[:4].tolist())
        raise DataError(
            f"{where}: wavelengths must be finite numbers above 0, got {shown}; correct them in the file, or {REMEDY}"
        )
    if known.min() < SHORTEST_NM:
        raise DataError(
            f"{where}: wavelengths must be nanometres of {SHORTEST_NM:g} or more, got {known.min():g}; if they "
            f"are micrometres, say so: a unit in the file, or {REMEDY}"
        )
    if known.max() > LONGEST_NM:
        raise DataError(
            f"{where}: wavelengths must be nanometres of at most {LONGEST_NM:g}, got {known.max():g} by the unit "
            f"'{printable(unit)}'; correct the unit, or {REMEDY}"
        )
    if known.size > 1 and np.ptp(known) == 0:
        raise DataError(f"{where}: every band needs its own wavelength, but all of them are {known[0]:g} nm; {REMEDY}")
    _say_order(known, where)
    return wavelengths


def _converted(stored: np.ndarray, name: str, unit: str, where: str) -> np.ndarray:
    if name in NANOMETRES_TIMES_UNIT:
        return NANOMETRES_TIMES_UNIT[name] / stored
    if name in UNKNOWN_UNITS:
        return stored
    if name not in NANOMETRES_PER_UNIT:
        known = ", ".join((*NANOMETRES_PER_UNIT, *NANOMETRES_TIMES_UNIT))
        raise DataError(f"{where}: the unit of wavelengths must be one of {known}, got '{printable(unit)}'; {REMEDY}")
    return stored * NANOMETRES_PER_UNIT[name]


def _say_order(known: np.ndarray, where: str) -> None:
    """Log an unusual order of bands, which may be a mistake; the file's order is kept."""
    steps = np.diff(known)
    if (steps == 0).any() or len(np.unique(known)) < len(known):
        log.warning("%s: %d bands have the wavelength of another", where, len(known) - len(np.unique(known)))
    if (steps < 0).all() and steps.size:
        log.warning("%s: wavelengths fall, from %g to %g nm; bands keep this order", where, known[0], known[-1])
    elif (steps < 0).any():
        place = int(np.argmax(steps < 0))
        log.warning(
            "%s: wavelengths step back in %d places (first from %g to %g nm), as where two detectors overlap; bands "
            "keep this order",
            where,
            int((steps < 0).sum()),
            known[place],
            known[place + 1],
        )


def stated_in_nanometres(values: np.ndarray, *, unit: str, bands: int, where: str) -> np.ndarray | None:
    """Return wavelengths that a file states, as `in_nanometres`, or None with a warning where they are of no use.

    Numbers below 100 without a unit are refused nevertheless: they are most likely micrometres, and one word settles
    it.

    Parameters
    ----------
    values : numbers [band].
    unit : str, unit as the file writes it.
    bands : int, number of bands.
    where : str, file and key, for messages.
    """
    name, numbers = unit_name(unit), np.asarray(values)
    known = (*NANOMETRES_PER_UNIT, *NANOMETRES_TIMES_UNIT, *UNKNOWN_UNITS)
    positive = numbers[np.isfinite(numbers) & (numbers > 0)] if numbers.dtype.kind in "uif" else np.empty(0)
    if not positive.size:
        reason = f"they are no numbers above 0, but {some(numbers.ravel()[:4].tolist())}"
    elif numbers.size != bands:
        reason = f"there are {numbers.size} for {bands} bands"
    elif name in NUMBERS_OF_BANDS:
        reason = f"their unit '{printable(unit)}' says numbers of bands"
    elif name not in known:
        reason = f"their unit '{printable(unit)}' is not known"
    elif bands > 1 and np.ptp(positive) == 0:
        reason = f"all of them are {positive[0]:g}"
    elif (longest := _converted(positive, name, unit, where).max()) > LONGEST_NM:
        reason = f"their unit '{printable(unit)}' makes {longest:g} nm of them"
    else:
        return in_nanometres(numbers, unit=unit, where=where)
    log.warning("%s: the wavelengths are passed over, for %s; where the bands matter, %s", where, reason, REMEDY)
    return None


def require_count(count: int, bands: int, *, where: str) -> None:
    """Refuse wavelengths whose number differs from that of the bands, before they are read where possible.

    Parameters
    ----------
    count : int, number of wavelengths.
    bands : int, number of bands.
    where : str, file and key, for the error.
    """
    if count != bands:
        raise ShapeError(
            f"{where}: one wavelength per band is needed ({bands}), got {count}; check the columns axes and "
            "wavelengths of scenes.tsv"
        )


def read_wavelength_table(path: Path) -> np.ndarray:
    """Read a table with a column ``wavelength_nm`` (or ``wavelength_um``), in band order: float64 [band], nm.

    Parameters
    ----------
    path : Path, file to read.
    """
    rows = read_table(path, what="a table of wavelengths")
    found = [name for name in COLUMN_UNITS if rows and name in rows[0]]
    if not found:
        raise DataError(
            f"{path}: a table of wavelengths needs a column wavelength_nm or wavelength_um and a row per band, got "
            f"{some(rows[0]) if rows else 'no row'}; write one, or give a key in the data file"
        )
    numbered = next((name for name in rows[0] if name in NUMBERS_OF_BANDS), None)
    if numbered is not None and (np.diff(numbers_of(rows, numbered, path=path)) != 1).any():
        raise DataError(
            f"{path}: a row for each band is needed, in the order of the bands in the file, but its column "
            f"{quoted(numbered)} does not count them one by one; sort the rows by it, or remove that column"
        )
    return in_nanometres(numbers_of(rows, found[0], path=path), unit=COLUMN_UNITS[found[0]], where=str(path))
