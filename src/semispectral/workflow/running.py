"""Tell whether a run is alive in a folder: Snakemake and every stage hold a lock while they live.

The lock ends with its process, however that ends, so nothing is left to remove. Many processes may hold it together;
only ``semispectral resume``, and ``python -m semispectral.workflow.running``, which ``make resume`` runs first, ask for
it alone, and then remove Snakemake's own lock.
"""

import fcntl
import logging
import shutil
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from semispectral.errors import SemispectralError
from semispectral.storage.run_again import resume_command

log = logging.getLogger(__name__)

LOCK = Path(".snakemake/semispectral.lock")
SNAKEMAKES_LOCKS = Path(".snakemake/locks")  # files, which stay behind when Snakemake is killed
SCRIPTS = Path(".snakemake/scripts")  # Snakemake's copies of the adapters; those of killed jobs stay behind
PROCESSES, LISTED = Path("/proc"), Path("/proc/locks")
WARM = "semispectral.workflow.warm_process"  # its forks have its command, and the names of their jobs
SHOWN = 100  # characters of a command
_held: list[ExitStack] = []  # an open file each


class RunningError(SemispectralError, RuntimeError):
    """Error for a run that starts in a folder where another one is alive."""


def hold(folder: Path = Path()) -> None:
    """Hold the lock together with others until this process ends; do nothing on a disk without locks.

    Parameters
    ----------
    folder : Path, folder of the run.
    """
    try:
        (folder / LOCK).parent.mkdir(exist_ok=True)
        with ExitStack() as stack:
            file = stack.enter_context((folder / LOCK).open("a+", encoding="utf-8"))
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            _held.append(stack.pop_all())
    except OSError as error:
        log.debug("%s: no lock can be held (%s)", folder / LOCK, error)


def require_none(folder: Path = Path()) -> None:
    """Check that no process of a run is alive in a folder, and remove scripts that killed jobs have left.

    Parameters
    ----------
    folder : Path, folder of the run.

    Raises
    ------
    RunningError : a process is alive; the message names it where this machine can.
    """
    if found := starting(folder):
        raise _still_at_work(folder, found)
    if not (folder / LOCK).is_file():
        return
    with (folder / LOCK).open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _still_at_work(folder, holders(folder / LOCK)) from error
        except OSError:
            return  # a disk without locks: nobody can tell
        shutil.rmtree(folder / SCRIPTS, ignore_errors=True)


def unlock(folder: Path = Path()) -> None:
    """Remove the lock that a killed Snakemake has left in a folder.

    Parameters
    ----------
    folder : Path, folder of the run.

    Raises
    ------
    RunningError : a process of a run is alive.
    """
    require_none(folder)
    shutil.rmtree(folder / SNAKEMAKES_LOCKS, ignore_errors=True)


def _still_at_work(folder: Path, pids: list[int]) -> RunningError:
    named = "; ".join(f"process {pid}: {' '.join(_command(pid))[-SHOWN:]}" for pid in pids)
    found = f" ({named})" if named else ""
    return RunningError(
        f"{folder.absolute()}: a run, or a stage that a killed run has left, is still at work here{found}; wait until "
        f"it has ended, or stop it (kill NUMBER), and then go on with {resume_command()}: what is finished stays"
    )


def starting(folder: Path) -> list[int]:
    """Return the processes that Snakemake has started in a folder of this machine, by their commands, on Linux.

    A job needs about a second until it holds the lock.

    Parameters
    ----------
    folder : Path, folder of the run.

    Returns
    -------
    list of process numbers.
    """
    here, found = str(folder.absolute()), []
    for entry in PROCESSES.glob("[0-9]*"):
        pid = int(entry.name)
        with suppress(OSError):
            if str((entry / "cwd").readlink()) == here and any(map(_is_snakemake, _command(pid))):
                found.append(pid)
    return sorted(found)


def _is_snakemake(argument: str) -> bool:
    return Path(argument).name == "snakemake" or str(SCRIPTS) in argument


def holders(lock: Path) -> list[int]:
    """Return the numbers of the processes of this machine that hold a lock on a file, as Linux lists them.

    Parameters
    ----------
    lock : Path, locked file.
    """
    if not LISTED.is_file():
        return []
    inode = str(lock.stat().st_ino)
    rows = [line.split() for line in LISTED.read_text(encoding="ascii").splitlines()]
    return sorted(
        {int(row[4]) for row in rows if row[1] == "FLOCK" and row[5].rpartition(":")[2] == inode and row[4].isdecimal()}
    )


def _command(pid: int) -> list[str]:
    try:
        text = (PROCESSES / str(pid) / "cmdline").read_text(encoding="utf-8", errors="replace")
        name = (PROCESSES / str(pid) / "comm").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ["?"]
    words = text.strip("\0").split("\0")
    return [name.strip()] if WARM in words else words


def main() -> int:
    """Remove the lock of a killed Snakemake from the current folder; where a run is alive, the exit status is 1."""
    try:
        unlock()
    except RunningError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
