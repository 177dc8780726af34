"""``semispectral scenes`` and ``semispectral align``: write the tables of scans, and of where further sensors lie."""

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

ALIGN = "find where further sensors lie on their scenes, and write tie points for the column place of sensors.tsv"
ALIGN_EPILOG = """examples:
  semispectral align --scenes scenes.tsv --sensors sensors.tsv --output points.tsv
  semispectral align --scenes scenes.tsv --sensors sensors.tsv --output points.tsv --nm 980 --size 2.1

It looks at the rows of sensors.tsv whose column place is empty, and compares edges in one band of both sensors, window
by window. Write the table's path into the column place of these rows. A table that exists is never overwritten.

Exit status: 0 written, 1 what was given cannot be used, 2 wrong usage."""


def add(commands: Any) -> None:
    """Add the commands to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    _add_scenes(commands)
    _add_align(commands)


def _add_scenes(commands: Any) -> None:
    """Add ``semispectral scenes``."""
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


def _add_align(commands: Any) -> None:
    """Add ``semispectral align``."""
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": ALIGN, "description": f"{ALIGN.capitalize()}.", "epilog": ALIGN_EPILOG}
    parser = commands.add_parser("align", **described, formatter_class=as_written)
    parser.add_argument("--scenes", type=Path, required=True, metavar="FILE", help="table of the scenes")
    parser.add_argument("--sensors", type=Path, required=True, metavar="FILE", help="table of the further sensors")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="table to write, such as points.tsv")
    words = "folder that paths in the tables start from, as data_root in the configuration (default: %(default)s)"
    parser.add_argument("--data-root", type=Path, default=Path(), metavar="FOLDER", help=words)
    words = "wavelength to compare, in nm (default: the bands that both sensors have, or the nearest ones)"
    parser.add_argument("--nm", type=float, metavar="NM", help=words)
    words = "size of a pixel of the sensor, in pixels of the scene (default: both see the same ground)"
    parser.add_argument("--size", type=float, metavar="PIXELS", help=words)
    parser.set_defaults(run=_align)


def _align(wanted: argparse.Namespace) -> None:
    from semispectral.census.align_sensors import align
    from semispectral.errors import ConfigError
    from semispectral.scans.folders.scene_tables import refuse_existing
    from semispectral.study.names import printable_lines
    from semispectral.study.scenes import read_scenes
    from semispectral.study.sensors import with_sensors

    refuse_existing(wanted.output)
    if wanted.size is not None and not wanted.size > 0:
        raise ConfigError(f"--size: a number of pixels above 0 is needed, got {wanted.size:g}")
    root = {"data_root": wanted.data_root, "allow_outside": True}
    scenes = with_sensors(read_scenes(wanted.scenes, **root), wanted.sensors, **root)
    said = align(scenes, wanted.output, wavelength_nm=wanted.nm, size=wanted.size)
    sys.stdout.write(printable_lines(said))
