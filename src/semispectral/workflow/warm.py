"""Start the jobs of a run on this machine as forks of a warm process: no start of Python and imports for each of them.

There are two warm processes, for jobs with TensorFlow and without; each begins with the first job that needs it.
Snakemake runs and measures the jobs as it does any. Where a job cannot be started so, Snakemake starts it as a process
of its own, as everywhere else.
"""

import atexit
import inspect
import json
import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import psutil  # type: ignore[import-untyped]

from semispectral.errors import SemispectralError
from semispectral.workflow.rerun import PACKAGE
from semispectral.workflow.resources import has_gpu
from semispectral.workflow.running import WARM
from semispectral.workflow.warm_process import GO, Ended, Wanted

SWITCH, OFF = "SEMISPECTRAL_WARM", "off"
PERCENT, BYTES_PER_MB = 100, 1 << 20
LOOK_EVERY_S = 2.0  # each look takes some milliseconds of the processor
ANSWER_S = 600.0  # a first import from a slow disk takes minutes
# Snakemake's shell sets these for every job, and the folders for temporary files where a rule names one.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
TEMPORARY_VARIABLES = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
# What Snakemake puts in front of a script imports, and what a job imports late: to know its files, and to read a table.
IN_FRONT = ("snakemake.logging", "snakemake.iocontainers", "snakemake.io")
LATE = ("pandas.core.arrays.arrow.extension_types", "pyarrow.dataset")

Execute = Callable[..., None]
_processes: dict[bool, "WarmProcess"] = {}
_lock = Lock()


class ColdError(SemispectralError, RuntimeError):
    """Error for a job that no warm process can start, for a reason in words."""


class WarmProcess:
    """A process that imports and forks; it ends when this object and all processes that share it have ended."""

    def __init__(self) -> None:
        self.door, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-P", "-m", WARM, str(far.fileno())],
                pass_fds=[far.fileno()],
                env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),
            )

    def start(self, wanted: Wanted) -> "WarmJob":
        """Start a job, which waits for `WarmJob.wait`.

        Parameters
        ----------
        wanted : Wanted, the job.

        Raises
        ------
        ColdError : the process has ended, does not answer, or refuses.
        """
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWER_S)
        try:
            with theirs:
                socket.send_fds(self.door, [GO], [theirs.fileno(), 1, 2])
            ours.sendall(f"{json.dumps(vars(wanted))}\n".encode())
            answers = ours.makefile()
            answer = json.loads(answers.readline() or "{}")
        except OSError as error:
            ours.close()
            raise ColdError(f"the warm process does not answer ({error})") from error
        if "pid" not in answer:
            ours.close()
            raise ColdError(answer.get("refused", "the warm process has ended"))
        ours.settimeout(None)
        return WarmJob(int(answer["pid"]), ours, answers)

    def import_ahead(self, imports: list[str]) -> None:
        """Let it import what jobs will ask for; nobody waits, and what is in the way is said to the first job.

        Parameters
        ----------
        imports : list of str, names of modules.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs, suppress(OSError):
            socket.send_fds(self.door, [GO], [theirs.fileno(), 1, 2])
            ours.sendall(f"{json.dumps(vars(Wanted([], '', {}, 1, imports, '')))}\n".encode())

    def close(self) -> None:
        """Let it end, and wait for that."""
        self.door.close()
        self.process.wait()


class WarmJob:
    """A job that a warm process has forked.

    Attributes
    ----------
    pid : int, its process number.
    """

    def __init__(self, pid: int, connection: socket.socket, answers: Any) -> None:
        self.pid, self._connection, self._answers = pid, connection, answers

    def close(self) -> None:
        """Leave it; it does not begin."""
        self._answers.close()
        self._connection.close()

    def wait(self, look: Callable[[], object] = lambda: None) -> Ended | None:
        """Let it begin, and wait for its end.

        Parameters
        ----------
        look : function, called every `LOOK_EVERY_S` until then.

        Returns
        -------
        Ended, how it ended; None where nobody knows, because the process that waited for it has been killed.
        """
        with self._connection, self._answers, suppress(OSError):
            self._connection.sendall(GO)
            while not select.select([self._connection], [], [], LOOK_EVERY_S)[0]:
                look()
            answer = self._answers.readline()
            return Ended(**json.loads(answer)) if answer else None
        return None


def warm_process(*, with_tensorflow: bool) -> WarmProcess:
    """Return the warm process of this process; it is started when it is first asked for.

    Parameters
    ----------
    with_tensorflow : bool, whether for jobs that import TensorFlow.
    """
    with _lock:
        if with_tensorflow not in _processes:
            _processes[with_tensorflow] = WarmProcess()
            atexit.register(_processes[with_tensorflow].close)
        return _processes[with_tensorflow]


class WarmStart:
    """What starts the jobs of one run.

    Parameters
    ----------
    scripts : Path, folder of the adapters; scripts that lie elsewhere are started by Snakemake.
    is_local : function, whether the run's jobs run on this machine.
    fresh : function, Snakemake's own way to run a script.
    """

    def __init__(self, scripts: Path, is_local: Callable[[], bool], fresh: Execute) -> None:
        self.scripts, self.is_local, self.fresh = scripts, is_local, fresh
        self.said: set[str] = set()
        self.cold = False

    def run(self, script: Any, path: str) -> None:
        """Run the script of a job.

        Parameters
        ----------
        script : Snakemake's object of the script.
        path : str, its copy with what Snakemake puts in front.
        """
        if not self.takes(script):
            self.fresh(script, path)
            return
        try:
            job = warm_process(with_tensorflow=trains(script.source)).start(wanted_of(script, path))
        except (ColdError, OSError) as error:
            self.cold = True
            self._say(f"jobs start as processes of their own from here on: {error}")
            self.fresh(script, path)
            return
        watch(job, script.bench_record, path)

    def takes(self, script: Any) -> bool:
        """Return whether a job may start warm.

        Parameters
        ----------
        script : Snakemake's object of the script.
        """
        if self.cold or not script.is_local or Path(script.local_path).resolve().parent != self.scripts:
            return False
        if script.container_img or script.conda_env or script.env_modules:
            self._say("jobs with an environment or an image of their own start as processes of their own")
            return False
        return self.is_local() and not (trains(script.source) and has_gpu())

    def _say(self, words: str) -> None:
        """Say something once."""
        if words not in self.said:
            self.said.add(words)
            _warn(words)


def starts_warm() -> bool:
    """Return whether jobs on this machine may start as forks of warm processes: on Linux, unless it is turned off."""
    return os.environ.get(SWITCH) != OFF and sys.platform.startswith("linux")


def start_jobs(workflow: Any, *, scripts: str) -> None:
    """Let the jobs of this Snakemake start as forks of warm processes, where that can be.

    It cannot be on another system than Linux, with another Snakemake than this one is written for, on a cluster, in a
    container or in another environment; and the variable ``SEMISPECTRAL_WARM=off`` turns it off. No process starts
    before the first job.

    Trainings start fresh where there is a GPU, which no process may have opened before it forks.

    Parameters
    ----------
    workflow : Snakemake's workflow.
    scripts : str, folder of the adapters.
    """
    if not starts_warm():
        return
    from snakemake.script import PythonScript

    fresh = PythonScript.execute_script
    if list(inspect.signature(fresh).parameters) != ["self", "fname", "edit"]:
        _warn("jobs start as processes of their own: this Snakemake starts scripts in another way")
        return
    start = WarmStart(Path(scripts).resolve(), lambda: not workflow.non_local_exec, fresh)

    def execute_script(self: Any, fname: str, edit: bool = False) -> None:
        start.run(self, fname)

    PythonScript.execute_script = execute_script


def import_ahead(workflow: Any, *, scripts: str) -> None:
    """Let what the trainings of a run import be imported while the jobs before them run: it takes seconds.

    Parameters
    ----------
    workflow : Snakemake's workflow, which knows the jobs that are to run.
    scripts : str, folder of the adapters.
    """
    elsewhere = workflow.non_local_exec or workflow.deployment_settings.deployment_method
    if not starts_warm() or elsewhere or has_gpu():
        return
    names = {Path(str(job.rule.script)).name for job in workflow.dag.needrun_jobs()}
    adapters = [path for path in sorted(Path(scripts).glob("*.py")) if path.name in names]
    training = [text for text in (path.read_text(encoding="utf-8") for path in adapters) if trains(text)]
    if training:
        imports = [*IN_FRONT, *LATE, *(name for text in training for name in imports_of(text))]
        warm_process(with_tensorflow=True).import_ahead(imports)


def _warn(words: str) -> None:
    from snakemake.logging import logger

    logger.warning(words)


def wanted_of(script: Any, path: str) -> Wanted:
    """Return what a warm process has to know of a job, with the environment that Snakemake gives a fresh process.

    Parameters
    ----------
    script : Snakemake's object of the script.
    path : str, its copy with what Snakemake puts in front.
    """
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(script.threads))
    if folder := script.resources.get("tmpdir"):
        environment |= dict.fromkeys(TEMPORARY_VARIABLES, str(folder))
    imports = [*IN_FRONT, *LATE, *imports_of(script.source)]
    return Wanted([path], str(Path.cwd()), environment, script.threads, imports, Path(script.local_path).stem)


def imports_of(source: str) -> list[str]:
    """Return the modules of the package that an adapter imports.

    Its lines are looked at: Python 3.11 cannot parse in several threads at once.

    Parameters
    ----------
    source : str, text of the adapter.
    """
    return re.findall(rf"^ *from ({PACKAGE}[\w.]+) import", source, flags=re.MULTILINE)


def trains(source: str) -> bool:
    """Return whether an adapter imports TensorFlow: it sets aside what that says.

    Parameters
    ----------
    source : str, text of the adapter.
    """
    return "logs.set_aside" in source


def watch(job: WarmJob, record: Any, path: str) -> None:
    """Wait for a job, measured as Snakemake measures any.

    The figures are the kernel's own, of the whole job; only the memory of processes that it has started beside itself
    is looked at now and then. Snakemake would look every half second at all pages of the job and at all processes of
    the machine, which takes 20 to 40 ms.

    Parameters
    ----------
    job : WarmJob, the job.
    record : Snakemake's record of its resources; None: it is not measured.
    path : str, its script.

    Raises
    ------
    CalledProcessError : the job has failed.
    ColdError : nobody knows how it ended.
    """
    began, seen = time.monotonic(), [0.0]
    ended = job.wait(lambda: seen.append(resident_mb(job.pid)) if record is not None else None)
    if ended is None:
        raise ColdError(f"{path}: the process that waited for this job was killed; how the job ended is not known")
    if record is not None:
        record.data_collected, record.running_time = True, time.monotonic() - began
        record.max_rss = max(*seen, ended.memory_mb)
        record.cpu_time, record.cpu_usage = ended.cpu_s, ended.cpu_s * PERCENT
        record.io_in, record.io_out = ended.read_mb, ended.written_mb
    if ended.status:
        raise subprocess.CalledProcessError(ended.status, [sys.executable, path])


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and of those that it has started, in MB; 0 if it is gone.

    Parameters
    ----------
    pid : int, its process number.
    """
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return float(
            sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / BYTES_PER_MB
        )
    return 0.0
