"""The guided filter: against a fit in every window, at its limits, and along an edge."""

import numpy as np
import pytest
from scipy.special import expit

from semispectral.errors import ConfigError, ShapeError
from semispectral.inference.average import LEAST
from semispectral.maps.smoothing import SmoothConfig, guided_filter


def _random(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    probability = random.dirichlet(np.ones(3), (7, 9)).astype(np.float32)
    return probability, random.normal(size=(7, 9, 2)).astype(np.float32)


def _by_hand(probability: np.ndarray, guide: np.ndarray, *, radius: int, epsilon: float) -> np.ndarray:
    """A ridge regression of log-probabilities in every window by loops, then the mean of the fits."""
    lines, samples, classes = probability.shape
    valid = np.isfinite(probability[:, :, 0])
    slope, level = np.zeros((lines, samples, guide.shape[2], classes)), np.zeros((lines, samples, classes))

    def window(line: int, sample: int) -> tuple[np.ndarray, np.ndarray]:
        near = np.zeros_like(valid)
        near[max(0, line - radius) : line + radius + 1, max(0, sample - radius) : sample + radius + 1] = True
        return np.nonzero(near & valid)

    for line, sample in zip(*np.nonzero(valid), strict=True):
        here = window(line, sample)
        g, p = guide[here].astype(float), np.log(np.maximum(probability[here].astype(float), LEAST))
        centred = g - g.mean(axis=0)
        covariance = centred.T @ centred / len(g) + epsilon * np.eye(g.shape[1])
        slope[line, sample] = np.linalg.solve(covariance, centred.T @ (p - p.mean(axis=0)) / len(g))
        level[line, sample] = p.mean(axis=0) - g.mean(axis=0) @ slope[line, sample]
    result = np.full(probability.shape, np.nan)
    for line, sample in zip(*np.nonzero(valid), strict=True):
        here = window(line, sample)
        fitted = guide[line, sample] @ slope[here].mean(axis=0) + level[here].mean(axis=0)
        result[line, sample] = np.exp(fitted) / np.exp(fitted).sum()
    return result


def test_filter_is_the_mean_of_the_fits_in_all_windows() -> None:
    """Boxes of sums give what loops over windows give, with pixels missing."""
    probability, guide = _random(1)
    probability[2, 3:6] = np.nan
    found = guided_filter(probability, guide, radius=2, epsilon=0.3)
    expected = _by_hand(probability, guide, radius=2, epsilon=0.3)
    inner = np.isfinite(expected)
    assert np.array_equal(np.isfinite(found), inner)
    np.testing.assert_allclose(found[inner], expected[inner], atol=2e-4)


def test_constant_probabilities_stay() -> None:
    """Where all pixels agree there is nothing to smooth."""
    _, guide = _random(2)
    probability = np.broadcast_to(np.array([0.2, 0.5, 0.3], np.float32), (7, 9, 3)).copy()
    np.testing.assert_allclose(guided_filter(probability, guide, radius=1, epsilon=0.1), probability, atol=1e-5)


def test_an_edge_of_the_guide_is_kept_and_noise_is_not() -> None:
    """Next to an edge in the spectra the error is below a third of that of noise, and of a blind filter's."""
    random = np.random.default_rng(3)
    truth = np.zeros((20, 20), np.float32)
    truth[:, 10:] = 1
    target = expit(2.8 * truth - 1.4)
    first = expit(2.8 * truth - 1.4 + random.normal(0, 0.75, truth.shape)).astype(np.float32)
    probability = np.stack([first, 1 - first], axis=2)
    guide = (4 * truth - 2)[:, :, None]
    near = np.s_[:, 8:12]
    error = {
        name: np.abs(values[:, :, 0] - target)[near].mean()
        for name, values in {
            "noise": probability,
            "guided": guided_filter(probability, guide, radius=3, epsilon=0.01),
            "blind": guided_filter(probability, np.zeros_like(guide), radius=3, epsilon=0.01),
        }.items()
    }
    assert error["guided"] < error["noise"] / 3
    assert error["guided"] < error["blind"] / 3


def test_neighbours_that_agree_make_a_class_surer() -> None:
    """Without a guide, the result is the geometric mean of the window: surer than the arithmetic one."""
    _, guide = _random(6)
    one, other = [0.9, 0.05, 0.05], [0.5, 0.3, 0.2]
    pattern = (np.indices((7, 9)).sum(axis=0) % 2).astype(bool)
    probability = np.where(pattern[:, :, None], one, other).astype(np.float32)
    found = guided_filter(probability, np.zeros_like(guide), radius=20, epsilon=0.1)[3, 4]
    share = pattern.mean()
    by_hand = np.power(one, share) * np.power(other, 1 - share)
    np.testing.assert_allclose(found, by_hand / by_hand.sum(), atol=1e-4)
    assert found[0] > share * one[0] + (1 - share) * other[0] > other[0]


def test_a_sure_pixel_does_not_rule_out_what_its_neighbours_say() -> None:
    """A probability of 0 counts as the least one, and a whole map of them stays finite."""
    sure = np.zeros((7, 9, 3), np.float32)
    sure[:, :, 0] = 1
    _, guide = _random(7)
    found = guided_filter(sure, guide, radius=2, epsilon=0.1)
    np.testing.assert_allclose(found[:, :, 0], 1 / (1 + 2 * LEAST), atol=1e-5)


def test_probabilities_sum_to_one() -> None:
    """Whatever the fit, the result is a distribution."""
    probability, guide = _random(4)
    found = guided_filter(probability, 10 * guide, radius=1, epsilon=1e-4)
    assert found.min() >= 0
    np.testing.assert_allclose(found.sum(axis=2), 1, rtol=1e-5)


@pytest.mark.parametrize("wrong", [{"smoothing": "potts"}, {"radius": 0}, {"epsilon": 0.0}])
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    """The message names the key."""
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        SmoothConfig(**wrong)  # type: ignore[arg-type]


def test_a_guide_of_another_shape_is_refused() -> None:
    """Guide and map must be of one scene."""
    probability, guide = _random(5)
    with pytest.raises(ShapeError, match="guide"):
        guided_filter(probability, guide[1:], radius=1, epsilon=0.1)
