"""Pixels that a page can show: spectra, thinned and stored in one byte per value, and the picture of the scan."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from semispectral.maps.stream import BLOCK_BYTES, colour_bands
from semispectral.scans.cube import Cube

VALUE_BYTES = 4  # of a stored pixel for each absorption feature
PLACE_BYTES = 8  # of a stored pixel besides its curves: its place, and low and step of a curve
Curves = Callable[[np.ndarray], Mapping[str, np.ndarray]]  # values [pixel, band] -> curves by name [pixel, band]


@dataclass(frozen=True, eq=False)
class Quantised:
    """Values stored in one byte each: value = low + step x code. The error is at most step / 2.

    Attributes
    ----------
    code : uint8 [row, column].
    low : float32 [row], smallest value of each row.
    step : float32 [row], difference between two codes.
    """

    code: np.ndarray
    low: np.ndarray
    step: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> "Quantised":
        """Quantise values; those that are not known, of a sensor that has no data of a pixel, are stored as 0.

        Parameters
        ----------
        values : float [row, column].
        """
        values = np.nan_to_num(values, nan=0.0) if np.isnan(values).any() else values
        low, high = values.min(axis=1), values.max(axis=1)
        step = np.where(high > low, (high - low) / 255, 1)
        return cls(
            np.rint((values - low[:, None]) / step[:, None]).astype(np.uint8),
            low.astype(np.float32),
            step.astype(np.float32),
        )

    def values(self) -> np.ndarray:
        """Return the values, float32 [row, column]."""
        return np.asarray(self.low[:, None] + self.step[:, None] * self.code)


@dataclass(frozen=True, eq=False)
class PagePixels:
    """Pixels of a page.

    Attributes
    ----------
    stride : every so many lines and samples, a pixel is stored.
    place : int32 [line / stride, sample / stride], row in the other arrays; -1 if no pixel is stored there.
    curves : reflectance [row, band] of each kind of curve, by name; ``spectrum`` is what was measured.
    picture : float32 [line, sample, 3], false colours of the whole scene.
    kept : bool [line, sample], pixels with a row, in the order of the rows.
    """

    stride: int
    place: np.ndarray
    curves: Mapping[str, Quantised]
    picture: np.ndarray
    kept: np.ndarray


def stride_for(valid: np.ndarray, *, bytes_per_pixel: int, most_bytes: int) -> int:
    """Return the smallest stride at which the stored pixels fit into a number of bytes.

    Parameters
    ----------
    valid : bool [line, sample], pixels with data.
    bytes_per_pixel : bytes of a stored pixel.
    most_bytes : largest number of bytes.
    """
    stride = max(1, math.floor(math.sqrt(valid.sum() * bytes_per_pixel / most_bytes)))
    while valid[::stride, ::stride].sum() * bytes_per_pixel > most_bytes:
        stride += 1
    return stride


def on_stride(valid: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which pixels are stored, bool [line, sample], and the row of each in the order of storing.

    Parameters
    ----------
    valid : bool [line, sample], pixels with data.
    stride : every so many lines and samples.

    Returns
    -------
    bool [line, sample], and int32 [line / stride, sample / stride], -1 if no pixel is stored there.
    """
    kept = np.zeros(valid.shape, bool)
    kept[::stride, ::stride] = valid[::stride, ::stride]
    place = np.where(kept, kept.cumsum().reshape(kept.shape) - 1, -1)[::stride, ::stride]
    return kept, place.astype(np.int32)


def collect(cube: Cube, valid: np.ndarray, curves: Curves, *, bytes_per_pixel: int, most_bytes: int) -> PagePixels:
    """Read a scene and collect the pixels of its page. Memory holds one block of lines and the page.

    Parameters
    ----------
    cube : the scene.
    valid : bool [line, sample], pixels with data.
    curves : function from values of the scene [pixel, band] to reflectance by name of curve, ``spectrum`` among them.
    bytes_per_pixel : bytes of a stored pixel.
    most_bytes : largest number of bytes of all stored pixels.
    """
    stride = stride_for(valid, bytes_per_pixel=bytes_per_pixel, most_bytes=most_bytes)
    kept, place = on_stride(valid, stride)
    colours = colour_bands(cube)
    picture, rows = np.empty((*valid.shape, 3), np.float32), []
    for first, block in cube.blocks(max_bytes=BLOCK_BYTES):
        picture[first : first + len(block)] = block[:, :, colours]
        of_block = curves(block[kept[first : first + len(block)]])
        rows.append({name: Quantised.of(values) for name, values in of_block.items()})
    return PagePixels(stride, place, {name: _joined([row[name] for row in rows]) for name in rows[0]}, picture, kept)


def _joined(parts: list[Quantised]) -> Quantised:
    """Return the rows of several blocks as one."""
    return Quantised(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Quantised)))
