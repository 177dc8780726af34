"""Scripts as forks of a process that has imported what they import: no start-up for each of them.

A script does what it does in a process of its own: it has its own folder, environment, arguments and output, and
Snakemake measures a job as it measures any. `make demo`, a step of CI, and the tests that kill a run start jobs as
users do.
"""

import atexit
import builtins
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from semispectral.storage import provenance
from semispectral.workflow import logs

STAGES, LIBRARIES = "stages", "libraries"  # the two processes: by what they have imported
TRAINING = "semispectral.training"  # a script that names it needs TensorFlow
LONGEST = 1 << 20  # bytes of a request


def import_stages() -> None:
    """Import what the scripts of the workflow import that train nothing."""
    for path in sorted((Path(__file__).parents[1] / "workflow/scripts").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if TRAINING not in text:
            for module in re.findall(r"^ *from (semispectral[\w.]+) import", text, flags=re.MULTILINE):
                import_module(module)


def import_libraries() -> None:
    """Import TensorFlow and others, and of the package only what says how: programs may change its modules."""
    for module in ("semispectral.models", "tensorflow", "tensorflow_probability", "h5py", "pandas", "pyarrow.parquet"):
        import_module(module)
    for module in ("matplotlib.figure", "rasterio", "scipy.signal", "sklearn.ensemble", "sklearn.svm"):
        import_module(module)


PREPARE: dict[str, Callable[[], None]] = {STAGES: import_stages, LIBRARIES: import_libraries}


def listen(scratch: Path) -> None:
    """Start the two processes, which prepare when the first script comes, and end when this one has ended."""
    alive = os.pipe()
    for kind in PREPARE:
        door = socket.socket(socket.AF_UNIX)
        door.bind(str(scratch / kind))
        door.listen(64)
        if not os.fork():
            os.close(alive[1])
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _serve(door, PREPARE[kind], alive[0])
        door.close()


def _serve(door: socket.socket, prepare: Callable[[], None], alive: int) -> NoReturn:
    prepared = False
    while door in select.select([door, alive], [], [])[0]:
        connection, _ = door.accept()
        if not prepared:
            with logs.set_aside(os.devnull):
                prepare()
            prepared = True
        if not os.fork():
            door.close()
            _answer(connection)
        connection.close()
        _reap()
    os._exit(0)


def _reap() -> None:
    """Take leave of the forks that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _answer(connection: socket.socket) -> NoReturn:
    """In a fork: run one script in a fork of its own; say its process number, and then how it ended."""
    text, outputs, _, _ = socket.recv_fds(connection, LONGEST, 2)
    request = json.loads(text)
    child = os.fork()
    if not child:
        connection.close()
        _run(request, outputs)
    connection.sendall(f"{child}\n".encode())
    with suppress(OSError):
        connection.recv(1)  # who asked looks at the process by now; until then its number must not be free
    connection.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())
    os._exit(0)


def _run(request: dict[str, Any], outputs: list[int]) -> NoReturn:
    """Run a script as Python would, and leave; of what is done at the end of a process, only what the script wants."""
    atexit._clear()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for descriptor, output in enumerate(outputs, start=1):
        os.dup2(output, descriptor)
    sys.argv = request["command"]
    if (Path.cwd() / "src/semispectral").is_dir():
        provenance.ROOT = Path.cwd()  # a copy of the project has no commit
    script, status = Path(sys.argv[0]), 0
    sys.path.insert(0, str(script.parent))
    names = sys.modules["__main__"].__dict__
    names.clear()
    names |= {"__name__": "__main__", "__file__": str(script), "__builtins__": builtins}
    try:
        exec(compile(script.read_bytes(), str(script), "exec"), names)  # noqa: S102 - it is ours
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


class Asked:
    """A script that a process of ``listen`` runs.

    Attributes
    ----------
    pid : its process number.
    """

    def __init__(self, address: Path, command: list[str], environment: dict[str, str]) -> None:
        self.command = command
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(str(address))
        request = {"command": command, "folder": str(Path.cwd()), "environment": environment}
        socket.send_fds(self.connection, [json.dumps(request).encode()], [1, 2])
        self.answers = self.connection.makefile()
        self.pid = int(self.answers.readline())

    def wait(self) -> None:
        """Wait until it has ended; an error as of `subprocess` if not well."""
        self.connection.sendall(b"w")
        status = int(self.answers.readline() or -signal.SIGKILL)
        self.connection.close()
        if status:
            raise subprocess.CalledProcessError(status, [sys.executable, *self.command])


def send_jobs(scratch: Path) -> None:
    """Let the Snakemake of this process have its scripts run by the processes that listen."""
    from snakemake.benchmark import benchmarked
    from snakemake.script import PythonScript

    def execute(self: Any, script: str, edit: bool = False) -> None:
        kind = LIBRARIES if TRAINING in Path(script).read_text(encoding="utf-8") else STAGES
        job = Asked(scratch / kind, [script], {**os.environ, "OMP_NUM_THREADS": str(self.threads)})
        with benchmarked(job.pid, self.bench_record):
            job.wait()

    PythonScript.execute_script = execute
