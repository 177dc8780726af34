"""Snakemake, imported once and forked for every call: a dry run costs half a second then, and not the start's three.

What every call would read anew stands in memory: the modules, and what the hash of the code reads of each file, which
is kept by the content of the file, so that an edit in between counts. Of a copy of the project, its own code is hashed.
The jobs of all calls are forks of the same warm processes; programs that a test asks for are forks of one that has
imported libraries, and of the package only what says how: programs may change its modules. One that starts Snakemake is
a fork of what has imported that, and so are the processes that it starts.

Jobs do without what takes them long and few tests look at (`cheap_jobs.py`), but in a call that asks for all of it.

Run as a script, it reads calls as JSON lines ``{"folder", "command", "output", "runs_snakemake", "whole"}`` and
answers each with the status.
"""

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, Self

import cheap_jobs
from semispectral.workflow import warm
from semispectral.workflow.warm import WarmProcess, warm_process
from semispectral.workflow.warm_process import Wanted

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = "snakemake"
LIBRARIES = (
    "semispectral.models",
    "tensorflow",
    "tensorflow_probability",
    "h5py",
    "pandas",
    "pyarrow.parquet",
    "matplotlib.figure",
    "rasterio",
    "scipy.signal",
    "sklearn.ensemble",
    "sklearn.svm",
)


class Forks:
    """The other side of the script: one process, many calls of snakemake's own ``main``, and of other programs."""

    def __init__(self, scratch: Path) -> None:
        self.output = scratch / "said.txt"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        packages = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "OMP_NUM_THREADS": "1", "PATH": path, "PYTHONPATH": packages},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(
        self,
        folder: Path,
        *arguments: str,
        program: str = SNAKEMAKE,
        runs_snakemake: bool = False,
        whole: bool = False,
    ) -> tuple[int, str]:
        """Exit status and all output of one call in a folder; a program is a file in Python.

        A whole call compiles what it trains and draws its figures.
        """
        request = {
            "folder": str(folder),
            "command": [program, *arguments],
            "output": str(self.output),
            "runs_snakemake": runs_snakemake or program == SNAKEMAKE,
            "whole": whole,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return int(answer["status"]), self.output.read_text(encoding="utf-8")

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def import_snakemake() -> None:
    """Import what Snakemake and the rules import."""
    for module in ("cli", "dag", "scheduling", "storage", "workflow"):
        import_module(f"snakemake.{module}")
    for module in ("pandas", "smart_open"):  # which it imports while it reads the rules
        import_module(module)
    sys.modules["snakemake.cli"].get_argument_parser()  # imports the plugins
    for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]:
        lines = path.read_text(encoding="utf-8")
        for module in re.findall(r"^from (semispectral[\w.]+) import", lines, flags=re.MULTILINE):
            import_module(module)


def hash_code_of(project: Path) -> None:
    """Hash the code of a copy of the project, or of the project for a folder without code, from now on.

    What is read for it stays in memory.
    """
    from semispectral.workflow.rerun import PACKAGE, Code

    copied = project / "src" / PACKAGE
    root = copied if copied.is_dir() else ROOT / "src" / PACKAGE
    defaults = Code.__init__.__kwdefaults__
    assert defaults is not None
    defaults["root"] = root
    code = Code()
    for script in (root.parents[1] / "workflow/scripts").glob("*.py"):
        code.hash_of(script)


def start_warm_processes() -> None:
    """Start the processes whose forks are the jobs; the calls, which are forks of this one, share them."""
    before, there = warm.WARM, os.environ["PYTHONPATH"]
    warm.WARM, os.environ["PYTHONPATH"] = cheap_jobs.__name__, f"{Path(__file__).parent}{os.pathsep}{there}"
    for with_tensorflow in (False, True):
        warm_process(with_tensorflow=with_tensorflow)
    warm.WARM, os.environ["PYTHONPATH"] = before, there


def serve() -> None:
    """Answer calls until stdin ends."""
    ready = False
    programs = None
    for line in sys.stdin:
        request = json.loads(line)
        snakemake = request["runs_snakemake"]
        if snakemake and not ready:
            import_snakemake()
            start_warm_processes()
            ready = True
        if snakemake:
            hash_code_of(Path(request["folder"]))
        elif programs is None:
            programs = WarmProcess()
        child = os.fork()
        if not child:
            _call(request, programs)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps({"status": status}) + "\n")
        sys.stdout.flush()


def _call(request: dict[str, Any], programs: WarmProcess | None) -> None:
    """In the child: run snakemake, or a program, with its output in a file, and leave."""
    os.chdir(request["folder"])
    with Path(request["output"]).open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if not request["whole"]:
        os.environ[cheap_jobs.CHEAP] = "yes"
    sys.argv = request["command"]
    if sys.argv[0] == SNAKEMAKE:
        _leave(_snakemake)
    _leave(_of_snakemake if request["runs_snakemake"] else partial(_program, programs))


def _leave(run: Callable[[], int]) -> NoReturn:
    """Run something in this child, and end it with the status that Python would end with."""
    status = 1
    try:
        status = run()
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _snakemake() -> int:
    from snakemake.cli import main

    main()
    return 0


def _of_snakemake() -> int:
    """Run a program here, where Snakemake is imported; every Python that it starts is a fork of this process."""
    started = subprocess.Popen

    def start(command: Sequence[str], **given: Any) -> Any:
        return ForkedPython(command, **given) if command[0] == sys.executable else started(command, **given)

    os.register_at_fork(after_in_child=lambda: setattr(subprocess, "Popen", started))
    subprocess.Popen = start  # type: ignore[assignment, misc]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
    return 0


class ForkedPython:
    """What programs use of `subprocess.Popen`, by a fork, for a Python that runs code, a module or a script."""

    def __init__(self, command: Sequence[str], *, cwd: Path, stdout: int | None = None, **_: object) -> None:
        self.args, self.stdout, self.stderr = command, None, None
        self.returncode: int | None = None
        out, into = os.pipe() if stdout == subprocess.PIPE else (None, None)
        self.pid = os.fork()
        if not self.pid:
            _leave(partial(_python, command[1:], cwd, into))
        if out is not None and into is not None:
            os.close(into)
            self.stdout = os.fdopen(out)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stdout:
            self.stdout.close()

    def communicate(self, *_: object, **__: object) -> tuple[str | None, None]:
        """Wait for its end."""
        said = self.stdout.read() if self.stdout else None
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return said, None

    def poll(self) -> int | None:
        """Its exit status, once it was waited for."""
        return self.returncode


def _python(command: Sequence[str], folder: Path, into: int | None = None) -> int:
    """In the child: do what Python would do with these arguments; another Python takes its place here."""
    execv: Any = lambda _, given: _leave(partial(_python, given[1:], Path.cwd()))  # noqa: E731
    os.execv = execv
    os.chdir(folder)
    if into is not None:
        os.dup2(into, 1)
        os.dup2(into, 2)
    option, *arguments = command
    sys.argv = [option, *arguments[1:]] if option in ("-m", "-c") else list(command)
    if option == "-m":
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    elif option == "-c":
        exec(arguments[0], {"__name__": "__main__"})  # noqa: S102 - as Python does
    else:
        runpy.run_path(option, run_name="__main__")
    return 0


def _program(programs: WarmProcess | None) -> int:
    """Run a program in a fork of what has imported libraries."""
    assert programs is not None
    wanted = Wanted(sys.argv, str(Path.cwd()), dict(os.environ), 1, list(LIBRARIES), Path(sys.argv[0]).stem)
    ended = programs.start(wanted).wait()
    assert ended is not None
    return ended.status


if __name__ == "__main__":
    serve()
