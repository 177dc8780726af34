"""Find where the data of one sensor lie on the grid of another: tie points by phase correlation of small windows.

Images of two sensors differ in brightness and even in the sign of their contrast, but have edges in the same places.
So the strength of the gradient is compared. First the whole images are laid over each other, then windows all over the
grid; an affine that many windows agree on is kept, and the windows that agree with it are the tie points.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import fft, ndimage

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.placing import Affine, Fitted, fit_affine
from semispectral.study.scene import TiePoint

BLOCK_BYTES = 16_000_000
WINDOW, SMALLEST = 48, 16  # pixels of the grid along each side of a window; in small scenes a third of the scene
ROUNDS = 3
FARTHEST = 0.3  # of a window, that it may be off; more is chance
WHITENED = 0.7  # power of the amplitude that is taken away: 1 is phase correlation, 0 is plain correlation
CLEAR = 5.0  # height of the peak of a correlation above its mean, in standard deviations, from which it counts
TRIALS, SEED = 500, 7
NEAR = 1.0  # pixels of the grid within which a window agrees with an affine
FEWEST_WINDOWS, FEWEST_AGREED = 6, 0.3


@dataclass(frozen=True)
class Aligned:
    """Tie points that were found.

    Attributes
    ----------
    points : tuple of TiePoint, the windows that agree.
    fitted : Fitted, their affine and residuals, in pixels of the sensor.
    windows : int, number of windows that were clear enough to be compared.
    """

    points: tuple[TiePoint, ...]
    fitted: Fitted
    windows: int


def band_image(cube: Cube, bands: np.ndarray) -> np.ndarray:
    """Return the mean of some bands, float32 [line, sample]; in blocks, so that memory holds the image and a block.

    Parameters
    ----------
    cube : Cube, open data.
    bands : int [some band], which bands.
    """
    parts = []
    for _, block in cube.blocks(max_bytes=BLOCK_BYTES):
        values = block[:, :, bands].astype(np.float32)
        there = np.isfinite(values)
        count = there.sum(axis=2)
        total = np.where(there, values, 0).sum(axis=2)
        parts.append(np.divide(total, count, out=np.full(total.shape, np.nan, np.float32), where=count > 0))
    return np.concatenate(parts)


def scaled_to(grid: tuple[int, int], sensor: tuple[int, int], size: float | None) -> Affine:
    """Return the affine to begin with: edges that coincide, and pixels of the stated or of the sizes' own ratio.

    Parameters
    ----------
    grid, sensor : lines and samples of each.
    size : float or None, size of a pixel of the sensor in pixels of the grid; None: both see the same ground.
    """
    ratios = [1 / size if size else own / of for own, of in zip(sensor, grid, strict=True)]
    (along, across), (first, left) = ratios, [ratio / 2 - 0.5 for ratio in ratios]
    return Affine((along, 0.0, first), (0.0, across, left))


def find_tie_points(grid: np.ndarray, sensor: np.ndarray, *, start: Affine, where: str) -> Aligned:
    """Find places that two images share, and the affine that they agree on.

    Parameters
    ----------
    grid : float32 [line, sample], image on the grid; NaN without data.
    sensor : float32 [line, sample], image of the sensor; NaN without data.
    start : Affine to begin with, right in scale and turn to a few percent; see `scaled_to`.
    where : str, the scene and the sensor, for the error.

    Raises
    ------
    DataError : too few windows agree.
    """
    size = max(1.0, 1 / max(np.hypot(start.line[0], start.sample[0]), 1e-6))
    edges = _edges(grid, sigma=size)
    shift = _peak(_correlated(edges, _edges(_laid(sensor, start, grid.shape), sigma=size)))[0]
    affine = _moved(start, shift)
    for _ in range(ROUNDS):
        found = list(_windows(edges, _edges(_laid(sensor, affine, grid.shape), sigma=size), affine))
        agreed = _agreed(found, where)
        affine = fit_affine(agreed).affine
    return Aligned(tuple(agreed), fit_affine(agreed), len(found))


def _moved(affine: Affine, shift: tuple[float, float]) -> Affine:
    """Return an affine of a grid that is moved by some lines and samples."""
    line, sample = affine.at(np.array(shift[0]), np.array(shift[1]))
    return Affine((*affine.line[:2], float(line)), (*affine.sample[:2], float(sample)))


def _laid(image: np.ndarray, affine: Affine, shape: tuple[int, ...]) -> np.ndarray:
    """Return an image of the sensor on the grid, float32 [line, sample]; NaN beyond its edges."""
    lines, samples = np.arange(shape[0], dtype=np.float64)[:, None], np.arange(shape[1], dtype=np.float64)
    at = np.broadcast_arrays(*affine.at(lines, samples))
    return np.asarray(ndimage.map_coordinates(image, at, order=1, mode="constant", cval=np.nan), np.float32)


def _edges(image: np.ndarray, *, sigma: float) -> np.ndarray:
    """Return the strength of the gradient of an image, float64 [line, sample]; 0 beside gaps."""
    known = np.isfinite(image)
    filled = np.where(known, image, np.median(image[known]) if known.any() else 0.0).astype(np.float64)
    strength = ndimage.gaussian_gradient_magnitude(filled, sigma)
    inside = ndimage.binary_erosion(known, iterations=int(np.ceil(2 * sigma)), border_value=1)
    strength = np.where(inside, strength, 0.0)
    top = np.quantile(strength[inside], 0.99) if inside.any() else 0.0
    return np.asarray(np.minimum(strength, top))  # one glint would outweigh all else


def _correlated(first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the whitened correlation of two images of one shape, by the shift of the other one."""
    taper = np.outer(*(np.hanning(size + 2)[1:-1] for size in first.shape))
    spectra = [fft.rfft2((image - image.mean()) * taper) for image in (first, other)]
    product = np.conj(spectra[0]) * spectra[1]
    amplitude = np.abs(product)
    product /= np.maximum(amplitude, 1e-9 * max(float(amplitude.max()), 1e-300)) ** WHITENED
    return np.asarray(fft.irfft2(product, s=first.shape))


def _peak(correlation: np.ndarray) -> tuple[tuple[float, float], float]:
    """Return the shift at the peak of a correlation, to parts of a pixel, and the height of the peak in sigmas."""
    place = np.unravel_index(int(np.argmax(correlation)), correlation.shape)
    shift = []
    for axis, at in enumerate(place):
        size = correlation.shape[axis]
        line = np.take(np.moveaxis(correlation, axis, 0)[:, place[1 - axis]], [at - 1, at, at + 1], mode="wrap")
        bend = line[0] - 2 * line[1] + line[2]
        part = 0.5 * (line[0] - line[2]) / bend if bend < 0 else 0.0
        shift.append(float(at - size if at > size // 2 else at) + float(np.clip(part, -0.5, 0.5)))
    spread = float(correlation.std())
    height = (float(correlation[place]) - float(correlation.mean())) / spread if spread > 0 else 0.0
    return (shift[0], shift[1]), height


def _windows(grid: np.ndarray, other: np.ndarray, affine: Affine) -> Iterator[TiePoint]:
    """Yield the tie point of each window that is clear: its middle on the grid, and where the sensor sees that."""
    tall, wide = (min(WINDOW, size, max(SMALLEST, size // 3)) for size in grid.shape)
    for line in range(0, grid.shape[0] - tall + 1, max(1, tall // 2)):
        for sample in range(0, grid.shape[1] - wide + 1, max(1, wide // 2)):
            here = slice(line, line + tall), slice(sample, sample + wide)
            if not (grid[here].any() and other[here].any()):
                continue
            shift, height = _peak(_correlated(grid[here], other[here]))
            if height >= CLEAR and abs(shift[0]) <= FARTHEST * tall and abs(shift[1]) <= FARTHEST * wide:
                middle = line + (tall - 1) / 2, sample + (wide - 1) / 2
                seen = affine.at(np.array(middle[0] + shift[0]), np.array(middle[1] + shift[1]))
                yield TiePoint(float(seen[0]), float(seen[1]), *middle)


def _agreed(points: list[TiePoint], where: str) -> list[TiePoint]:
    """Return the points that agree with the affine which most of them agree with."""
    best = np.zeros(len(points), bool)
    if len(points) >= FEWEST_WINDOWS:
        grid = np.array([[point.grid_line, point.grid_sample, 1.0] for point in points])
        seen = np.array([[point.line, point.sample] for point in points])
        random = np.random.default_rng(SEED)
        for _ in range(TRIALS):
            chosen = random.choice(len(points), 3, replace=False)
            if abs(np.linalg.det(grid[chosen])) < SMALLEST**2:
                continue  # nearly on one line
            affine = np.linalg.solve(grid[chosen], seen[chosen])
            pixel = np.sqrt(abs(np.linalg.det(affine[:2])))  # of the grid, in pixels of the sensor
            near = np.hypot(*(seen - grid @ affine).T) <= NEAR * max(pixel, 1e-6)
            best = near if near.sum() > best.sum() else best
    if best.sum() < max(FEWEST_WINDOWS, FEWEST_AGREED * len(points)):
        raise DataError(
            f"{where}: windows of both sensors that agree on one place are needed, {FEWEST_WINDOWS} or more and "
            f"{FEWEST_AGREED:.0%} of the {len(points)} that were clear, got {int(best.sum())}; name a wavelength at "
            "which both show the same (--nm), state the size of a pixel (--size), or measure tie points by hand"
        )
    return [point for point, near in zip(points, best.tolist(), strict=True) if near]
