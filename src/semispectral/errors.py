"""The errors of the package: one root, and leaves that also inherit the builtin.

Every message says what was needed, what came, where, and what to do about it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager


class SemispectralError(Exception):
    """Root of every error that this package raises on purpose."""


class ConfigError(SemispectralError, ValueError):
    """A setting, scenes.tsv or classes.tsv is wrong."""


class DataError(SemispectralError, ValueError):
    """A file can be read, but what it holds cannot be used."""


class ShapeError(SemispectralError, ValueError):
    """An array has the wrong shape or dtype."""


class MissingFileError(SemispectralError, FileNotFoundError):
    """A file, or a key inside a file, is not there."""


class UnreadableError(SemispectralError, OSError):
    """A file is there but cannot be opened: truncated, no permission, another format."""


class NoSpaceError(SemispectralError, OSError):
    """A file could not be written because its disk, or a quota, is full."""


class NotWritableError(SemispectralError, OSError):
    """A file could not be written: its place is read-only, no directory, or another's."""


class SplitError(SemispectralError, ValueError):
    """Parts that must be disjoint share pixels, or a part lacks what it needs."""


class IntegrityError(SemispectralError, ValueError):
    """A file of ours is not what was written: its checksum differs."""


class MisplacedError(IntegrityError):
    """A file of ours is whole, but lies where another one belongs."""


class VersionsError(SemispectralError, ImportError):
    """Packages are installed that do not work together."""


class DivergedError(SemispectralError, ArithmeticError):
    """Training gave non-finite values and could not be brought back."""


@contextmanager
def about(*names: str) -> Iterator[None]:
    """Put the first of these names before an error that names none of them, so that it says which scan it is about."""
    try:
        yield
    except SemispectralError as error:
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", str(error)) for name in names if name):
            raise
        raise type(error)(f"{names[0]}: {error}") from error
