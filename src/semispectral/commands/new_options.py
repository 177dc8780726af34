"""``semispectral new FOLDER``: write the folder of a study."""

import argparse
import sys
from pathlib import Path
from typing import Any

from semispectral.commands.scenes_options import add_cells, add_references, wishes_of

WORDS = "write the folder of a new study: configuration, tables, profiles, a README"
EPILOG = """examples:
  semispectral new core --demo
  semispectral new dh7 --from /data/scans --name '{hole}_{box}_{from}_{to}'
  semispectral new mine

--demo is the built-in, simulated drill core. --from fills config/scenes.tsv with the scans of a folder, as
`semispectral scenes` does, and takes its options. Nothing that exists is overwritten.

Exit status: 0 written, 1 what was given cannot be used, 2 wrong usage."""


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS[0].upper()}{WORDS[1:]}.", "epilog": EPILOG}
    parser = commands.add_parser("new", **described, formatter_class=as_written)
    parser.add_argument("folder", type=Path, help="folder to write; it must not exist, or be empty")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--demo", action="store_true", help="the built-in drill core, which needs no data")
    what.add_argument("--from", dest="scans", type=Path, metavar="FOLDER", help="folder of scans to list")
    add_cells(parser.add_argument_group("hole, depths and other cells, with --from"))
    add_references(parser.add_argument_group("references that do not lie beside each scan, with --from"))
    parser.set_defaults(run=_run)


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.commands.new_study import demo_study, empty_study, study_of_scans
    from semispectral.study.names import printable_lines

    if wanted.demo:
        said = demo_study(wanted.folder)
    elif wanted.scans:
        said = study_of_scans(wanted.folder, wanted.scans, wishes_of(wanted))
    else:
        said = empty_study(wanted.folder)
    sys.stdout.write(printable_lines(said))
