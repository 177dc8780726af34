"""Read variables and fields of structures of MATLAB version 5 whole, within limits of memory."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

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
    """Find a variable, or the only one with this number of axes, by the file's headers.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of a variable, or ``structure/field``.
    dimensions : int, number of axes.

    Returns
    -------
    Name, and shape; the shape of a field is None, since it is not known before the field is read.

    Raises
    ------
    MissingFileError, DataError : it does not exist, or holds no numbers; objects are refused unread.
    """
    return _find(path, key, _variables(path), dimensions=dimensions)


def _find(path: Path, key: str, variables: Variables, *, dimensions: int) -> tuple[str, tuple[int, ...] | None]:
    first, *fields = (key or _only_numeric(path, variables, dimensions)).strip("/").split("/")
    if first not in variables:
        near = nearest(first, variables)
        meant = f" (did you mean '{printable(near)}'?)" if near else ""
        raise MissingFileError(
            f"{path}: the variable {first!r} is needed, but the file holds {some(variables)}{meant}; name one in "
            "scenes.tsv"
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
    """Read the list of variables; call it once, since skipping compressed ones takes time."""
    from scipy.io import whosmat  # here, as below: scans of other formats need none of it

    with reading(path, what=WHAT):
        return {name: (shape, kind) for name, shape, kind in whosmat(path)}


def _only_numeric(path: Path, variables: Variables, dimensions: int) -> str:
    found = [name for name, (shape, kind) in variables.items() if kind in NUMERIC_CLASSES and len(shape) == dimensions]
    if len(found) != 1:
        raise MissingFileError(
            f"{path}: no key is given and {len(found)} variables are numbers with {dimensions} axes ({some(found)}); "
            f"name one in scenes.tsv, or a field of a structure as structure/field (it holds {some(variables)})"
        )
    return found[0]


def load(path: Path, key: str, *, dimensions: int) -> tuple[str, np.ndarray]:
    """Read a variable, a field of a structure, or the only array with this number of axes.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of a variable, ``structure/field``, or empty.
    dimensions : int, number of axes.

    Returns
    -------
    Name and values.
    """
    from scipy.io import loadmat

    variables = _variables(path)
    name, _ = _find(path, key, variables, dimensions=dimensions)
    first, *fields = name.split("/")
    _refuse_bomb(path, first, list(variables))
    with reading(path, what=WHAT):
        values = loadmat(path, variable_names=[first])[first]
    for field in fields:
        values = _field(path, values, field, name)
    return name, _dense(path, name, values)


def _dense(path: Path, name: str, values: Any) -> np.ndarray:
    from scipy.sparse import issparse

    if not issparse(values):
        return np.asarray(values)
    matrix: Any = values
    require_readable_whole(path, name, matrix.shape, matrix.dtype)
    with reading(path, what=WHAT):
        return dense(matrix)


def dense(matrix: Any) -> np.ndarray:
    """Convert a sparse (csc) matrix to an array after checking its row numbers, which come from a file.

    Parameters
    ----------
    matrix : sparse matrix of SciPy.
    """
    matrix.check_format(full_check=True)
    return np.asarray(matrix.toarray())


def _field(path: Path, structure: Any, field: str, name: str) -> Any:
    names = getattr(getattr(structure, "dtype", None), "names", None) or ()
    if field not in names or structure.size != 1:
        raise MissingFileError(
            f"{path}: {name!r} is needed, but there is no single structure with the field {field!r} (fields: "
            f"{some(names)}); name one in scenes.tsv"
        )
    return structure[field].item()


def _refuse_bomb(path: Path, name: str, names: list[str]) -> None:
    """Refuse a variable that unpacks to far more than its size in the file, which would fill the memory."""
    with reading(path, what=WHAT):
        sizes = list(_sizes(path))
    for each, (packed, unpacked) in zip(names, sizes, strict=False):
        if each == name and unpacked > max(SMALL, LARGEST_RATIO * packed):
            raise DataError(
                f"{path}: {printable(name)} takes {packed} bytes and says that it unpacks to {unpacked}, so it is "
                "hardly a scan (all of one value?), and version 5 can only be read whole; save it with -v7.3"
            )


def _sizes(path: Path) -> Iterator[tuple[int, int]]:
    """Yield for each variable its size in the file and its stated size after unpacking, in bytes."""
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
