"""Write files and directories atomically: each is absent, as before, or complete, even on a full disk.

Content is written under a hidden name beside its final place (``.NAME.PID.tmp``) and moved at the end. A process that
is killed in between leaves that hidden file behind; the next write of the same name removes it.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from semispectral.errors import NoSpaceError, NotWritableError, SemispectralError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)
SAID_FULL = ("No space left", "Disk quota exceeded")  # libraries that keep the text and lose the number
HIDDEN, HIDDEN_FILES = re.compile(r"^\.(.+)\.new\.\d+\.tmp$"), re.compile(r"\..+\.files\.\d+\.tmp")
NEXT_TO_NOTHING = 1 << 16  # bytes: with so little free, a writing that failed has failed for want of space


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is absent, as before, or complete.

    Parameters
    ----------
    path : Path, file to write.
    content : bytes to write.
    """
    with replacing(path, needed=len(content)) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replacing(path: Path, *, needed: int = 0) -> Iterator[Path]:
    """Yield a hidden path to write to; it becomes ``path`` when the block ends without an error.

    Parameters
    ----------
    path : Path, final path of the file.
    needed : int, size of the file at most, in bytes, for the error; 0 where it is not known.

    Raises
    ------
    NoSpaceError : the disk is full; nothing of the file is left.
    NotWritableError : the folder is read-only, or no folder.
    """
    temporary = hidden(path)
    try:
        with in_words(path, temporary, needed=needed):
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep(path)
            temporary.touch()  # where it may not be written, the error is ours and comes first
            yield temporary
            _to_disk(temporary)
            temporary.replace(path)
    finally:
        remove(temporary)


@contextmanager
def replacing_directory(directory: Path) -> Iterator[Path]:
    """Yield a hidden directory to fill; it becomes ``directory`` when the block ends without an error.

    Parameters
    ----------
    directory : Path, final path of the directory.
    """
    temporary, before = hidden(directory), hidden(directory, "before")
    try:
        with in_words(directory, temporary):
            sweep(directory)
            temporary.mkdir(parents=True)
            yield temporary
            if directory.exists():
                directory.rename(before)
            temporary.rename(directory)
    finally:
        remove(temporary)
        remove(before)


@contextmanager
def replacing_files(directory: Path, *, last: str, needed: int = 0) -> Iterator[Path]:
    """Yield a hidden directory to fill; what is in it moves into ``directory`` if the block ends without an error.

    After an error ``directory`` is as before: absent, if it did not exist.

    Parameters
    ----------
    directory : Path, final path of the directory.
    last : str, name of the file that moves last, so that its presence shows that all files are there. It is removed
        before the first file moves.
    needed : int, size of all files at most, in bytes, for the error; 0 where it is not known.
    """
    place = directory / last
    temporary = hidden(place, "files")
    made = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    try:
        with in_words(place, temporary, needed=needed):
            sweep(place)
            temporary.mkdir(parents=True)
            yield temporary
            for path in temporary.rglob("*"):
                if path.is_file():
                    _to_disk(path)
            place.unlink(missing_ok=True)
            for path in sorted(temporary.iterdir(), key=lambda path: path.name == last):
                if path.is_dir():  # a folder takes the place of an empty one only
                    remove(directory / path.name)
                path.replace(directory / path.name)
    finally:
        remove(temporary)
        _remove_empty(made)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove empty folders, innermost first; stop at the first that holds something."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def hidden(path: Path, what: str = "new") -> Path:
    """Return the hidden path under which this process writes a file or a directory.

    Parameters
    ----------
    path : Path, final path.
    what : str, word that distinguishes several hidden paths of one place.
    """
    return path.with_name(f".{path.name}.{what}.{os.getpid()}.tmp")


def intended(path: Path) -> Path:
    """Return the path that a file will have once it is moved: ``.a.new.7.tmp/b`` becomes ``a/b``.

    The directory that `replacing_files` yields, ``.a.files.7.tmp``, is not part of the path of its files.

    Parameters
    ----------
    path : path under which the file is written.
    """
    return Path(*(HIDDEN.sub(r"\1", part) for part in path.parts if not HIDDEN_FILES.fullmatch(part)))


def sweep(path: Path) -> None:
    """Remove hidden files and directories that killed processes have left at a path.

    Parameters
    ----------
    path : Path, final path.
    """
    if not path.parent.is_dir():
        return
    prefix = f".{path.name}."
    for found in path.parent.iterdir():
        if found.name.startswith(prefix) and found.suffix == ".tmp" and not _alive(found.stem.rpartition(".")[2]):
            remove(found)


def _alive(pid: str) -> bool:
    """Return whether another process of this machine has this number."""
    if not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _ended(pid)


def _ended(pid: str) -> bool:
    """Return whether a process has ended, and only its parent has not asked how: it writes nothing any more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):  # no such system, or it is gone
        return False
    return state in ("Z", "X")


def remove(path: Path) -> None:
    """Remove a file or a directory, if it exists.

    Parameters
    ----------
    path : Path, file or directory.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def in_words(path: Path, temporary: Path, *, needed: int = 0) -> Iterator[None]:
    """Turn the error of a file that cannot be written into ours, which names the file.

    Parameters
    ----------
    path : Path, file to name.
    temporary : Path, hidden path under which it is written.
    needed : int, size of the file, in bytes; 0 where it is not known.
    """
    try:
        yield
    except SemispectralError:
        raise
    except Exception as error:  # each library has its own
        if isinstance(error, OSError) and error.errno in FORBIDDEN and _is_of(path, error):
            raise NotWritableError(
                f"{intended(path)}: cannot be written ({error.strerror}); make its folder writable for you, or put the "
                "results elsewhere (pathvars: {results: ...} in the configuration)"
            ) from error
        free = _free(path)
        if not (_says_full(error) or free < NEXT_TO_NOTHING):
            raise
        raise NoSpaceError(
            f"{intended(path)}: {_needed(needed, _size(temporary))} to write it, and {_words(free)} are free on its "
            "disk (or in your quota); make room and run again: nothing is left of this file, and what was finished "
            "before stays"
        ) from error


def _is_of(path: Path, error: OSError) -> bool:
    """Return whether an error is about a file, its hidden path, or a folder that it lies in."""
    named = intended(Path(str(error.filename))) if error.filename else Path()
    return named == intended(path) or named in intended(path).parents or intended(path) in named.parents


def _says_full(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if (isinstance(seen, OSError) and seen.errno in FULL) or any(words in str(seen) for words in SAID_FULL):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _needed(known: int, written: int) -> str:
    """Return the space that a file needs, in words: the known size, or more than the part that was written."""
    if known or written:
        return f"{'up to' if known else 'more than'} {_words(known or written)} are needed"
    return "more space is needed"


def _free(path: Path) -> int:
    """Return the free space, in bytes, on the disk of a file that may not exist yet."""
    there = next((parent for parent in path.absolute().parents if parent.is_dir()), Path("/"))
    return shutil.disk_usage(there).free


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0


def _words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size} bytes"
