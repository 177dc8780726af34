"""Where a path of a table or of the configuration may lead: into a folder, and out of it only where that is allowed."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError


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
