"""What lies over the picture of a scan: rasters, and absorption features of its stored pixels."""

import base64
import io
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

MOST_OF_SMALL = 255
QUALITY = 82  # of JPEG: false colours are there to be looked at


@dataclass(frozen=True, eq=False)
class Overlay:
    """Raster over the picture of a scan; a click can take a connected patch of it.

    Attributes
    ----------
    name : its name on the page, such as ``map`` or ``clusters``.
    place : int [line, sample], value of each pixel, from 1; 0 where there is none.
    names, colours : names of the values from 1, and their colours like ``#1f77b4``.
    thin : every how many lines and samples of the scan ``place`` has a value.
    """

    name: str
    place: np.ndarray
    names: tuple[str, ...]
    colours: tuple[str, ...]
    thin: int = 1

    @cached_property
    def packed(self) -> dict[str, str]:
        """Its values as the page's script reads them."""
        return packed(self.place.astype(np.uint8 if len(self.names) <= MOST_OF_SMALL else np.uint16))

    def legend(self) -> list[dict[str, str]]:
        """Return name, colour and share of each value that occurs."""
        counts = np.bincount(self.place.ravel(), minlength=len(self.names) + 1)[1:]
        total = max(int(counts.sum()), 1)
        rows = zip(self.names, self.colours, counts.tolist(), strict=True)
        return [{"name": name, "colour": colour, "share": f"{n / total:.1%}"} for name, colour, n in rows if n]


@dataclass(frozen=True, eq=False)
class Measured:
    """Absorption features of the stored pixels.

    Attributes
    ----------
    windows : windows of the features: name, first and last wavelength in nm.
    formulas : names of the indices.
    names : names of the values.
    values : float32 [row, value], NaN without one.
    """

    windows: tuple[tuple[str, float, float], ...]
    formulas: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray


def jpeg(picture: np.ndarray) -> str:
    """Return a picture as base64 of a JPEG.

    Parameters
    ----------
    picture : uint8 [line, sample, 3].
    """
    written = io.BytesIO()
    Image.fromarray(picture, "RGB").save(written, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return base64.b64encode(written.getvalue()).decode()


def packed(array: np.ndarray) -> dict[str, str]:
    """Return an array as dtype and base64 of its compressed bytes, little-endian.

    Parameters
    ----------
    array : the array.
    """
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {"dtype": array.dtype.name, "base64": base64.b64encode(zlib.compress(little.tobytes(), 6)).decode()}
