"""Read tables with a header row that users write beside their scans: wavelengths, panels, facts of scans."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.study.names import quoted
from semispectral.study.tsv import LARGEST_BYTES

Rows = Sequence[dict[str, str]]


def read_table(path: Path, *, what: str) -> list[dict[str, str]]:
    """Read the rows of a table by the names in its first row.

    Parameters
    ----------
    path : Path, comma-separated, or tab-separated where it ends in .tsv.
    what : str, kind of table that is expected, in words.

    Raises
    ------
    MissingFileError, UnreadableError : the file does not exist, or is no table.
    DataError : it is too large, or no UTF-8 text.
    """
    require_file(path, what=what)
    with reading(path, what=what):
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise DataError(f"{path}: {what} has at most {LARGEST_BYTES} bytes, got {size}; name another file")
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ","))
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: must be UTF-8 text, got another encoding ({error}); save it as UTF-8") from error


def numbers_of(rows: Rows, column: str, *, path: Path) -> np.ndarray:
    """Return the numbers of a column, float64 [row].

    Parameters
    ----------
    rows : rows from `read_table`.
    column : str, name of the column.
    path : Path, the table, for errors.

    Raises
    ------
    DataError : a cell is no number; the message names the row.
    """
    found = np.empty(len(rows))
    for place, row in enumerate(rows):
        try:
            found[place] = float(row[column])
        except (TypeError, ValueError) as error:
            raise DataError(
                f"{path}, row {place + 2}: column {column!r} must hold numbers, got {quoted(row[column] or '')}; "
                "correct the cell"
            ) from error
    return found
