"""``semispectral library``: arguments. Imports for the run are made when it runs, so that other commands start fast."""

import argparse
from pathlib import Path
from typing import Any

WORDS = "list, import or plot the reference spectra of a mineral library"
EPILOG = """examples:
  semispectral library list
  semispectral library list splib07a/ChapterM_Minerals --only "white mica" kaolin
  semispectral library import splib07a/ChapterM_Minerals --only kaolinite muscovite --out minerals.csv
  semispectral library plot minerals.csv --window 2100 2400 --out minerals.png

A library is an ENVI spectral library (.sli with its .hdr), a table (.csv, .tsv), a folder of USGS splib07 text files,
or ECOSTRESS text files. Without one, the built-in library is meant.

Exit status: 0 done, 1 what was given cannot be used, 2 wrong usage."""

ACTIONS = {
    "list": "print name, mineral, group, range and source of each spectrum",
    "import": "write the spectra into one table that the configuration can name",
    "plot": "draw the spectra, one panel for each group",
}
EXAMPLES = {
    "list": """examples:
  semispectral library list
  semispectral library list minerals.csv --only "white mica" kaolin""",
    "import": """example:
  semispectral library import splib07a/ChapterM_Minerals --only kaolinite muscovite --out minerals.csv

The key library.files of the configuration names the table. Nothing is overwritten.""",
    "plot": """examples:
  semispectral library plot --out minerals.png
  semispectral library plot minerals.csv --window 2100 2400 --out minerals.png""",
}


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS.capitalize()}.", "epilog": EPILOG}
    top = commands.add_parser("library", **described, formatter_class=as_written)
    actions = top.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, words in ACTIONS.items():
        of_action = {"help": words, "description": f"{words.capitalize()}.", "epilog": EXAMPLES[name]}
        action = actions.add_parser(name, **of_action, formatter_class=as_written)
        action.add_argument("library", type=Path, nargs="*", help="library, file or folder; none: the built-in one")
        text = "only spectra of these names, minerals or groups"
        action.add_argument("--only", nargs="+", action="extend", default=[], metavar="NAME", help=text)
        if name != "list":
            suffix = ".csv" if name == "import" else ".png"
            action.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"file to write ({suffix})")
        if name == "plot":
            text = "range in nm; the hull quotient over it is drawn"
            action.add_argument("--window", type=float, nargs=2, metavar=("FROM", "TO"), help=text)
        action.set_defaults(run=_run)


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.commands import library_actions as actions

    run = {"list": actions.list_spectra, "import": actions.import_spectra, "plot": actions.plot_spectra}
    run[wanted.action](wanted)
