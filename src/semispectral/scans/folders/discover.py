"""Find the scans of a folder and fill their rows of scenes.tsv; every cell says where it comes from."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from semispectral.errors import ConfigError, DataError, SemispectralError
from semispectral.scans.facts.hole_position import scan_facts
from semispectral.scans.folders import camera_layouts
from semispectral.scans.folders.chosen_references import candidates, matching, with_reference
from semispectral.scans.folders.found import Cell, FoundScan, Layout, LeftOut
from semispectral.scans.folders.metadata import metadata_cells, read_table
from semispectral.scans.folders.names import NamePattern, metres
from semispectral.scans.folders.plain_files import plain
from semispectral.scans.folders.tsg_datasets import tsg
from semispectral.scans.formats.envi_files import USUAL_SUFFIXES, header_files
from semispectral.study.names import natural, plain_letters, quoted, some
from semispectral.study.scene import AXES
from semispectral.study.scenes import PARSERS

LAYOUTS: tuple[Layout, ...] = (
    camera_layouts.lumo,
    camera_layouts.hyspex,
    camera_layouts.headwall,
    tsg,
    plain,
)
FROM_TABLE = tuple(name for name in PARSERS if name not in ("scene", "data"))
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz")
OF_A_HEADER = (*(suffix for suffix in USUAL_SUFFIXES if suffix), ".hyspex")  # data that cannot be read alone
PAIR = ("white", "dark")
DEPTHS = ("depth_from_m", "depth_to_m")
TWO_MEANINGS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}(\s*m)?")  # 1,234 is a decimal to some and thousands to others


@dataclass(frozen=True)
class Wishes:
    """What the user says of the scans of a folder.

    Attributes
    ----------
    pattern : NamePattern or None, how names state hole and depths.
    table : Path or None, table with cells of the scans.
    hole : str, hole of all scans for which nothing else states one.
    metadata : mapping, field of the XML beside a scan by column.
    white, dark : str, patterns of the files that are references, or empty.
    pixel_mm : str, size of a pixel of all scans, or empty.
    """

    pattern: NamePattern | None = None
    table: Path | None = None
    hole: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    white: str = ""
    dark: str = ""
    pixel_mm: str = ""


@dataclass(frozen=True)
class Discovery:
    """What a folder holds.

    Attributes
    ----------
    scans : tuple of FoundScan, in natural order of their paths, with all cells that could be filled.
    left : tuple of LeftOut, files that could not be placed.
    others : Counter, number of further files by suffix.
    """

    scans: tuple[FoundScan, ...]
    left: tuple[LeftOut, ...]
    others: Counter[str]


def discover(folder: Path, wishes: Wishes) -> Discovery:
    """Find the scans of a folder and of the folders in it.

    Parameters
    ----------
    folder : Path, folder to look at.
    wishes : Wishes, what the user says of the scans.

    Raises
    ------
    DataError : it holds no scan.
    """
    folder = folder.absolute()  # a relative path that is found later is the user's, from data_root
    files = files_in(folder)
    names = {role: getattr(wishes, role) for role in PAIR if getattr(wishes, role)}
    chosen = {r: candidates(matching(files, folder, pattern, option=f"--{r}")) for r, pattern in names.items()}
    rest, left = camera_layouts.readable(files - {file for _, claimed in chosen.values() for file in claimed})
    scans: list[FoundScan] = []
    for layout in LAYOUTS:
        found, not_placed = layout(rest)
        scans += found
        left += not_placed
        rest -= frozenset().union(*(scan.claimed for scan in found), *(each.claimed for each in not_placed))
    rest -= {each.path for each in left}
    left += _unreadable(rest, folder)
    rest -= {each.path for each in left}
    if not scans:
        raise DataError(f"{folder}: holds no scan that is known; {_seen(left, files)}")
    for role, (known, _) in chosen.items():
        scans = [with_reference(scan, role, known, option=f"--{role} {quoted(names[role])}") for scan in scans]
    scans = _with_sensors_of_all([_without_half_a_pair(scan) for scan in scans])
    scans, unused = _with_cells(sorted(scans, key=lambda scan: natural(str(scan.data))), wishes)
    others = Counter(file.suffix.lower() or "without suffix" for file in rest)
    return Discovery(tuple(_with_names(scans, wishes.pattern)), (*left, *unused), others)


def files_in(folder: Path) -> frozenset[Path]:
    """Return all files of a folder and of the folders in it, without hidden ones; links are followed.

    Parameters
    ----------
    folder : Path, folder to look at.

    Raises
    ------
    ConfigError : it is no folder.
    """
    if not folder.is_dir():
        there = "an archive is there: unpack it" if folder.suffix.lower() in ARCHIVES else "a file is there"
        raise ConfigError(
            f"{folder}: a folder of scans is needed, but {there if folder.exists() else 'nothing is there'}"
        )
    return frozenset(file for file in _names_in(folder) if file.is_file())


def _names_in(folder: Path, closed: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Yield what is no folder in a folder and the folders in it; each folder once, though links lead to it again.

    Parameters
    ----------
    folder : Path, folder to look at.
    closed : callable, function of the error of each folder that cannot be looked into.
    """
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True, onerror=closed):
        real = os.path.realpath(place)
        if real in seen:
            folders[:] = []
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _unreadable(rest: frozenset[Path], folder: Path) -> list[LeftOut]:
    """Return what could be scans: data without a header, archives, links to nothing, folders that are closed."""
    found = [
        LeftOut(file, f"its header ({file.stem}.hdr) is needed beside it, and there is none: copy it there")
        for file in sorted(rest)
        if file.suffix.lower() in OF_A_HEADER and not header_files(file)
    ]
    found += [
        LeftOut(file, "it is an archive: unpack it first") for file in sorted(rest) if file.suffix.lower() in ARCHIVES
    ]
    closed: list[OSError] = []
    dead = sorted(file for file in _names_in(folder, closed.append) if file.is_symlink() and not file.exists())
    found += [
        LeftOut(Path(error.filename), f"this folder cannot be looked into ({error.strerror}): allow it (chmod u+rx)")
        for error in closed
    ]
    return found + [LeftOut(file, f"it is a link to {file.readlink()}, where nothing is") for file in dead]


def _seen(left: list[LeftOut], files: frozenset[Path]) -> str:
    if left:
        return f"{left[0].path.name}: {left[0].reason}" + (f" (and {len(left) - 1} more)" if len(left) > 1 else "")
    suffixes = Counter(file.suffix.lower() or "without suffix" for file in files)
    return f"its {len(files)} files are {some(f'{count} {suffix}' for suffix, count in suffixes.most_common())}"


def _without_half_a_pair(scan: FoundScan) -> FoundScan:
    """Return the scan without a white reference that lacks a dark one, and the reverse, which a note then says."""
    has = {role: role in scan.cells or f"{role}_key" in scan.cells for role in PAIR}
    if has["white"] == has["dark"]:
        return scan
    there, absent = PAIR if has["white"] else PAIR[::-1]
    known = next(scan.cells[name].text for name in (there, f"{there}_key") if name in scan.cells)
    note = (
        f"it has a {there} reference ({Path(known).name}) and no {absent} one: neither is filled in; name the other "
        f"by --{absent}"
    )
    cells = {name: cell for name, cell in scan.cells.items() if not name.startswith(PAIR)}
    return replace(scan, cells=cells, notes=(*scan.notes, note))


def _with_sensors_of_all(scans: list[FoundScan]) -> list[FoundScan]:
    """Return the scans without the names of their own sensors where not all have one: scenes.tsv needs all or none."""
    if all("sensor" in scan.cells for scan in scans):
        return scans
    return [replace(scan, cells={n: cell for n, cell in scan.cells.items() if n != "sensor"}) for scan in scans]


def _with_cells(scans: list[FoundScan], wishes: Wishes) -> tuple[list[FoundScan], list[LeftOut]]:
    """Fill the cells on hole, depths and size, and return the rows of the user's table that match no scan."""
    table = read_table(wishes.table, FROM_TABLE) if wishes.table else {}
    matched: set[str] = set()
    filled = []
    for scan in scans:
        keys = [key for key in table if key in _names_of(scan)]
        matched |= set(keys)
        of_table = table[keys[0]] if len(keys) == 1 else {}
        filled.append(_filled(scan, wishes, of_table, len(keys)))
    unused = [
        LeftOut(wishes.table, f"its row of the scan {quoted(key)} fits no scan of the folder")
        for key in table
        if key not in matched and wishes.table
    ]
    return filled, unused


def _names_of(scan: FoundScan) -> tuple[str, ...]:
    return scan.name, scan.data.name, scan.data.stem, str(scan.data), scan.data.as_posix()


def _filled(scan: FoundScan, wishes: Wishes, of_table: Mapping[str, Cell], rows: int) -> FoundScan:
    """Fill the cells of a scan; of several sources the first in this order counts, and a note says what differs."""
    notes = [*scan.notes]
    pattern = wishes.pattern.cells(scan.name) if wishes.pattern else {}
    if pattern is None:
        notes.append(
            f"its name {quoted(scan.name)} does not fit --name {quoted(wishes.pattern.text if wishes.pattern else '')}"
        )
    if wishes.table and rows != 1:
        notes.append(
            f"{'no row' if not rows else f'{rows} rows'} of {wishes.table.name} fit its name {quoted(scan.name)}"
        )
    try:
        stated = {name: Cell(text, f"stated in {scan.data.name}") for name, text in scan_facts(scan.data).items()}
        of_metadata = metadata_cells(scan, wishes.metadata)
        notes += [
            f"{column}: no XML file of it has the field {quoted(field)} (--metadata)"
            for column, field in wishes.metadata.items()
            if column not in of_metadata
        ]
    except SemispectralError as error:
        notes.append(str(error))
        stated, of_metadata = {}, {}
    options = {"hole": Cell(wishes.hole, "--hole"), "pixel_mm": Cell(wishes.pixel_mm, "--pixel-mm")}
    given = {name: cell for name, cell in options.items() if cell.text}
    cells: dict[str, Cell] = {}
    for source in (of_table, pattern or {}, of_metadata, stated, scan.cells, given):
        for column, cell in source.items():
            first = cells.setdefault(column, cell)
            if first.text != cell.text and source is not given:
                notes.append(f"{column} is {first.text} ({first.source}), not {cell.text} ({cell.source})")
    cells.setdefault("axes", Cell(",".join(AXES), "the usual order; formats that state one have their own"))
    kept, refused = _parsed(cells, scan)
    return replace(scan, cells=kept, notes=(*notes, *refused))


def _parsed(cells: Mapping[str, Cell], scan: FoundScan) -> tuple[dict[str, Cell], list[str]]:
    """Return the cells that scenes.tsv accepts, and why others are left empty. Depths may be written 12,5 or 12.5 m."""
    kept, refused = {}, []
    for column, found in cells.items():
        cell = replace(found, text=metres(found.text)) if column in DEPTHS else found
        if column in DEPTHS and TWO_MEANINGS.fullmatch(found.text):
            refused.append(
                f"column {column!r}: {quoted(found.text)} is {cell.text} m to some and {found.text.replace(',', '')} m "
                f"to others: write it without the comma ({found.source}); the cell is left empty"
            )
            continue
        try:
            PARSERS[column](cell.text, f"column {column!r}")
            kept[column] = cell
        except ConfigError as error:
            refused.append(f"{error} ({cell.source}); the cell is left empty")
    depths = [kept[name] for name in DEPTHS if name in kept]
    if len(depths) == 2 and float(depths[1].text) <= float(depths[0].text):
        refused.append(f"depths {depths[0].text} to {depths[1].text} m do not go down ({depths[0].source}); left empty")
        kept = {name: cell for name, cell in kept.items() if not name.startswith("depth_")}
    return kept, refused


def _with_names(scans: list[FoundScan], pattern: NamePattern | None) -> list[FoundScan]:
    """Add the cell ``scene``, in letters that a file name can have, different from all others.

    It is hole and box where the pattern states both of every scan and no two are alike, else the name of the scan.
    """
    boxes = [_box_of(scan, pattern) for scan in scans]
    if all(boxes) and len({box.lower() for box in boxes}) == len(boxes):
        return [_named(scan, box, "hole and box, by --name") for scan, box in zip(scans, boxes, strict=True)]
    plain_names = [_as_name(scan.name) for scan in scans]
    folders = [f"{_as_name(scan.data.parent.name)}_{name}" for scan, name in zip(scans, plain_names, strict=True)]
    times, times_of_folders = (Counter(name.lower() for name in names) for names in (plain_names, folders))
    named = []
    for number, (scan, name, longer) in enumerate(zip(scans, plain_names, folders, strict=True), start=1):
        text, source = name, "name of the scan"
        if times[name.lower()] > 1:
            text, source = longer, "folder and name of the scan, for several have its name"
            if times_of_folders[longer.lower()] > 1:
                text, source = f"{longer}_{number}", "folder, name and number of the scan, for several have its name"
        elif name != scan.name:
            source = f"name of the scan {quoted(scan.name)}, in letters that a file name can have"
        named.append(_named(scan, text, source))
    return named


def _named(scan: FoundScan, text: str, source: str) -> FoundScan:
    return replace(scan, cells={"scene": Cell(text, source), **scan.cells})


def _box_of(scan: FoundScan, pattern: NamePattern | None) -> str:
    """Return hole and box of a scan as a name, or nothing where the pattern does not state both."""
    found = pattern.regex.fullmatch(scan.name) if pattern else None
    fields = found.groupdict() if found else {}
    return _as_name(f"{fields['hole']}_{fields['box']}") if {"hole", "box"} <= set(fields) else ""


def _as_name(text: str) -> str:
    return NOT_IN_NAMES.sub("_", plain_letters(text)).strip("_.-") or "scan"
