"""Snakemake, imported once and forked for every call: a dry run costs half a second then, and not the start's three.

What every call would read anew stands in memory: the modules, and what the hash of the code reads of each file, which
is kept by the content of the file, so that an edit in between counts.

Run as a script, it reads calls as JSON lines ``{"folder", "arguments", "output"}`` and answers each with the status.
"""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


class Forks:
    """The other side of the script: one process, many calls of snakemake's own ``main``."""

    def __init__(self, scratch: Path, environment: dict[str, str]) -> None:
        self.output = scratch / "said.txt"
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, folder: Path, *arguments: str) -> tuple[int, str]:
        """Exit status and all output of one call in a folder."""
        request = {"folder": str(folder), "arguments": arguments, "output": str(self.output)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return int(answer["status"]), self.output.read_text(encoding="utf-8")

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def warm() -> None:
    """Import what Snakemake and the rules import, and read the code that the stages use."""
    import pandas as pd  # noqa: F401
    from snakemake import dag, scheduling, workflow  # noqa: F401
    from snakemake.cli import get_argument_parser

    from semispectral.workflow.rerun import PACKAGE_ROOT, code_hash

    get_argument_parser()  # imports the plugins
    project = PACKAGE_ROOT.parents[1]
    for path in [project / "Snakefile", *(project / "rules").glob("*.smk")]:
        lines = path.read_text(encoding="utf-8")
        for module in re.findall(r"^from (semispectral[\w.]+) import", lines, flags=re.MULTILINE):
            import_module(module)
    for script in (project / "workflow/scripts").glob("*.py"):
        code_hash(script)


def serve() -> None:
    """Answer calls until stdin ends."""
    from snakemake.cli import main

    warm()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            _call(main, request)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps({"status": status}) + "\n")
        sys.stdout.flush()


def _call(main: Any, request: dict[str, Any]) -> None:
    """In the child: run snakemake with its output in a file, and leave."""
    os.chdir(request["folder"])
    with Path(request["output"]).open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["snakemake", *request["arguments"]]
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
