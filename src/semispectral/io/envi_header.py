"""The text header of an ENVI file: its fields, with the quirks that the field knows."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.companions import ENVI_DATA_SUFFIXES
from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.io.files import reading, require_file

DATA_SUFFIXES = ENVI_DATA_SUFFIXES
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
FIELD = re.compile(r"^([^;={}\n]+)=[ \t]*(\{[^}]*\}|[^\n]*)", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*+;[^\n]*\n?", re.MULTILINE)
LARGEST_BYTES = 16_000_000
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True)
class Header:
    """Fields of a header, names in small letters with single spaces, values as text.

    Parameters
    ----------
    path : of the header.
    fields : name to text, braces included.
    """

    path: Path
    fields: dict[str, str]

    def integer(self, name: str, *, default: int | None = None) -> int:
        """A whole number; without a default the field is required."""
        text = self.fields.get(name, "")
        if not text and default is not None:
            return default
        if not WHOLE.fullmatch(text):
            raise DataError(
                f"{self.path}: the field '{name}' must be a whole number, got {text[:40] or 'nothing'!r}; correct the "
                "header"
            )
        return int(text)

    def words(self, name: str) -> tuple[str, ...]:
        """The items of a list in braces; empty where the field is absent."""
        text = self.fields.get(name, "").strip("{} \t\r\n")
        return tuple(" ".join(item.split()) for item in text.split(",")) if text else ()

    def numbers(self, name: str) -> np.ndarray:
        """The items of a list in braces as float64; empty where the field is absent."""
        try:
            return np.array([float(item) for item in self.words(name) if item])
        except ValueError as error:
            raise DataError(f"{self.path}: the field '{name}' must be a list of numbers ({error})") from error

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
        """Of the values as stored, in the file's byte order."""
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
        interleave = self.fields.get("interleave", "bsq" if self.shape["band"] == 1 else "").lower()
        if interleave not in INTERLEAVES:
            raise DataError(
                f"{self.path}: the field 'interleave' must be one of {', '.join(INTERLEAVES)}, got "
                f"{interleave or 'nothing'!r}; correct the header"
            )
        return INTERLEAVES[interleave]


def read_header(path: Path) -> Header:
    """Read a header file; comments, capitals, blanks and line ends of any kind are forgiven."""
    require_file(path, what="an ENVI header")
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise UnreadableError(f"{path}: an ENVI header has at most {LARGEST_BYTES} bytes, got {size}; name the header")
    with reading(path, what="an ENVI header"):
        content = path.read_bytes()
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(b"ENVI"):
        raise UnreadableError(
            f"{path}: an ENVI header begins with the word ENVI, got {content[:16]!r}; name the header"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # names of places in the encoding of the machine that wrote them
        text = content.decode("latin-1")
    text = COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return Header(path, {" ".join(name.lower().split()): value.strip() for name, value in FIELD.findall(text)})


def header_and_data(path: Path) -> tuple[Path, Path]:
    """The two files of an ENVI scene, named by either of them."""
    if path.suffix.lower() == ".hdr":
        require_file(path, what="an ENVI header")
        stem = path.with_suffix("")
        beside = [stem.with_name(stem.name + suffix) for suffix in DATA_SUFFIXES]
        found = [
            file
            for file in (*beside, *(stem.with_name(stem.name + s.upper()) for s in DATA_SUFFIXES))
            if file.is_file()
        ]
        if not found:
            raise MissingFileError(
                f"{path}: the data of this header are needed beside it, with a suffix out of "
                f"{', '.join(DATA_SUFFIXES[1:])} or none, but there are none; name the data file in scenes.tsv"
            )
        return path, found[0]
    require_file(path, what="an ENVI file")
    headers = [path.with_name(path.name + ".hdr"), path.with_suffix(".hdr"), path.with_suffix(".HDR")]
    found = [file for file in headers if file.is_file()]
    if not found:
        raise MissingFileError(
            f"{path}: an ENVI file needs its header beside it, {headers[0].name} or {headers[1].name}, but there is "
            "none; copy it there"
        )
    return found[0], path
