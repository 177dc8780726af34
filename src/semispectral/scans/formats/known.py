"""List the known formats with their suffixes, and tell the format of a file."""

from collections.abc import Iterable
from pathlib import Path

from semispectral.errors import DataError
from semispectral.scans.formats import first_bytes as beginnings
from semispectral.scans.formats.envi_files import USUAL_SUFFIXES, header_files
from semispectral.scans.formats.open_file import require_file
from semispectral.scans.formats.scene_files import TIFF_SUFFIXES, TSG_HEADER, tsg_pair
from semispectral.study.names import printable
from semispectral.study.scene import LABEL_TABLES

ENVI, POLYGONS, LABEL_TABLE = "ENVI", "polygons", "table of labels"
SUFFIXES: dict[str, tuple[str, ...]] = {
    beginnings.HDF5: (".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4"),
    beginnings.MATLAB: (".mat",),
    ENVI: (".hdr", *USUAL_SUFFIXES),
    beginnings.TIFF: TIFF_SUFFIXES,
    beginnings.NUMPY: (".npy",),
    beginnings.PNG: (".png",),
    POLYGONS: tuple(beginnings.POLYGONS),
    beginnings.TSG: (TSG_HEADER,),
    LABEL_TABLE: LABEL_TABLES,
}
BY_SUFFIX = {suffix: name for name, suffixes in SUFFIXES.items() for suffix in suffixes}


def format_of(path: Path, *, what: str) -> str:
    """Return the name of the format of a file: by its first bytes, the header beside it, or its suffix.

    Parameters
    ----------
    path : Path, file to read.
    what : str, kind of file that is expected, for error messages.

    Raises
    ------
    MissingFileError, UnreadableError : the file does not exist, or is not a file.
    DataError : its format is unknown; the message lists the known ones.
    """
    require_file(path, what=what)
    suffix = path.suffix.lower()
    if suffix == ".hdr":
        return ENVI
    content = beginnings.beginning(path, what=what)
    kind = beginnings.kind_of(content)
    if kind:
        return beginnings.MATLAB if suffix == ".mat" else kind
    if _has_header(path):
        return ENVI
    if tsg_pair(path)[0]:
        return beginnings.TSG
    beginnings.refuse_others(path, content, what=what)
    if suffix not in BY_SUFFIX:
        raise DataError(
            f"{path}: {what} must be of a known format, {known(SUFFIXES)}, or have an ENVI header beside it; "
            f"got '{printable(path.suffix)}', which begins with {content[:8]!r}; convert it"
        )
    return BY_SUFFIX[suffix]


def known(names: Iterable[str]) -> str:
    """Return the list formats with their suffixes, in words.

    Parameters
    ----------
    names : iterable of str, names of formats.
    """
    return ", ".join(f"{name} ({' '.join(filter(None, SUFFIXES[name]))})" for name in names)


def _has_header(path: Path) -> bool:
    """Return whether an ENVI header beside a file belongs to it by its name: ``a.hdr`` does not describe ``a.tif``."""
    headers = header_files(path)
    other = path.suffix.lower() in BY_SUFFIX and BY_SUFFIX[path.suffix.lower()] != ENVI
    return any(header.stem == path.name for header in headers) if other else bool(headers)
