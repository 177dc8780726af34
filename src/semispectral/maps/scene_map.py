"""Map of one scene: class probabilities and log p(x) of every pixel, and the values derived from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import PIXELS, Transform
from semispectral.study.classes import IGNORED, ClassMap

NODATA = 0
NOVEL_NAME = "none of the known"
NOVEL_COLOUR = "#ff00ff"
NODATA_COLOUR = "#000000"
RASTER_TYPES, WIDEST_TYPE = (np.uint8, np.uint16), np.int32  # codes are whole numbers of at most 32 bits


@dataclass(frozen=True, eq=False)
class SceneMap:
    """Map of one scene.

    Attributes
    ----------
    probability : float32 [line, sample, class]; NaN outside the pixels of interest.
    log_p : float32 [line, sample], estimate of log p(x) from `Pipeline`, in nats; NaN if unknown.
    threshold : pixels with a lower log_p are unknown, in nats; -inf if this cannot be decided.
    classes : classes in the order of the probabilities.
    line_depth_m : float64 [line], depth of each line in the hole as the scan's file states it, NaN where it does not;
        empty where it states none.
    """

    probability: np.ndarray
    log_p: np.ndarray
    threshold: float
    classes: ClassMap
    line_depth_m: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        if self.probability.ndim != 3 or self.probability.shape[2] != len(self.classes):
            raise ShapeError(
                f"SceneMap.probability must be [line, sample, {len(self.classes)}], got {self.probability.shape}"
            )
        if NODATA in self.classes.codes:
            raise DataError(
                f"a class map keeps {NODATA} for no data, so that no class can have this code; give it another"
            )
        if self.log_p.shape != self.shape:
            raise ShapeError(f"SceneMap.log_p must be [line, sample] {self.shape}, got {self.log_p.shape}")

    @property
    def shape(self) -> tuple[int, int]:
        """Lines and samples."""
        lines, samples, _ = self.probability.shape
        return lines, samples

    @property
    def valid(self) -> np.ndarray:
        """Classified pixels, bool [line, sample]."""
        return np.asarray(np.isfinite(self.probability[:, :, 0]))

    @property
    def label(self) -> np.ndarray:
        """Most probable class, int16 [line, sample]; ``IGNORED`` for pixels without a class."""
        return np.where(self.valid, self.probability.argmax(axis=2), IGNORED).astype(np.int16)

    @property
    def novel(self) -> np.ndarray:
        """Unknown pixels, bool [line, sample]: classified pixels unlike every training pixel."""
        return self.valid & (self.log_p < self.threshold)

    @property
    def place(self) -> np.ndarray:
        """Index of each pixel in `values`, `names` and `colours`, int16 [line, sample]; 0 without a class."""
        place = np.where(self.valid, self.label + 1, 0)
        place[self.novel] = len(self.classes) + 1
        return place.astype(np.int16)

    @property
    def raster(self) -> np.ndarray:
        """Class map to write, [line, sample]: `values` by `place`, in the smallest dtype that holds them."""
        values = np.asarray(self.values)
        return np.asarray(values.astype(raster_type(self.classes.codes))[self.place])

    @property
    def confidence(self) -> np.ndarray:
        """Probability of the most probable class, float32 [line, sample]."""
        return np.asarray(self.probability.max(axis=2))

    @property
    def entropy(self) -> np.ndarray:
        """Entropy of the probabilities, float32 [line, sample], in nats."""
        total = np.where(self.valid, np.float32(0), np.float32(np.nan))
        for label in range(len(self.classes)):  # class by class, for the sake of memory
            share = self.probability[:, :, label]
            total -= share * np.log(np.maximum(share, np.finfo(np.float32).tiny))
        return np.asarray(total, np.float32)

    @property
    def novelty(self) -> np.ndarray:
        """Distance of log p(x) below the threshold, float32 [line, sample], in nats; above 0: unknown."""
        return np.asarray(np.float32(self.threshold) - self.log_p, np.float32)

    @property
    def values(self) -> tuple[int, ...]:
        """Values of the class map: nodata, the codes of the classes, unknown."""
        return (NODATA, *self.classes.codes, novel_value(self.classes.codes))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values."""
        return ("nodata", *self.classes.names, NOVEL_NAME)

    @property
    def colours(self) -> tuple[str, ...]:
        """Colours of the values, ``#rrggbb``."""
        return (NODATA_COLOUR, *self.classes.colours, NOVEL_COLOUR)

    @property
    def counts(self) -> np.ndarray:
        """Number of pixels of each value, int64 [value]."""
        return np.bincount(self.place.ravel(), minlength=len(self.names))


@dataclass(frozen=True)
class Ground:
    """Georeference of a raster.

    Attributes
    ----------
    transform : affine transform from pixels to coordinates.
    crs : coordinate system as WKT; empty: none.
    pixel_mm : pixel size in mm; None: unknown.
    """

    transform: Transform = PIXELS
    crs: str = ""
    pixel_mm: float | None = None

    @classmethod
    def of(cls, cube: Cube) -> "Ground":
        """Return the georeference that a scan states.

        Parameters
        ----------
        cube : the scan.
        """
        return cls(cube.extra.get("transform", PIXELS), cube.extra.get("crs", ""))

    def sized(self, pixel_mm: float | None) -> "Ground":
        """Return the georeference with a pixel size; where the scan states none, it is metres from the first pixel.

        Parameters
        ----------
        pixel_mm : pixel size in mm; None: unknown.
        """
        if self.transform != PIXELS or pixel_mm is None:
            return replace(self, pixel_mm=pixel_mm)
        metres = pixel_mm / 1000
        return replace(self, transform=(metres, 0.0, 0.0, 0.0, -metres, 0.0), pixel_mm=pixel_mm)


def raster_type(codes: Sequence[int]) -> np.dtype[Any]:
    """Return the smallest dtype of a class map that holds the codes and one larger value for unknown pixels.

    Parameters
    ----------
    codes : codes of the classes.
    """
    fits = (kind for kind in RASTER_TYPES if all(0 <= code < np.iinfo(kind).max for code in codes))
    return np.dtype(next(fits, WIDEST_TYPE))


def novel_value(codes: Sequence[int]) -> int:
    """Return the value of unknown pixels: 255, 65535 or 2147483647, depending on the dtype of the class map.

    Parameters
    ----------
    codes : codes of the classes.
    """
    top = int(np.iinfo(raster_type(codes)).max)
    return next(value for value in range(top, -1, -1) if value not in codes)
