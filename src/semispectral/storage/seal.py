"""Seal the files of the results: their place and the SHA-256 of all their bytes, written inside the file.

Every format has room for a line of text that other programs ignore: a member of JSON, the metadata of Parquet and
safetensors, the end of a NumPy file. A file is written with a blank seal, whose digits are 0, and the digits are then
filled in. The digest covers all bytes but these digits. So a flipped bit is detected, a file in the place of another
one is detected too, and a copy of a file is as good as the file.
"""

import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote

import numpy as np

from semispectral.errors import IntegrityError, MisplacedError, MissingFileError, UnreadableError
from semispectral.storage import provenance
from semispectral.storage.atomic import intended, write_atomically
from semispectral.storage.run_again import run_command

KEY = "seal"
BLANK = "0" * 64
SEAL = re.compile(rb"semispectral-seal:([A-Za-z0-9_.~%/-]{1,4000}):sha256:([0-9a-f]{64})")
LONGEST = 4200  # bytes of a seal
BLOCK = 1 << 20
_results: list[Path] = []


def results_in(root: Path) -> None:
    """Set the folder of the results of this process; files are identified by their place in it.

    Parameters
    ----------
    root : Path, folder of the results.
    """
    _results[:] = [root.absolute()]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, which is read in blocks.

    Parameters
    ----------
    path : Path, file to read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def blank(path: Path) -> str:
    """Return a seal without digits.

    Parameters
    ----------
    path : Path, final path of the file.
    """
    return f"semispectral-seal:{quote(_place(intended(path)))}:sha256:{BLANK}"


def _place(path: Path) -> str:
    """Return the path inside the results, or the name alone where the results are not known."""
    below = [path.absolute().relative_to(root) for root in _results if root in path.absolute().parents]
    return below[0].as_posix() if below else path.name


def filled(content: bytes) -> bytes:
    """Fill in the digits of a blank seal.

    Parameters
    ----------
    content : bytes of a file with a blank seal.
    """
    file = io.BytesIO(content)
    _fill(file)
    return file.getvalue()


def fill(path: Path) -> None:
    """Fill in the digits of the blank seal of a file.

    Parameters
    ----------
    path : Path, file with a blank seal.
    """
    with path.open("r+b") as file:
        _fill(file)


def _fill(file: IO[bytes]) -> None:
    _, at = _found(file)
    digits = _digest(file, at)
    file.seek(at)
    file.write(digits.encode())


def _found(file: IO[bytes]) -> tuple[str, int]:
    """Find the last seal of a file, from the end: its place, and the offset of its digits."""
    size = last = file.seek(0, os.SEEK_END)
    while last > 0:
        first = max(last - BLOCK, 0)
        file.seek(first)
        seals = list(SEAL.finditer(file.read(min(last + LONGEST, size) - first)))
        if seals:
            return unquote(seals[-1][1].decode()), first + seals[-1].start(2)
        last = first
    raise ValueError("it has no seal")


def _digest(file: IO[bytes], at: int) -> str:
    """Return the SHA-256 of a file without the digits of its seal."""
    digest = hashlib.sha256()
    file.seek(0)
    left = at
    while block := file.read(min(BLOCK, left)):
        digest.update(block)
        left -= len(block)
    file.seek(at + len(BLANK))
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def require(path: Path) -> None:
    """Check that a file is the one that was written to this place.

    Parameters
    ----------
    path : Path, file to check.

    Raises
    ------
    MissingFileError : the file does not exist.
    UnreadableError : the disk cannot read it.
    IntegrityError : it was cut or changed.
    MisplacedError : it is intact, but belongs to another place.
    """
    if not path.is_file():
        raise MissingFileError(
            f"{path}: this file of the results is needed, but it does not exist; run the workflow again"
        )
    try:
        with path.open("rb") as file:
            place, at = _found(file)
            file.seek(at)
            digits = file.read(len(BLANK)).decode()
            same = _digest(file, at) == digits
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read ({error.strerror or error}); check its disk") from error
    except ValueError as error:
        raise damaged(path, str(error)) from error
    if not same:
        raise damaged(path, "its checksum is another")
    require_place(path, place)


def require_place(path: Path, place: str) -> None:
    """Check that a file lies at the place that it was written to.

    Parameters
    ----------
    path : Path, file to check.
    place : str, place that the file records.
    """
    parts = Path(place).parts
    if path.absolute().parts[-len(parts) :] != parts:
        raise MisplacedError(f"{path}: is the file {place} of the results under another name; {_anew()}")


def _anew() -> str:
    return f"delete it and run the workflow again ({run_command()}), which makes it anew"


def place_of(path: Path) -> str:
    """Return the place that a file is to record, for formats with checksums of their own.

    Parameters
    ----------
    path : Path, final path of the file.
    """
    return _place(intended(path))


def damaged(path: Path, reason: str) -> IntegrityError:
    """Return the error for a file that was changed after it was written.

    Parameters
    ----------
    path : Path, the file.
    reason : str, the reason, in words.
    """
    return IntegrityError(f"{path}: the file was cut or changed since it was written ({reason}); {_anew()}")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with a seal and its provenance.

    Parameters
    ----------
    path : Path, file to write.
    content : mapping, content of the file.
    """
    made = provenance.current()
    full = {**({"made": made} if made else {}), **content, KEY: blank(path)}
    write_atomically(path, filled(json.dumps(full, indent=1, sort_keys=True, ensure_ascii=False).encode()))


def read_json(path: Path) -> dict[str, Any]:
    """Read the content that `write_json` wrote; raise as `require` does.

    Parameters
    ----------
    path : Path, file to read.
    """
    require(path)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    del content[KEY]
    provenance.compare_versions(path, content.get("made", {}))
    return content


def write_array(path: Path, array: np.ndarray) -> None:
    """Write a NumPy file, with provenance and seal as JSON behind the array, where NumPy does not read.

    Parameters
    ----------
    path : Path, file to write.
    array : array of plain numbers.
    """
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    notes = json.dumps({"made": provenance.current(), KEY: blank(path)}, sort_keys=True)
    write_atomically(path, filled(content.getvalue() + f"\n{notes}\n".encode()))


def read_array(path: Path) -> np.ndarray:
    """Read the array that `write_array` wrote, memory-mapped; raise as `require` does.

    Parameters
    ----------
    path : Path, file to read.
    """
    require(path)
    provenance.compare_versions(path, made_of_array(path))
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def made_of_array(path: Path) -> dict[str, Any]:
    """Return the provenance that an array file records.

    Parameters
    ----------
    path : Path, file to read.
    """
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    with path.open("rb") as file:
        file.seek(array.offset + array.nbytes)
        made: dict[str, Any] = json.loads(file.read())["made"]
    return made
