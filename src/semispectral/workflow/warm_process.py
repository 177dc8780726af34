"""Run jobs as forks of a process that has imported what they import; each begins as a fresh process would.

`semispectral.workflow.warm` starts this process and holds the other end of its socket; it ends when nobody does any
more. It imports modules and runs no stage, so that no job sees anything of another. For each job it forks a keeper,
which forks the job, waits for it and says how it ended. The job holds the keeper's connection, too: as long as that is
open, the job may be alive.
"""

import atexit
import builtins
import gc
import json
import os
import random
import signal
import socket
import sys
import sysconfig
import tempfile
import threading
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from semispectral.storage import provenance
from semispectral.workflow import logs
from semispectral.workflow.rerun import PACKAGE_ROOT

# What ends a run ends its jobs. The warm process and the keepers stay to say so, and end with the connection.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
THREADS, NATIVE = Path("/proc/self/task"), frozenset({"jemalloc_bg_thd"})  # of a library that knows how to fork
NAME, NAME_LENGTH = Path("/proc/self/comm"), 15  # what `top` shows
GO = b"g"
KB_PER_MB = 1 << 10
BLOCK = 512  # bytes, of the kernel's count of what was read and written

Stamps = dict[Path, tuple[int, int]]
Handlers = dict[signal.Signals, Any]


@dataclass(frozen=True)
class Wanted:
    """A script that is to run.

    Attributes
    ----------
    command : the script and its arguments; empty: what it imports is to be imported, and nothing run.
    folder : its working directory.
    environment : its environment, whole.
    threads : number of threads of libraries such as OpenBLAS.
    imports : names of the modules that it imports.
    name : what `top` is to show.
    """

    command: list[str]
    folder: str
    environment: dict[str, str]
    threads: int
    imports: list[str]
    name: str


@dataclass(frozen=True)
class Ended:
    """How a job ended.

    Attributes
    ----------
    status : exit status; below 0: the signal that ended it.
    memory_mb : peak of its resident memory, with what it shares with the warm process, in MB.
    cpu_s : time of the processor, of the user and the system, in s.
    read_mb, written_mb : what was read from disks and written to them, in MB.
    """

    status: int
    memory_mb: float
    cpu_s: float
    read_mb: float
    written_mb: float


class UnfitError(RuntimeError):
    """Error for a process that must not be forked."""


def main() -> NoReturn:
    """Serve the socket whose number is the argument, until nobody holds its other end."""
    handlers: Handlers = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    gc.disable()  # what it frees before a fork leaves holes in pages that forks share
    door, before = socket.socket(fileno=int(sys.argv[1])), stamps()
    while True:
        message, handed, _, _ = socket.recv_fds(door, 1, 3)
        if not message:
            _reap(0)
            os._exit(0)
        connection, outputs = socket.socket(fileno=handed[0]), handed[1:]
        wanted = _wanted(connection, before)
        if wanted and wanted.command:
            _start(wanted, connection, outputs, door, handlers)
        connection.close()
        for output in outputs:
            os.close(output)
        _reap(os.WNOHANG)


def stamps() -> Stamps:
    """Return time stamp and size of the package's modules, and of the folders into which libraries are installed."""
    libraries = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    found = {path: path.stat() for path in (*PACKAGE_ROOT.rglob("*.py"), *libraries)}
    return {path: (status.st_mtime_ns, status.st_size) for path, status in found.items()}


def _wanted(connection: socket.socket, before: Stamps) -> Wanted | None:
    """Return the job that is asked for, once all is imported; None after saying why it cannot be."""
    wanted = Wanted(**json.loads(connection.makefile().readline()))
    try:
        prepare(wanted.imports, before)
    except Exception as error:  # whatever it is, a process of its own says it
        _say(connection, {"refused": f"{type(error).__name__}: {error}"})
        return None
    return wanted


def prepare(imports: list[str], before: Stamps) -> None:
    """Import modules for the forks to come.

    Parameters
    ----------
    imports : names of modules.
    before : stamps of the files when the process began.

    Raises
    ------
    UnfitError : a file has been changed since, or a thread runs, which a fork would lack.
    ImportError : a module cannot be imported.
    """
    if stamps() != before:
        raise UnfitError("the code has been changed while the run goes")
    with logs.set_aside(os.devnull):  # what libraries say when they are imported; an error is raised
        for name in imports:
            import_module(name)
    provenance.versions()  # kept: each result has them, and to read them takes longer than to fork
    gc.freeze()
    names = [(task / "comm").read_text(encoding="utf-8").strip() for task in THREADS.iterdir()]
    if threading.active_count() > 1 or sum(name not in NATIVE for name in names) > 1:
        raise UnfitError(f"a library has started threads when it was imported ({', '.join(sorted(names))})")


def _start(
    wanted: Wanted, connection: socket.socket, outputs: list[int], door: socket.socket, handlers: Handlers
) -> None:
    """Fork the keeper of a job, which closes the door: that it is open says that this process lives."""
    if not _fork():
        door.close()
        _keep(wanted, connection, outputs, handlers)


def _keep(wanted: Wanted, connection: socket.socket, outputs: list[int], handlers: Handlers) -> NoReturn:
    """Fork the job, say its process number, wait for it, and say how it ended."""
    child = _fork()
    if not child:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        NAME.write_text(wanted.name[:NAME_LENGTH], encoding="utf-8")
        if connection.recv(1) != GO:  # who asked watches the process by now, or is gone
            os._exit(0)
        _become(wanted, outputs)
        end(run_script(wanted.command))
    _say(connection, {"pid": child})
    _, status, used = os.wait4(child, 0)
    cpu_s = used.ru_utime + used.ru_stime
    moved = (blocks * BLOCK / KB_PER_MB / KB_PER_MB for blocks in (used.ru_inblock, used.ru_oublock))
    ended = Ended(os.waitstatus_to_exitcode(status), used.ru_maxrss / KB_PER_MB, cpu_s, *moved)
    _say(connection, asdict(ended))
    os._exit(0)


def _fork() -> int:
    """Fork; Python's own warning counts the threads that `prepare` lets be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _say(connection: socket.socket, words: dict[str, Any]) -> None:
    with suppress(OSError):  # who asked is gone
        connection.sendall(f"{json.dumps(words)}\n".encode())


def _reap(options: int) -> None:
    """Take leave of the keepers that have ended; without ``WNOHANG``, wait for all of them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _become(wanted: Wanted, outputs: list[int]) -> None:
    """Give this process what a fresh one has: folder, environment, output, threads, seeds of its own."""
    os.chdir(wanted.folder)
    os.environ.clear()
    os.environ.update(wanted.environment)
    for descriptor, output in enumerate(outputs, start=1):
        os.dup2(output, descriptor)
    tempfile.tempdir = None
    if wanted.threads > 1:  # what is imported from here on reads the environment
        cores = min(wanted.threads, len(os.sched_getaffinity(0)))
        threadpool_limits({"blas": cores, "openmp": wanted.threads})
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    gc.enable()


def run_script(command: list[str]) -> int:
    """Run a script as Python does, and return its exit status, or that of an uncaught error.

    Parameters
    ----------
    command : the script and its arguments.

    Returns
    -------
    int, exit status; below 0: the signal that Python would end by.
    """
    path = Path(command[0]).absolute()
    main_module = ModuleType("__main__")
    main_module.__dict__.update(__file__=str(path), __builtins__=builtins)
    sys.argv, sys.modules["__main__"] = command, main_module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        exec(compile(path.read_bytes(), path, "exec"), main_module.__dict__)  # noqa: S102 - it is ours
    except SystemExit as error:
        return _status_of(error)
    except BaseException as error:
        trace = error.__traceback__.tb_next if error.__traceback__ else None  # without the line above
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _status_of(error: SystemExit) -> int:
    """Return the exit status, and print what is no number, as Python does."""
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    sys.stderr.write(f"{error.code}\n")
    return 1


def end(status: int) -> NoReturn:
    """End this process as Python ends: threads, what wants to be done at the end, the script's own objects, files.

    Modules are not taken apart: that would copy what the fork shares.

    Parameters
    ----------
    status : int, exit status; below 0: the signal to end by.
    """
    with suppress(Exception):
        threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.modules["__main__"].__dict__.clear()
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main()
