"""Read a PNG as labels: codes in grey or palette, or the colours of classes."""

from pathlib import Path

import numpy as np
from PIL import Image

from semispectral.errors import DataError
from semispectral.scans.facts.ground import Grid
from semispectral.scans.formats.open_file import reading, refuse_keys, require_file
from semispectral.scans.labels.label_rasters import CodeRaster, require_over_data
from semispectral.study.scene import PAINTED

WHAT = "a PNG"
CODE_MODES = ("1", "L", "P", "I", "I;16", "I;16B")


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a grey or palette PNG; its values, or indices into the palette, are the codes, [line, sample].

    With the key ``colour`` a PNG of any kind is read by its colours, which are those of classes.

    Parameters
    ----------
    path : Path, file to read.
    key : str, ``colour``, or empty.
    axes : str, not used: a picture has lines of samples.
    grid : Grid, grid of the data.
    """
    require_file(path, what=WHAT)
    refuse_keys(path, what=WHAT, labels_key=key.removeprefix(PAINTED))
    with reading(path, what=WHAT), Image.open(path, formats=["PNG"]) as image:
        if not key and image.mode not in CODE_MODES:
            raise DataError(
                f"{path}: label codes must be the values of a grey or palette PNG, got mode {image.mode} (colours or "
                f"transparency); save it with one channel, or, if it is painted in the colours of classes.tsv, write "
                f"{PAINTED} into the column labels_key"
            )
        require_over_data(path, (image.height, image.width), grid.shape)
        return _painted(image) if key else CodeRaster(np.array(image), _transparent(image))


def text_in(path: Path, name: str) -> str:
    """Return a text of this name that a PNG carries; empty where it has none.

    Parameters
    ----------
    path : Path, file to read.
    name : str, keyword of the text.
    """
    with reading(path, what=WHAT), Image.open(path, formats=["PNG"]) as image:
        return str(image.info.get(name, ""))


def _painted(image: Image.Image) -> CodeRaster:
    """Return the colours of a picture; transparent pixels are unlabelled."""
    red, green, blue, opacity = np.moveaxis(np.asarray(image.convert("RGBA"), np.int64), -1, 0)
    number = np.where(opacity == 0, -1, (red << 16) + (green << 8) + blue)
    colours, place = np.unique(number, return_inverse=True)
    legend = ("", *(f"#{colour:06x}" for colour in colours[colours >= 0].tolist()))
    return CodeRaster(place.reshape(number.shape) + int(colours[0] >= 0), legend=legend)


def _transparent(image: Image.Image) -> tuple[float, ...]:
    """Return the values of a grey or palette PNG that are transparent, and so unlabelled."""
    opacity = image.info.get("transparency", ())
    if isinstance(opacity, bytes):
        return tuple(float(place) for place, alpha in enumerate(opacity) if not alpha)
    return (float(opacity),) if isinstance(opacity, int) else ()
