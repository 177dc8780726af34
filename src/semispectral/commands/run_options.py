"""``semispectral run``, ``resume`` and ``map-too``: run the workflow in this folder; all options are Snakemake's."""

import argparse
from collections.abc import Sequence
from typing import Any

WORDS = "run the workflow in this folder; targets and options are Snakemake's"
EPILOG = """examples:
  semispectral run                                   all: maps, logs, report
  semispectral run explore                           groups of alike pixels, without labels
  semispectral run --cores 8 --resources gpu=1 -n    what would run
  semispectral run --profile slurm                   on a cluster

Whatever follows `run` goes to Snakemake (its options: snakemake --help), with the Snakefile of this package and, unless
another is named, the profile of this folder, profiles/default, or of the package; without --cores, all cores. The
configuration is config/config.yaml. A run that was stopped goes on with the same command; one that was killed, with
semispectral resume.

Exit status: that of Snakemake; 1 what was given cannot be used."""
COMMAND = "run"

RESUME_WORDS = "go on with a run that was killed: remove its lock, unless it is alive, and run"
RESUME_EPILOG = """examples:
  semispectral resume
  semispectral resume explore --cores 8

For when `semispectral run` says that the directory cannot be locked: after kill -9, a crash or a power cut. What is
finished stays, and a training goes on from its last checkpoint. Where a process of a run is still alive, it is named,
and nothing is done. What follows `resume` goes to Snakemake, as with `semispectral run`.

Exit status: that of Snakemake; 1 a run is alive, or what was given cannot be used."""
RESUME_COMMAND = "resume"

MAP_WORDS = "map further scans with the trained model of this study, and add them to its logs, pages and report"
MAP_EPILOG = """examples:
  semispectral map-too more.tsv            add the rows of a table like scenes.tsv, and map them
  semispectral map-too                     map the rows of scenes.tsv that have yes in the column map_only
  semispectral map-too -n                  what would run

Nothing trains, whatever else has changed. The rows are added to the study's scenes.tsv with yes in the column map_only:
no later run trains on these scans or scores them. Take the yes out to have them learnt from.
What follows the table goes to Snakemake, as with `semispectral run`. The configuration is config/config.yaml.

Exit status: that of Snakemake; 1 what was given cannot be used."""
MAP_COMMAND = "map-too"
HELP = {"-h", "--help"}


def add(commands: Any) -> None:
    """Add the commands to the command line, for their help; `passed_on` parses them.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    _add(commands, COMMAND, WORDS, EPILOG, usage="semispectral run [TARGET ...] [OPTIONS]")
    _add(commands, RESUME_COMMAND, RESUME_WORDS, RESUME_EPILOG, usage="semispectral resume [TARGET ...] [OPTIONS]")
    _add(commands, MAP_COMMAND, MAP_WORDS, MAP_EPILOG, usage="semispectral map-too [TABLE] [OPTIONS]")


def _add(commands: Any, name: str, words: str, epilog: str, *, usage: str) -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": words, "description": f"{words[0].upper()}{words[1:]}.", "epilog": epilog}
    commands.add_parser(name, **described, formatter_class=as_written, usage=usage)


def passed_on(arguments: Sequence[str]) -> argparse.Namespace | None:
    """Return the command with all that is Snakemake's; None if the arguments are of another command, or ask for help.

    Parameters
    ----------
    arguments : arguments of the command line.
    """
    command, given = "".join(arguments[:1]), list(arguments[1:])
    if command not in (COMMAND, RESUME_COMMAND, MAP_COMMAND) or HELP & set(arguments):
        return None
    if command != MAP_COMMAND:
        return argparse.Namespace(run=_run if command == COMMAND else _resume, arguments=given)
    table = given.pop(0) if given and not given[0].startswith("-") else ""
    return argparse.Namespace(run=_map_too, table=table, arguments=given)


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.commands.run_workflow import run_workflow

    run_workflow(wanted.arguments)


def _resume(wanted: argparse.Namespace) -> None:
    from semispectral.commands.run_workflow import resume

    resume(wanted.arguments)


def _map_too(wanted: argparse.Namespace) -> None:
    from semispectral.commands.run_workflow import map_too

    map_too(wanted.table, wanted.arguments)
