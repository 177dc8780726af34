"""The formats: one row says what a format is called, which suffixes it has, and which functions read it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from semispectral.companions import TIFF_SUFFIXES
from semispectral.envi_files import USUAL_SUFFIXES, header_files
from semispectral.errors import DataError
from semispectral.io import beginnings, envi, geotiff, hdf5, mat, npy, png, polygons
from semispectral.io.codes import CodeRaster
from semispectral.io.files import require_file
from semispectral.io.grid import Grid
from semispectral.names import printable
from semispectral.pixels import Cube


class CubeReader(Protocol):
    """Opens one kind of file; ``wavelengths`` is a key in the file or empty."""

    def __call__(self, path: Path, *, key: str, axes: str, wavelengths: str) -> Cube: ...


class LabelReader(Protocol):
    """Reads the raster of labels of one kind of file, or burns it, once its header has the shape of ``grid``."""

    def __call__(self, path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster: ...


class ArrayReader(Protocol):
    """Reads a small array of numbers whole, with the axes that its own software shows."""

    def __call__(self, path: Path, *, key: str) -> np.ndarray: ...


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Parameters
    ----------
    name : in words; where the first bytes tell the format, as `beginnings` calls it.
    suffixes : that it usually has, in small letters.
    open_cube, read_labels, read_array : its readers, or None where it holds no such thing.
    """

    name: str
    suffixes: tuple[str, ...]
    open_cube: CubeReader | None = None
    read_labels: LabelReader | None = None
    read_array: ArrayReader | None = None


FORMATS = (
    Format(
        beginnings.HDF5,
        (".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4"),
        hdf5.open_cube,
        hdf5.read_labels,
        hdf5.read_array,
    ),
    Format(beginnings.MATLAB, (".mat",), mat.open_cube, mat.read_labels, mat.read_array),
    Format("ENVI", (".hdr", *USUAL_SUFFIXES), envi.open_cube, envi.read_labels),
    Format(beginnings.TIFF, TIFF_SUFFIXES, geotiff.open_cube, geotiff.read_labels),
    Format(beginnings.NUMPY, (".npy",), npy.open_cube, npy.read_labels),
    Format(beginnings.PNG, (".png",), read_labels=png.read_labels),
    Format("polygons", tuple(polygons.BEGINNINGS), read_labels=polygons.read_labels),
)
BY_NAME = {each.name: each for each in FORMATS}
BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}


def format_of(path: Path, *, what: str) -> Format:
    """The format of a file: by its first bytes, or the ENVI header beside it, or else by its suffix.

    Raises
    ------
    MissingFileError, UnreadableError : it is not there, or is no file.
    DataError : it is of none of the formats; the message says which there are.
    """
    require_file(path, what=what)
    suffix = path.suffix.lower()
    if suffix == ".hdr":
        return BY_NAME["ENVI"]
    content = beginnings.beginning(path, what=what)
    kind = beginnings.kind_of(content)
    if kind:
        return BY_NAME[beginnings.MATLAB if suffix == ".mat" else kind]
    if _has_header(path):
        return BY_NAME["ENVI"]
    beginnings.refuse_others(path, content, what=what)
    if suffix not in BY_SUFFIX:
        raise DataError(
            f"{path}: {what} must be of a known format, {known(lambda each: True)}, or have an ENVI header beside it; "
            f"got '{printable(path.suffix)}', which begins with {content[:8]!r}; convert it"
        )
    return BY_SUFFIX[suffix]


def known(wanted: Callable[[Format], bool]) -> str:
    """The formats of a kind, with their suffixes, in words."""
    return ", ".join(f"{each.name} ({' '.join(filter(None, each.suffixes))})" for each in FORMATS if wanted(each))


def _has_header(path: Path) -> bool:
    """Whether an ENVI header lies beside a file, and is of it by its name: ``a.tif`` is not described by ``a.hdr``."""
    headers = header_files(path)
    other = path.suffix.lower() in BY_SUFFIX and BY_SUFFIX[path.suffix.lower()].name != "ENVI"
    return any(header.stem == path.name for header in headers) if other else bool(headers)
