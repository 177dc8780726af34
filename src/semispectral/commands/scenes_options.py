"""``semispectral scenes FOLDER``: write scenes.tsv from a folder of scans."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semispectral.scans.folders.discover import Wishes

WORDS = "find the scans of a folder, with their references, and write their rows of scenes.tsv"
EPILOG = """examples:
  semispectral scenes scans --output scenes.tsv --name '{hole}_{box}_{from}_{to}'
  semispectral scenes scans --output scenes.tsv --table boxes.csv --white 'PANEL*.hyspex'

It knows folders of Specim Lumo, HySpex and Headwall, TSG datasets, and plain ENVI, HDF5, MATLAB, GeoTIFF and NumPy
files. Nothing is guessed: scenes.sources.tsv says of each cell where it comes from, and what was not placed is listed.
A table that exists is never overwritten.

Exit status: 0 written, 1 what was given cannot be used, 2 wrong usage."""


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS.capitalize()}.", "epilog": EPILOG}
    parser = commands.add_parser("scenes", **described, formatter_class=as_written)
    parser.add_argument("folder", type=Path, help="folder of scans; folders in it are searched too")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="table to write, such as scenes.tsv")
    words = "folder that paths in the table start from, as data_root in the configuration (default: %(default)s)"
    parser.add_argument("--data-root", type=Path, default=Path(), metavar="FOLDER", help=words)
    add_cells(parser.add_argument_group("hole, depths and other cells"))
    add_references(parser.add_argument_group("references that do not lie beside each scan"))
    parser.set_defaults(run=_run)


def add_cells(group: Any) -> None:
    """Add options on the cells of the table.

    Parameters
    ----------
    group : group of arguments.
    """
    words = "how names state them: fields {hole} {box} {from} {to}, depths in m (12.5, 12m50), and {any} for the rest"
    group.add_argument("--name", default="", metavar="PATTERN", help=words)
    words = (
        "table with a column scan (names of files or scans) and columns of scenes.tsv, such as hole and depth_from_m"
    )
    group.add_argument("--table", type=Path, metavar="FILE", help=words)
    group.add_argument("--hole", default="", help="hole of all scans for which nothing else states one")
    words = "take a cell from a field of the XML beside each scan, such as 'hole=Hole ID'; may be repeated"
    group.add_argument("--metadata", action="append", default=[], metavar="COLUMN=FIELD", help=words)
    group.add_argument("--pixel-mm", default="", metavar="MM", help="size of a pixel of all scans")


def add_references(group: Any) -> None:
    """Add options on references.

    Parameters
    ----------
    group : group of arguments.
    """
    words = "files that are {} references, not scans; each scan takes the one of its width, bands and camera"
    more = " that was taken nearest in time"
    group.add_argument("--white", default="", metavar="PATTERN", help=words.format("white") + more)
    group.add_argument("--dark", default="", metavar="PATTERN", help=words.format("dark") + more)


def wishes_of(wanted: argparse.Namespace) -> "Wishes":
    """Return what the options say of the scans.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    ConfigError : a pattern or a column is not known.
    """
    from semispectral.scans.folders.discover import FROM_TABLE, Wishes
    from semispectral.scans.folders.metadata import wanted_fields
    from semispectral.scans.folders.names import name_pattern

    return Wishes(
        pattern=name_pattern(wanted.name) if wanted.name else None,
        table=wanted.table,
        hole=wanted.hole,
        metadata=wanted_fields(wanted.metadata, FROM_TABLE),
        white=wanted.white,
        dark=wanted.dark,
        pixel_mm=wanted.pixel_mm,
    )


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.scans.folders.discover import discover
    from semispectral.scans.folders.scene_tables import in_words, refuse_existing, write_tables
    from semispectral.study.names import printable_lines

    refuse_existing(wanted.output)
    found = discover(wanted.folder, wishes_of(wanted))
    write_tables(found, wanted.output, data_root=wanted.data_root)
    sys.stdout.write(printable_lines(in_words(found, wanted.output, data_root=wanted.data_root)))
