"""PNG as a raster of label codes: grey or palette, never colours."""

from pathlib import Path

import numpy as np
from PIL import Image

from semispectral.errors import DataError
from semispectral.io.codes import CodeRaster, require_over_data
from semispectral.io.files import reading, refuse_keys, require_file
from semispectral.io.grid import Grid

WHAT = "a PNG"
CODE_MODES = ("1", "L", "P", "I", "I;16", "I;16B")


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a grey or palette PNG; its values, or places in the palette, are the codes, [line, sample]."""
    require_file(path, what=WHAT)
    refuse_keys(path, what=WHAT, labels_key=key)
    with reading(path, what=WHAT), Image.open(path, formats=["PNG"]) as image:
        if image.mode not in CODE_MODES:
            raise DataError(
                f"{path}: label codes must be the values of a grey or palette PNG, got mode {image.mode} (colours or "
                "transparency); save it with one channel"
            )
        require_over_data(path, (image.height, image.width), grid.shape)
        return CodeRaster(np.array(image), _transparent(image))


def _transparent(image: Image.Image) -> tuple[float, ...]:
    """The values of a grey or palette PNG through which the background would be seen: nothing was painted there."""
    opacity = image.info.get("transparency", ())
    if isinstance(opacity, bytes):
        return tuple(float(place) for place, alpha in enumerate(opacity) if not alpha)
    return (float(opacity),) if isinstance(opacity, int) else ()
