"""Where a sensor lies is found from the images, to a part of a pixel."""

import numpy as np
import pytest
from scipy import ndimage

from semispectral.errors import DataError
from semispectral.scans.alignment import find_tie_points, scaled_to
from semispectral.scans.placing import Affine

RANDOM = np.random.default_rng(21)
LINES, SAMPLES = 160, 112


def rock(lines: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Grains of rock as a function of the place."""
    noise = ndimage.gaussian_filter(np.random.default_rng(3).standard_normal((400, 300)), 2.5)
    field = np.where(noise > 0.02, 1.0, 0.3) + ndimage.gaussian_filter(noise, 4)
    return np.asarray(ndimage.map_coordinates(field, [lines + 60, samples + 60], order=1, mode="nearest"), np.float32)


def seen_by(affine: Affine, shape: tuple[int, int]) -> np.ndarray:
    """The image of a sensor, whose pixels are means of what they cover, with the contrast reversed."""
    (a, b, c), (d, e, f) = affine.line, affine.sample
    back = np.linalg.inv([[a, b], [d, e]])
    parts = []
    for along in (-0.25, 0.25):
        for across in (-0.25, 0.25):
            line, sample = np.indices(shape)
            at = np.stack([line + along - c, sample + across - f]).reshape(2, -1)
            parts.append(rock(*(back @ at).reshape(2, *shape)))
    return np.asarray(2 - np.mean(parts, axis=0) + 0.01 * RANDOM.standard_normal(shape), np.float32)


@pytest.mark.parametrize(
    "true",
    [
        Affine((0.5, 0.0, 1.75), (0.0, 0.5, -3.25)),
        Affine((0.5, 0.006, 0.5), (-0.006, 0.505, 2.0)),
        Affine((1.0, 0.01, 4.0), (-0.01, 1.0, -2.5)),
    ],
)
def test_an_affine_is_found(true: Affine) -> None:
    """Places all over the grid are found to a third of a pixel of the sensor, though its contrast is reversed."""
    grid = rock(*np.indices((LINES, SAMPLES))) + 0.01 * RANDOM.standard_normal((LINES, SAMPLES)).astype(np.float32)
    shape = round(LINES * true.line[0]), round(SAMPLES * true.sample[1])
    found = find_tie_points(grid, seen_by(true, shape), start=scaled_to(grid.shape, shape, None), where="test")
    corners = np.array([[20, 20], [20, 90], [140, 20], [140, 90]], float).T
    off = np.hypot(*np.subtract(found.fitted.affine.at(*corners), true.at(*corners)))
    assert off.max() < 0.34
    assert np.median(found.fitted.residuals) < 0.3
    assert len(found.points) >= 8


def test_the_size_of_a_pixel_can_be_stated() -> None:
    """A sensor that sees half of the ground is found where its pixels' size is given."""
    true = Affine((0.5, 0.0, -10.0), (0.0, 0.5, 0.0))
    grid = rock(*np.indices((LINES, SAMPLES)))
    sensor = seen_by(true, (56, 56))
    found = find_tie_points(grid, sensor, start=scaled_to(grid.shape, (56, 56), 2.0), where="test")
    np.testing.assert_allclose(found.fitted.affine.at(70, 50), true.at(70, 50), atol=0.3)


def test_images_of_other_rock_are_refused() -> None:
    """Noise on one side is an error with what to do, and not an affine."""
    grid = rock(*np.indices((LINES, SAMPLES)))
    other = ndimage.gaussian_filter(RANDOM.standard_normal((80, 56)), 1.5).astype(np.float32)
    with pytest.raises(DataError, match=r"s, swir: windows of both sensors that agree .*--size"):
        find_tie_points(grid, other, start=scaled_to(grid.shape, (80, 56), None), where="s, swir")
