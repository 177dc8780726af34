"""Codes, labels, names and colours: the only place where class codes are known.

A file holds integer *codes*; ``classes.tsv`` gives them meaning. Inside the package a pixel carries a *label*,
0..K-1, or ``UNLABELLED``. Codes to be ignored (tray, background) become ``IGNORED``: not pixels of interest at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import ConfigError, DataError, MissingFileError

UNLABELLED = -1
IGNORED = -2
MASKED = -(2**31)  # code that the census gives to pixels that it masks: ignored, whatever the scene ignores
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class ClassMap:
    """Classes in label order: the code, name and colour of label i stand at place i.

    Parameters
    ----------
    codes : file codes, distinct, none of them 0.
    names : one per code, distinct.
    colours : ``#rrggbb``, one per code.
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
        for what, values in (("code", self.codes), ("name", self.names)):
            twice = sorted({str(value) for value in values if values.count(value) > 1})
            if twice:
                raise ConfigError(f"classes.tsv: every {what} must stand once, these stand twice: {', '.join(twice)}")
        for name, colour in zip(self.names, self.colours, strict=True):
            if not COLOUR.fullmatch(colour):
                raise ConfigError(f"classes.tsv: the colour of {name!r} must be like #1f77b4, got {colour!r}")

    def __len__(self) -> int:
        return len(self.codes)

    def select(self, codes: Iterable[int]) -> "ClassMap":
        """The classes with these codes, in code order."""
        wanted = sorted(set(codes))
        unknown = [code for code in wanted if code not in self.codes]
        if unknown:
            raise DataError(f"classes.tsv has no row for the codes {unknown}: add a row (code, name, colour) for each")
        places = [self.codes.index(code) for code in wanted]
        return ClassMap(tuple(wanted), tuple(self.names[i] for i in places), tuple(self.colours[i] for i in places))

    def to_label(self, code: np.ndarray, *, ignore: "CodeSet") -> np.ndarray:
        """Labels of an array of codes: a class's place, ``IGNORED``, or ``UNLABELLED`` for every other code.

        Returns
        -------
        int16, of the shape of ``code``.
        """
        values, inverse = np.unique(code, return_inverse=True)
        place = {value: i for i, value in enumerate(self.codes)}
        table = [IGNORED if int(v) in ignore else place.get(int(v), UNLABELLED) for v in values]
        return np.asarray(table, dtype=np.int16)[inverse].reshape(code.shape)

    def to_dict(self) -> dict[str, Any]:
        """The classes as plain lists, for JSON."""
        return {"codes": list(self.codes), "names": list(self.names), "colours": list(self.colours)}

    @classmethod
    def from_dict(cls, classes: dict[str, Any]) -> "ClassMap":
        """The inverse of `to_dict`."""
        return cls(tuple(classes["codes"]), tuple(classes["names"]), tuple(classes["colours"]))

    @classmethod
    def read(cls, path: Path) -> "ClassMap":
        """Read ``classes.tsv``: columns code, name, colour."""
        if not path.is_file():
            raise MissingFileError(f"{path}: the table of classes is not there; name it in the config key 'classes'")
        try:
            table = pd.read_csv(path, sep="\t", dtype=str, comment=None, keep_default_na=False, encoding="utf-8")
        except (UnicodeDecodeError, ValueError) as error:
            raise ConfigError(f"{path}: must be a tab-separated UTF-8 table; it could not be read ({error})") from error
        absent = {"code", "name", "colour"} - set(table.columns)
        if absent:
            raise ConfigError(f"{path}: needs the columns code, name, colour; missing: {', '.join(sorted(absent))}")
        try:
            codes = tuple(int(code) for code in table["code"])
        except ValueError as error:
            raise ConfigError(f"{path}: column 'code' must hold integers ({error})") from error
        try:
            return cls(codes, tuple(table["name"]), tuple(table["colour"]))
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from error


@dataclass(frozen=True)
class CodeSet:
    """A set of codes written as in scenes.tsv: ``1-99``, ``0,255``, ``1-5,10-14``, or empty."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, code: int) -> bool:
        return any(first <= code <= last for first, last in self.ranges)

    @classmethod
    def parse(cls, text: str, *, where: str) -> "CodeSet":
        """Read such a text; ``where`` names the file, row and column for the error."""
        ranges = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            match = re.fullmatch(r"(-?\d+)(?:-(\d+))?", part)
            if match is None:
                raise ConfigError(f"{where}: codes are written like 1-99 or 0,255; got {text!r}")
            first, last = int(match[1]), int(match[2] or match[1])
            if last < first:
                raise ConfigError(f"{where}: the range {part!r} ends before it begins")
            ranges.append((first, last))
        return cls(tuple(ranges))
