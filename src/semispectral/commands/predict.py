"""``semispectral predict``: arguments. Imports for the run are made when it runs, so that other commands start fast."""

import argparse
import os
from pathlib import Path
from typing import Any

from semispectral.maps.smoothing import SMOOTHING_NAMES

REFERENCES = {
    "white": "white reference",
    "dark": "dark reference",
    "white-dark": "dark reference taken with the white one, if it has another integration time",
}
WORDS = "map a new scan with a trained model, and make its page and its downhole log"
EPILOG = """examples:
  semispectral predict scan.h5 --key /hsimage/data --wavelengths /hsimage/wavelengths \\
      --white-key /hsimage/white --dark-key /hsimage/dark --model results/model \\
      --out maps/scan --hole DH7 --depth-from 120 --depth-to 123.6

  semispectral predict scans/*.h5 --key /hsimage/data --wavelengths /hsimage/wavelengths \\
      --white-key /hsimage/white --dark-key /hsimage/dark --model results/model --out maps

  semispectral predict capture/box_7.raw --white capture/WHITEREF_box_7.raw \\
      --dark capture/DARKREF_box_7.raw --model results/model --out maps/box_7

Exit status: 0 done, 1 what was given cannot be used, 2 wrong usage, 130 interrupted."""


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    predict = commands.add_parser(
        "predict", help=WORDS, description=f"{WORDS.capitalize()}.", epilog=EPILOG, formatter_class=as_written
    )
    words = "HDF5, MATLAB, ENVI, GeoTIFF or NumPy file; several: all stored alike, with references in their own files"
    predict.add_argument("scans", type=Path, nargs="+", metavar="SCAN", help=words)
    predict.add_argument("--model", type=Path, required=True, help="directory of the model, such as results/model")
    words = "directory for the map, its page and its log; it is made if need be. Of several scans: one in it for each"
    predict.add_argument("--out", type=Path, required=True, help=words)
    _add_scan(predict.add_argument_group("how the scan is stored"))
    _add_references(predict.add_argument_group("its references, if it holds counts and training had some"))
    _add_place(predict.add_argument_group("where the core lies, for the downhole log"))
    _add_map(predict.add_argument_group("the map"))
    predict.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    predict.set_defaults(run=_run)


def _add_scan(group: Any) -> None:
    """Add options on the storage of the scan."""
    group.add_argument("--key", default="", help="array inside the file, such as /hsimage/data")
    group.add_argument("--axes", default="", help="order of the file's axes (default: line,sample,band)")
    group.add_argument("--wavelengths", default="", help="key in the file, or a table with a column wavelength_nm")
    group.add_argument(
        "--scale", default="", help="reflectance = value x SCALE (default: what the file states, or as in training)"
    )
    group.add_argument("--nodata", default="", help="value that means no data")


def _add_references(group: Any) -> None:
    """Add options on references."""
    for role, words in REFERENCES.items():
        group.add_argument(f"--{role}", type=Path, help=f"file of the {words} (default: the scan's own)")
        group.add_argument(f"--{role}-key", default="", metavar="KEY", help="array in that file")
        lines = "lines of it, such as 0-99 or 'last 100' (default: all)"
        group.add_argument(f"--{role}-lines", default="", metavar="LINES", help=lines)
    words = "table of the white panel's reflectance, with columns wavelength_nm and reflectance (default: one number)"
    group.add_argument("--panel", type=Path, help=words)


def _add_place(group: Any) -> None:
    """Add options on hole and depth."""
    group.add_argument("--hole", default="", help="name of the drill hole (default: as in the file, or its name)")
    words = "depth in m at which the scan begins (default: depth_from_m of an HDF5 file)"
    group.add_argument("--depth-from", default="", metavar="M", help=words)
    words = "depth in m at which it ends (default: depth_to_m of an HDF5 file)"
    group.add_argument("--depth-to", default="", metavar="M", help=words)
    words = "table of depths along the core, with columns line and depth_m, and run where there are several"
    group.add_argument("--depth-marks", type=Path, metavar="FILE", help=words)
    words = "size of a pixel: for depths where only the first is known, the scale bar and the rasters"
    group.add_argument("--pixel-mm", default="", metavar="MM", help=words)
    words = "length of core that a row of the log sums up (default: 0.1)"
    group.add_argument("--interval-m", default="", metavar="M", help=words)
    words = "table of intervals to sum up, with columns hole, from and to; further columns are kept"
    group.add_argument("--intervals", type=Path, metavar="FILE", help=words)
    words = "length of even intervals, without such a table (default: 1)"
    group.add_argument("--length-m", default="", metavar="M", help=words)
    words = "table of collars (hole, x, y, z), to place the intervals"
    group.add_argument("--collar", type=Path, metavar="FILE", help=words)
    words = "table of surveys (hole, depth, dip, azimuth), which needs collars"
    group.add_argument("--survey", type=Path, metavar="FILE", help=words)
    words = "sign of a dip that points down in that table (default: %(default)s)"
    group.add_argument("--dip-down", choices=("negative", "positive"), default="negative", help=words)


def _add_map(group: Any) -> None:
    """Add options on the map."""
    words = "raster or polygons: pixels where it is 0 (tray, background) are left out"
    group.add_argument("--mask", type=Path, help=words)
    group.add_argument("--mask-key", default="", help="array inside the mask's file")
    words = (
        "leave out the tray: what is like that which the model's own study left out, or dark pixels, parted by otsu's "
        "threshold or darker than a reflectance, or by clusters of spectra; without effect beside --mask (default: "
        "%(default)s)"
    )
    choices = ("model", "none", "otsu", "threshold", "spectra")
    group.add_argument("--tray", choices=choices, default="model", help=words)
    group.add_argument("--darker-than", type=float, default=0.05, help="that reflectance (default: %(default)s)")
    words = "of the probabilities, along spectral edges (default: %(default)s)"
    group.add_argument("--smoothing", choices=SMOOTHING_NAMES, default="guided", help=words)
    words = "do not measure absorption features"
    group.add_argument("--no-features", action="store_false", dest="features", help=words)


def _run(wanted: argparse.Namespace) -> None:
    from semispectral.commands.predict_run import predict_all

    predict_all(wanted)
