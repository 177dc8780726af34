"""Check that files exist and can be read, and name them in errors of reading."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semispectral.errors import MissingFileError, SemispectralError, UnreadableError
from semispectral.study.names import printable

LONGEST_REASON = 400  # letters of what a library says
NO_FAULT_OF_THE_FILE = {  # errors of the system, which a new copy does not mend
    **dict.fromkeys((errno.EACCES, errno.EPERM), "there is no permission to read it; allow it (chmod u+r)"),
    **dict.fromkeys(
        (errno.EAGAIN, errno.EBUSY), "another program holds it open to write in it; wait for it, or close it there"
    ),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "too many files are open; allow more (ulimit -n 4096)"),
    **dict.fromkeys(
        (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.ENODEV, errno.ENXIO),
        "its disk or network did not answer; see that it is connected, and try again",
    ),
}


def require_file(path: Path, *, what: str) -> None:
    """Raise one of our errors unless a path is a file that this process may read.

    Parameters
    ----------
    path : Path, file to check.
    what : str, kind of file that is expected, in words.
    """
    try:
        there, directory, regular = path.exists(), path.is_dir(), path.is_file()
    except OSError as error:
        raise UnreadableError(
            f"{path}: {what} is needed, but the path cannot be looked up ({error}); correct the path"
        ) from error
    if not there:
        raise MissingFileError(
            f"{path}: {what} is needed, but nothing is there; check the path in scenes.tsv and the config key data_root"
        )
    if directory:
        raise UnreadableError(f"{path}: {what} is needed, but this is a directory; name the file inside it")
    if not regular:  # a pipe would be waited for, a device has no end
        raise UnreadableError(f"{path}: {what} is needed, but this is a pipe, a socket or a device; name a file")
    if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise UnreadableError(f"{path}: {what} is needed, but there is no permission to read it; allow it (chmod u+r)")


@contextmanager
def reading(path: Path, *, what: str) -> Iterator[None]:
    """Turn every error that a library raises while it reads a file into one of ours that names the file.

    Parameters
    ----------
    path : Path, the file.
    what : str, kind of file that is expected, in words.
    """
    try:
        yield
    except (SemispectralError, MemoryError):
        raise
    except Exception as error:  # each library has its own errors, and a broken file can provoke any of them
        if isinstance(error, OSError) and error.errno in NO_FAULT_OF_THE_FILE:
            raise UnreadableError(f"{path}: {what} is needed, but {NO_FAULT_OF_THE_FILE[error.errno]}") from error
        reason = printable(" ".join(str(error).split()), limit=LONGEST_REASON) or type(error).__name__
        raise UnreadableError(
            f"{path}: {what} is needed, but it could not be read ({reason}); the file is cut, damaged or of another "
            "format: copy it again from its source"
        ) from error


def refuse_keys(path: Path, *, what: str, **keys: str) -> None:
    """Refuse keys for a format that holds one array and no names.

    Parameters
    ----------
    path : Path, the file, for errors.
    what : str, name of the format, for errors.
    **keys : str, keys that were given, by the name of their column.
    """
    given = ", ".join(f"{name} {key!r}" for name, key in keys.items() if key)
    if given:
        raise MissingFileError(
            f"{path}: {what} holds one array and takes no keys, got {given}; leave them empty, or, for wavelengths, "
            "give a table (.csv)"
        )
