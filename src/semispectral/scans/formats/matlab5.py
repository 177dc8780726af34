"""MATLAB version 5: variables and fields of structures, read whole as the format asks, within limits."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.sparse

from semispectral.errors import DataError, MissingFileError
from semispectral.scans.formats.axes import require_readable_whole
from semispectral.scans.formats.open_file import reading
from semispectral.study.names import printable, some
from semispectral.study.suggestions import nearest

WHAT = "a MATLAB file"
NUMERIC_CLASSES = (
    *("double", "single", "logical", "sparse"),
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
)
Variables = dict[str, tuple[tuple[int, ...], str]]  # shape and class of each variable
HEADER_BYTES, TAG_BYTES = 128, 8
COMPRESSED = 15  # the type of an element that is packed by zlib
SMALL = 256 * 2**20  # bytes that may come out of any element
LARGEST_RATIO = 100  # of a larger one; spectra give 1 to 5, zeros 1000


def find_variable(path: Path, key: str, *, dimensions: int) -> tuple[str, tuple[int, ...] | None]:
    """Name and shape of a variable, or of the only one with so many axes, by what the file's headers say.

    Parameters
    ----------
    key : name of a variable, or ``structure/field``; the shape of a field is not known before it is read: None.

    Raises
    ------
    MissingFileError, DataError : it is not there, or holds no numbers; objects are refused unread.
    """
    return _find(path, key, _variables(path), dimensions=dimensions)


def _find(path: Path, key: str, variables: Variables, *, dimensions: int) -> tuple[str, tuple[int, ...] | None]:
    first, *fields = (key or _only_numeric(path, variables, dimensions)).strip("/").split("/")
    if first not in variables:
        near = nearest(first, variables)
        meant = f" (did you mean '{printable(near)}'?)" if near else ""
        raise MissingFileError(
            f"{path}: needs the variable {first!r}, but it holds {some(variables)}{meant}; name one in scenes.tsv"
        )
    shape, kind = variables[first]
    if kind == "struct" and fields:
        return "/".join((first, *fields)), None
    if kind not in NUMERIC_CLASSES or fields:
        raise DataError(
            f"{path}: {first} must hold plain numbers, got a MATLAB {kind}; name a field of a structure as "
            f"{first}/field; cells and objects are not read: save the array by itself"
        )
    return first, shape


def _variables(path: Path) -> Variables:
    """The variables in the order of the file; to skip what is packed takes time, so this is asked once."""
    with reading(path, what=WHAT):
        return {name: (shape, kind) for name, shape, kind in scipy.io.whosmat(path)}


def _only_numeric(path: Path, variables: Variables, dimensions: int) -> str:
    found = [name for name, (shape, kind) in variables.items() if kind in NUMERIC_CLASSES and len(shape) == dimensions]
    if len(found) != 1:
        raise MissingFileError(
            f"{path}: no key is given and {len(found)} variables are numbers with {dimensions} axes ({some(found)}); "
            f"name one in scenes.tsv, or a field of a structure as structure/field (it holds {some(variables)})"
        )
    return found[0]


def load(path: Path, key: str, *, dimensions: int) -> tuple[str, np.ndarray]:
    """Name and values of a variable, of a field of a structure, or of the only array with so many axes."""
    variables = _variables(path)
    name, _ = _find(path, key, variables, dimensions=dimensions)
    first, *fields = name.split("/")
    _refuse_bomb(path, first, list(variables))
    with reading(path, what=WHAT):
        values = scipy.io.loadmat(path, variable_names=[first])[first]
    for field in fields:
        values = _field(path, values, field, name)
    return name, _dense(path, name, values)


def _dense(path: Path, name: str, values: Any) -> np.ndarray:
    if not scipy.sparse.issparse(values):
        return np.asarray(values)
    matrix: Any = values
    require_readable_whole(path, name, matrix.shape, matrix.dtype)
    with reading(path, what=WHAT):
        return dense(matrix)


def dense(matrix: Any) -> np.ndarray:
    """A sparse (csc) matrix as an array, once its numbers of rows are known to lie in it: they come from a file."""
    matrix.check_format(full_check=True)
    return np.asarray(matrix.toarray())


def _field(path: Path, structure: Any, field: str, name: str) -> Any:
    names = getattr(getattr(structure, "dtype", None), "names", None) or ()
    if field not in names or structure.size != 1:
        raise MissingFileError(
            f"{path}: needs {name!r}, but there is no single structure with the field {field!r} (fields: "
            f"{some(names)}); name one in scenes.tsv"
        )
    return structure[field].item()


def _refuse_bomb(path: Path, name: str, names: list[str]) -> None:
    """Refuse a variable that unpacks to very much more than it takes: it is empty, or made to fill the memory."""
    with reading(path, what=WHAT):
        sizes = list(_sizes(path))
    for each, (packed, unpacked) in zip(names, sizes, strict=False):
        if each == name and unpacked > max(SMALL, LARGEST_RATIO * packed):
            raise DataError(
                f"{path}: {printable(name)} takes {packed} bytes and says that it unpacks to {unpacked}, so it is "
                "hardly a scan (all of one value?), and version 5 can only be read whole; save it with -v7.3"
            )


def _sizes(path: Path) -> Iterator[tuple[int, int]]:
    """For each variable the bytes that it takes in the file, and those that it says it unpacks to."""
    with path.open("rb") as file:
        order: Any = "big" if file.read(HEADER_BYTES)[126:128] == b"MI" else "little"
        while len(tag := file.read(TAG_BYTES)) == TAG_BYTES:
            kind, packed = int.from_bytes(tag[:4], order), int.from_bytes(tag[4:], order)
            start, unpacked = file.tell(), packed
            if kind == COMPRESSED:
                inner = zlib.decompressobj().decompress(file.read(min(packed, 1024)), TAG_BYTES)
                unpacked = int.from_bytes(inner[4:8], order)
            yield packed, unpacked
            file.seek(start + packed)
