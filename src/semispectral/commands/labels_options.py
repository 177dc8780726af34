"""``semispectral labels``: arguments. Imports for the run are made when it runs, so that other commands start fast."""

import argparse
from pathlib import Path
from typing import Any

WORDS = "prepare files to draw labels in, or write classes.tsv from the names that labels have"
INIT = "write, for each scene, a picture, an empty label raster and a GeoPackage with the classes as a QGIS style"
CLASSES = "write a table of classes from the names in tables of labels and in labels from pages"
EPILOG = """examples:
  semispectral labels init --config mine/study.yaml
  semispectral labels init DH1_1 DH1_2 --out scans/labels
  semispectral labels classes queue.tsv DH1_1_labels.geojson --out mine/classes.tsv

Nothing is overwritten. Exit status: 0 done, 1 what was given cannot be used, 2 wrong usage."""
INIT_EPILOG = """example:
  semispectral labels init DH1_1 DH1_2 --config mine/study.yaml

Draw polygons in DH1_1_polygons.gpkg, over DH1_1_picture.tif, and choose the class of each; or paint codes in
DH1_1_labels.tif. What is printed at the end goes into scenes.tsv."""

CLASSES_EPILOG = """examples:
  semispectral labels classes results/explore/queue.tsv --out config/classes.tsv
  semispectral labels classes queue.tsv DH1_1_labels.geojson --out config/classes.tsv

The names are those in the column class of a queue, or in the labels that a page has saved. Each gets a code and a
colour; what is printed at the end goes into scenes.tsv. A table that has classes is never overwritten."""


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS.capitalize()}.", "epilog": EPILOG}
    top = commands.add_parser("labels", **described, formatter_class=as_written)
    actions = top.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_init(actions)
    _add_classes(actions)


def _add_init(actions: Any) -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": INIT, "description": f"{INIT[0].upper()}{INIT[1:]}.", "epilog": INIT_EPILOG}
    init = actions.add_parser("init", **described, formatter_class=as_written)
    init.add_argument("scenes", nargs="*", metavar="SCENE", help="names of scenes (default: all of scenes.tsv)")
    text = "overlay(s) over config/config.yaml, as a run takes them by --configfile"
    init.add_argument("--config", type=Path, nargs="+", action="extend", default=[], metavar="FILE", help=text)
    text = "folder of the workflow (default: this one, or the one that semispectral was installed from)"
    init.add_argument("--workflow", type=Path, metavar="FOLDER", help=text)
    text = "folder of the files (default: labels, in data_root)"
    init.add_argument("--out", type=Path, metavar="FOLDER", help=text)
    init.set_defaults(run=_init)


def _add_classes(actions: Any) -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": CLASSES, "description": f"{CLASSES.capitalize()}.", "epilog": CLASSES_EPILOG}
    classes = actions.add_parser("classes", **described, formatter_class=as_written)
    classes.add_argument(
        "labels", type=Path, nargs="+", metavar="FILE", help="queue.tsv, labels saved on a page, or a HyLogger's .tsg"
    )
    text = "table to write (default: %(default)s)"
    classes.add_argument("--out", type=Path, default=Path("classes.tsv"), metavar="FILE", help=text)
    classes.set_defaults(run=_classes)


def _init(wanted: argparse.Namespace) -> None:
    from semispectral.commands.labels_actions import init

    init(wanted)


def _classes(wanted: argparse.Namespace) -> None:
    from semispectral.commands.labels_actions import classes

    classes(wanted)
