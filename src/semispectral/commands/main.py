"""The command ``semispectral``: parse arguments, run a subcommand, and report errors."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence

from semispectral.check import command as check
from semispectral.commands import (
    explain,
    labels_options,
    library_options,
    new_options,
    predict,
    run_options,
    scenes_options,
)
from semispectral.commands.arguments import Parser
from semispectral.errors import SemispectralError
from semispectral.storage.provenance import versions
from semispectral.workflow.logs import Plain, in_words

log = logging.getLogger(__name__)

DONE, FAILED, INTERRUPTED = 0, 1, 130
EPILOG = """examples:
  semispectral new core --demo
  semispectral scenes scans --output scenes.tsv --name '{hole}_{box}_{from}_{to}'
  semispectral check --config mine/study.yaml
  semispectral predict scan.h5 --model results/model --out maps/scan
  semispectral explain maps/scan/class.tif

Exit status: 0 done, 1 what was given cannot be used, 2 wrong usage, 130 interrupted."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    as_written = argparse.RawDescriptionHelpFormatter
    description = "Classify hyperspectral scans."
    top = Parser(prog="semispectral", description=description, epilog=EPILOG, formatter_class=as_written)
    top.add_argument("--version", action="version", version=f"%(prog)s {versions()['semispectral']}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (new_options, check, run_options, explain, labels_options, library_options, predict, scenes_options):
        command.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : arguments; None takes those of the process.
    """
    given = sys.argv[1:] if arguments is None else arguments
    wanted = run_options.passed_on(given) or parser().parse_args(given)
    said = logging.StreamHandler(sys.stderr)
    said.setFormatter(Plain("%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[said])
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # or a PDF is forty lines of tables of its letters
    _end_as_by_ctrl_c()
    try:
        wanted.run(wanted)
        sys.stdout.flush()
    except BrokenPipeError:  # `head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python says so once more as it ends
        return DONE
    except (SemispectralError, OSError, MemoryError) as error:
        log.error("%s", in_words(error) or error)
        return FAILED
    except KeyboardInterrupt:
        log.error("interrupted")
        return INTERRUPTED
    return DONE


def _end_as_by_ctrl_c() -> None:
    """Clean up after SIGTERM as after Ctrl-C. Possible only in the main thread."""
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:
        log.debug("signals are left as they are")
