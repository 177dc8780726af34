"""Read the text files of two public libraries: USGS splib07 (a value per line) and ECOSTRESS (a header and a table)."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.errors import DataError, UnreadableError
from semispectral.library.entries import Entry, made_entry
from semispectral.library.groups import group_of, mineral_of, shown_name
from semispectral.scans.facts.wavelengths import in_nanometres, unit_name
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.study.names import printable, quoted

MOST_FILES = 20_000
LARGEST_BYTES = 16_000_000
DELETED_BELOW = -1e30  # USGS writes -1.23e34 into a deleted channel
NOT_SPECTRA = ("wavelengths", "bandpass", "errorbars")
RECORD = re.compile(r"record\s*=\s*(\d+)\s*:?\s*(.*)", re.IGNORECASE)
KIND_OF_VALUES = re.compile(r"\s+[AR]REF\s*$")
FIELD = re.compile(r"^([A-Za-z][A-Za-z .]*?)\s*:\s*(.*)$")
PERCENT = {"percentage": True, "percent": True, "%": True, "fraction": False, "unitless": False, "": None}


def folder_files(folder: Path) -> list[Path]:
    """Return the text files of spectra in a folder and below it, in the order of their names.

    Parameters
    ----------
    folder : Path, the folder.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".txt" and path.is_file())
    if len(found) > MOST_FILES:
        raise DataError(
            f"{folder}: at most {MOST_FILES} text files are taken, got {len(found)}; name a folder below it"
        )
    return [path for path in found if not _mentions(str(path.relative_to(folder)), NOT_SPECTRA)]


def wavelength_files(folder: Path) -> list[Path]:
    """Return the files of wavelengths of USGS in a folder, below it, or beside it.

    Parameters
    ----------
    folder : Path, the folder.
    """
    inside = [path for path in folder.rglob("*.txt") if _mentions(path.name, NOT_SPECTRA[:1])]
    beside = [path for path in folder.resolve().parent.glob("*.txt") if _mentions(path.name, NOT_SPECTRA[:1])]
    return sorted(inside or beside)


def read_usgs(folder: Path) -> list[Entry]:
    """Read the spectra of a folder of USGS splib07: a title, then a value per line, -1.23e34 for deleted channels.

    The wavelengths, in micrometres, stand in files of their own; that with as many channels as a spectrum is taken.

    Parameters
    ----------
    folder : Path, the folder, or a chapter in it.

    Raises
    ------
    DataError : no file of wavelengths, or more than one, has as many channels as a spectrum.
    """
    axes: dict[int, list[tuple[Path, np.ndarray]]] = {}
    for path in wavelength_files(folder):
        _, values = _title_and_values(path)
        axes.setdefault(len(values), []).append((path, in_nanometres(values, unit="um", where=str(path))))
    spectra = [(path, *_title_and_values(path)) for path in folder_files(folder)]
    names = _usgs_names([title for _, title, _ in spectra])
    return [
        made_entry(
            name,
            _axis(path, len(values), axes),
            np.where(values > DELETED_BELOW, values, np.nan),
            mineral=mineral_of(name),
            group=group_of(mineral_of(name)),
            percent=False,
            source=str(path),
        )
        for name, (path, _, values) in zip(names, spectra, strict=True)
    ]


def _axis(path: Path, channels: int, axes: dict[int, list[tuple[Path, np.ndarray]]]) -> np.ndarray:
    """Return the wavelengths of a spectrum; of several of this length, those of the spectrometer in its name."""
    found = axes.get(channels, [])
    named = [axis for axis in found if len(found) == 1 or _spectrometer(axis[0]) in path.name.lower()]
    if len(named) != 1:
        known = ", ".join(f"{count} ({len(files)} files)" for count, files in sorted(axes.items()))
        raise DataError(
            f"{path}: one file of wavelengths with its {channels} channels is needed beside the spectra, got "
            f"{len(found)}; there are such of {known} channels; copy the file splib07..._Wavelengths... of its "
            "spectrometer there"
        )
    return named[0][1]


def _spectrometer(path: Path) -> str:
    """Return the spectrometer in the name of a file of wavelengths, in lower case."""
    after = path.stem.lower().partition("wavelengths_")[2]
    return after.split("_")[0] or path.stem.lower()


def _usgs_names(titles: Sequence[str]) -> list[str]:
    """Return the names that titles give; two spectra of one name have the number of their record behind it."""
    found = [RECORD.search(title) for title in titles]
    names = [
        shown_name(KIND_OF_VALUES.sub("", match[2] if match else title))
        for match, title in zip(found, titles, strict=True)
    ]
    times = Counter(names)
    return [
        f"{name} record {match[1]}" if match and times[name] > 1 else name
        for name, match in zip(names, found, strict=True)
    ]


def _title_and_values(path: Path) -> tuple[str, np.ndarray]:
    """Read the first line of a file, and a number from each of the others, float64 [channel]."""
    title, *lines = _lines(path, what="a USGS spectrum")
    try:
        values = np.array("\n".join(lines).split(), dtype=np.float64)
    except ValueError as error:
        raise UnreadableError(
            f"{path}: a USGS spectrum has a title and then a number per line, got other text ({printable(error)}); "
            "move other files out of the folder"
        ) from None
    return title.strip(), values


def is_ecostress(path: Path) -> bool:
    """Return whether a text file begins as those of ECOSTRESS do: with ``Name:``.

    Parameters
    ----------
    path : Path, the file.
    """
    with reading(path, what="a text file"), path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \r\n").lower().startswith(b"name")


def read_ecostress(paths: Sequence[Path]) -> list[Entry]:
    """Read text files of ECOSTRESS (or ASTER): fields such as ``X Units``, then a table of wavelength and reflectance.

    Parameters
    ----------
    paths : Path, the files; ancillary files without a table are passed over.

    Raises
    ------
    DataError : a file says no unit of its wavelengths or values, or one that is not known.
    """
    files = [path for path in paths if not path.name.lower().endswith(".ancillary.txt")]
    return [_ecostress_entry(path) for path in files]


def _ecostress_entry(path: Path) -> Entry:
    """Read one file."""
    fields, rows = _fields_and_rows(path)
    where = f"{path}, the field"
    unit = fields.get("x units", "")
    if not unit:
        raise DataError(f"{where} 'X Units': the unit of the wavelengths is needed, and the file has no such field")
    nm = in_nanometres(rows[:, 0], unit=_inner(unit), where=f"{where} 'X Units'")
    said = _inner(fields.get("y units", "")).lower()
    if said not in PERCENT:
        raise DataError(
            f"{where} 'Y Units': reflectance in percentage or as a fraction is needed, got {quoted(said)}; convert the "
            "values, or take the file out of the folder"
        )
    title = fields.get("name") or path.stem
    sample = fields.get("sample no.", "")
    name = shown_name(f"{title} {sample}".strip())
    kind = mineral_of(title)
    return made_entry(name, nm, rows[:, 1], mineral=kind, group=group_of(kind), percent=PERCENT[said], source=str(path))


def _inner(text: str) -> str:
    """Return what stands in brackets, as in ``Wavelength (micrometers)``; all of the text where nothing does."""
    found = re.search(r"\(([^)]*)\)", text)
    inside = found[1].strip() if found else text.strip()
    return inside if found else unit_name(inside.split()[-1]) if inside else ""


def _fields_and_rows(path: Path) -> tuple[dict[str, str], np.ndarray]:
    """Return the fields by their names in lower case, and the table float64 [channel, 2]."""
    fields: dict[str, str] = {}
    rows: list[list[float]] = []
    for number, line in enumerate(_lines(path, what="an ECOSTRESS spectrum"), start=1):
        match = FIELD.match(line)
        cells = line.replace(",", " ").split()
        if match and not rows:
            fields[" ".join(match[1].lower().split())] = match[2].strip()
        elif len(cells) >= 2:
            try:
                rows.append([float(cells[0]), float(cells[1])])
            except ValueError:
                if rows:
                    raise UnreadableError(
                        f"{path}, line {number}: a wavelength and a reflectance are needed, got "
                        f"{quoted(line, limit=40)}"
                    ) from None
    if len(rows) < 2:
        raise UnreadableError(
            f"{path}: an ECOSTRESS spectrum has fields such as 'Name:' and then a table of wavelength and reflectance, "
            f"got {len(rows)} rows; move other files out of the folder"
        )
    return fields, np.array(rows)


def _lines(path: Path, *, what: str) -> list[str]:
    """Return the lines of a text file, of which there is at least one."""
    require_file(path, what=what)
    if path.stat().st_size > LARGEST_BYTES:
        raise UnreadableError(f"{path}: {what} has at most {LARGEST_BYTES} bytes; move other files out of the folder")
    with reading(path, what=what):
        lines = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()
    if not lines:
        raise UnreadableError(f"{path}: {what} is needed, but the file is empty; copy it again from its source")
    return lines


def _mentions(text: str, words: Sequence[str]) -> bool:
    return any(word in text.lower() for word in words)
