"""Read a mask of core that a person painted: a PNG, white for core and black for tray."""

from pathlib import Path

import numpy as np
from PIL import Image

from semispectral.errors import DataError, ShapeError
from semispectral.scans.formats.open_file import reading, require_file

WHAT = "a mask, a black and white PNG,"
MODES = ("1", "L", "LA", "P", "RGB", "RGBA")  # 8 bits; paint programs save any of these
CORE, TRAY = 255, 0  # grey
OPAQUE = 255


def read_core(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Read which pixels of a scan are core, bool [line, sample].

    Parameters
    ----------
    path : Path, the picture: white for core, black for tray and all else that is not of interest.
    shape : (lines, samples) of the scan.

    Raises
    ------
    ShapeError : the picture has another size than the scan.
    DataError : a pixel is neither black nor white, or none is white.
    """
    require_file(path, what=WHAT)
    with reading(path, what=WHAT), Image.open(path, formats=["PNG"]) as image:
        if image.mode not in MODES:
            raise DataError(f"{path}: {WHAT} has 8 bits a channel, got mode {image.mode}; save it with 8 bits")
        _require_size(path, (image.height, image.width), shape)
        red, green, blue, opacity = np.moveaxis(np.asarray(image.convert("RGBA")), -1, 0)
    core = (red == CORE) & (green == CORE) & (blue == CORE) & (opacity == OPAQUE)
    tray = (red == TRAY) & (green == TRAY) & (blue == TRAY) & (opacity == OPAQUE)
    odd = ~(core | tray)
    if odd.any():
        line, sample = (int(place[0]) for place in np.nonzero(odd))
        colour = "#{:02x}{:02x}{:02x}".format(*(int(band[line, sample]) for band in (red, green, blue)))
        seen = colour if opacity[line, sample] == OPAQUE else f"{colour}, transparent"
        raise DataError(
            f"{path}: a mask is white (core) and black (tray) only, but {int(odd.sum())} of its {odd.size} pixels are "
            f"neither, the first on line {line}, sample {sample} ({seen}); paint with a pencil of hard edges and "
            "without transparency, or set a threshold in the paint program"
        )
    if not core.any():
        raise DataError(f"{path}: a mask needs white pixels, which are core, and all of this one are black; paint them")
    return np.asarray(core)


def _require_size(path: Path, found: tuple[int, int], shape: tuple[int, int]) -> None:
    """Refuse a picture of another size, before its pixels are read."""
    if found != shape:
        turned = "; it is turned on its side: turn it back" if found == shape[::-1] else ""
        raise ShapeError(
            f"{path}: a mask has the lines and samples of its scan, {shape[0]} x {shape[1]}, got {found[0]} x "
            f"{found[1]}{turned}; start from the picture in results/masks, and do not scale or cut it"
        )
