"""Read tables that people write, with clear errors: separated by tabs, or as spreadsheets save them."""

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from semispectral.errors import ConfigError, MissingFileError, UnreadableError
from semispectral.study.names import plain, quoted, some

Record = dict[str, str]

LARGEST_BYTES = 16_000_000
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how the files of spreadsheets begin, whatever their names
TAB = "\t"
SEPARATORS = {TAB: "tabs", ";": "semicolons", ",": "commas"}


def read_rows(path: Path, *, what: str, key: str) -> list[list[str]]:
    """Read the cells of a table of ours, stripped of blanks, and of the quotes and empty columns of spreadsheets.

    Its cells are separated by tabs; by semicolons or commas where a spreadsheet saved it so, and no tab is left in its
    first line.

    Parameters
    ----------
    path : Path, the table.
    what : str, name of the table, for errors.
    key : str, key of the configuration, or column, that names the table.

    Returns
    -------
    list of rows, each a list of str.

    Raises
    ------
    MissingFileError : the file does not exist.
    ConfigError : it is not text in Unicode, or its quotes do not end.
    UnreadableError : it is no regular file, or cannot be read.
    """
    text = _text(path, what=what, key=key)
    rows = _cells(path, text, TAB if TAB in text.partition("\n")[0] else separator_of(text))
    wide = max((at for at, name in enumerate(rows[0], start=1) if name), default=0) if rows else 0
    return [row if any(row[wide:]) else row[:wide] for row in rows]


def read_saved_rows(path: Path, *, what: str, key: str) -> list[list[str]]:
    """Read the cells of a table as spreadsheets save it, stripped of blanks and quotes.

    Its cells are separated by what its first line has most of: tabs, semicolons or commas.

    Parameters
    ----------
    path, what, key : as in `read_rows`.

    Returns
    -------
    list of rows, each a list of str.

    Raises
    ------
    ConfigError : as in `read_rows`, or its quotes do not end.
    """
    text = _text(path, what=what, key=key)
    return _cells(path, text, separator_of(text))


def read_saved_records(path: Path, *, what: str, key: str, columns: Sequence[str]) -> Iterator[tuple[int, Record]]:
    """Yield the number and the cells by column of each row that has any, of a table as spreadsheets save it.

    Capitals in the names of columns do not matter.

    Parameters
    ----------
    path, what, key : as in `read_rows`.
    columns : sequence of str, columns that it must have; others may stand beside them.

    Raises
    ------
    ConfigError : as in `read_saved_rows`; a column is absent or there twice, or a row has another number of cells.
    """
    rows = read_saved_rows(path, what=what, key=key)
    header = [plain(name) for name in rows[0]] if rows else []
    absent = [name for name in columns if name not in header]
    if absent:
        raise ConfigError(
            f"{path}: {what} needs the columns {', '.join(columns)}, got "
            f"{some(header, show=quoted)}; add {some(absent)}"
        )
    require_distinct(header, path=path)
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) != len(header):
            raise ConfigError(
                f"{path}, row {number}: {len(header)} cells are needed, one for each column, got {len(row)}; correct "
                "the row"
            )
        yield number, dict(zip(header, row, strict=True))


def require_distinct(header: Sequence[str], *, path: Path) -> None:
    """Refuse a header with two columns of one name, of which one would be lost; columns may be nameless.

    Parameters
    ----------
    header : sequence of str, names of the columns.
    path : Path, the table, for the error.

    Raises
    ------
    ConfigError : a name is there twice.
    """
    twice = [name for name, times in Counter(header).items() if name and times > 1]
    if twice:
        raise ConfigError(
            f"{path}: each column needs a name of its own, and the header has {some(twice, show=quoted)} more than "
            "once; rename or remove one of them"
        )


def _text(path: Path, *, what: str, key: str) -> str:
    """Return the text of a table; that of UTF-16 begins with a mark, as spreadsheets write it."""
    if not path.exists():
        raise MissingFileError(f"{path}: {what} does not exist; name it in the config key {key!r}")
    if not path.is_file():
        raise UnreadableError(f"{path}: {what} is a file, and this is none; name a table in the config key {key!r}")
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise ConfigError(f"{path}: {what} has at most {LARGEST_BYTES} bytes, got {size}; name another file")
        content = path.read_bytes()
        if content.startswith(WORKBOOKS):
            raise ConfigError(f"{path}: {what} is text, and this is a workbook or an archive; save it as CSV (UTF-8)")
        return content.decode(encoding_of(content))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: must be UTF-8 text, got another encoding ({error}); save it as UTF-8") from error
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be opened ({error}); check its permissions") from error


def separator_of(text: str) -> str:
    """Return what separates the cells of a table as spreadsheets save it: what its first line has most of.

    Parameters
    ----------
    text : str, the table.
    """
    return max(SEPARATORS, key=text.partition("\n")[0].count)


def encoding_of(start: bytes) -> str:
    """Return the encoding of a text by how it begins: UTF-16 with a mark, as spreadsheets write it, or UTF-8.

    Parameters
    ----------
    start : bytes, the beginning of the file; two are enough.
    """
    return "utf-16" if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"


def _cells(path: Path, text: str, separator: str) -> list[list[str]]:
    """Return the cells of a table without blanks and quotes around them; only between tabs may a quote stand alone."""
    lines = io.StringIO(text, newline="")
    try:
        if separator == TAB:
            rows = list(csv.reader(lines, delimiter=TAB, quoting=csv.QUOTE_NONE))
        else:
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        raise ConfigError(
            f"{path}: must be a table whose cells are separated by {SEPARATORS[separator]} ({error}); save it as one"
        ) from error
    return [[_unquoted(cell.strip()).strip() for cell in row] for row in rows]


def _unquoted(text: str) -> str:
    """Remove the quotes that spreadsheets put around a cell with a comma."""
    in_quotes = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if in_quotes else text
