"""Where a path may lead: into a folder, out of it only where that is allowed, and to where something can be written."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError, UnreadableError


def outside_allowed(config: Mapping[str, Any]) -> bool:
    """Whether scenes may lie anywhere: where the configuration says so, or where the workflow makes them itself."""
    return bool(config["allow_outside"] or config["simulate"]["enabled"])


def inside(text: str | Path, where: str, *, root: Path, allow_outside: bool = False) -> Path:
    """A path that starts from a folder, if it stays there.

    ``..``, an absolute path and a link are followed first; what counts is where the file lies.

    Parameters
    ----------
    text : the path as it was written.
    where : file, row and column, for the error.
    root : the folder, data_root.
    """
    if any(ord(letter) < 32 for letter in str(text)):
        raise ConfigError(f"{where}: a path has no control characters, got {str(text)!r}; correct it")
    path = root / text
    if not allow_outside and not _lies_in(path, root):
        raise ConfigError(
            f"{where}: the path must stay inside data_root ({root}), but {str(text)!r} leads to "
            f"{os.path.realpath(path)}; put the file there, let data_root be a folder that holds all scans, or set the "
            "config key allow_outside: true"
        )
    return path


def _lies_in(path: Path, root: Path) -> bool:
    real, folder = os.path.realpath(path), os.path.realpath(root)
    return os.path.commonpath([real, folder]) == folder


def require_folder(folder: Path, *, what: str) -> Path:
    """Refuse a path that can be no folder, for a file stands there or above it; the nearest folder that is there.

    Parameters
    ----------
    folder : need not be there.
    what : it is for, for the error.

    Raises
    ------
    UnreadableError : it is a file, or lies in one.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not there.is_dir():
        raise UnreadableError(f"{folder}: a folder for {what} is needed, but {there} is none; name another folder")
    return there


def require_writable(folder: Path, *, what: str) -> None:
    """Refuse a folder that cannot be written to, before any work is done for it; nothing is left in it.

    Parameters
    ----------
    folder, what : as in `require_folder`; a folder that is not there is judged by the nearest one above it that is.

    Raises
    ------
    UnreadableError : it is a file, lies in one, or cannot be written to.
    """
    try:
        with tempfile.TemporaryFile(dir=require_folder(folder, what=what)):
            pass
    except UnreadableError:
        raise
    except OSError as error:
        raise UnreadableError(
            f"{folder}: a folder for {what} is needed, but nothing can be written there ({error.strerror or error}); "
            "name another folder, or see to its permissions"
        ) from error
