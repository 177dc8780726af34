"""Read mineral libraries: ENVI spectral libraries, tables, and folders of text files of USGS and ECOSTRESS."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.errors import DataError, MissingFileError
from semispectral.library.built_in import built_in_library
from semispectral.library.entries import Entry, Library
from semispectral.library.envi_library import read_envi_library
from semispectral.library.table_library import read_table_library
from semispectral.library.text_libraries import folder_files, is_ecostress, read_ecostress, read_usgs, wavelength_files
from semispectral.scans.formats.envi_files import header_files
from semispectral.scans.formats.envi_header import header_and_data
from semispectral.study.names import printable

TABLES = (".csv", ".tsv")
KNOWN = (
    "an ENVI spectral library (.sli with its .hdr), a table (.csv, .tsv), a folder of USGS splib07 text files, or "
    "ECOSTRESS text files (.txt) alone or in a folder"
)


def read_libraries(paths: Sequence[Path]) -> Library:
    """Read libraries as one; without a path, the built-in one.

    Parameters
    ----------
    paths : Path, files and folders.

    Raises
    ------
    MissingFileError, UnreadableError : a path is not there, or cannot be read.
    DataError : a library is empty or of another format; its unit is not known, or its values are no reflectance.
    ConfigError : two entries have one name.
    """
    return Library(tuple(entry for path in paths for entry in read_library(path))) if paths else built_in_library()


def read_library(path: Path) -> list[Entry]:
    """Read one library of any known kind.

    Parameters
    ----------
    path : Path, file or folder.
    """
    if not path.exists():
        raise MissingFileError(
            f"{path}: a mineral library is needed, but nothing is there; check library.files and data_root"
        )
    entries = _entries(path)
    if not entries:
        raise DataError(f"{path}: a mineral library needs a spectrum, and this one has none; name another")
    return entries


def _entries(path: Path) -> list[Entry]:
    """Read the entries by the kind of the library."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return read_usgs(path) if wavelength_files(path) else read_ecostress(folder_files(path))
    if suffix in TABLES:
        return read_table_library(path)
    if suffix == ".txt" and is_ecostress(path):
        return read_ecostress([path])
    if suffix in (".hdr", ".sli") or header_files(path):
        return read_envi_library(path)
    raise DataError(
        f"{path}: a mineral library is {KNOWN}; got a file with the suffix '{printable(path.suffix)}' that is none of "
        "them; convert it to a table"
    )


def library_files(path: Path) -> list[Path]:
    """Return every file that a library is read from: itself, an ENVI header beside it, the text files of a folder.

    Parameters
    ----------
    path : Path, file or folder.
    """
    if path.is_dir():
        return sorted({*folder_files(path), *wavelength_files(path)})
    if path.suffix.lower() in (*TABLES, ".txt") or not path.exists():
        return [path]
    header, data = header_and_data(path)
    return sorted({header.path, data})
