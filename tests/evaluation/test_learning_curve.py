"""The learning curve: its steps, its fit against curves that are known, and its interval."""

import numpy as np
import pandas as pd
import pytest

from semispectral.evaluation.learning_curve import MORE, expected, fit_power_law, power_law, steps


def curve(parameters: tuple[float, float, float], *, noise: float, seed: int) -> pd.DataFrame:
    """Points of a known power law in eight draws."""
    random = np.random.default_rng(seed)
    labels = np.tile(np.array(steps(320, least=10)), 8)
    score = power_law(np.array(parameters), labels) + random.normal(0, noise, len(labels))
    return pd.DataFrame({"labels": labels, "draw": np.repeat(np.arange(8), len(labels) // 8), "score": score})


def test_steps_are_halves() -> None:
    """All labels, half of them, and so on; all of them alone where they are few."""
    assert steps(100, least=20) == (25, 50, 100)
    assert steps(5, least=20) == (5,)


@pytest.mark.parametrize("parameters", [(0.9, 2.0, 0.7), (0.75, 1.0, 0.4)])
def test_a_known_curve_is_found(parameters: tuple[float, float, float]) -> None:
    """Without noise the fit goes through all points, and the gain is that of the curve."""
    points = curve(parameters, noise=0, seed=1)
    fitted = fit_power_law(points["labels"].to_numpy(float), points["score"].to_numpy(float))
    ends = np.array([20.0, 320.0])
    np.testing.assert_allclose(power_law(fitted, ends), power_law(np.array(parameters), ends), atol=1e-4)
    found = expected(points, seed=1)
    assert found is not None
    now, then = power_law(np.array(parameters), np.array([320.0, 320.0 + MORE]))
    assert found.labels == 320
    assert found.gain == pytest.approx(then - now, abs=1e-4)
    assert found.low == pytest.approx(found.high, abs=1e-4)


def test_noise_widens_the_interval_around_the_truth() -> None:
    """The interval holds the true gain of a noisy curve, and grows with the noise."""
    parameters = (0.9, 2.0, 0.6)
    now, then = power_law(np.array(parameters), np.array([320.0, 320.0 + MORE]))
    widths = []
    for noise in (0.005, 0.03):
        found = expected(curve(parameters, noise=noise, seed=2), seed=1)
        assert found is not None
        assert found.low - 0.01 <= then - now <= found.high + 0.01
        widths.append(found.high - found.low)
    assert widths[0] < widths[1]


def test_two_numbers_of_labels_foretell_nothing() -> None:
    """Any curve would go through them."""
    points = curve((0.9, 2.0, 0.7), noise=0, seed=1)
    assert expected(points[points["labels"] >= 160], seed=1) is None


def test_a_curve_never_foretells_more_than_a_perfect_score() -> None:
    """Where all scores are 1, more labels bring nothing."""
    points = curve((1.0, 0.0, 0.5), noise=0, seed=1)
    found = expected(points, seed=1)
    assert found is not None
    assert found.now <= 1 + 1e-6
    assert found.gain == pytest.approx(0, abs=1e-3)
