"""Read the fields of the XML files that cameras write beside a scan, and tables that users write of their scans."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Mapping
from pathlib import Path

from semispectral.errors import ConfigError, DataError
from semispectral.scans.facts import side_tables
from semispectral.scans.folders.found import Cell, FoundScan
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.study.names import printable, quoted, some
from semispectral.study.suggestions import hint

LARGEST_XML = 4_000_000  # bytes
DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)  # what makes a small file large
LABELS = ("field", "name", "key", "label", "id")  # attributes that name what an element holds
SCAN = "scan"  # column of the user's table


def xml_fields(path: Path) -> dict[str, str]:
    """Return the texts of an XML file by the name of their field: an attribute such as ``field``, or the tag.

    Parameters
    ----------
    path : Path, file to read.

    Raises
    ------
    DataError : it is too large, declares entities, or is no XML.
    """
    what = "the metadata of a scan (XML)"
    require_file(path, what=what)
    with reading(path, what=what):
        content = path.read_bytes() if path.stat().st_size <= LARGEST_XML else b""
    if not content or DECLARES.search(content.replace(b"\0", b"")):  # in UTF-16, every other byte is 0
        raise DataError(
            f"{path}: {what} of 1 to {LARGEST_XML} bytes without declarations (DOCTYPE, ENTITY) is needed, got "
            "another; "
            "export it again, or take it out of the folder"
        )
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  what makes XML dangerous, declarations, is refused above
    except ElementTree.ParseError as error:
        raise DataError(
            f"{path}: {what} is needed, but it could not be read ({error}); export it again, or take it out of "
            "the folder"
        ) from error
    found: dict[str, str] = {}
    for element in root.iter():
        text = " ".join((element.text or "").split())
        name = next((element.attrib[label] for label in LABELS if element.attrib.get(label)), element.tag)
        if text:
            found.setdefault(printable(name, limit=80), printable(text))
    return found


def metadata_cells(scan: FoundScan, wanted: Mapping[str, str]) -> dict[str, Cell]:
    """Return the cells that the XML files of a scan state.

    Parameters
    ----------
    scan : FoundScan, scan with the files that belong to it.
    wanted : mapping, name of the field by column of scenes.tsv.
    """
    cells: dict[str, Cell] = {}
    for file in sorted(file for file in scan.claimed if file.suffix.lower() == ".xml"):
        fields = xml_fields(file)
        for column, field in wanted.items():
            if field in fields:
                cells.setdefault(column, Cell(fields[field], f"field {quoted(field)} of {file.name}"))
    return cells


def wanted_fields(texts: Collection[str], columns: Collection[str]) -> dict[str, str]:
    """Read options ``COLUMN=FIELD``.

    Parameters
    ----------
    texts : collection of str, options as typed.
    columns : collection of str, known columns.

    Raises
    ------
    ConfigError : an option is not of that form, or its column is unknown.
    """
    found = {}
    for text in texts:
        column, sign, field = text.partition("=")
        if not sign or not field or column not in columns:
            raise ConfigError(
                f"--metadata {quoted(text)}: COLUMN=FIELD is needed, such as 'hole=Hole ID'; {hint(column, columns)}"
            )
        found[column] = field
    return found


def read_table(path: Path, columns: Collection[str]) -> dict[str, dict[str, Cell]]:
    """Read a table of scans: the column ``scan``, and columns of scenes.tsv.

    Parameters
    ----------
    path : Path, separated by tabs, semicolons or commas.
    columns : collection of str, columns that it may have besides.

    Returns
    -------
    dict of the cells of each row, by the text in ``scan``; empty cells are left out.

    Raises
    ------
    DataError : it is too large, or no text in Unicode.
    ConfigError : it has no column ``scan``, an unknown column, or a scan twice.
    """
    what = "a table of scans"
    rows = side_tables.read_table(path, what=what)
    header = [name for name in rows[0] if name is not None] if rows else []  # cells beyond it are named None
    unknown = [name for name in header if name not in (SCAN, *columns)]
    if SCAN not in header or unknown:
        wrong = f"; unknown: {some(unknown, show=quoted)}; {hint(unknown[0], columns)}" if unknown else ""
        raise ConfigError(
            f"{path}: {what} needs the column {SCAN} (name of the file or of the scan), and may have columns of "
            f"scenes.tsv, got {some(header, show=quoted)}{wrong}; correct the first row"
        )
    found: dict[str, dict[str, Cell]] = {}
    for number, row in enumerate(rows, start=2):
        name = (row[SCAN] or "").strip()
        if len(row) > len(header):
            raise ConfigError(
                f"{path}, row {number}: {len(header)} cells are needed, one per column, got more; take a cell out, or "
                "quote one that has a comma in it"
            )
        if name in found:
            raise ConfigError(
                f"{path}, row {number}: one row for each scan is needed, got a second one for {quoted(name)}; "
                "leave one out"
            )
        source = f"row {number} of {path.name}"
        found[name] = {
            column: Cell(text.strip(), source)
            for column, text in row.items()
            if column != SCAN and text and text.strip()
        }
    return found
