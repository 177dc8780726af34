"""Parse the text header of an ENVI scan, and find the file beside it that holds the data."""

import math
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from pathlib import Path

BYTES_PER_VALUE = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 9: 16, 12: 2, 13: 4, 14: 8, 15: 8}  # by the field 'data type'
USUAL_SUFFIXES = ("", ".img", ".dat", ".raw", ".bil", ".bip", ".bsq", ".cube", ".envi")
LARGEST_BYTES = 16_000_000  # of a header
MARK = b"\xef\xbb\xbf"  # of UTF-8, as editors on Windows put it first
MARKS_OF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
FIELD = re.compile(r"^([^;={}\n]+)=[ \t]*(?:\n\s*(?=\{))?(\{[^}]*\}|[^\n]*)", re.MULTILINE)
LIST = re.compile(r"^([^;={}\n]+)=[ \t]*(?:\n\s*)?\{[^{}]*\{", re.MULTILINE)  # a list that another begins in
LINE = re.compile(r"\n(?=[ \t]*([^;={}\n]+)=)")
KNOWN = (  # fields that end a list without its closing brace, as `field_name` writes them
    *("samples", "lines", "bands", "header offset", "file type", "data type", "interleave", "byte order"),
    *("wavelength", "wavelength units", "fwhm", "bbl", "band names", "default bands", "data ignore value"),
    *("map info", "coordinate system string", "projection info", "reflectance scale factor", "sensor type"),
    *("data gain values", "data offset values", "class names", "class lookup", "classes", "tint"),
)
COMMENT = re.compile(r"^[ \t]*+;[^\n]*\n?", re.MULTILINE)
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
OTHER_NAMES = {
    **dict.fromkeys(("data ignore values", "nodata value", "no data value", "nodata"), "data ignore value"),
    **dict.fromkeys(("scale factor", "scalefactor", "reflectance scale"), "reflectance scale factor"),
    "data gain value": "data gain values",
    "data offset value": "data offset values",
    "wavelengths": "wavelength",
    "wavelength unit": "wavelength units",
    "wavelengths units": "wavelength units",
}
TIFF_BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def is_header(content: bytes) -> bool:
    """Return whether a text is an ENVI header: its first word is ENVI, in any case.

    Parameters
    ----------
    content : bytes, content of the file.
    """
    if content.startswith(MARKS_OF_16):  # as Notepad saves "Unicode"
        return content[2:].decode("utf-16-le" if content[0] == 0xFF else "utf-16-be", "ignore").lstrip()[:4] == "ENVI"
    return content.lstrip(MARK + b" \t\r\n")[:4].upper() == b"ENVI"


def fields_of(content: bytes) -> dict[str, str]:
    """Return the fields of a header, with names in lower case and single spaces, and values as text with braces.

    Comments, capitals, blanks, underscores for blanks, line ends of any kind, a byte order mark, and a list that begins
    on the line after its name are accepted. Of a field that stands twice the last one counts that is not empty.

    Parameters
    ----------
    content : bytes, content of the file.
    """
    text, _ = _closed(_text(content))
    stated = [(field_name(name), value.strip()) for name, value in FIELD.findall(text)]
    empty = [pair for pair in stated if not pair[1].strip("{} \t\n")]
    return dict(empty) | dict([pair for pair in stated if pair not in empty])


def unclosed_lists(content: bytes) -> list[str]:
    """Return the names of the lists without a closing brace; `fields_of` ends them where the next field begins.

    Parameters
    ----------
    content : bytes, content of the file.
    """
    return _closed(_text(content))[1]


def _text(content: bytes) -> str:
    """Return the text of a header without its comments."""
    try:
        text = content.decode("utf-16" if content.startswith(MARKS_OF_16) else "utf-8-sig")
    except UnicodeDecodeError:  # names of places in the encoding of the machine that wrote them
        text = content.decode("latin-1")
    return COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _closed(text: str) -> tuple[str, list[str]]:
    """Return a header with a brace where a list lacks its own and goes on through further fields, and their names."""
    names, parts, place, done = [], [], 0, 0
    while found := LIST.search(text, place):
        begins = found.end(1)
        lines = LINE.finditer(text, begins, found.end())
        end = next((line.start() for line in lines if field_name(line[1]) in KNOWN), None)
        if end is not None:
            names.append(field_name(found[1]))
            parts.append(text[done:end])
            done = end
        place = text.index("{", begins) + 1 if end is None else end
    return "}".join([*parts, text[done:]]), names


def field_name(name: str) -> str:
    """Return the name of a field in lower case, with single blanks between its words.

    Parameters
    ----------
    name : str, name as the file writes it.

    Examples
    --------
    >>> field_name("Data_Ignore  Value")
    'data ignore value'
    """
    plain = " ".join(name.lower().replace("_", " ").split())
    return OTHER_NAMES.get(plain, plain)


def stated_bytes(fields: Mapping[str, str]) -> int | None:
    """Return the size of the data file that the header describes, in bytes; None where it does not tell.

    Parameters
    ----------
    fields : mapping, fields of the header.
    """
    texts = [fields.get(name, "") for name in ("lines", "samples", "bands", "data type")]
    offset = fields.get("header offset", "") or "0"
    if not all(WHOLE.fullmatch(text) for text in (*texts, offset)):
        return None
    *shape, kind = map(int, texts)
    if min(shape) < 1 or kind not in BYTES_PER_VALUE or int(offset) < 0:
        return None
    return int(offset) + math.prod(shape) * BYTES_PER_VALUE[kind]


def says_tiff(fields: Mapping[str, str]) -> bool:
    """Return whether the header describes a TIFF, which has its own byte order.

    Parameters
    ----------
    fields : mapping, fields of the header.
    """
    return "tiff" in fields.get("file type", "").lower()


def files_of_stem(header: Path) -> list[Path]:
    """Return the files beside a header with its name and any suffix or none; the same case comes first.

    Parameters
    ----------
    header : path of the header.
    """
    stem = header.name[: -len(header.suffix)]
    named = [file for file in _beside(header) if stem.lower() in (file.name.lower(), file.stem.lower())]
    files = [file for file in named if file.suffix.lower() != ".hdr" and file.is_file()]
    return [file for file in files if stem in (file.name, file.stem)] or files


def data_files(header: Path, fields: Mapping[str, str]) -> list[Path]:
    """Return the files that can hold the data of a header: one if it is clear, else several.

    Files of exactly the stated size come before those with a usual suffix, these before a TIFF, and that before files
    that are longer than stated.

    Parameters
    ----------
    header : path of the header.
    fields : mapping, fields of the header.
    """
    files, size = files_of_stem(header), stated_bytes(fields)
    sizes = {file: file.stat().st_size for file in files}
    tiffs = [file for file in files if _is_tiff(file)]
    fitting = [file for file in files if sizes[file] == size]
    usual = [file for file in files if file.suffix.lower() in USUAL_SUFFIXES]
    longer = [file for file in files if size is None or sizes[file] > size]
    return (tiffs if says_tiff(fields) else []) or fitting or usual or tiffs or longer


def header_files(data: Path) -> list[Path]:
    """Return the headers beside a data file, the nearest name first: ``scan.img.hdr``, then ``scan.hdr``.

    Parameters
    ----------
    data : path of the data file.
    """
    names = list(dict.fromkeys((data.name + ".hdr", data.stem + ".hdr")))
    there = {file.name: file for file in _beside(data) if file.suffix.lower() == ".hdr" and file.is_file()}
    found = [[there[name]] if name in there else _of_any_case(name, there.values()) for name in names]
    return [file for files in found for file in files if file != data]


def _of_any_case(name: str, files: Iterable[Path]) -> list[Path]:
    """Return the files of a name in another case; one that differs only in its suffix comes first."""
    alike = [file for file in files if file.name.lower() == name.lower()]
    return sorted(alike, key=lambda file: (file.stem != name[: -len(".hdr")], file.name))


def _beside(path: Path) -> list[Path]:
    try:
        return sorted(path.parent.iterdir())
    except OSError:
        return []


def _is_tiff(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) in TIFF_BEGINNINGS
    except OSError:
        return False
