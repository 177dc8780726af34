"""Pixels that a page can show: spectra and reconstructions, thinned and stored in one byte per value."""

import math
from dataclasses import dataclass, fields

import numpy as np

from semispectral.maps.bundle import Bundle
from semispectral.maps.scene_map import SceneMap
from semispectral.maps.stream import BLOCK_BYTES, COLOUR_PLACES
from semispectral.scans.cube import Cube
from semispectral.spectra.band_matching import match_bands

SPECTRA_BYTES = 8_000_000  # of a page before base64; the rest of it is Bokeh and the two images


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
        """Quantise values.

        Parameters
        ----------
        values : float [row, column].
        """
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
    place : int32 [line / stride, sample / stride], row in the other arrays; -1 if no classified pixel is stored.
    spectrum : reflectance [row, band].
    reconstruction : reflectance as M1 reconstructs it [row, band].
    probability : uint8 [row, class], in 1/255.
    novelty : float32 [row], in nats.
    picture : float32 [line, sample, 3], false colours of the whole scene.
    kept : bool [line, sample], pixels with a row, in the order of the rows.
    """

    stride: int
    place: np.ndarray
    spectrum: Quantised
    reconstruction: Quantised
    probability: np.ndarray
    novelty: np.ndarray
    picture: np.ndarray
    kept: np.ndarray


def stride_for(valid: np.ndarray, *, bytes_per_pixel: int, budget: int = SPECTRA_BYTES) -> int:
    """Return the smallest stride at which the stored pixels fit into a number of bytes.

    Parameters
    ----------
    valid : bool [line, sample], classified pixels.
    bytes_per_pixel : bytes of a stored pixel.
    budget : largest number of bytes.
    """
    stride = max(1, math.floor(math.sqrt(valid.sum() * bytes_per_pixel / budget)))
    while valid[::stride, ::stride].sum() * bytes_per_pixel > budget:
        stride += 1
    return stride


def collect(cube: Cube, found: SceneMap, bundle: Bundle, *, scale: float, factor: float = 1) -> PagePixels:
    """Read a scene and collect the pixels of its page. Memory holds one block of lines and the page.

    Parameters
    ----------
    cube : the scene.
    found : its map.
    bundle : the trained model that made the map.
    scale : reflectance = value of a training scan x scale.
    factor : factor from the values of the scan to those of the training scans.
    """
    stride = stride_for(found.valid, bytes_per_pixel=2 * (bundle.bands + 8) + len(found.classes) + 8)
    kept = np.zeros(found.shape, bool)
    kept[::stride, ::stride] = found.valid[::stride, ::stride]
    colours = [int(place * (cube.shape[2] - 1)) for place in COLOUR_PLACES]
    picture, rows = np.empty((*found.shape, 3), np.float32), []
    prepare = match_bands(
        cube.wavelengths_nm,
        bundle.wavelengths_nm,
        scan_bands=cube.shape[2],
        model_bands=bundle.bands,
        where=str(cube.path),
    )
    for first, block in cube.blocks(max_bytes=BLOCK_BYTES):
        picture[first : first + len(block)] = block[:, :, colours]
        raw = block[kept[first : first + len(block)]]
        matched = raw if prepare is None else prepare(raw)
        rows.append(_row(matched.astype(np.float32) * np.float32(factor), bundle, scale))
    spectrum, reconstruction = (
        Quantised(*(np.concatenate([getattr(row[side], field.name) for row in rows]) for field in fields(Quantised)))
        for side in (0, 1)
    )
    place = np.where(kept, kept.cumsum().reshape(kept.shape) - 1, -1)[::stride, ::stride].astype(np.int32)
    probability = np.rint(found.probability[kept] * 255).astype(np.uint8)
    return PagePixels(stride, place, spectrum, reconstruction, probability, found.novelty[kept], picture, kept)


def _row(raw: np.ndarray, bundle: Bundle, scale: float) -> tuple[Quantised, Quantised]:
    """Return spectra and reconstructions of the stored pixels of a block."""
    scaler = bundle.pipeline.scaler_m1
    rebuilt = scaler.restored(bundle.pipeline.reconstruction(scaler.transform(raw)), raw)
    return Quantised.of(raw * scale), Quantised.of(rebuilt * scale)
