"""Read the text header of an ENVI file, with the variants that occur in practice."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.scans.formats.envi_files import (
    LARGEST_BYTES,
    WHOLE,
    data_files,
    fields_of,
    files_of_stem,
    header_files,
    is_header,
    stated_bytes,
    unclosed_lists,
)
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.study.names import printable, some

log = logging.getLogger(__name__)

DTYPES = {
    1: "u1",
    2: "i2",
    3: "i4",
    4: "f4",
    5: "f8",
    12: "u2",
    13: "u4",
    14: "i8",
    15: "u8",
}
COMPLEX_TYPES = (6, 9)
BYTE_ORDERS = {0: "<", 1: ">"}
INTERLEAVES = {
    "bsq": ("band", "line", "sample"),
    "bil": ("line", "band", "sample"),
    "bip": ("line", "sample", "band"),
}
QUOTES = re.compile("[\"']")
REMARK = re.compile(r";[^\n]*")  # behind a number
TRUTH = {"true": 1.0, "false": 0.0}  # as bad-band lists are written by Python


@dataclass(frozen=True)
class Header:
    """Fields of a header, with names in lower case and single spaces, and values as text.

    Attributes
    ----------
    path : path of the header.
    fields : dict, text by name, braces included, as `fields_of` returns them.
    """

    path: Path
    fields: dict[str, str]

    def integer(self, name: str, *, default: int | None = None) -> int:
        """Return a whole number; without a default the field is required.

        Parameters
        ----------
        name : str, name of the field.
        default : int or None, value where the field is absent.
        """
        text = REMARK.sub("", self.fields.get(name, "")).strip("{} \t\r\n")
        if not text and default is not None:
            return default
        if not WHOLE.fullmatch(text):
            raise DataError(
                f"{self.path}: the field '{name}' must be a whole number, got "
                f"'{printable(text, limit=40) or 'nothing'}'; correct the header"
            )
        return int(text)

    def words(self, name: str) -> tuple[str, ...]:
        """Return the items of a list in braces; empty where the field is absent.

        Parameters
        ----------
        name : str, name of the field.
        """
        text = self.fields.get(name, "").strip("{} \t\r\n")
        return tuple(printable(" ".join(item.split())) for item in text.split(",")) if text else ()

    def numbers(self, name: str) -> np.ndarray:
        """Return the numbers of a list, float64, between commas or blanks; True and False are 1 and 0.

        Such fields are optional: one that is not a list of numbers is ignored with a warning.

        Parameters
        ----------
        name : str, name of the field.
        """
        text = REMARK.sub("", self.fields.get(name, "")).strip("{} \t\r\n")
        items = QUOTES.sub("", text).replace(",", " ").split()
        try:
            return np.array([TRUTH[item.lower()] if item.lower() in TRUTH else float(item) for item in items])
        except ValueError:
            log.warning(
                "%s: the field '%s' must be numbers, got '%s'; it is passed over",
                self.path,
                name,
                printable(self.fields[name], limit=60),
            )
            return np.empty(0)

    def values(self, name: str) -> np.ndarray:
        """Return the numbers of a field that has one, or a list in braces, float64.

        A comma without braces may belong to a number (10,000 or 0,5): then none is returned, and a warning says so.

        Parameters
        ----------
        name : str, name of the field.
        """
        text = REMARK.sub("", self.fields.get(name, "")).strip()
        if "," in text and not text.startswith("{"):
            log.warning(
                "%s: the field '%s' must be one number, or a list in braces, got '%s'; it is passed over",
                self.path,
                name,
                printable(text, limit=60),
            )
            return np.empty(0)
        return self.numbers(name)

    @property
    def shape(self) -> dict[str, int]:
        """Length of each axis."""
        lengths = {axis: self.integer(f"{axis}s") for axis in ("line", "sample", "band")}
        if min(lengths.values()) < 1:
            raise DataError(
                f"{self.path}: lines, samples and bands must be 1 or more, got {lengths}; correct the header"
            )
        return lengths

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the values as stored, in the file's byte order."""
        kind, order = self.integer("data type"), self.integer("byte order", default=0)
        if kind not in DTYPES or order not in BYTE_ORDERS:
            what = "complex numbers" if kind in COMPLEX_TYPES else f"data type {kind}, byte order {order}"
            raise DataError(
                f"{self.path}: data type must be one of {list(DTYPES)} and byte order 0 or 1, got {what}; "
                "export the scene as real numbers"
            )
        return np.dtype(BYTE_ORDERS[order] + DTYPES[kind])

    @property
    def axes(self) -> tuple[str, ...]:
        """Order of the axes in the file."""
        interleave = self.fields.get("interleave", "bsq" if self.shape["band"] == 1 else "").strip("{} \t").lower()
        if interleave not in INTERLEAVES:
            raise DataError(
                f"{self.path}: the field 'interleave' must be one of {', '.join(INTERLEAVES)}, got "
                f"'{printable(interleave, limit=40) or 'nothing'}'; correct the header"
            )
        return INTERLEAVES[interleave]


def read_header(path: Path) -> Header:
    """Read a header file, with all that `fields_of` accepts.

    Parameters
    ----------
    path : Path, file to read.
    """
    require_file(path, what="an ENVI header")
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise UnreadableError(f"{path}: an ENVI header has at most {LARGEST_BYTES} bytes, got {size}; name the header")
    with reading(path, what="an ENVI header"):
        content = path.read_bytes()
    if not is_header(content):
        raise UnreadableError(
            f"{path}: an ENVI header begins with the word ENVI, got {content[:16]!r}; name the header"
        )
    for name in unclosed_lists(content):
        log.warning(
            "%s: the list '%s' has no closing brace; it is read to the line before the next field",
            path,
            printable(name),
        )
    return Header(path, fields_of(content))


def header_and_data(path: Path) -> tuple[Header, Path]:
    """Find the header of an ENVI scene and its data file, named by either of them.

    Parameters
    ----------
    path : Path, header or data file.

    Raises
    ------
    MissingFileError : the other file does not exist.
    DataError : several files can hold the data of the header.
    """
    if path.suffix.lower() == ".hdr":
        header = read_header(path)
        return header, _data_of(header)
    require_file(path, what="an ENVI file")
    found = header_files(path)
    if not found:
        raise MissingFileError(
            f"{path}: an ENVI file needs its header beside it, {path.name}.hdr or {path.stem}.hdr, but there is none; "
            "copy it there"
        )
    return read_header(found[0]), path


def _data_of(header: Header) -> Path:
    path, found = header.path, data_files(header.path, header.fields)
    size = stated_bytes(header.fields)
    holding = "" if size is None else f" of {size} bytes"
    if len(found) > 1:
        raise DataError(
            f"{path}: one data file{holding} of the same name is needed beside this header, but there are "
            f"{some(file.name for file in found)}; name the data file itself in scenes.tsv, or move the others away"
        )
    if not found:
        there = [f"{file.name} ({file.stat().st_size} bytes)" for file in files_of_stem(path)]
        raise MissingFileError(
            f"{path}: the data of this header are needed beside it, one file{holding} of the same name with any "
            f"suffix or none, but there {'is only ' + some(there) if there else 'are none'}; copy the data file there"
        )
    return found[0]
