"""Check paths: inside a folder, or outside only where allowed, and writable where files are written."""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError, UnreadableError

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
EARLIER = ("split", "budgets", "benchmark", "evaluation/summary.parquet")  # names before those of decision 27


def outside_allowed(config: Mapping[str, Any]) -> bool:
    """Return whether scenes may lie anywhere: the configuration allows it, or the workflow makes them itself.

    Parameters
    ----------
    config : mapping, complete configuration.
    """
    return bool(config["allow_outside"] or config["simulate"]["enabled"])


def require_path(text: str | Path, where: str) -> None:
    """Refuse the address of a store, such as ``s3://bucket/scan.h5``, where a path is needed.

    Parameters
    ----------
    text : path as written.
    where : str, file, row and column, or key, for the error.

    Raises
    ------
    ConfigError : it is an address.

    Examples
    --------
    >>> require_path("scans/DH1.h5", "scenes.tsv")
    """
    if ADDRESS.match(str(text)):
        raise ConfigError(
            f"{where}: a path on this machine is needed, but {str(text)!r} is an address: scans and results are opened "
            "by path. Copy the file, or mount the store as a folder (docs/howto/archive.md) and give the path there"
        )


def inside(text: str | Path, where: str, *, root: Path, allow_outside: bool = False) -> Path:
    """Return a path that starts from a folder, if it stays inside.

    ``..``, absolute paths and links are followed first; only the place of the file counts.

    Parameters
    ----------
    text : path as written.
    where : str, file, row and column, for the error.
    root : Path, the folder, data_root.
    allow_outside : bool, whether the path may lead out of the folder.

    Raises
    ------
    ConfigError : the path leads outside.
    """
    if any(ord(letter) < 32 for letter in str(text)):
        raise ConfigError(f"{where}: a path has no control characters, got {str(text)!r}; correct it")
    require_path(text, where)
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
    """Return the nearest existing folder of a path, and refuse a path that cannot be a folder.

    Parameters
    ----------
    folder : path of a folder that need not exist.
    what : str, purpose of the folder, for the error.

    Raises
    ------
    UnreadableError : the path is a file, or lies in one.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not there.is_dir():
        raise UnreadableError(f"{folder}: a folder for {what} is needed, but {there} is a file; name another folder")
    return there


def require_writable(folder: Path, *, what: str) -> None:
    """Refuse a folder that cannot be written to, before any work is done; leave nothing in it.

    Parameters
    ----------
    folder : path of a folder; where it does not exist, the nearest one above it counts.
    what : str, purpose of the folder, for the error.

    Raises
    ------
    UnreadableError : the path is a file, lies in one, or cannot be written to.
    """
    try:
        with tempfile.TemporaryFile(dir=require_folder(folder, what=what)):
            pass
    except UnreadableError:
        raise
    except OSError as error:
        raise UnreadableError(
            f"{folder}: a folder for {what} is needed, but nothing can be written there ({error.strerror or error}); "
            "name another folder, or change its permissions"
        ) from error


def left_over(results: Path) -> str:
    """Return a sentence on folders that an earlier version wrote and nothing reads; empty where there is none.

    Parameters
    ----------
    results : Path, folder of all results.

    Examples
    --------
    >>> left_over(Path("no such folder"))
    ''
    """
    found = [name for name in EARLIER if (results / name).exists()]
    if not found:
        return ""
    return (
        f"{results}: an earlier version wrote {', '.join(found)}, which nothing reads any more. The results are made "
        "anew under other names (docs/decisions/0027-one-set-of-fits.md); these can be deleted"
    )
