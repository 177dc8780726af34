"""Read a mineral library from a table, and write one: a column of wavelengths, and a column for each spectrum."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.library.entries import PERCENT_FROM, Entry, Library, made_entry
from semispectral.library.groups import group_of, mineral_of, shown_name
from semispectral.scans.facts.wavelengths import COLUMN_UNITS, in_nanometres
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.storage.atomic import write_atomically
from semispectral.study.names import printable, quoted, some
from semispectral.study.tsv import encoding_of

FACTS = ("mineral", "group")  # rows below the header that may say so of each spectrum
MOST_BYTES = 200_000_000


def read_table_library(path: Path) -> list[Entry]:
    """Read a table (.csv with commas, .tsv with tabs).

    The first column is ``wavelength_nm`` or ``wavelength_um``, each further one a spectrum with its name on top; rows
    named ``mineral`` and ``group`` may follow the header. An empty cell is a deleted channel.

    Parameters
    ----------
    path : Path, the table.

    Raises
    ------
    DataError : a column is missing or not of numbers; the message names the row.
    """
    require_file(path, what="a mineral library")
    if path.stat().st_size > MOST_BYTES:
        raise DataError(f"{path}: a table of spectra has at most {MOST_BYTES} bytes; name one with fewer spectra")
    with path.open("rb") as file:
        encoding = encoding_of(file.read(2))
    with reading(path, what="a mineral library"), path.open(encoding=encoding, newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",") if any(row)]
    header = [cell.strip() for cell in rows[0]] if rows else []
    if len(header) < 2 or header[0] not in COLUMN_UNITS:
        raise DataError(
            f"{path}: a table of spectra needs the column wavelength_nm or wavelength_um first and a column for each "
            f"spectrum, got {some(header)}; write them into its first row"
        )
    names = [shown_name(name) for name in header[1:]]
    if not all(names):
        raise DataError(
            f"{path}: every column needs the name of its spectrum, and column {names.index('') + 2} has none"
        )
    facts = {fact: _fact(rows, fact, len(header)) for fact in FACTS}
    numbers = [(place, row) for place, row in enumerate(rows[1:], start=2) if row[0].strip().lower() not in FACTS]
    values = np.array([_numbers(row, len(header), f"{path}, row {place}") for place, row in numbers])
    if len(values) < 2:
        raise DataError(f"{path}: two rows of wavelengths or more are needed, got {len(values)}")
    nm = in_nanometres(values[:, 0], unit=COLUMN_UNITS[header[0]], where=str(path))
    percent = bool(np.nanmax(values[:, 1:], initial=0) > PERCENT_FROM)
    return [
        _entry(name, nm, spectrum, mineral, group, percent, path)
        for name, spectrum, mineral, group in zip(names, values.T[1:], facts["mineral"], facts["group"], strict=True)
    ]


def write_table_library(path: Path, library: Library) -> None:
    """Write a library as a table that `read_table_library` reads, with the wavelengths of all entries.

    Parameters
    ----------
    path : Path, table to write (.csv).
    library : Library, entries to write; a cell is empty where an entry has no channel.
    """
    nm = np.unique(np.concatenate([entry.wavelengths_nm for entry in library.entries]))
    cells = np.full((len(nm), len(library)), "", dtype=object)
    for column, entry in enumerate(library.entries):
        cells[np.searchsorted(nm, entry.wavelengths_nm), column] = [f"{value:.6g}" for value in entry.reflectance]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["wavelength_nm", *library.names])
    for fact in FACTS:
        rows.writerow([fact, *(getattr(entry, fact) for entry in library.entries)])
    rows.writerows([f"{wavelength:.10g}", *row] for wavelength, row in zip(nm, cells, strict=True))
    write_atomically(path, text.getvalue().encode())


def _entry(name: str, nm: np.ndarray, values: np.ndarray, mineral: str, group: str, percent: bool, path: Path) -> Entry:
    """Return an entry, with the mineral and the group of its name where the table says none."""
    kind = mineral.lower() or mineral_of(name)
    return made_entry(name, nm, values, mineral=kind, group=group or group_of(kind), percent=percent, source=str(path))


def _fact(rows: list[list[str]], fact: str, columns: int) -> list[str]:
    """Return the cells of a row that says something of each spectrum; empty texts without such a row."""
    found = [row for row in rows[1 : len(FACTS) + 1] if row[0].strip().lower() == fact]
    cells = [printable(cell.strip(), limit=80) for cell in found[0][1:columns]] if found else []
    return cells + [""] * (columns - 1 - len(cells))


def _numbers(row: Iterable[str], columns: int, where: str) -> list[float]:
    """Return the numbers of a row; NaN for empty cells, also behind the last one."""
    cells = [cell.strip() for cell in row]
    if len(cells) > columns and any(cells[columns:]):
        raise DataError(f"{where}: {columns} cells are needed, one per column, got {len(cells)}")
    cells = (cells + [""] * columns)[:columns]
    try:
        return [float(cell) if cell else np.nan for cell in cells]
    except ValueError:
        wrong = next(cell for cell in cells if cell and not _is_number(cell))
        raise DataError(f"{where}: numbers are needed, got {quoted(wrong, limit=40)}; correct the cell") from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
