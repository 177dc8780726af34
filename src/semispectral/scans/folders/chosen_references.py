"""Choose the references of scans among files that the user names by a pattern, such as scans of the white panel."""

import datetime
import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from semispectral.errors import DataError
from semispectral.scans.facts.hyspex_header import BACKGROUND, read_hyspex_header
from semispectral.scans.folders.camera_layouts import HYSPEX, header_and_data_of
from semispectral.scans.folders.found import Cell, FoundScan
from semispectral.scans.readers import open_cube
from semispectral.study.names import quoted, some

STAMP = re.compile(r"((?:19|20)\d\d)-?(\d\d)-?(\d\d)[T_ -](\d\d)[-:]?(\d\d)[-:]?(\d\d)")


@dataclass(frozen=True)
class Candidate:
    """A file that may be the reference of scans.

    Attributes
    ----------
    file : Path, the file.
    shape : (samples, bands).
    camera : str, camera that it states, or empty.
    moment : datetime or None, when it was taken, by its header or its name.
    """

    file: Path
    shape: tuple[int, int]
    camera: str
    moment: datetime.datetime | None


def matching(files: frozenset[Path], folder: Path, pattern: str, *, option: str) -> frozenset[Path]:
    """Return the files whose name, or path in the folder, matches a pattern, and the headers or data beside them.

    Parameters
    ----------
    files : frozenset of Path, files of the folder.
    folder : Path, the folder.
    pattern : str, name or path with ``*`` and ``?``.
    option : str, option that gave the pattern, for the error.

    Raises
    ------
    DataError : no file matches.
    """
    found = {
        file
        for file in files
        if any(
            fnmatch.fnmatchcase(text, pattern) for text in (file.name, file.stem, file.relative_to(folder).as_posix())
        )
    }
    if not found:
        raise DataError(
            f"{option} {quoted(pattern)}: no file of {folder} has such a name; give the name, or the path in the "
            "folder, with * for any letters"
        )
    return frozenset(found)


def candidates(files: Iterable[Path]) -> tuple[list[Candidate], frozenset[Path]]:
    """Open files as references; return them, and all files that belong to them.

    Parameters
    ----------
    files : iterable of Path, files that a pattern matches.
    """
    found, claimed = {}, set()
    everything = frozenset(files)
    for file in sorted(everything):
        data, both = header_and_data_of(file, [file]) if file.suffix.lower() == ".hdr" else (file, frozenset({file}))
        claimed |= {*both, file, data, data.with_suffix(".hdr")}
        if data not in found and file.suffix.lower() not in (".xml", ".log", ".png", ".txt"):
            found[data] = candidate(data)
    return list(found.values()), frozenset(claimed)


def candidate(file: Path) -> Candidate:
    """Return what tells whether a file is the reference of a scan, or a scan of a reference.

    Parameters
    ----------
    file : Path, file to open.
    """
    with open_cube(file) as cube:
        shape, camera, acquired = cube.shape[1:], str(cube.extra.get("camera", "")), cube.extra.get("acquired")
    header = read_hyspex_header(file)
    return Candidate(
        file,
        (shape[0], shape[1]),
        f"serial number {header.serial_number}" if header else camera,
        acquired or stamp(file.stem),
    )


def stamp(name: str) -> datetime.datetime | None:
    """Return the moment that a name states, as in ``box_2023-10-05T125814_raw``; None where it states none.

    Parameters
    ----------
    name : str, name of a file.

    Examples
    --------
    >>> stamp("box_SN3189_2023-10-05T125814_raw").isoformat()
    '2023-10-05T12:58:14'
    """
    found = STAMP.search(name)
    try:
        return datetime.datetime.fromisoformat("{}-{}-{}T{}:{}:{}".format(*found.groups())) if found else None
    except ValueError:
        return None


def with_reference(scan: FoundScan, role: str, known: list[Candidate], *, option: str) -> FoundScan:
    """Return a scan with the one reference that fits it: of its width, bands and camera, and the nearest in time.

    Where none or several fit, a note says so.

    Parameters
    ----------
    scan : FoundScan, scan; one that has the reference already is returned as it is.
    role : str, ``white`` or ``dark``.
    known : list of Candidate, files to choose from.
    option : str, option that named them, for the source.
    """
    if role in scan.cells or f"{role}_key" in scan.cells or not known:
        return scan
    own = candidate(scan.data)
    fitting = [c for c in known if c.shape == own.shape and (not c.camera or not own.camera or c.camera == own.camera)]
    words = "the only file of its width, bands and camera"
    if len(fitting) > 1 and own.moment and all(each.moment for each in fitting):
        apart = [abs((each.moment - own.moment).total_seconds()) for each in fitting if each.moment]
        nearest = min(apart)
        words = f"the one of {len(fitting)} that was taken nearest in time, {nearest / 60:.0f} minutes apart"
        fitting = [each for each, seconds in zip(fitting, apart, strict=True) if seconds == nearest]
    if len(fitting) != 1:
        why = (
            f"{len(fitting)} files of {option} fit it, and their times do not tell which "
            f"({some(each.file.name for each in fitting)})"
            if fitting
            else f"no file of {option} has its {own.shape[0]} samples, {own.shape[1]} bands and camera"
        )
        return replace(scan, notes=(*scan.notes, f"no {role} reference: {why}"))
    file, source = fitting[0].file, f"{option}: {words}"
    cells = {role: Cell(str(file), source)}
    if role == "white" and scan.layout == HYSPEX:
        dark = f"dark frame inside {file.name}"
        cells |= {"white_dark": Cell(str(file), dark), "white_dark_key": Cell(BACKGROUND, dark)}
    return replace(scan, cells=scan.cells | cells)
