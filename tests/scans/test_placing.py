"""The data of one sensor are laid on the grid of another."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.placing import affine_of, fit_affine, placed
from semispectral.study.classes import CodeSet
from semispectral.study.scene import OtherSensor, Scene, TiePoint

NONE = CodeSet(())
ROW = Scene("one", "", Path("s.npy"), "", Path("s.npy"), "", "line,sample,band", "", None, None, NONE, NONE)
SHIFT = (0.5, 0.0, -0.25, 0.0, 0.5, -0.25)  # pixels twice as large, whose edges coincide


def cube_of(values: np.ndarray, *, read: list[int] | None = None) -> Cube:
    """A cube in memory; the number of lines of each reading is appended to ``read``."""

    def read_lines(first: int, last: int) -> np.ndarray:
        assert 0 <= first < last <= len(values)
        if read is not None:
            read.append(last - first)
        return values[first:last].copy()

    return Cube(Path("s.npy"), values.shape, values.dtype, read_lines)


def plane(line: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Two bands that are linear in the place, so that bilinear values are exact."""
    return np.stack([3 * line + sample, 100 - line + 2 * sample], axis=-1).astype(np.float32)


def grid_of(lines: int, samples: int) -> Cube:
    return cube_of(np.zeros((lines, samples, 1), np.float32))


@pytest.mark.parametrize("affine", [SHIFT, (1.0, 0.1, -2.0, -0.1, 1.0, 3.0), (-1.0, 0.0, 11.0, 0.0, 1.0, 0.0)])
def test_a_plane_is_laid_exactly(affine: tuple[float, ...]) -> None:
    """Bilinear values of a plane are the plane itself at the places of the affine; what is not seen is NaN."""
    a, b, c, d, e, f = affine
    data = plane(*np.indices((12, 10)).astype(float))
    found = placed(cube_of(data), OtherSensor("swir", ROW, affine), grid_of(14, 9))
    values = np.concatenate([block for _, block in found.blocks(max_bytes=300)])
    lines, samples = np.indices((14, 9))
    line, sample = a * lines + b * samples + c, d * lines + e * samples + f
    inside = (line >= 0) & (line <= 11) & (sample >= 0) & (sample <= 9)
    outside = (line < -0.5) | (line > 11.5) | (sample < -0.5) | (sample > 9.5)
    assert inside.sum() > 30
    np.testing.assert_allclose(values[inside], plane(line, sample)[inside], rtol=1e-5)
    assert np.isnan(values[outside]).all()
    assert np.isfinite(values[~outside]).all()


def test_blocks_do_not_change_values_and_read_few_lines() -> None:
    """Any height of block gives the same values, and a block reads the lines that it needs and no more."""
    data, read = np.random.default_rng(3).random((50, 6, 2)).astype(np.float32), []
    found = placed(cube_of(data, read=read), OtherSensor("swir", ROW, SHIFT), grid_of(100, 12))
    whole = found.read_lines(0, 100)
    read.clear()
    parts = np.concatenate([found.read_lines(first, first + 4) for first in range(0, 100, 4)])
    np.testing.assert_array_equal(parts, whole)
    assert max(read) <= 4


def test_a_finer_sensor_is_averaged() -> None:
    """Of pixels half as large, a pixel of the grid holds the mean of the four in it."""
    fine = np.random.default_rng(4).random((20, 12, 3)).astype(np.float32)
    found = placed(cube_of(fine), OtherSensor("vnir", ROW, (2.0, 0.0, 0.5, 0.0, 2.0, 0.5)), grid_of(10, 6))
    expected = fine.reshape(10, 2, 6, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(found.read_lines(0, 10), expected, rtol=1e-5)


def test_nearest_takes_values_as_they_are() -> None:
    """With nearest, each value is one of the sensor's own."""
    data = np.random.default_rng(5).random((10, 10, 1)).astype(np.float32)
    found = placed(cube_of(data), OtherSensor("swir", ROW, SHIFT, interpolation="nearest"), grid_of(20, 20))
    values = found.read_lines(0, 20)
    np.testing.assert_array_equal(values[::2, ::2], data)
    np.testing.assert_array_equal(values[1::2, 1::2], data)


def test_a_gap_spreads_to_neighbours_alone() -> None:
    """A missing value is missing where it has a weight, and nowhere else."""
    data = np.ones((8, 8, 2), np.float32)
    data[4, 4, 1] = np.nan
    values = placed(cube_of(data), OtherSensor("swir", ROW, (1.0, 0.0, 0.5, 0.0, 1.0, 0.0)), grid_of(7, 8)).read_lines(
        0, 7
    )
    assert np.argwhere(np.isnan(values)).tolist() == [[3, 4, 1], [4, 4, 1]]


def test_tie_points_give_their_affine() -> None:
    """Tie points on an affine give it, with residuals of 0; noise gives residuals of its size."""
    random = np.random.default_rng(6)
    grid = random.uniform(0, 100, (30, 2))
    line, sample = 0.5 * grid[:, 0] + 0.02 * grid[:, 1] + 3, -0.02 * grid[:, 0] + 0.5 * grid[:, 1] - 4
    points = [TiePoint(*row) for row in np.column_stack([line, sample, grid]).tolist()]
    fitted = fit_affine(points)
    np.testing.assert_allclose([*fitted.affine.line, *fitted.affine.sample], [0.5, 0.02, 3, -0.02, 0.5, -4], atol=1e-7)
    assert fitted.residuals.max() < 1e-6
    noisy = [
        replace(point, line=point.line + off) for point, off in zip(points, random.normal(0, 0.2, 30), strict=True)
    ]
    assert 0.05 < np.sqrt(np.mean(fit_affine(noisy).residuals ** 2)) < 0.4


def points_of(*off: float) -> tuple[TiePoint, ...]:
    """Corners and the middle of a grid, the first ones moved along the lines."""
    at = [(0, 0), (0, 20), (30, 0), (30, 20), (15, 10)]
    return tuple(
        TiePoint(line / 2 + move, sample / 2, line, sample)
        for (line, sample), move in zip(at, [*off, *[0.0] * (5 - len(off))], strict=True)
    )


REFUSED = {
    "no place": (OtherSensor("swir", ROW), ShapeError, "say in the column place"),
    "turned": (OtherSensor("swir", ROW, (0.0, 1.0, 0.0, 1.0, 0.0, 0.0)), DataError, "turn the file"),
    "beside": (OtherSensor("swir", ROW, (1.0, 0.0, 500.0, 0.0, 1.0, 0.0)), DataError, "sees 0.0% of its pixels"),
    "residual": (OtherSensor("swir", ROW, tie_points=points_of(5.0)), DataError, "pixels off; correct or remove it"),
    "on a line": (
        OtherSensor("swir", ROW, tie_points=tuple(TiePoint(k, k, k, k) for k in range(5))),
        DataError,
        "must not lie on one line",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_lie_on_the_scene_is_refused(name: str) -> None:
    """A sensor without a place, turned, beside the scene, or with points that do not fit is an error in words."""
    other, error, words = REFUSED[name]
    with pytest.raises(error, match=words):
        placed(cube_of(np.zeros((16, 11, 1), np.float32)), other, grid_of(31, 21))


def test_the_limit_of_residuals_can_be_stated() -> None:
    """Points that are off by more than a pixel are taken where the row allows it."""
    other = OtherSensor("swir", ROW, tie_points=points_of(2.0), most_residual=3.0)
    affine = affine_of(other)
    assert affine is not None
    assert math.isclose(affine.line[0], 0.5, abs_tol=0.1)
