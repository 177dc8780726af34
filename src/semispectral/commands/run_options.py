"""``semispectral run``: run the workflow in the folder of a study; all options are Snakemake's."""

import argparse
from collections.abc import Sequence
from typing import Any

WORDS = "run the workflow in this folder; targets and options are Snakemake's"
EPILOG = """examples:
  semispectral run                                   all: maps, logs, report
  semispectral run explore                           groups of alike pixels, without labels
  semispectral run --cores 8 --resources gpu=1 -n    what would run
  semispectral run --profile slurm                   on a cluster

Whatever follows `run` goes to Snakemake (snakemake --help), with the Snakefile and, unless another is named, the
profile of this package; without --cores, all cores. The configuration is config/config.yaml.

Exit status: that of Snakemake; 1 what was given cannot be used."""
COMMAND = "run"
HELP = {"-h", "--help"}


def add(commands: Any) -> None:
    """Add the command to the command line, for its help; `passed_on` parses it.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS[0].upper()}{WORDS[1:]}.", "epilog": EPILOG}
    commands.add_parser(
        COMMAND, **described, formatter_class=as_written, usage="semispectral run [TARGET ...] [OPTIONS]"
    )


def passed_on(arguments: Sequence[str]) -> argparse.Namespace | None:
    """Return the command with all that is Snakemake's; None if the arguments are of another command, or ask for help.

    Parameters
    ----------
    arguments : arguments of the command line.
    """
    if list(arguments[:1]) != [COMMAND] or HELP & set(arguments):
        return None
    return argparse.Namespace(run=_run, arguments=list(arguments[1:]))


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.commands.run_workflow import run_workflow

    run_workflow(wanted.arguments)
