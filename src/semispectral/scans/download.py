"""Download public scenes, and check them before they take their place."""

import hashlib
import logging
import math
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from semispectral.errors import DataError, IntegrityError, MissingFileError, SemispectralError
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube
from semispectral.storage.atomic import replacing_files
from semispectral.storage.seal import file_sha256
from semispectral.study.setting_types import Count, CountFromZero, settings_class

log = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
TIMEOUT_SECONDS = 60
SCHEMES = ("https://",)
OTHER_FILE = "if the server has another file now, correct the facts in the section fetch"
BYTES_PER_VALUE, MORE_BYTES = 16, 16_000_000  # a file may be twice its array in the widest dtype, and a little more
KINDS = {"integer": "ui", "float": "f"}


@settings_class("fetch")
class Source:
    """A public file and what is known of it."""

    url: Annotated[str, Field(json_schema_extra={"pattern": "^https://"})]
    """Address of the file."""
    key: str
    """Name of the array in the file."""
    shape: tuple[Count, ...]
    """Shape of that array: [line, sample, band] for data, [line, sample] for labels."""
    kind: Literal["integer", "float"] = "integer"
    """What its values are: integers or floats."""
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    """Checksum of the file; empty: not known."""
    counts: Mapping[str, CountFromZero] = Field(default_factory=dict, json_schema_extra={"default": {}})
    """Pixels of each code of a label file; codes that are not listed are not checked."""


def fetch(path: Path, source: Source) -> None:
    """Download a file; it appears whole and checked, or not at all.

    Parameters
    ----------
    path : Path, file to write.
    source : Source, its address, and the facts to check.

    Raises
    ------
    MissingFileError : it cannot be downloaded; the message says how to do it by hand.
    IntegrityError, DataError : the downloaded file is another one.
    """
    with replacing_files(path.parent, last=path.name) as folder:
        unfinished = folder / path.name
        came = _download(source, unfinished, wanted=path)
        try:
            check(unfinished, source, name=path)
        except SemispectralError as error:  # of a reader, which knows the hidden name only
            raise type(error)(str(error).replace(str(unfinished), str(path))) from error
    if not source.sha256:
        log.info("%s: its sha256 is %s; put it into the section fetch, and the file is known for good", path, came)
    log.info("%s is there", path)


def _download(source: Source, unfinished: Path, *, wanted: Path) -> str:
    """Download to a file and return its SHA-256."""
    begun, size, digest = time.monotonic(), 0, hashlib.sha256()
    most = MORE_BYTES + BYTES_PER_VALUE * math.prod(source.shape)
    with _opened(source.url, wanted) as answer, unfinished.open("wb") as file:
        promised = _promised(answer)
        try:
            while size <= most and max(promised, 0) <= most and (block := answer.read(BLOCK_BYTES)):
                file.write(block)
                digest.update(block)
                size += len(block)
        except (OSError, HTTPException) as error:
            raise _by_hand(source.url, wanted, error) from error
    if max(size, promised) > most:
        raise DataError(
            f"{wanted}: an array of shape {source.shape} needs {most} bytes at most, but {source.url} gives "
            f"{max(size, promised)} or more; correct shape or url in the section fetch, or download it by hand"
        )
    if promised >= 0 and size != promised:
        raise _by_hand(source.url, wanted, EOFError(f"{promised} bytes were promised, {size} came"))
    log.info("%s: %.1f MB in %.0f s", source.url, size / 1e6, time.monotonic() - begun)
    return digest.hexdigest()


def _promised(answer: HTTPResponse) -> int:
    """Return the size that the server announces, in bytes; -1 where it does not."""
    text = answer.headers.get("Content-Length") or ""
    return int(text) if text.isdecimal() else -1


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Handler that follows a redirect only to an allowed address, and logs it."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the request of the redirect."""
        if not newurl.startswith(SCHEMES):
            raise urllib.error.URLError(f"the server sends to {newurl[:200]!r}, but only {SCHEMES[0]} is followed")
        log.info("%s leads on to %s", req.full_url, newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@contextmanager
def _opened(url: str, wanted: Path) -> Iterator[HTTPResponse]:
    if not url.startswith(SCHEMES):
        raise DataError(
            f"{wanted}: an address that begins with https:// is needed, got {url!r}; correct url in the section fetch"
        )
    try:
        answer = urllib.request.build_opener(_SafeRedirects).open(url, timeout=TIMEOUT_SECONDS)
    except (OSError, HTTPException, ValueError) as error:
        raise _by_hand(url, wanted, error) from error
    with answer:
        yield answer


def _by_hand(url: str, wanted: Path, error: Exception) -> MissingFileError:
    return MissingFileError(
        f"{wanted}: this file is needed, but it is not there and could not be downloaded ({error}); download {url} on "
        f"another machine, put it at {wanted.absolute()} and run again, or set data_root to the folder where you "
        "have it"
    )


def check(path: Path, source: Source, *, name: Path) -> None:
    """Compare a file with the known facts.

    Parameters
    ----------
    path : Path, file to check.
    source : Source, the facts.
    name : path to name in errors.

    Raises
    ------
    IntegrityError, DataError : the file is another one.
    """
    if source.sha256:
        came = file_sha256(path)
        if came != source.sha256:
            raise IntegrityError(
                f"{name}: a file of the sha256 {source.sha256} is needed, got {came} from {source.url}; {OTHER_FILE}"
            )
        return
    if len(source.shape) == 2:
        _check_labels(path, source, name)
    else:
        _check_data(path, source, name)


def _check_data(path: Path, source: Source, name: Path) -> None:
    with open_cube(path, key=source.key) as cube:
        if cube.shape != source.shape or cube.dtype.kind not in KINDS[source.kind]:
            raise DataError(
                f"{name}: an array {source.kind} {source.shape} is needed, got {cube.dtype} {cube.shape} from "
                f"{source.url}; {OTHER_FILE}"
            )


def _check_labels(path: Path, source: Source, name: Path) -> None:
    lines, samples = source.shape
    codes = read_labels(path, key=source.key, shape=(lines, samples))
    for code, pixels in source.counts.items():
        came = int(np.count_nonzero(codes == int(code)))
        if came != pixels:
            raise DataError(
                f"{name}: {pixels} pixels of code {code} are needed, got {came} from {source.url}; {OTHER_FILE}"
            )
