"""Labels as images: painted on the scene's grid, made small enough to be seen, coloured, and laid in landscape."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb

from semispectral.figures.style import GROUND, PAPER

LONGEST_SIDE = 900  # cells; more would be smaller than a pixel of the figure
EMPTY = -1


def reduction(shape: tuple[int, int]) -> int:
    """Lines and samples that one cell of the image stands for."""
    return max(1, -(-max(shape) // LONGEST_SIDE))


def painted(
    shape: tuple[int, int], line: np.ndarray, sample: np.ndarray, value: np.ndarray, *, cell: int
) -> np.ndarray:
    """The most frequent value in each cell, int16 [cell line, cell sample], -1 where there is no pixel.

    Of two values that are equally frequent the smaller wins.

    Parameters
    ----------
    shape : lines and samples of the scene.
    line, sample, value : int [pixel]; values are 0 or more.
    cell : lines and samples of a cell.
    """
    lines, samples = (-(-side // cell) for side in shape)
    image = np.full((lines, samples), EMPTY, np.int16)
    if not len(value):
        return image
    place = (np.asarray(line, np.int64) // cell) * samples + np.asarray(sample, np.int64) // cell
    kinds = int(value.max()) + 1
    key, count = np.unique(place * kinds + value, return_counts=True)
    order = np.lexsort((-(key % kinds), count))  # the last write wins: most frequent, then smallest
    image.ravel()[key[order] // kinds] = key[order] % kinds
    return image


def shrunk(raster: np.ndarray, *, cell: int) -> np.ndarray:
    """Every ``cell``-th line and sample of a raster."""
    return np.asarray(raster[::cell, ::cell])


def coloured(image: np.ndarray, colours: Sequence[str], *, of_interest: np.ndarray) -> np.ndarray:
    """Colours of an image, float [cell line, cell sample, 3]; grey where a pixel of interest has no value.

    Parameters
    ----------
    image : int [cell line, cell sample], -1 or an index into ``colours``.
    of_interest : bool [cell line, cell sample]; elsewhere the paper shows.
    """
    palette = np.array([to_rgb(colour) for colour in (*colours, PAPER, GROUND)])
    ground = np.where(of_interest, len(colours) + 1, len(colours))
    return np.asarray(palette[np.where(image == EMPTY, ground, image)])


def landscape(image: np.ndarray) -> np.ndarray:
    """The image with its longer side across: a core runs from left to right."""
    return np.swapaxes(image, 0, 1) if image.shape[0] > image.shape[1] else image


def is_long(shape: tuple[int, int]) -> bool:
    """Whether a scene is so long that its pictures stand under and not beside each other."""
    return max(shape) > 1.4 * min(shape)
