"""Recognise the folders of cameras: Specim Lumo, HySpex, Headwall."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from semispectral.errors import SemispectralError
from semispectral.scans.facts.hyspex_header import BACKGROUND, WORD, read_hyspex_header
from semispectral.scans.folders.found import Cell, FoundScan, LeftOut
from semispectral.scans.formats.envi_files import data_files
from semispectral.scans.formats.envi_header import read_header
from semispectral.scans.formats.open_file import reading
from semispectral.study.names import quoted

LUMO, HYSPEX, HEADWALL = "Specim Lumo", "HySpex", "Headwall"
CAPTURE, METADATA = "capture", "metadata"
LUMO_ROLES = {"WHITEREF_": "white", "DARKREF_": "dark", "WHITEDARKREF_": "white_dark"}
LUMO_PRODUCTS = ("REFLECTANCE_",)
HEADWALL_ROLES = {"whitereference": "white", "darkreference": "dark"}
HEADWALL_PRODUCTS = ("calibrated",)
DROPPED = re.compile(rb"([0-9]{1,9}) dropped frames")
LARGEST_LOG = 1_000_000
RAW = re.compile(r"_raw$", re.IGNORECASE)


def header_and_data_of(header: Path, files: Iterable[Path]) -> tuple[Path, frozenset[Path]]:
    """Return the file to name for an ENVI header, and both files: its data where they are clear, else the header.

    Parameters
    ----------
    header : Path, the header.
    files : iterable of Path, files that may be claimed.
    """
    found = data_files(header, read_header(header).fields)
    data = found[0] if len(found) == 1 else header
    return data, frozenset({header, data}) & frozenset(files)


def headers_by_folder(files: frozenset[Path]) -> dict[Path, list[Path]]:
    """Return the ENVI headers of each folder, sorted by name.

    Parameters
    ----------
    files : frozenset of Path, files to look at.
    """
    found: dict[Path, list[Path]] = defaultdict(list)
    for file in sorted(files):
        if file.suffix.lower() == ".hdr":
            found[file.parent].append(file)
    return found


def lumo(files: frozenset[Path]) -> tuple[list[FoundScan], list[LeftOut]]:
    """Find scans of Specim's Lumo: ``capture/NAME``, and ``WHITEREF_NAME`` and ``DARKREF_NAME`` beside it.

    Parameters
    ----------
    files : frozenset of Path, files that may be claimed.
    """
    scans, left = [], []
    for folder, headers in headers_by_folder(files).items():
        roles = {header: _lumo_role(header.stem) for header in headers}
        if not any(roles.values()):
            continue
        taken: set[Path] = set()
        for header in (header for header, role in roles.items() if not role):
            references = {
                role: other
                for other in headers
                for prefix, role in LUMO_ROLES.items()
                if other.stem.lower() == (prefix + header.stem).lower()
            }
            if references:
                scans.append(_lumo_scan(header, references, folder, files))
                taken |= set(references.values())
        for header in headers:
            if roles[header] and header not in taken:
                _, both = header_and_data_of(header, files)
                own = header.stem[len(_lumo_prefix(header.stem)) :]
                reason = (
                    f"it is a {roles[header].replace('_', ' ')} reference of {quoted(own)}, and no other scan of that "
                    f"name is beside it: give it the name of its scan, or name it by --{roles[header].split('_')[0]}"
                )
                left.append(LeftOut(header, reason, both))
    names = {scan.name.lower(): scan.name for scan in scans}
    for header in (file for file in files if file.suffix.lower() == ".hdr"):
        product = next((p for p in LUMO_PRODUCTS if header.stem.upper().startswith(p)), "")
        raw = names.get(header.stem[len(product) :].lower()) if product else None
        if raw:
            _, both = header_and_data_of(header, files)
            left.append(LeftOut(header, f"the camera's software made it of {raw}, whose raw scan is listed", both))
    return scans, left


def _lumo_role(stem: str) -> str:
    return LUMO_ROLES.get(_lumo_prefix(stem), "")


def _lumo_prefix(stem: str) -> str:
    return next((prefix for prefix in LUMO_ROLES if stem.upper().startswith(prefix)), "")


def _lumo_scan(header: Path, references: dict[str, Path], folder: Path, files: frozenset[Path]) -> FoundScan:
    data, claimed = header_and_data_of(header, files)
    cells = {}
    for role, other in references.items():
        file, both = header_and_data_of(other, files)
        claimed |= both
        cells[role] = Cell(str(file), "file of that name beside the scan, as Lumo writes it")
    root = folder.parent if folder.name.lower() == CAPTURE else folder
    named = re.compile(rf"(?<![A-Za-z0-9]){re.escape(header.stem)}(?![A-Za-z0-9])")  # box_1 is not named in box_10
    beside = {file for file in files if file.is_relative_to(root) and named.search(file.stem)}
    claimed |= {file for file in beside if file.suffix.lower() in (".xml", ".log", ".png")}
    return FoundScan(data, header.stem, LUMO, cells, claimed, tuple(_dropped(header.with_suffix(".log"))))


def _dropped(log: Path) -> Iterable[str]:
    """Yield a sentence if the camera's log says that lines are missing."""
    if not log.is_file() or log.stat().st_size > LARGEST_LOG:
        return
    with reading(log, what="the log of a camera"):
        found = DROPPED.search(log.read_bytes())
    if found and int(found[1]):
        yield f"its log says {int(found[1])} dropped frames: lines are missing, so depths along it are not exact"


def hyspex(files: frozenset[Path]) -> tuple[list[FoundScan], list[LeftOut]]:
    """Find raw scans of HySpex, which hold their dark frame; radiance made of one of them is left out.

    Parameters
    ----------
    files : frozenset of Path, files that may be claimed.
    """
    scans, left = [], []
    for headers in headers_by_folder(files).values():
        for header in headers:
            data, both = header_and_data_of(header, files)
            if data == header or not _begins(data, WORD):
                continue
            found = read_hyspex_header(data)
            dark = found is not None and found.has_background
            source = "dark frame inside the raw file"
            cells = {"dark": Cell(str(data), source), "dark_key": Cell(BACKGROUND, source)} if dark else {}
            scans.append(FoundScan(data, RAW.sub("", header.stem), HYSPEX, cells, both))
    for headers in headers_by_folder(files).values():
        for header in headers:
            raw = next(
                (s for s in scans if s.data.parent == header.parent and _is_product(header.stem, s.data.stem)), None
            )
            if raw:
                _, both = header_and_data_of(header, files)
                left.append(LeftOut(header, f"it is made of {raw.data.name}, which is listed", both))
    return scans, left


def _begins(path: Path, word: bytes) -> bool:
    with reading(path, what="a scan"), path.open("rb") as file:
        return file.read(len(word)) == word


def _is_product(stem: str, raw: str) -> bool:
    return stem != raw and stem.lower().startswith(raw.lower() + "_")


def headwall(files: frozenset[Path]) -> tuple[list[FoundScan], list[LeftOut]]:
    """Find scans of Headwall: ``raw`` or ``raw_NUMBER``, and ``whiteReference`` and ``darkReference`` beside or above.

    Of each reference, that in the nearest folder counts.

    Parameters
    ----------
    files : frozenset of Path, files that may be claimed.
    """
    by_folder = headers_by_folder(files)
    references = {
        (folder, HEADWALL_ROLES[header.stem.lower()]): header
        for folder, headers in by_folder.items()
        for header in headers
        if header.stem.lower() in HEADWALL_ROLES
    }
    scans: list[FoundScan] = []
    left: list[LeftOut] = []
    used: set[Path] = set()
    for folder, headers in by_folder.items():
        own = {role: _nearest(folder, role, references) for role in dict.fromkeys(HEADWALL_ROLES.values())}
        found = {role: header for role, header in own.items() if header}
        if not found:
            continue
        cells, claimed = _headwall_references(folder, found, files)
        for header in headers:
            data, both = header_and_data_of(header, files)
            if is_raw(header):
                scans.append(FoundScan(data, name_of_scan(header), HEADWALL, dict(cells), both | claimed))
                used |= set(found.values())
            elif header.stem.lower() in HEADWALL_PRODUCTS:
                left.append(LeftOut(header, "it is made of the raw scan beside it, which is listed", both))
    for header in sorted(set(references.values()) - used):
        role = HEADWALL_ROLES[header.stem.lower()]
        _, both = header_and_data_of(header, files)
        reason = f"it is a {role} reference, and no scan named raw is beside or below it: name it by --{role}"
        left.append(LeftOut(header, reason, both))
    return scans, left


def is_raw(file: Path) -> bool:
    """Return whether a file is called as Headwall calls each raw scan: raw, or raw_NUMBER.

    Parameters
    ----------
    file : Path, data or header.
    """
    stem = file.stem.lower()
    return stem == "raw" or stem.startswith("raw_")


def name_of_scan(file: Path) -> str:
    """Return the name of a scan: of its folder, with what follows ``raw``, if it is called raw; else of its file.

    Parameters
    ----------
    file : Path, data or header.
    """
    return file.parent.name + file.stem[len("raw") :] if is_raw(file) else file.stem


def _nearest(folder: Path, role: str, references: dict[tuple[Path, str], Path]) -> Path | None:
    return next((references[place, role] for place in (folder, *folder.parents) if (place, role) in references), None)


def _headwall_references(
    folder: Path, found: dict[str, Path], files: frozenset[Path]
) -> tuple[dict[str, Cell], frozenset[Path]]:
    cells, claimed = {}, frozenset[Path]()
    for role, header in found.items():
        file, both = header_and_data_of(header, files)
        where = "in the folder of the scan" if header.parent == folder else "in a folder above the scan"
        cells[role] = Cell(str(file), f"reference {where}, as Headwall names it")
        claimed |= both
    return cells, claimed


def readable(layout_files: frozenset[Path]) -> tuple[frozenset[Path], list[LeftOut]]:
    """Return the files without the ENVI headers that cannot be read, and these.

    Parameters
    ----------
    layout_files : frozenset of Path, files to look at.
    """
    broken = []
    for file in sorted(layout_files):
        if file.suffix.lower() == ".hdr":
            try:
                header_and_data_of(file, layout_files)
            except (SemispectralError, OSError) as error:
                broken.append(LeftOut(file, str(error), frozenset({file})))
    return layout_files - {each.path for each in broken}, broken
