"""Read tab-separated tables that people write, with clear errors."""

import csv
from pathlib import Path

from semispectral.errors import ConfigError, MissingFileError, UnreadableError

LARGEST_BYTES = 16_000_000


def read_rows(path: Path, *, what: str, key: str, comma: bool = False) -> list[list[str]]:
    """Read the cells of a table, stripped of blanks.

    Parameters
    ----------
    path : Path, the table.
    what : str, name of the table, for errors.
    key : str, key of the configuration, or column, that names the table.
    comma : bool, whether commas separate its cells, as in a .csv file; a cell with a comma then stands in quotes.

    Returns
    -------
    list of rows, each a list of str.

    Raises
    ------
    MissingFileError : the file does not exist.
    ConfigError : it is not UTF-8 text, or its quotes do not end.
    UnreadableError : it is no regular file, or cannot be read.
    """
    if not path.exists():
        raise MissingFileError(f"{path}: {what} does not exist; name it in the config key {key!r}")
    if not path.is_file():
        raise UnreadableError(f"{path}: {what} is a file, and this is none; name a table in the config key {key!r}")
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise ConfigError(f"{path}: {what} has at most {LARGEST_BYTES} bytes, got {size}; name another file")
        with path.open(encoding="utf-8-sig", newline="") as file:
            if comma:
                rows = list(csv.reader(file, strict=True))
            else:
                rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: must be UTF-8 text, got another encoding ({error}); save it as UTF-8") from error
    except csv.Error as error:
        separated = "comma" if comma else "tab"
        raise ConfigError(f"{path}: must be a {separated}-separated table ({error}); save it as one") from error
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be opened ({error}); check its permissions") from error
    return [[cell.strip() for cell in row] for row in rows]


def unquoted(text: str) -> str:
    """Remove the quotes that spreadsheets put around a cell with a comma.

    Parameters
    ----------
    text : str, text of the cell.
    """
    in_quotes = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if in_quotes else text
