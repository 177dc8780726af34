"""Parse the cells of ``scenes.tsv``: each function reads the text of one cell, or names the fault and its place."""

import re
from collections.abc import Callable

from semispectral.errors import ConfigError
from semispectral.study.classes import CodeSet
from semispectral.study.names import quoted, require_file_name
from semispectral.study.numerals import decimal, has_comma
from semispectral.study.scene import AXES, LINES, axis_order

NOT_FINITE = ("nan", "inf", "-inf")  # what nodata may be besides a number
BETWEEN_FILES = ";"
NOT_HOLES = ("intervals", "composites")  # downhole/intervals.csv is of all holes
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def plain(text: str, where: str) -> str:
    """Return the text unchanged.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    return text


def parts(text: str) -> list[str]:
    """Return the parts of a cell that names several files of labels, without blanks around them.

    Parameters
    ----------
    text : str, text of the cell.
    """
    return [part.strip() for part in text.split(BETWEEN_FILES)]


def name(text: str, where: str) -> str:
    """Read the name of a scene, which also names files.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    if not NAME.fullmatch(text):
        raise ConfigError(
            f"{where}: a name of letters, digits, '_', '-', '.' is needed (it names files), got {quoted(text)}"
        )
    return require_file_name(text, where=where)


def group(text: str, where: str) -> str:
    """Read the name of a drill hole or other group.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    if not text:
        raise ConfigError(f"{where}: is empty; name the hole (or other group) that the scene belongs to")
    if text.casefold() in NOT_HOLES:
        raise ConfigError(
            f"{where}: {quoted(text)} names the table of all holes among the results; give the hole another name"
        )
    return require_file_name(text, where=where)


def path(text: str, where: str) -> str:
    """Read a path that must be given.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    if not text:
        raise ConfigError(f"{where}: is empty; give the path of the scene's file, relative to data_root")
    return text


def axes(text: str, where: str) -> str:
    """Read the order of the three axes; empty: ``line,sample,band``.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    return ",".join(axis_order(text or ",".join(AXES), where=where))


def label_axes(text: str, where: str) -> str:
    """Read the order of the two axes of labels; empty: not given.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    return ",".join(axis_order(text, names=AXES[:2], where=where)) if text else ""


def lines(text: str, where: str) -> str:
    """Read a range of lines; empty: all.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    found = LINES.fullmatch(text)
    if text and not (found and (int(found[1]) <= int(found[2]) if found[1] else int(found[4]))):
        raise ConfigError(
            f"{where}: lines are a range from 0, as in '0-99', or 'first 100' or 'last 100', got {quoted(text)}"
        )
    return text


def number(text: str, where: str) -> float:
    """Read a finite number.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    try:
        return decimal(text)
    except ValueError as error:
        told = "; write a point in place of the comma" if has_comma(text) else ""
        raise ConfigError(f"{where}: a number is needed, such as 12.5 or 1e-4, got {quoted(text)}{told}") from error


def nodata(text: str, where: str) -> float:
    """Read a nodata value: a number, nan, inf or -inf.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    return float(text) if text.lower() in NOT_FINITE else number(text, where)


def positive(text: str, where: str) -> float:
    """Read a number above 0.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    value = number(text, where)
    if value <= 0:
        raise ConfigError(f"{where}: a number above 0 is needed, got {quoted(text)}")
    return value


def yes(text: str, where: str) -> bool:
    """Read a cell that says yes or no; an empty one says no.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    if text.lower() not in ("", "no", "yes"):
        raise ConfigError(f"{where}: yes, no or nothing is needed, got {quoted(text)}")
    return text.lower() == "yes"


def optional(parse: Callable[[str, str], float]) -> Callable[[str, str], float | None]:
    """Return a reader that reads an empty cell as None.

    Parameters
    ----------
    parse : callable, reader of a cell that is not empty.
    """
    return lambda text, where: parse(text, where) if text else None


def codes(text: str, where: str) -> CodeSet:
    """Read a set of codes, such as ``1-99`` or ``0,255``.

    Parameters
    ----------
    text : str, text of the cell.
    where : str, file, row and column, for the error.
    """
    return CodeSet.parse(text, where=where)
