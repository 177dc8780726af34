"""Read the rasters of a painted map back, as other programs do."""

from pathlib import Path

import numpy as np
import rasterio

from semispectral.scans.facts.georeference import quiet


def probabilities(directory: Path) -> np.ndarray:
    """Class probabilities of a map, float32 [line, sample, class]; NaN where there is no class."""
    with quiet(), rasterio.open(directory / "probability.tif") as raster:
        return np.moveaxis(np.asarray(raster.read()), 0, 2)


def classified(directory: Path) -> np.ndarray:
    """Pixels with a class, bool [line, sample]."""
    return np.asarray(np.isfinite(probabilities(directory)[:, :, 0]))
