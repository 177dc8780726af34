"""The seal of a file of the results: its place and the SHA-256 of all its bytes, written inside the file itself.

Every format has room for a line of text that other programs pass over: a member of JSON, the metadata of Parquet and
safetensors, the end of a NumPy file. A file is written with a blank seal, whose digits are 0, and the digits are then
put in; the digest is of all bytes but these digits. So one bit that flips anywhere is seen, a file that lies where
another one belongs is seen too, and a copy is as good as the file.
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

KEY = "seal"
BLANK = "0" * 64
SEAL = re.compile(rb"semispectral-seal:([A-Za-z0-9_.~%/-]{1,4000}):sha256:([0-9a-f]{64})")
LONGEST = 4200  # bytes of a seal
BLOCK = 1 << 20
ANEW = "delete it and run the workflow again (make resume, or snakemake), which makes it anew"
_results: list[Path] = []


def results_in(root: Path) -> None:
    """Say where the results of this process lie: its files are known by their place in there."""
    _results[:] = [root.absolute()]


def blank(path: Path) -> str:
    """The seal, still without its digits, of a file that is to lie at ``path``."""
    return f"semispectral-seal:{quote(_place(intended(path)))}:sha256:{BLANK}"


def _place(path: Path) -> str:
    """The path inside the results; where they are not known, the name alone."""
    below = [path.absolute().relative_to(root) for root in _results if root in path.absolute().parents]
    return below[0].as_posix() if below else path.name


def filled(content: bytes) -> bytes:
    """Content that holds a blank seal, with its digits."""
    file = io.BytesIO(content)
    _fill(file)
    return file.getvalue()


def fill(path: Path) -> None:
    """Put the digits into the blank seal of a file."""
    with path.open("r+b") as file:
        _fill(file)


def _fill(file: IO[bytes]) -> None:
    _, at = _found(file)
    digits = _digest(file, at)
    file.seek(at)
    file.write(digits.encode())


def _found(file: IO[bytes]) -> tuple[str, int]:
    """The place that the last seal of a file names, and where its digits begin; searched from the end."""
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
    """SHA-256 of a file but for the digits of its seal."""
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

    Raises
    ------
    MissingFileError : it is not there.
    UnreadableError : the disk does not give it.
    IntegrityError : it was cut or changed.
    MisplacedError : it is whole, but belongs to another place.
    """
    if not path.is_file():
        raise MissingFileError(
            f"{path}: this file of the results is needed, but it is not there; run the workflow again"
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
    """Check that a file lies at the place that it was written to."""
    parts = Path(place).parts
    if path.absolute().parts[-len(parts) :] != parts:
        raise MisplacedError(f"{path}: is the file {place} of the results under another name; {ANEW}")


def place_of(path: Path) -> str:
    """The place that a file is to say it was written to, for formats with checksums of their own."""
    return _place(intended(path))


def damaged(path: Path, reason: str) -> IntegrityError:
    """The error for a file that is not as it was written."""
    return IntegrityError(f"{path}: the file was cut or changed since it was written ({reason}); {ANEW}")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with a seal, and with what made it."""
    made = provenance.current()
    full = {**({"made": made} if made else {}), **content, KEY: blank(path)}
    write_atomically(path, filled(json.dumps(full, indent=1, sort_keys=True, ensure_ascii=False).encode()))


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote; raises as `require` does."""
    require(path)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    del content[KEY]
    provenance.compare_versions(path, content.get("made", {}))
    return content


def write_array(path: Path, array: np.ndarray) -> None:
    """Write a NumPy file; behind the array, where NumPy does not look, stand what made it and the seal, as JSON."""
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    notes = json.dumps({"made": provenance.current(), KEY: blank(path)}, sort_keys=True)
    write_atomically(path, filled(content.getvalue() + f"\n{notes}\n".encode()))


def read_array(path: Path) -> np.ndarray:
    """Read what `write_array` wrote, memory-mapped; raises as `require` does."""
    require(path)
    provenance.compare_versions(path, made_of_array(path))
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def made_of_array(path: Path) -> dict[str, Any]:
    """What made an array, as its file says."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    with path.open("rb") as file:
        file.seek(array.offset + array.nbytes)
        made: dict[str, Any] = json.loads(file.read())["made"]
    return made
