"""Pictures of a hole's core: for each strip its false colours, its map, the confidence, as files beside the page."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from semispectral.downhole.core_strips import Strip

QUALITY = 82  # of JPEG: the core is there to be looked at; the map beside it is exact
LEVEL = 6  # of compression
LEVELS = 16  # of the confidence
MOST_OF_PALETTE = 256


def write_strips(folder: Path, strips: Iterable[Strip], palette: np.ndarray) -> list[dict[str, Any]]:
    """Write the pictures of strips, and return what the page has to know of each; memory holds one strip.

    Parameters
    ----------
    folder : folder to write to.
    strips : strips from the top.
    palette : uint8 [value, 3], colours of the values of the map.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = []
    for number, strip in enumerate(strips):
        _as_jpeg(strip.core).save(folder / f"{number}-core.jpg", quality=QUALITY, subsampling=1, optimize=True)
        (folder / f"{number}-map.png").write_bytes(_indexed(strip.place, palette))
        (folder / f"{number}-confidence.png").write_bytes(_grey(strip.confidence))
        known.append(
            {
                "scene": strip.scene,
                "top": round(strip.top_m, 5),
                "bottom": round(strip.bottom_m, 5),
                "lines": list(strip.lines),
                "samples": list(strip.samples),
            }
        )
    return known


def _as_jpeg(core: np.ndarray) -> Image.Image:
    return Image.fromarray(core, "RGB")


def _indexed(place: np.ndarray, palette: np.ndarray) -> bytes:
    """Return a map as PNG: with a palette where it holds all values, and no core transparent."""
    content = io.BytesIO()
    if len(palette) <= MOST_OF_PALETTE:
        image = Image.fromarray(place.astype(np.uint8), "P")
        image.putpalette(palette.astype(np.uint8).tobytes())
        image.save(content, "PNG", compress_level=LEVEL, transparency=0)
    else:
        alpha = np.where(place > 0, 255, 0).astype(np.uint8)
        Image.fromarray(np.dstack([palette[place], alpha]), "RGBA").save(content, "PNG", compress_level=LEVEL)
    return content.getvalue()


def _grey(confidence: np.ndarray) -> bytes:
    """Return the confidence as PNG of a few shades, black at 0 and white at 1; no core is white."""
    shade = np.rint(np.nan_to_num(confidence, nan=1.0) * (LEVELS - 1)).astype(np.uint8)
    image = Image.fromarray(shade, "P")
    ramp = np.rint(np.linspace(0, 255, LEVELS)).astype(np.uint8)
    image.putpalette(np.repeat(ramp, 3).tobytes())
    content = io.BytesIO()
    image.save(content, "PNG", compress_level=LEVEL)
    return content.getvalue()
