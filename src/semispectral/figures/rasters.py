"""Images of labels: paint them on the scene's raster, reduce, colour, and turn them to landscape."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb

from semispectral.figures.colours import GROUND, PAPER

LONGEST_SIDE = 900  # cells; more would be smaller than a pixel of the figure
EMPTY = -1


def reduction(shape: tuple[int, int]) -> int:
    """Return the number of lines and samples per image cell.

    Parameters
    ----------
    shape : lines and samples of the scene.
    """
    return max(1, -(-max(shape) // LONGEST_SIDE))


def painted(
    shape: tuple[int, int], line: np.ndarray, sample: np.ndarray, value: np.ndarray, *, cell: int
) -> np.ndarray:
    """Return the most frequent value in each cell, int16 [cell line, cell sample], -1 without a pixel.

    Of two equally frequent values, the smaller is taken.

    Parameters
    ----------
    shape : lines and samples of the scene.
    line : int [pixel].
    sample : int [pixel].
    value : int [pixel], 0 or more.
    cell : lines and samples per cell.
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
    """Return every ``cell``-th line and sample of a raster.

    Parameters
    ----------
    raster : array [line, sample].
    cell : lines and samples per cell.
    """
    return np.asarray(raster[::cell, ::cell])


def coloured(image: np.ndarray, colours: Sequence[str], *, of_interest: np.ndarray) -> np.ndarray:
    """Return the colours of an image, float [cell line, cell sample, 3]; grey for pixels of interest without a value.

    Parameters
    ----------
    image : int [cell line, cell sample], -1 or an index into ``colours``.
    colours : colours by index.
    of_interest : bool [cell line, cell sample]; other cells have the colour of the paper.
    """
    palette = np.array([to_rgb(colour) for colour in (*colours, PAPER, GROUND)])
    ground = np.where(of_interest, len(colours) + 1, len(colours))
    return np.asarray(palette[np.where(image == EMPTY, ground, image)])


def landscape(image: np.ndarray) -> np.ndarray:
    """Return an image with its longer side across: core then runs from left to right.

    Parameters
    ----------
    image : array [line, sample, ...].
    """
    return np.swapaxes(image, 0, 1) if image.shape[0] > image.shape[1] else image


def is_long(shape: tuple[int, int]) -> bool:
    """Return True for long scenes, whose pictures are stacked rather than placed side by side.

    Parameters
    ----------
    shape : lines and samples of the scene.
    """
    return max(shape) > 1.4 * min(shape)
