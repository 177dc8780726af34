"""Map between the codes in label files and the classes: labels, names and colours.

A file holds integer *codes*; ``classes.tsv`` gives them meaning. Inside the package a pixel carries a *label*,
0..K-1, or ``UNLABELLED``. Codes to be ignored (tray, background) become ``IGNORED``: not pixels of interest at all.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from semispectral.errors import ConfigError, DataError
from semispectral.storage.seal import read_json
from semispectral.study.names import quoted, require_name, some
from semispectral.study.suggestions import nearest
from semispectral.study.tsv import read_rows

UNLABELLED = -1
IGNORED = -2
SMALLEST_CODE, LARGEST_CODE = -(2**31) + 2, 2**31 - 1  # of a file; below are the census's own marks
MASKED = -(2**31)  # code that the census gives to pixels that it masks: ignored, whatever the scene ignores
EMPTY = -LARGEST_CODE  # likewise, to pixels that hold no data
GREY = "#808080"  # of classes that are known by their codes alone
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
WHOLE = re.compile(r"[+-]?[0-9]{1,10}")
COLUMNS = ("code", "name", "colour")
MINERAL = "mineral"  # a column that may be there
OWN_NAMES = ("none of the known", "no data", "nodata")  # of what is no class, in maps, tables and legends
MOST_COMPARED = 1000  # columns of a table that are compared with those that it lacks
MOST_RANGES = 1000  # of codes in one cell of scenes.tsv


@dataclass(frozen=True)
class ClassMap:
    """Classes in label order: label i has the code, name and colour at index i.

    Attributes
    ----------
    codes : tuple of int, codes in the files, distinct, none of them 0.
    names : tuple of str, names, one per code, distinct.
    colours : tuple of str, colours ``#rrggbb``, one per code.

    Examples
    --------
    >>> classes = ClassMap((3, 7), ("quartz", "mica"), ("#ff0000", "#00ff00"))
    >>> classes.to_label(np.array([0, 3, 7, 255]), ignore=CodeSet.parse("255", where="")).tolist()
    [-1, 0, 1, -2]
    """

    codes: tuple[int, ...]
    names: tuple[str, ...]
    colours: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.codes) == len(self.names) == len(self.colours):
            raise ConfigError(
                f"ClassMap needs as many names and colours as codes, got {len(self.codes)} codes, "
                f"{len(self.names)} names, {len(self.colours)} colours"
            )
        written = tuple(unicodedata.normalize("NFC", name) for name in self.names)  # accents have two codings
        for what, values in (("code", self.codes), ("name", written)):
            twice = sorted(str(value) for value, times in Counter(values).items() if times > 1)
            if twice:
                raise ConfigError(f"classes.tsv: duplicate {what}: {some(twice)}; every {what} is needed once")
        for own, name in zip(self.codes, self.names, strict=True):
            if WHOLE.fullmatch(name) and int(name) != own and int(name) in self.codes:
                raise ConfigError(
                    f"classes.tsv: the class with the code {own} is called {quoted(name)}, which is the code of "
                    "another class, so that a label written so could mean either; give it a name of letters"
                )
        for name, colour in zip(self.names, self.colours, strict=True):
            if not COLOUR.fullmatch(colour):
                raise ConfigError(
                    f"classes.tsv: the colour of {name!r} must be like #1f77b4, got {quoted(colour, limit=40)}"
                )

    def __len__(self) -> int:
        return len(self.codes)

    def select(self, codes: Iterable[int]) -> "ClassMap":
        """Return the classes with these codes, in code order.

        Parameters
        ----------
        codes : codes to select.

        Raises
        ------
        DataError : a code has no class.
        """
        return self.in_order(sorted(set(codes)))

    def in_order(self, codes: Iterable[int]) -> "ClassMap":
        """Return the classes with these codes, in this order; raise as `select` does.

        Parameters
        ----------
        codes : distinct codes.
        """
        wanted = list(codes)
        place = {code: i for i, code in enumerate(self.codes)}
        unknown = [code for code in wanted if code not in place]
        if unknown:
            raise DataError(
                f"classes.tsv has no row for the codes {some(unknown)}: add a row (code, name, colour) for each"
            )
        places = [place[code] for code in wanted]
        return ClassMap(tuple(wanted), tuple(self.names[i] for i in places), tuple(self.colours[i] for i in places))

    def to_label(self, code: np.ndarray, *, ignore: "CodeSet") -> np.ndarray:
        """Convert codes to labels: the index of a class, ``IGNORED``, or ``UNLABELLED`` for every other code.

        Parameters
        ----------
        code : int [...], codes.
        ignore : CodeSet, codes of pixels to ignore.

        Returns
        -------
        int16, of the shape of ``code``.
        """
        values, inverse = np.unique(code, return_inverse=True)
        place = {value: i for i, value in enumerate(self.codes)}
        table = [IGNORED if int(v) in ignore else place.get(int(v), UNLABELLED) for v in values]
        return np.asarray(table, dtype=np.int16)[inverse].reshape(code.shape)

    def to_dict(self) -> dict[str, Any]:
        """Return the classes as plain lists, for JSON."""
        return {"codes": list(self.codes), "names": list(self.names), "colours": list(self.colours)}

    @classmethod
    def from_codes(cls, codes: Iterable[int]) -> "ClassMap":
        """Return classes that are called by their codes and have no colours of their own: all that numbers need.

        Parameters
        ----------
        codes : codes in label order.

        Examples
        --------
        >>> ClassMap.from_codes([3, 7]).names
        ('3', '7')
        """
        known = tuple(codes)
        return cls(known, tuple(map(str, known)), (GREY,) * len(known))

    @classmethod
    def from_dict(cls, classes: dict[str, Any]) -> "ClassMap":
        """Return the classes that `to_dict` described, checked like ``classes.tsv``: a model may come from anybody.

        Parameters
        ----------
        classes : dict, lists ``codes``, ``names`` and ``colours``.
        """
        names = tuple(require_class_name(name, where="the name of a class") for name in classes["names"])
        codes = tuple(whole_number(str(code), "the code of a class") for code in classes["codes"])
        if 0 in codes:
            raise ConfigError("the code of a class: 0 means unlabelled and no data and cannot be a class")
        return cls(codes, names, tuple(classes["colours"]))

    @classmethod
    def read(cls, path: Path) -> "ClassMap":
        """Read ``classes.tsv``, with the columns code, name, colour.

        Parameters
        ----------
        path : Path, file to read.

        Raises
        ------
        MissingFileError : the file does not exist.
        ConfigError : the table or a cell is wrong; the message names the row.
        """
        header, *rows = read_rows(path, what="the table of classes", key="classes") or [[]]
        absent = [name for name in COLUMNS if header.count(name) != 1]
        if absent:
            raise ConfigError(
                f"{path}: needs the columns {', '.join(COLUMNS)}, each once, separated by tabs; missing or twice: "
                f"{', '.join(absent)}{_instead(absent, header)}"
            )
        cells = [_cells(f"{path}, row {number}", header, row) for number, row in enumerate(rows, start=2) if any(row)]
        if not cells:
            raise ConfigError(f"{path}: has a header but no class; add one row per class")
        try:
            return cls(tuple(row[0] for row in cells), tuple(row[1] for row in cells), tuple(row[2] for row in cells))
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from error


def require_class_name(text: str, *, where: str) -> str:
    """Check the name of a class as `require_name` does, and refuse the names that maps and logs have for other things.

    Parameters
    ----------
    text : str, the name.
    where : str, file, row and column, for the error.
    """
    if " ".join(text.casefold().split()) in OWN_NAMES:
        raise ConfigError(
            f"{where}: {quoted(text)} is what maps and logs call pixels of no class; call the class otherwise, or list "
            "its code in the column ignore of scenes.tsv"
        )
    return require_name(text, where=where)


def read_class_minerals(path: Path) -> dict[int, str]:
    """Read the column ``mineral`` of ``classes.tsv``, which may be absent: what each class is in the mineral library.

    Parameters
    ----------
    path : Path, file to read; `ClassMap.read` has checked it.

    Returns
    -------
    dict, by code; without the classes whose cell is empty.
    """
    header, *rows = read_rows(path, what="the table of classes", key="classes") or [[]]
    if MINERAL not in header:
        return {}
    cells = [(row[header.index("code")], row[header.index(MINERAL)]) for row in rows if any(row)]
    return {
        int(code): require_name(mineral, where=f"{path}, code {code}, column '{MINERAL}'")
        for code, mineral in cells
        if mineral
    }


def study_classes(path: Path, scenes: "Iterable[HasLabels]") -> ClassMap:
    """Return the classes of a study; none where no scene has labels and the table does not exist or is empty.

    Parameters
    ----------
    path : Path, table of classes, ``classes.tsv``.
    scenes : rows of ``scenes.tsv``.
    """
    if any(scene.has_labels for scene in scenes):
        return ClassMap.read(path)
    rows = read_rows(path, what="the table of classes", key="classes") if path.is_file() else []
    return ClassMap.read(path) if any(any(row) for row in rows[1:]) else ClassMap((), (), ())


class HasLabels(Protocol):
    """Row of ``scenes.tsv``, as far as it says whether there are labels."""

    @property
    def has_labels(self) -> bool:
        """Whether the table names labels."""


def _instead(absent: list[str], header: list[str]) -> str:
    """Name the columns that may be misspelt names of the absent ones."""
    others = [name for name in header[:MOST_COMPARED] if name and name not in COLUMNS]
    found = [f"{quoted(near, limit=40)} for {name!r}" for name in absent if (near := nearest(name, others))]
    return f" (is {', '.join(found)} meant?)" if found else ""


def _cells(where: str, header: list[str], row: list[str]) -> tuple[int, str, str]:
    """Read the code, name and colour of a row of classes.tsv."""
    if len(row) != len(header):
        raise ConfigError(f"{where}: {len(header)} tab-separated cells are needed, one per column, got {len(row)}")
    code, name, colour = (row[header.index(column)] for column in COLUMNS)
    name = require_class_name(name, where=f"{where}, column 'name'")
    number = whole_number(code, f"{where}, column 'code'")
    if number < 0:
        raise ConfigError(f"{where}, column 'code': a code of 0 or more is needed, as in the label files, got {number}")
    return number, name, colour


def whole_number(text: str, where: str) -> int:
    """Read a code: a whole number of at most 32 bits.

    Parameters
    ----------
    text : str, text of the number.
    where : str, file, row and column, for the error.
    """
    if not WHOLE.fullmatch(text) or not -(2**31) <= int(text) < 2**31:
        raise ConfigError(f"{where}: a whole number of at most 32 bits is needed, got {quoted(text, limit=40)}")
    return int(text)


def read_classes(path: Path) -> ClassMap:
    """Read the classes that occur, in label order, from the split's ``classes.json``.

    Parameters
    ----------
    path : Path, file to read.

    Raises
    ------
    MissingFileError, IntegrityError : the file does not exist, or was changed.
    """
    return ClassMap.from_dict(read_json(path))


@dataclass(frozen=True)
class CodeSet:
    """Set of codes, written as in scenes.tsv: ``1-99``, ``0,255``, ``1-5,10-14``, or empty.

    Attributes
    ----------
    ranges : first and last code of each range, both included.

    Examples
    --------
    >>> 4 in CodeSet.parse("1-5,10-14", where="scenes.tsv, row 2")
    True
    """

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, code: int) -> bool:
        return any(first <= code <= last for first, last in self.ranges)

    @classmethod
    def parse(cls, text: str, *, where: str) -> "CodeSet":
        """Read a set of codes.

        Parameters
        ----------
        text : str, text such as ``1-99`` or ``0,255``.
        where : str, file, row and column, for the error.
        """
        ranges = []
        parts = [part.strip() for part in text.split(",")]
        if len(parts) > MOST_RANGES:
            raise ConfigError(f"{where}: at most {MOST_RANGES} ranges of codes are taken, got {len(parts)}; join them")
        for part in filter(None, parts):
            match = re.fullmatch(r"(-?[0-9]+)(?:-([0-9]+))?", part)
            if match is None:
                raise ConfigError(f"{where}: codes are written like 1-99 or 0,255; got {quoted(text)}")
            first, last = whole_number(match[1], where), whole_number(match[2] or match[1], where)
            if last < first:
                raise ConfigError(f"{where}: the range {part!r} ends before it begins")
            ranges.append((first, last))
        return cls(tuple(ranges))
