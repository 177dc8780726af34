"""The command line: ``semispectral check``, ``explain FILE``, ``predict SCAN --model DIR --out DIR``."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from semispectral import explain, provenance
from semispectral.arguments import Parser
from semispectral.bundle import read_bundle
from semispectral.check import command as check
from semispectral.errors import SemispectralError
from semispectral.labels import CodeSet
from semispectral.mapping.scans import map_new
from semispectral.mask import MaskConfig
from semispectral.scenes import Scene
from semispectral.smoothing import SMOOTHING_NAMES, SmoothConfig

log = logging.getLogger(__name__)

DONE, FAILED, INTERRUPTED = 0, 1, 130
EXIT_CODES = "Exit status: 0 done, 1 what was given cannot be used, 2 wrong usage, 130 interrupted."


def parser() -> argparse.ArgumentParser:
    """The arguments and their help."""
    top = Parser(prog="semispectral", description="Classify hyperspectral scans.", epilog=EXIT_CODES)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check.add(commands)
    explain.add(commands)
    words = "map a new scan with a trained model"
    predict = commands.add_parser("predict", help=words, description=words.capitalize() + ".", epilog=EXIT_CODES)
    predict.add_argument("scan", type=Path, help="HDF5, MATLAB, ENVI, GeoTIFF or NumPy file")
    predict.add_argument("--model", type=Path, required=True, help="directory of the model, such as results/model")
    predict.add_argument("--out", type=Path, required=True, help="directory for the maps; it is made if need be")
    predict.add_argument("--key", default="", help="array inside the file, such as /hsimage/data")
    predict.add_argument("--axes", default="line,sample,band", help="order of the file's axes (default: %(default)s)")
    predict.add_argument("--wavelengths", default="", help="key in the file, or a table with a column wavelength_nm")
    predict.add_argument("--scale", type=float, help="reflectance = value x SCALE (default: as in training)")
    predict.add_argument("--nodata", type=float, help="value that means no data")
    predict.add_argument("--white-key", default="", help="white reference in the scan's file, if training had one")
    predict.add_argument("--dark-key", default="", help="dark reference in the scan's file")
    predict.add_argument(
        "--mask", type=Path, help="raster or polygons: pixels where it is 0 (tray, background) are left out"
    )
    predict.add_argument("--mask-key", default="", help="array inside the mask's file")
    predict.add_argument("--pixel-mm", type=float, help="size of a pixel in mm, for the scale bar and the rasters")
    words = "leave out the dark pixels: parted from the bright ones by otsu's threshold, or darker than a reflectance"
    predict.add_argument("--tray", choices=("none", "otsu", "threshold"), default="none", help=words)
    predict.add_argument("--darker-than", type=float, default=0.05, help="that reflectance (default: %(default)s)")
    words = "of the probabilities, along spectral edges (default: %(default)s)"
    predict.add_argument("--smoothing", choices=SMOOTHING_NAMES, default="none", help=words)
    predict.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    predict.set_defaults(run=run_predict)
    return top


def run_predict(wanted: argparse.Namespace) -> None:
    """Map one scan."""
    bundle = read_bundle(wanted.model)
    asked = {name: str(value) for name, value in vars(wanted).items() if name not in ("run", "command")}
    inputs = [path for path in (wanted.scan, wanted.mask, wanted.model) if path]
    provenance.start(provenance.describe("predict", config={"arguments": asked}, inputs=inputs))
    scene = Scene(
        name=wanted.scan.stem,
        hole=wanted.scan.stem,
        data=wanted.scan,
        data_key=wanted.key,
        labels=wanted.mask or wanted.scan,
        labels_key=wanted.mask_key,
        axes=wanted.axes,
        wavelengths=wanted.wavelengths,
        scale=wanted.scale or bundle.facts["scale"] or 1.0,
        nodata=wanted.nodata,
        use=CodeSet(()),
        ignore=CodeSet(((0, 0),) if wanted.mask else ()),
        pixel_mm=wanted.pixel_mm,
        white_key=wanted.white_key,
        dark_key=wanted.dark_key,
    )
    smooth = SmoothConfig(smoothing=wanted.smoothing)
    mask = MaskConfig(method=wanted.tray, darker_than=wanted.darker_than)
    map_new(scene, bundle, wanted.out, mask=mask, smooth=smooth, threads=max(1, wanted.threads))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    wanted = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        wanted.run(wanted)
    except (SemispectralError, OSError) as error:
        log.error("%s", error)
        return FAILED
    except KeyboardInterrupt:
        log.error("interrupted")
        return INTERRUPTED
    return DONE
