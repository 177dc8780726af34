"""Lay the data of one sensor on the grid of another: by an affine, in blocks of lines, without holding the scan."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.study.scene import OtherSensor, TiePoint

LARGEST_TURN = 20.0  # degrees; a block of lines would otherwise need most of the other scan
FEWEST_COVERED = 0.01  # share of the grid that a sensor must see
LOOKED = 64  # places along each axis at which it is asked what the sensor sees
MOST_PIXELS_OF_ONE = 8  # along each axis, of a finer sensor, that are averaged to one pixel of the grid


@dataclass(frozen=True)
class Affine:
    """Where the pixels of a grid lie in the data of a sensor; whole numbers are the middles of pixels.

    line = a line' + b sample' + c, sample = d line' + e sample' + f, with line' and sample' on the grid.

    Attributes
    ----------
    line : (a, b, c).
    sample : (d, e, f).
    """

    line: tuple[float, float, float] = (1.0, 0.0, 0.0)
    sample: tuple[float, float, float] = (0.0, 1.0, 0.0)

    def at(self, lines: np.ndarray, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where places of the grid lie in the data, float64.

        Parameters
        ----------
        lines, samples : float, places on the grid, of one shape or of shapes that go together.
        """
        (a, b, c), (d, e, f) = self.line, self.sample
        return a * lines + b * samples + c, d * lines + e * samples + f

    @property
    def turn(self) -> float:
        """Angle by which the sensor is turned, in degrees, 0 to 90; a mirrored axis is no turn."""
        (a, b, _), (d, e, _) = self.line, self.sample
        return max(math.degrees(math.atan2(abs(b), abs(a))), math.degrees(math.atan2(abs(d), abs(e))))


@dataclass(frozen=True)
class Fitted:
    """Affine that was fitted to tie points.

    Attributes
    ----------
    affine : Affine.
    residuals : float64 [point], distance of each point from where the affine puts it, in pixels of the sensor.
    """

    affine: Affine
    residuals: np.ndarray


def fit_affine(points: Sequence[TiePoint]) -> Fitted:
    """Fit an affine to tie points by least squares.

    Parameters
    ----------
    points : sequence of TiePoint, three or more that do not lie on one line.

    Raises
    ------
    DataError : the points lie on one line, so that no affine follows from them.

    Examples
    --------
    >>> points = [TiePoint(2 * line, 2 * sample + 1, line, sample) for line in (0, 8) for sample in (0, 5)]
    >>> fit_affine(points).affine.at(3, 4)
    (6.0, 9.0)
    """
    grid = np.array([[point.grid_line, point.grid_sample, 1.0] for point in points])
    seen = np.array([[point.line, point.sample] for point in points])
    centred = grid[:, :2] - grid[:, :2].mean(axis=0)
    spread = np.linalg.svd(centred, compute_uv=False)
    if spread[-1] < 1e-6 * max(spread[0], 1.0):
        raise DataError(
            f"tie points must not lie on one line, but all {len(points)} do: no affine follows from them; add points "
            "elsewhere on the scan"
        )
    found = np.linalg.lstsq(grid, seen, rcond=None)[0].round(9)
    line, sample = (tuple(float(value) for value in column) for column in found.T)
    residuals = np.hypot(*(seen - grid @ found).T)
    return Fitted(Affine(line, sample), residuals)  # type: ignore[arg-type]  # three numbers each


def affine_of(other: OtherSensor) -> Affine | None:
    """Return the affine of a sensor by its numbers or its tie points, or None where it has neither.

    Parameters
    ----------
    other : OtherSensor, row of ``sensors.tsv``.

    Raises
    ------
    DataError : a tie point lies too far from where the affine puts it.
    """
    if other.affine:
        a, b, c, d, e, f = other.affine
        return Affine((a, b, c), (d, e, f))
    if not other.tie_points:
        return None
    fitted = fit_affine(other.tie_points)
    worst = int(np.argmax(fitted.residuals))
    if fitted.residuals[worst] > other.most_residual:
        point = other.tie_points[worst]
        raise DataError(
            f"{other.row.data}: the tie points of {other.name} ({other.row.name}) must fit one affine to "
            f"{other.most_residual:g} pixels, but that at line {point.line:g}, sample {point.sample:g} is "
            f"{fitted.residuals[worst]:.2f} pixels off; correct or remove it, or state what is allowed in the column "
            "most_residual of sensors.tsv"
        )
    return fitted.affine


def placed(cube: Cube, other: OtherSensor, grid: Cube) -> Cube:
    """Lay the data of a sensor on a grid.

    A pixel of the grid that the sensor does not see is NaN in all bands. Of a finer sensor, the pixels that lie in one
    pixel of the grid are averaged, with ``bilinear``.

    Parameters
    ----------
    cube : Cube, data of the sensor, of a dtype that can hold NaN.
    other : OtherSensor, row of ``sensors.tsv``.
    grid : Cube, data whose grid it is.

    Returns
    -------
    Cube of the lines and samples of the grid, and the bands of the sensor. Its facts are those of the sensor.

    Raises
    ------
    ShapeError : no place is given, and the sizes differ.
    DataError : the tie points do not fit, the sensor is turned too far, or it does not see the scene.
    """
    affine = affine_of(other)
    lines, samples = grid.shape[:2]
    if affine is None:
        if cube.shape[:2] != (lines, samples):
            raise ShapeError(
                f"{other.row.data}: {other.name} must have the {lines} lines and {samples} samples of {grid.path}, on "
                f"whose grid the scene {other.row.name} lies, got {cube.shape[0]} and {cube.shape[1]}; say in the "
                "column place of sensors.tsv where it lies: six numbers, or a table of tie points"
            )
        return cube
    _require_seen(affine, cube, other, grid)
    parts = _parts(affine) if other.interpolation == "bilinear" else (1, 1)

    def read_lines(first: int, last: int) -> np.ndarray:
        rows, columns = np.arange(first, last, dtype=np.float64)[:, None], np.arange(samples, dtype=np.float64)
        return _read(cube, affine, rows, columns, parts=parts, nearest=other.interpolation == "nearest")

    return replace(
        cube, shape=(lines, samples, cube.shape[2]), read_lines=read_lines, chunk_lines=1, dtype=np.dtype(np.float32)
    )


def _parts(affine: Affine) -> tuple[int, int]:
    """Return how many places along lines and samples of a pixel of the grid are averaged."""
    sizes = (math.hypot(affine.line[0], affine.sample[0]), math.hypot(affine.line[1], affine.sample[1]))
    along, across = (min(max(1, round(size)), MOST_PIXELS_OF_ONE) for size in sizes)
    return along, across


def _require_seen(affine: Affine, cube: Cube, other: OtherSensor, grid: Cube) -> None:
    """Refuse a sensor that is turned too far, or that does not see the scene."""
    if affine.turn > LARGEST_TURN:
        raise DataError(
            f"{other.row.data}: {other.name} must be turned by at most {LARGEST_TURN:g} degrees against {grid.path}, "
            f"got {affine.turn:.0f}; turn the file, or correct the column place of sensors.tsv"
        )
    rows, columns = (np.linspace(0, size - 1, min(size, LOOKED)) for size in grid.shape[:2])
    seen = _inside(*affine.at(rows[:, None], columns), cube.shape[:2]).mean()
    if seen < FEWEST_COVERED:
        raise DataError(
            f"{other.row.data}: {other.name} must lie over {grid.path}, but sees {seen:.1%} of its pixels by the "
            "column place of sensors.tsv; correct it: its six numbers lead from the grid of the scene to this sensor"
        )


def _inside(line: np.ndarray, sample: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return which places lie in the data, up to the edges of the outer pixels."""
    return np.asarray((line >= -0.5) & (line <= shape[0] - 0.5) & (sample >= -0.5) & (sample <= shape[1] - 0.5))


def _read(
    cube: Cube, affine: Affine, rows: np.ndarray, columns: np.ndarray, *, parts: tuple[int, int], nearest: bool
) -> np.ndarray:
    """Return the values at pixels of the grid, float32 [line, sample, band], from the lines that they need alone."""
    shifts = [(np.arange(count) + 0.5) / count - 0.5 for count in parts]
    places = [affine.at(rows + along, columns + across) for along, across in itertools.product(*shifts)]
    reach = np.concatenate([line.ravel() for line, _ in places])
    first = int(np.clip(math.floor(reach.min()), 0, cube.shape[0] - 1))
    last = int(np.clip(math.floor(reach.max()) + 2, first + 1, cube.shape[0]))
    total = np.zeros((len(rows), len(columns), cube.shape[2]), np.float32)
    if reach.max() < -0.5 or reach.min() > cube.shape[0] - 0.5:
        return np.full_like(total, np.nan)
    values = cube.read_lines(first, last).astype(np.float32, copy=False)
    for line, sample in places:
        outside = ~_inside(line, sample, cube.shape[:2])
        line = np.clip(line, 0, cube.shape[0] - 1) - first
        sample = np.clip(sample, 0, cube.shape[1] - 1)
        found = _nearest(values, line, sample) if nearest else _bilinear(values, line, sample)
        found[outside] = np.nan
        total += found
    return total / np.float32(len(places))


def _nearest(values: np.ndarray, line: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Return the values of the nearest pixels, [line, sample, band]."""
    nearest: np.ndarray = values[np.rint(line).astype(int), np.rint(sample).astype(int)]
    return nearest


def _bilinear(values: np.ndarray, line: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Return values between four pixels, float32 [line, sample, band]; a pixel of weight 0 is not looked at."""
    above = np.clip(np.floor(line).astype(int), 0, values.shape[0] - 1)
    left = np.clip(np.floor(sample).astype(int), 0, values.shape[1] - 1)
    down, right = (line - above).astype(np.float32), (sample - left).astype(np.float32)
    below, beside = np.where(down > 0, above + 1, above), np.where(right > 0, left + 1, left)
    down, right = down[:, :, None], right[:, :, None]
    upper = values[above, left] * (1 - right) + values[above, beside] * right
    lower = values[below, left] * (1 - right) + values[below, beside] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)
