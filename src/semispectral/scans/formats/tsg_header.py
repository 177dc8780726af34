"""Read the text header of a TSG dataset (`.tsg`): sections in brackets, as The Spectral Geologist writes them.

A dataset is the measurement of one sensor along a hole, one spectrum after another; a HyLogger makes three of them
(``_tsg``, ``_tsg_mir``, ``_tsg_tir``). Beside the header lies a file `.bip`: the spectra, and behind them as many
scalars as there are bands, all float32.
"""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.facts.wavelengths import stated_in_nanometres
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.study.names import printable

log = logging.getLogger(__name__)

WHAT = "the header of a TSG dataset (.tsg)"
LARGEST_BYTES = 500_000_000  # of a header, which has a line of about 80 bytes for each spectrum
MOST_SPECTRA, MOST_BANDS = 20_000_000, 20_000  # far beyond any hole and any sensor
SECTION = re.compile(r"\[([^\[\]]{1,60})\]")
WHOLE = re.compile(r"[0-9]{1,9}")
NUMBERED = re.compile(r"([0-9]{1,9}):(.*)")
DEPTH = re.compile(r"\bD=([-+0-9.eE]+)")
HOLE = re.compile(r"\bH=(\S+)")
COLOUR = re.compile(r"[0-9]{1,8}")
DEPTH_SCALAR = "Depth (m)"
FLOAT_MARK = "-971227136"  # -10000.0 as float32, read as a whole number: of the floats of Intel's machines
CLASS_FIELD = {"2": 4, "8": 5, "9": 5}  # where a scalar names its table of classes, by the kind in its fourth field
GREY = "#888888"


@dataclass(frozen=True)
class ClassTable:
    """Names that the values of a scalar stand for; value i stands for name i.

    Attributes
    ----------
    names : tuple of str, names, such as minerals or groups of minerals.
    colours : tuple of str, colours ``#rrggbb``, one per name.
    """

    names: tuple[str, ...]
    colours: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Header:
    """Facts of a TSG dataset.

    Attributes
    ----------
    path : Path, the header.
    spectra, bands : int, number of spectra, and of bands of each.
    offset : int, bytes of the data file before the first value.
    wavelengths_nm : float64 [band], or None where the header does not state them.
    depth_m : float64 [spectrum], depth in the hole, NaN where the header states none.
    hole : str, name of the drill hole, by the header or else by its spectra; empty where neither states one.
    scalars : dict, place of each scalar among the values behind the spectra, by name.
    tables : dict, table of classes of a scalar, by the scalar's name; only of scalars whose values are classes.
    """

    path: Path
    spectra: int
    bands: int
    offset: int
    wavelengths_nm: np.ndarray | None
    depth_m: np.ndarray
    hole: str
    scalars: dict[str, int]
    tables: dict[str, ClassTable]


def read_header(path: Path) -> Header:
    """Read the header of a dataset.

    Parameters
    ----------
    path : Path, the file `.tsg`.

    Raises
    ------
    DataError : it is no such header, or its numbers are of a kind that is not read.
    """
    sections = _sections(path)
    _require_floats(path, sections)
    spectra, bands = (_integer(path, sections, "dimensions", name) for name in ("samples", "bands"))
    if not (1 <= spectra <= MOST_SPECTRA and 1 <= bands <= MOST_BANDS):
        raise DataError(
            f"{path}: samples and bands of [dimensions] must be 1 or more, and at most {MOST_SPECTRA} and "
            f"{MOST_BANDS}, got {spectra} and {bands}; export the dataset again"
        )
    scalars, tables = _scalars(path, sections, bands)
    return Header(
        path,
        spectra,
        bands,
        _integer(path, sections, "structure", "dataheader", default=0),
        _wavelengths(path, sections.get("wavelength specs", []), bands),
        _depths(sections.get("sample headers", []), spectra),
        _hole(sections),
        scalars,
        tables,
    )


def _sections(path: Path) -> dict[str, list[str]]:
    """Return the lines of each section, without blank ones, by its name in lower case."""
    require_file(path, what=WHAT)
    with reading(path, what=WHAT):
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_BYTES else b""
    if size > LARGEST_BYTES:
        raise DataError(f"{path}: {WHAT} has at most {LARGEST_BYTES} bytes, got {size}; name the header")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # names in the encoding of the machine that wrote them
        text = content.decode("latin-1")
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        head = SECTION.fullmatch(line)
        if head:
            lines = found.setdefault(head[1].strip().lower(), [])
        else:
            lines.append(line)
    absent = [name for name in ("dimensions", "band headers") if name not in found]
    if absent:
        raise DataError(
            f"{path}: {WHAT} is needed, but the section [{absent[0]}] is missing; the file is cut or "
            "of another format: copy it again, or export the dataset again"
        )
    return found


def _fields(lines: list[str]) -> dict[str, str]:
    """Return the fields ``name = value`` of a section; the first one of a name counts."""
    pairs = (line.partition("=") for line in reversed(lines) if "=" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _integer(path: Path, sections: dict[str, list[str]], section: str, name: str, *, default: int | None = None) -> int:
    text = _fields(sections.get(section, [])).get(name, "")
    if not text and default is not None:
        return default
    if not WHOLE.fullmatch(text):
        raise DataError(
            f"{path}: '{name}' of [{section}] must be a whole number, got '{printable(text, limit=40) or 'nothing'}'; "
            "export the dataset again"
        )
    return int(text)


def _require_floats(path: Path, sections: dict[str, list[str]]) -> None:
    """Refuse numbers that are not float32 in the byte order of Intel's machines."""
    kind = _fields(sections.get("structure", [])).get("datatype", "float").lower()
    mark = _fields(sections.get("platform", [])).get("fpcheck", FLOAT_MARK)
    if kind != "float" or mark != FLOAT_MARK:
        raise DataError(
            f"{path}: the data must be float (32 bits, little endian), got datatype '{printable(kind, limit=40)}' and "
            f"fpcheck {printable(mark, limit=40)}; export the dataset again"
        )


def _wavelengths(path: Path, lines: list[str], bands: int) -> np.ndarray | None:
    """Return the wavelengths in nm: evenly from the first to the last one, or one for each band."""
    words = " ".join(lines).split()
    unit = words.pop() if words and not _is_number(words[-1]) else ""
    numbers = np.array([float(word) if _is_number(word) else np.nan for word in words[: bands + 1]])
    if not numbers.size:
        log.warning("%s: states no wavelengths; give a table in the column wavelengths of scenes.tsv", path)
        return None
    even = numbers.size == 2 and bool(np.isfinite(numbers).all())
    stated = np.linspace(numbers[0], numbers[1], bands) if even else numbers
    return stated_in_nanometres(stated, unit=unit, bands=bands, where=f"{path}, [wavelength specs]")


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _depths(lines: list[str], spectra: int) -> np.ndarray:
    """Return the depth of each spectrum that states one (``D=65.9``), in m, float64 [spectrum]."""
    depth_m = np.full(spectra, np.nan)
    for line in lines:
        place, depth = NUMBERED.match(line), DEPTH.search(line)
        if place and depth and int(place[1]) < spectra and _is_number(depth[1]):
            depth_m[int(place[1])] = float(depth[1])
    return depth_m


def _hole(sections: dict[str, list[str]]) -> str:
    """Return the name of the drill hole, or else the one that all spectra state (``H=DH7``); empty where none is."""
    stated = {found[1] for line in sections.get("sample headers", []) if (found := HOLE.search(line))}
    of_spectra = stated.pop() if len(stated) == 1 else ""
    return printable(_fields(sections.get("dbextra", [])).get("drillhole name", "") or of_spectra)


def _scalars(path: Path, sections: dict[str, list[str]], bands: int) -> tuple[dict[str, int], dict[str, ClassTable]]:
    """Return the place of each scalar, and the table of classes of those whose values are classes."""
    places: dict[str, int] = {}
    tables: dict[str, ClassTable] = {}
    known: dict[int, ClassTable] = {}
    for line in sections["band headers"]:
        numbered = NUMBERED.match(line)
        if numbered is None or int(numbered[1]) >= bands:
            log.warning("%s, [band headers]: '%s' is passed over", path, printable(line, limit=60))
            continue
        name, *fields = numbered[2].split(";")
        name = printable(name.strip())
        places.setdefault(name, int(numbered[1]))
        number = _class_number(fields)
        if number is not None and f"class {number}" in sections:
            known.setdefault(number, _class_table(sections[f"class {number}"]))
            tables.setdefault(name, known[number])
    return places, tables


def _class_number(fields: list[str]) -> int | None:
    """Return the number of a scalar's table of classes; None where its values are no classes."""
    kind = fields[2] if len(fields) > 2 else ""
    place = CLASS_FIELD.get(kind, len(fields) + 1) - 1
    return int(fields[place]) if place < len(fields) and WHOLE.fullmatch(fields[place]) else None


def _class_table(lines: list[str]) -> ClassTable:
    numbered = {int(row[1]): printable(row[2].strip()) for row in map(NUMBERED.match, lines) if row}
    whole = len(numbered) and max(numbered) < len(lines)  # numbered from 0, as it should be
    names = tuple(numbered.get(value, "") for value in range(max(numbered) + 1)) if whole else ()
    colours = [_colour(word) for word in _fields(lines).get("colours", "").split()]
    return ClassTable(names, tuple((colours + [GREY] * len(names))[: len(names)]))


def _colour(word: str) -> str:
    """Return a colour ``#rrggbb``; the header writes it as one number, with red in its lowest byte."""
    number = int(word) if COLOUR.fullmatch(word) else -1
    if not 0 <= number < 2**24:
        return GREY
    return f"#{number & 255:02x}{number >> 8 & 255:02x}{number >> 16:02x}"
