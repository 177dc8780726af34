"""``semispectral map-too``: add maps, logs and pages of further scans to a finished study, without training."""

import argparse
from collections.abc import Sequence
from typing import Any

WORDS = "map further scans with the trained model of this study, and add them to its logs, pages and report"
EPILOG = """examples:
  semispectral map-too more.tsv            add the rows of a table like scenes.tsv, and map them
  semispectral map-too                     map the rows of scenes.tsv that have yes in the column map_only
  semispectral map-too -n                  what would run

Nothing trains, whatever else has changed. The rows are added to the study's scenes.tsv with yes in the column map_only:
no later run trains on these scans or scores them. Take the yes out to have them learnt from.
What follows the table goes to Snakemake, as with `semispectral run`. The configuration is config/config.yaml.

Exit status: that of Snakemake; 1 what was given cannot be used."""
COMMAND = "map-too"
HELP = {"-h", "--help"}


def add(commands: Any) -> None:
    """Add the command to the command line, for its help; `passed_on` parses it.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS.capitalize()}.", "epilog": EPILOG}
    commands.add_parser(
        COMMAND, **described, formatter_class=as_written, usage="semispectral map-too [TABLE] [OPTIONS]"
    )


def passed_on(arguments: Sequence[str]) -> argparse.Namespace | None:
    """Return the command with its table and all that is Snakemake's; None if it is another one, or asks for help.

    Parameters
    ----------
    arguments : arguments of the command line.
    """
    if list(arguments[:1]) != [COMMAND] or HELP & set(arguments):
        return None
    given = list(arguments[1:])
    table = given.pop(0) if given and not given[0].startswith("-") else ""
    return argparse.Namespace(run=_run, table=table, arguments=given)


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.commands.map_too import map_too

    map_too(wanted.table, wanted.arguments)
