"""Wavelengths of the bands in nanometres, with their unit stated and never guessed."""

import csv
from pathlib import Path

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.io.files import reading, require_file

NANOMETRES_PER_UNIT = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometers": 1.0,
    "nanometre": 1.0,
    "nanometres": 1.0,
    "um": 1e3,
    "µm": 1e3,
    "μm": 1e3,
    "micron": 1e3,
    "microns": 1e3,
    "micrometer": 1e3,
    "micrometers": 1e3,
    "micrometre": 1e3,
    "micrometres": 1e3,
    "angstrom": 0.1,
    "angstroms": 0.1,
}
COLUMN_UNITS = {"wavelength_nm": "nm", "wavelengths_nm": "nm", "wavelength_um": "um", "wavelengths_um": "um"}
SHORTEST_NM = 100.0
NO_WAVELENGTHS = "none"  # in scenes.tsv: do not read any, whatever the file says


def in_nanometres(values: np.ndarray, *, unit: str, where: str) -> np.ndarray:
    """Band centres as float64 [band] in nm.

    Parameters
    ----------
    values : numbers [band].
    unit : as the file writes it; empty is read as nm if the values can be nm.
    where : file and key, for the error.
    """
    name = unit.strip().lower()
    if name and name not in NANOMETRES_PER_UNIT:
        raise DataError(
            f"{where}: the unit of wavelengths must be one of {', '.join(NANOMETRES_PER_UNIT)}, got {unit!r}"
        )
    wavelengths = np.asarray(values, dtype=np.float64).ravel() * NANOMETRES_PER_UNIT.get(name, 1.0)
    if wavelengths.size == 0 or not np.isfinite(wavelengths).all():
        raise DataError(
            f"{where}: wavelengths must be finite numbers, got {values}; correct them in the file, or give a "
            "table of wavelengths (.csv) in scenes.tsv"
        )
    if wavelengths.min() < SHORTEST_NM:
        raise DataError(
            f"{where}: wavelengths must be nanometres of {SHORTEST_NM:g} or more, got {wavelengths.min():g}; if they "
            "are micrometres, say so: a unit in the file, or a table with the column wavelength_um in scenes.tsv"
        )
    return wavelengths


def require_count(wavelengths_nm: np.ndarray, bands: int, *, where: str) -> np.ndarray:
    """The wavelengths, if there is one per band."""
    if len(wavelengths_nm) != bands:
        raise ShapeError(
            f"{where}: one wavelength per band is needed ({bands}), got {len(wavelengths_nm)}; "
            "check the columns axes and wavelengths of scenes.tsv"
        )
    return wavelengths_nm


def read_wavelength_table(path: Path) -> np.ndarray:
    """Read a table with a column ``wavelength_nm`` (or ``wavelength_um``), in band order: float64 [band], nm."""
    require_file(path, what="a table of wavelengths")
    with reading(path, what="a table of wavelengths"), path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ","))
    found = [name for name in COLUMN_UNITS if rows and name in rows[0]]
    if not found:
        raise DataError(
            f"{path}: a table of wavelengths needs a column wavelength_nm or wavelength_um and a row per band, got "
            f"{', '.join(map(str, rows[0])) if rows else 'no row'}; write one, or give a key in the data file"
        )
    try:
        values = np.array([float(row[found[0]]) for row in rows])
    except (TypeError, ValueError) as error:
        raise DataError(f"{path}: column {found[0]!r} must hold numbers ({error})") from error
    return in_nanometres(values, unit=COLUMN_UNITS[found[0]], where=str(path))
