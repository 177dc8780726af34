"""Public scenes that are not there yet: downloaded, checked against what is known of them, and only then in place."""

import hashlib
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from semispectral.atomic import replacing_files
from semispectral.errors import DataError, IntegrityError, MissingFileError
from semispectral.io import open_cube
from semispectral.io.label_files import read_labels

log = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
TIMEOUT_SECONDS = 60
SCHEMES = ("https://", "http://")
KINDS = {"integer": "ui", "float": "f"}


@dataclass(frozen=True)
class Source:
    """A public file and what is known of it.

    Parameters
    ----------
    url : its address.
    key : name of the array in it.
    shape : of that array: [line, sample, band] for data, [line, sample] for labels.
    kind : of its values, ``integer`` or ``float``.
    sha256 : of the file, or empty where it is not known.
    counts : pixels of each code of a label file; codes that are not listed are not checked.
    """

    url: str
    key: str
    shape: tuple[int, ...]
    kind: str = "integer"
    sha256: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


def fetch(path: Path, source: Source) -> None:
    """Download a file to ``path``; it appears there whole and checked, or not at all.

    Raises
    ------
    MissingFileError : it cannot be downloaded; the message says what to do by hand.
    IntegrityError, DataError : what came is not the file that was asked for.
    """
    with replacing_files(path.parent, last=path.name) as folder:
        unfinished = folder / path.name
        _download(source.url, unfinished, wanted=path)
        check(unfinished, source, name=path)
    log.info("%s is there", path)


def _download(url: str, unfinished: Path, *, wanted: Path) -> None:
    begun = time.monotonic()
    with _opened(url, wanted) as answer, unfinished.open("wb") as file:
        try:
            while block := answer.read(BLOCK_BYTES):
                file.write(block)
        except TimeoutError as error:
            raise _by_hand(url, wanted, error) from error
    megabytes = unfinished.stat().st_size / 1e6
    log.info("%s: %.1f MB in %.0f s", url, megabytes, time.monotonic() - begun)


@contextmanager
def _opened(url: str, wanted: Path) -> Iterator[IO[bytes]]:
    if not url.startswith(SCHEMES):
        raise DataError(f"{wanted}: its address must begin with https://, got {url!r}")
    try:
        answer = urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS)  # noqa: S310  the scheme is checked above
    except (urllib.error.URLError, OSError) as error:
        raise _by_hand(url, wanted, error) from error
    with answer:
        yield answer


def _by_hand(url: str, wanted: Path, error: Exception) -> MissingFileError:
    return MissingFileError(
        f"{wanted}: is not there and could not be downloaded ({error}). Download {url} on a machine with a network, "
        f"put it at {wanted.absolute()} and run again; or set data_root to the folder where you have it"
    )


def check(path: Path, source: Source, *, name: Path) -> None:
    """Compare a file with what is known of it; ``name`` stands for it in messages."""
    if source.sha256:
        came = hashlib.sha256(path.read_bytes()).hexdigest()
        if came != source.sha256:
            raise IntegrityError(f"{name}: its sha256 must be {source.sha256}, got {came} from {source.url}")
        return
    if len(source.shape) == 2:
        _check_labels(path, source, name)
    else:
        _check_data(path, source, name)


def _check_data(path: Path, source: Source, name: Path) -> None:
    with open_cube(path, key=source.key) as cube:
        if cube.shape != source.shape or cube.dtype.kind not in KINDS[source.kind]:
            raise DataError(
                f"{name}: must hold {source.kind} {source.shape}, got {cube.dtype} {cube.shape} from {source.url}"
            )


def _check_labels(path: Path, source: Source, name: Path) -> None:
    lines, samples = source.shape
    codes = read_labels(path, key=source.key, shape=(lines, samples))
    for code, pixels in source.counts.items():
        came = int(np.count_nonzero(codes == int(code)))
        if came != pixels:
            raise DataError(f"{name}: needs {pixels} pixels of code {code}, got {came} from {source.url}")
