"""Write what a folder holds as scenes.tsv and sensors.tsv, with a table of where each cell comes from."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.scans.folders.discover import Discovery
from semispectral.scans.folders.found import Cell, FoundScan
from semispectral.storage.atomic import write_atomically
from semispectral.study.names import printable, quoted, some
from semispectral.study.scene import REFERENCE_ROLES
from semispectral.study.scenes import OPTIONAL, REQUIRED

PATHS = ("data", "labels", "wavelengths", "panel", *REFERENCE_ROLES)
NEEDED = ("hole",)  # cells without which scenes.tsv is refused
SOURCES = ".sources.tsv"
SENSORS = "sensors.tsv"
ROW = re.compile(r"^row [0-9]+ of")
MOST_SOURCES = 4  # of a column, in words


def sources_file(table: Path) -> Path:
    """Return the table of sources beside a table of scenes.

    Parameters
    ----------
    table : Path, table of scenes.
    """
    return table.with_name(table.stem + SOURCES)


def sensors_file(table: Path) -> Path:
    """Return the table of further sensors beside a table of scenes.

    Parameters
    ----------
    table : Path, table of scenes.
    """
    return table.with_name(SENSORS)


def refuse_existing(table: Path) -> None:
    """Refuse to overwrite a table of scenes or its sources.

    Parameters
    ----------
    table : Path, table of scenes to write.
    """
    for path in (table, sources_file(table)):
        _refuse_existing(path)


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise ConfigError(f"{path}: exists already and is never overwritten; name another --output, or move it away")


def write_tables(found: Discovery, table: Path, *, data_root: Path) -> None:
    """Write the table of scenes, that of further sensors if there are any, and their sources with what was not placed.

    Parameters
    ----------
    found : Discovery, scans and what was left out.
    table : Path, table of scenes to write.
    data_root : Path, folder that paths in the table start from.
    """
    refuse_existing(table)
    if any(scan.sensors for scan in found.scans):
        _refuse_existing(sensors_file(table))
    rows = [_row(scan, data_root) for scan in found.scans]
    columns = [*REQUIRED, *(name for name in OPTIONAL if any(name in row for row in rows))]
    lines = [columns, *([row[name].text if name in row else "" for name in columns] for row in rows)]
    write_atomically(table, _text(lines))
    sources = [["scene", "column", "value", "source"]]
    for row in rows:
        sources += [[row["scene"].text, name, row[name].text, row[name].source] for name in columns if name in row]
    for scan, row in zip(found.scans, rows, strict=True):
        sources += [[row["scene"].text, "", "", note] for note in scan.notes]
    further = [
        (row["scene"].text, sensor, _from(data_root, str(sensor.data)))
        for scan, row in zip(found.scans, rows, strict=True)
        for sensor in scan.sensors
    ]
    if further:
        head = ["scene", "sensor", "data"]
        write_atomically(sensors_file(table), _text([head, *([s, sensor.name, data] for s, sensor, data in further)]))
        sources += [[s, f"{SENSORS}, {sensor.name}", data, sensor.source] for s, sensor, data in further]
    sources += [["", "", printable(left.path), left.reason] for left in found.left]
    write_atomically(sources_file(table), _text(sources))


def _row(scan: FoundScan, data_root: Path) -> dict[str, Cell]:
    cells = {"data": Cell(str(scan.data), scan.layout), **scan.cells}
    return {
        name: Cell(_from(data_root, cell.text) if name in PATHS and _is_path(name, cell) else cell.text, cell.source)
        for name, cell in cells.items()
    }


def _is_path(name: str, cell: Cell) -> bool:
    return name != "wavelengths" or Path(cell.text).is_file()


def _from(root: Path, text: str) -> str:
    """Return a found path from the root; whole where it lies outside. Relative ones are the user's, from the root."""
    if not Path(text).is_absolute():
        return text
    path, base = _whole(Path(text)), _whole(root)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


def _whole(path: Path) -> Path:
    """Return the path from the top, without ``..`` and with its links as they are."""
    return Path(os.path.normpath(path.absolute()))


def _text(rows: list[list[str]]) -> bytes:
    """Return rows as tab-separated text; a tab or line break inside a cell becomes a blank."""
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows).encode("utf-8")


def in_words(found: Discovery, table: Path, *, data_root: Path) -> str:
    """Describe in lines what was found, where the cells come from, and what was not placed.

    Parameters
    ----------
    found : Discovery, scans and what was left out.
    table : Path, table of scenes that was written.
    data_root : Path, folder that paths in the table start from.
    """
    kinds = Counter(scan.layout for scan in found.scans)
    lines = [f"{_count(len(found.scans), 'scan')}: {', '.join(f'{number} {kind}' for kind, number in kinds.items())}"]
    lines += ["", "Cells, and where they come from"]
    rows = [_row(scan, data_root) for scan in found.scans]
    columns = [name for name in (*REQUIRED, *OPTIONAL) if any(name in row for row in rows)]
    lines += [f"  {name}: {_sources_of(name, found.scans, rows)}" for name in columns]
    lacking = {name: [s for s in found.scans if name not in s.cells] for name in NEEDED}
    for name, scans in lacking.items():
        if scans:
            named = some(scan.cells["scene"].text for scan in scans)
            lines.append(f"  {name}: not known of {_count(len(scans), 'scan')} ({named}): fill it in before you check")
    number = Counter(sensor.name for scan in found.scans for sensor in scan.sensors)
    if number:
        said = ", ".join(f"{name} of {_count(times, 'scan')}" for name, times in number.items())
        lines.append(f"  further sensors: {said}: files of one name but for the sensor, with the same spectra")
    notes = [f"  {scan.cells['scene'].text}: {note}" for scan in found.scans for note in scan.notes]
    left = [f"  {printable(each.path)}: {each.reason.removeprefix(f'{each.path}: ')}" for each in found.left]
    lines += ["", "To look at", *notes] if notes else []
    lines += ["", "Not placed", *left] if left else []
    if found.others:
        said = some(f"{number} {suffix}" for suffix, number in found.others.most_common())
        lines += ["", f"Not looked into: {_count(sum(found.others.values()), 'other file')} ({said})"]
    named = f"{sensors_file(table)}: the files of further sensors (the key sensors of the configuration)"
    lines += [
        "",
        *([named] if number else []),
        f"{table}: {_count(len(found.scans), 'row')}, with paths from {data_root} (the key data_root)",
    ]
    outside = sum(not _whole(scan.data).is_relative_to(_whole(data_root)) for scan in found.scans)
    if outside:
        remedy = "name a folder above them by --data-root, or set allow_outside: true in the configuration"
        lines.append(f"  {outside} of them lie outside of it: {remedy}")
    return "\n".join([*lines, f"{sources_file(table)}: the source of each cell", ""])


def _sources_of(name: str, scans: Sequence[FoundScan], rows: Sequence[dict[str, Cell]]) -> str:
    """Return the sources of a column; names of scans and files, and numbers of rows, are left out of them."""
    cells = [(scan, row[name]) for scan, row in zip(scans, rows, strict=True) if name in row]
    times = Counter(_general(cell.source, scan) for scan, cell in cells)
    said = "; ".join(f"{source} ({number})" for source, number in times.most_common(MOST_SOURCES))
    return f"{len(cells)} of {len(scans)}, such as {quoted(cells[0][1].text, limit=60)}: {said}"


def _general(source: str, scan: FoundScan) -> str:
    named = re.compile(rf"(?<![\w.-]){re.escape(scan.data.name)}(?![\w.-])")
    return ROW.sub("a row of", named.sub("its file", source.replace(f" {quoted(scan.name)}", "")))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
