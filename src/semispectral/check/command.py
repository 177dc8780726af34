"""``semispectral check``: arguments. Imports for the run are made when it runs, so that other commands start fast."""

import argparse
import os
from pathlib import Path
from typing import Any

WORDS = "check a study before it runs: jobs, estimated time, configuration errors"
EPILOG = """example:
  semispectral check --config mine/study.yaml --cores 8

Exit status: 0 ready to run, 1 something is wrong, 2 wrong usage."""


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS.capitalize()}.", "epilog": EPILOG}
    parser = commands.add_parser("check", **described, formatter_class=as_written)
    text = "overlay(s) over config/config.yaml, as a run takes them by --configfile"
    parser.add_argument("--config", type=Path, nargs="+", action="extend", default=[], metavar="FILE", help=text)
    text = "folder of the workflow (default: this one, or the one that semispectral was installed from)"
    parser.add_argument("--workflow", type=Path, metavar="FOLDER", help=text)
    text = "cores that the estimate is for (default: %(default)s)"
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, metavar="N", help=text)
    parser.set_defaults(run=_run)


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.check.run import run_check

    run_check(wanted)
