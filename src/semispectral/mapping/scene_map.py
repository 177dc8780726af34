"""The map of one scene: probabilities and log p(x) of every pixel, and all that follows from them."""

from dataclasses import dataclass

import numpy as np

from semispectral.errors import ShapeError
from semispectral.labels import IGNORED, ClassMap

NODATA = 0
NOVEL_NAME = "none of the known"
NOVEL_COLOUR = "#ff00ff"
NODATA_COLOUR = "#000000"


@dataclass(frozen=True, eq=False)
class SceneMap:
    """The map of one scene.

    Parameters
    ----------
    probability : float32 [line, sample, class]; NaN where there is no pixel of interest.
    log_p : float32 [line, sample], the stand-in for log p(x) of `Pipeline`, in nats; NaN where it is not known.
    threshold : a pixel with less log_p is like none of the known; -inf where that cannot be told.
    classes : one per probability.
    """

    probability: np.ndarray
    log_p: np.ndarray
    threshold: float
    classes: ClassMap

    def __post_init__(self) -> None:
        if self.probability.ndim != 3 or self.probability.shape[2] != len(self.classes):
            raise ShapeError(
                f"SceneMap.probability must be [line, sample, {len(self.classes)}], got {self.probability.shape}"
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
        """Which pixels are classified, bool [line, sample]."""
        return np.asarray(np.isfinite(self.probability[:, :, 0]))

    @property
    def label(self) -> np.ndarray:
        """Most probable class, int16 [line, sample]; ``IGNORED`` where there is none."""
        return np.where(self.valid, self.probability.argmax(axis=2), IGNORED).astype(np.int16)

    @property
    def novel(self) -> np.ndarray:
        """Which pixels are like none of the known, bool [line, sample]."""
        return self.valid & (self.log_p < self.threshold)

    @property
    def raster(self) -> np.ndarray:
        """What is written as the class map, uint8 or uint16 [line, sample]: 0 nodata, label + 1, K + 1 novel."""
        value = np.where(self.valid, self.label + 1, NODATA)
        value[self.novel] = len(self.classes) + 1
        return value.astype(np.uint8 if len(self.classes) < 255 else np.uint16)

    @property
    def confidence(self) -> np.ndarray:
        """Probability of the most probable class, float32 [line, sample]."""
        return np.asarray(self.probability.max(axis=2))

    @property
    def entropy(self) -> np.ndarray:
        """Entropy of the probabilities in nats, float32 [line, sample]."""
        total = np.where(self.valid, np.float32(0), np.float32(np.nan))
        for label in range(len(self.classes)):  # class by class, for the sake of memory
            share = self.probability[:, :, label]
            total -= share * np.log(np.maximum(share, np.finfo(np.float32).tiny))
        return np.asarray(total, np.float32)

    @property
    def novelty(self) -> np.ndarray:
        """Nats by which log p(x) lies below the threshold, float32 [line, sample]; above 0: none of the known."""
        return np.asarray(np.float32(self.threshold) - self.log_p, np.float32)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values of `raster`, from 0."""
        return ("nodata", *self.classes.names, NOVEL_NAME)

    @property
    def colours(self) -> tuple[str, ...]:
        """Colours of the values of `raster`, from 0."""
        return (NODATA_COLOUR, *self.classes.colours, NOVEL_COLOUR)
