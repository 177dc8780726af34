"""Read tables with a header row that users write beside their scans: wavelengths, panels, facts of scans."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.study.names import plain, quoted
from semispectral.study.tsv import LARGEST_BYTES, WORKBOOKS, encoding_of, require_distinct, separator_of

Rows = Sequence[dict[str, str]]


def read_table(path: Path, *, what: str) -> list[dict[str, str]]:
    """Read the rows of a table, as spreadsheets save it, by the names in its first row; capitals do not matter there.

    Empty rows at its end, which spreadsheets leave, are none.

    Parameters
    ----------
    path : Path, its cells are separated by tabs, semicolons or commas, whichever its first row has most of.
    what : str, kind of table that is expected, in words.

    Raises
    ------
    MissingFileError, UnreadableError : the file does not exist, or is no table.
    DataError : it is too large, no text in Unicode, or has two columns of one name.
    """
    require_file(path, what=what)
    with reading(path, what=what):
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise DataError(f"{path}: {what} has at most {LARGEST_BYTES} bytes, got {size}; name another file")
        content = path.read_bytes()
    if content.startswith(WORKBOOKS):
        raise DataError(f"{path}: {what} is text, and this is a workbook or an archive; save it as CSV (UTF-8)")
    try:
        text = content.decode(encoding_of(content))
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: must be UTF-8 text, got another encoding ({error}); save it as UTF-8") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    rows.fieldnames = [plain(name) for name in rows.fieldnames or ()]
    require_distinct(rows.fieldnames, path=path)
    found = list(rows)
    while found and not any(cell and not cell.isspace() for cell in found[-1].values() if isinstance(cell, str)):
        found.pop()
    return found


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
