"""Read tables of drill holes as modelling programs write them: their columns go by several names."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.study import cells, tsv
from semispectral.study.names import natural, quoted, require_name, some, spelling
from semispectral.study.numerals import DECIMAL, has_comma

HOLE = ("hole", "holeid", "bhid", "dhid", "drillhole")
FROM = ("from", "fromm", "depthfrom", "depthfromm")
TO = ("to", "tom", "depthto", "depthtom")
SAME_M = 1e-6  # intervals that overlap by less meet
EMPTY = ("", "-")  # what people leave or write where there is nothing
ABSENT = (*EMPTY, "nan", "na", "n/a", "null")  # what stands for no number among numbers


@dataclass(frozen=True)
class Row:
    """Row of a table of drill holes.

    Attributes
    ----------
    where : str, file and row, for messages.
    hole : str, name of the hole.
    cell : mapping of str to str, cells of the columns that were asked for, by the names of ours.
    others : mapping of str to str, cells of all other columns, by their names in the file.
    """

    where: str
    hole: str
    cell: Mapping[str, str]
    others: Mapping[str, str]

    def number(self, column: str) -> float:
        """Read the number of a column.

        Parameters
        ----------
        column : str, name of the column, one of ours.

        Raises
        ------
        ConfigError : the cell is empty, or holds no finite number.
        """
        return cells.number(self.cell[column], f"{self.where}, column {column!r}")

    def number_of(self, column: str) -> float:
        """Read the number of a further column.

        Parameters
        ----------
        column : str, its name in the file.
        """
        return cells.number(self.others[column], f"{self.where}, column {column!r}")


@dataclass(frozen=True)
class Header:
    """Header of a table.

    Attributes
    ----------
    names : tuple of str, names of the columns.
    plain : tuple of str, the same in small letters and digits alone.
    """

    names: tuple[str, ...]
    plain: tuple[str, ...]


def header_of(path: Path, *, what: str, key: str) -> Header:
    """Read the header of a table.

    Parameters
    ----------
    path, what, key : as in `read_rows`.
    """
    rows = tsv.read_saved_rows(path, what=what, key=key)
    names = tuple(rows[0]) if rows else ()
    return Header(names, tuple(map(_bare, names)))


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True)
class Interval:
    """Length of a hole, as a row of a table states it.

    Attributes
    ----------
    where : str, file and row, for messages.
    hole : str, name of the hole.
    from_m, to_m : float, its top and bottom, in m along the hole.
    others : mapping of str to str, further cells of the row, by their columns.
    """

    where: str
    hole: str
    from_m: float
    to_m: float
    others: Mapping[str, str]


def read_rows(path: Path, columns: Mapping[str, Sequence[str]], *, what: str, key: str) -> list[Row]:
    """Read a table with a column for the hole and others.

    Parameters
    ----------
    path : Path, the table; tabs, semicolons or commas separate its cells.
    columns : mapping, further columns by the names of ours, each with the names that a file may give it, in small
        letters and digits alone.
    what : str, name of the table, for errors.
    key : str, key of the configuration that names the table.

    Raises
    ------
    MissingFileError : the file does not exist.
    ConfigError : it is no table, a column is missing or there twice, a row has another number of cells or no hole, or
        there is no row.
    """
    rows = tsv.read_saved_rows(path, what=what, key=key)
    header = rows[0] if rows else []
    place = _places(path, header, {"hole": HOLE, **columns}, what)
    tsv.require_distinct(header, path=path)
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        where = f"{path}, row {number}"
        if len(row) != len(header):
            raise ConfigError(f"{where}: {len(header)} cells are needed, one for each column, got {len(row)}")
        if not row[place["hole"]]:
            raise ConfigError(
                f"{where}: the name of a hole is needed in the column {header[place['hole']]!r}, got none"
            )
        others = {header[at]: cell for at, cell in enumerate(row) if at not in place.values() and header[at]}
        found.append(Row(where, row[place["hole"]], {name: row[at] for name, at in place.items()}, others))
    if not found:
        raise ConfigError(f"{path}: {what} needs rows, and has a header alone; name another file")
    return found


def _places(path: Path, header: list[str], columns: Mapping[str, Sequence[str]], what: str) -> dict[str, int]:
    """Return the place of each column in the header, whatever it is called there."""
    plain = [_bare(name) for name in header]
    place = {}
    for name, spelt in columns.items():
        found = [at for at, text in enumerate(plain) if text in spelt]
        if len(found) != 1:
            raise ConfigError(
                f"{path}: {what} needs the columns {', '.join(columns)}, each once, and {name!r} is there "
                f"{len(found)} times; the header is {some(header, show=quoted)}; it may be called {', '.join(spelt)}"
            )
        place[name] = found[0]
    return place


def read_intervals(path: Path, *, what: str, key: str) -> list[Interval]:
    """Read a table of intervals: hole, from and to, in m, and any further columns.

    Parameters
    ----------
    path, what, key : as in `read_rows`.

    Returns
    -------
    The intervals, by hole and depth.

    Raises
    ------
    ConfigError : as in `read_rows`; an interval runs backwards, or two of one hole overlap.
    """
    found = []
    for row in read_rows(path, {"from": FROM, "to": TO}, what=what, key=key):
        found.append(Interval(row.where, row.hole, *from_and_to(row), row.others))
    found.sort(key=lambda each: (each.hole, each.from_m))
    for above, below in pairwise(found):
        if above.hole == below.hole and below.from_m < above.to_m - SAME_M:
            raise ConfigError(
                f"{below.where}: intervals of one hole must not overlap, but this one of {quoted(below.hole)} begins "
                f"at {below.from_m:g} m, and that of {above.where.rpartition(', ')[2]} ends at {above.to_m:g} m; "
                "correct the depths"
            )
    return found


def from_and_to(row: Row) -> tuple[float, float]:
    """Return top and bottom of an interval, in m along the hole.

    Parameters
    ----------
    row : Row, with the columns from and to.

    Raises
    ------
    ConfigError : it begins above the collar, or runs backwards.
    """
    from_m, to_m = row.number("from"), row.number("to")
    if from_m < 0:
        raise ConfigError(
            f"{row.where}, column 'from': a depth along the hole is needed, from 0 m at its collar, got {from_m:g}; "
            "write depths without a sign"
        )
    if to_m <= from_m:
        raise ConfigError(
            f"{row.where}: an interval goes down, but this one of {quoted(row.hole)} goes from {from_m:g} to {to_m:g} "
            "m; correct the two depths"
        )
    return from_m, to_m


def column_values(
    texts: Sequence[str], *, where: Sequence[str], whole: Sequence[str] | None = None
) -> list[float] | list[str]:
    """Return some cells of a column: as numbers, NaN where a cell is empty or says so, if the whole column has such.

    Parameters
    ----------
    texts : the cells.
    where : file, row and column of each, for errors.
    whole : all cells of the column, which say whether it has numbers; None: ``texts`` are all. A hole without text of
        its own then has text where another hole has some, and both go into one table.

    Raises
    ------
    ConfigError : a column of numbers has one with a comma, or one beyond 64 bits; a text is no name that a table of
        results can hold, such as a formula of a spreadsheet.
    """
    placed = list(zip(texts, where, strict=True))
    if _has_numbers(texts if whole is None else whole):
        return [math.nan if text.casefold() in ABSENT else cells.number(text, place) for text, place in placed]
    return ["" if text in EMPTY else require_name(text, where=place) for text, place in placed]


def _has_numbers(column: Sequence[str]) -> bool:
    """Return whether a column has numbers and what stands for none, or nothing at all."""
    words = {text for text in column if text not in EMPTY and not _like_a_number(text)}
    return not words or (
        all(word.casefold() in ABSENT for word in words) and any(_like_a_number(text) for text in column)
    )


def first_text_among_numbers(texts: Sequence[str]) -> int | None:
    """Return the place of the first cell that is no number, in a column most of whose cells are; None: no such column.

    Parameters
    ----------
    texts : cells of a column.
    """
    filled = [place for place, text in enumerate(texts) if text.casefold() not in ABSENT]
    words = [place for place in filled if not _like_a_number(texts[place])]
    return words[0] if words and 2 * len(words) < len(filled) else None


def _like_a_number(text: str) -> bool:
    """Return whether a person meant a number."""
    return DECIMAL.fullmatch(text) is not None or has_comma(text)


def require_known(found: Iterable[tuple[str, str]], known: Iterable[str], *, what: str, path: Path) -> None:
    """Refuse a table none of whose rows is of a hole of the study.

    Parameters
    ----------
    found : file and row, and name of the hole, of each row.
    known : names of the holes of the study.
    what : str, name of the table.
    path : Path, the table.

    Raises
    ------
    ConfigError : no row is of a known hole, or one is another spelling of a known hole.
    """
    names, rows = set(known), list(found)
    alike = {spelling(name): name for name in names}
    for where, hole in rows:
        if hole not in names and spelling(hole) in alike:
            raise ConfigError(
                f"{where}: scenes.tsv calls this hole {quoted(alike[spelling(hole)])}, and not {quoted(hole)}; write "
                "the name in the same way"
            )
    if rows and not any(hole in names for _, hole in rows):
        raise ConfigError(
            f"{path}: {what} has rows of {some(sorted({hole for _, hole in rows}, key=natural))}, and none of a hole "
            f"of scenes.tsv ({some(sorted(names, key=natural))}); correct the names of the holes"
        )
