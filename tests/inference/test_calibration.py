"""Temperature, reliability and risk-coverage, against grids, brute force and closed forms."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from semispectral.inference.calibration import (
    TEMPERATURE_BOUNDS,
    apply_temperature,
    area_under_risk_coverage,
    expected_calibration_error,
    fit_temperature,
    most_probable_temperature,
    reliability,
    risk_coverage,
)


def drawn(pixels: int, *, sharpness: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities that are too sharp by a factor, and labels drawn from the true ones."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(pixels, 4)) * 2
    label = (softmax(logits, axis=1).cumsum(axis=1) < generator.random((pixels, 1))).sum(axis=1).clip(0, 3)
    return log_softmax(logits * sharpness, axis=1), label


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 3.0])
def test_the_temperature_that_spoilt_the_probabilities_is_found(sharpness: float) -> None:
    """Probabilities made too sharp by a factor get about that factor as temperature, and the least log loss."""
    log_probability, label = drawn(5000, sharpness=sharpness, seed=1)
    temperature = fit_temperature(log_probability, label)
    assert temperature == pytest.approx(sharpness, rel=0.06)
    losses = [log_loss(label, apply_temperature(log_probability, temperature * step)) for step in (0.9, 1, 1.1)]
    assert np.argmin(losses) == 1


def test_a_few_correct_pixels_do_not_ask_for_certainty() -> None:
    """Three pixels, all correct, give the probability of Platt's rule: 4 in 5."""
    log_probability = log_softmax(np.eye(2)[[0, 1, 0]], axis=1)
    temperature = fit_temperature(log_probability, np.array([0, 1, 0]))
    assert apply_temperature(log_probability, temperature).max(axis=1) == pytest.approx(4 / 5, abs=1e-3)


@pytest.mark.parametrize("pixels", [0, 1])
def test_too_few_pixels_leave_the_probabilities_alone(pixels: int) -> None:
    """Without pixels to learn from the temperature is 1."""
    assert fit_temperature(np.zeros((pixels, 3)), np.zeros(pixels, dtype=int)) == 1


def test_many_pixels_overrule_what_is_usual() -> None:
    """The temperature is that of the pixels alone, whatever the prior."""
    log_probability, label = drawn(5000, sharpness=3.0, seed=1)
    found = most_probable_temperature(log_probability, label, median=0.5, spread=0.5)
    assert found == pytest.approx(fit_temperature(log_probability, label), rel=0.02)


def test_a_few_correct_pixels_leave_the_usual_temperature() -> None:
    """Six, all correct, ask for certainty and get a little of it; none at all, nothing."""
    sure = log_softmax(20 * np.eye(2)[np.arange(6) % 2], axis=1)
    usual = {"median": 5.0, "spread": 0.4}
    assert 3.5 < most_probable_temperature(sure, np.arange(6) % 2, **usual) < 5
    assert most_probable_temperature(sure[:0], np.zeros(0, int), **usual) == pytest.approx(5, rel=1e-3)


def test_the_most_probable_temperature_is_that_of_a_grid() -> None:
    """Likelihood times prior, by brute force."""
    log_probability, label = drawn(20, sharpness=2.0, seed=3)
    grid = np.geomspace(0.2, 20, 2001)
    scaled = log_softmax(log_probability / grid[:, np.newaxis, np.newaxis], axis=2)
    posterior = scaled[:, np.arange(20), label].sum(axis=1) - 0.5 * (np.log(grid / 5) / 0.4) ** 2
    found = most_probable_temperature(log_probability, label, median=5, spread=0.4)
    assert found == pytest.approx(grid[posterior.argmax()], rel=5e-3)


def test_a_class_unknown_to_the_model_does_not_matter() -> None:
    """A column of -inf, and pixels whose truth it is, change nothing."""
    log_probability, label = drawn(300, sharpness=2, seed=2)
    wider = np.concatenate([log_probability, np.full((300, 1), -np.inf)], axis=1)
    longer = np.concatenate([wider, wider[:7]]), np.concatenate([label, np.full(7, 4)])
    assert fit_temperature(*longer) == pytest.approx(fit_temperature(log_probability, label), rel=1e-4)
    assert (apply_temperature(wider, 2.0)[:, 4] == 0).all()


def test_hopeless_probabilities_stay_within_bounds() -> None:
    """Confident and always wrong gives the highest temperature, not an overflow."""
    log_probability = log_softmax(50 * np.eye(3)[np.zeros(40, dtype=int)], axis=1)
    assert fit_temperature(log_probability, np.ones(40, dtype=int)) == pytest.approx(TEMPERATURE_BOUNDS[1], rel=1e-2)


def test_temperature_keeps_the_prediction_and_the_sum() -> None:
    """Any temperature keeps the most probable class, and 1 gives the probabilities back."""
    log_probability, _ = drawn(200, sharpness=1, seed=3)
    for temperature in (0.1, 1.0, 10.0):
        probability = apply_temperature(log_probability, temperature)
        np.testing.assert_array_equal(probability.argmax(axis=1), log_probability.argmax(axis=1))
        np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(apply_temperature(log_probability, 1.0), np.exp(log_probability), rtol=1e-5)


def test_reliability_is_that_of_sorted_chunks() -> None:
    """Bins hold equally many pixels in the order of confidence, with their mean confidence and accuracy."""
    log_probability, label = drawn(301, sharpness=2, seed=4)
    probability = np.exp(log_probability)
    confidence, correct = probability.max(axis=1), probability.argmax(axis=1) == label
    chunks = np.array_split(np.argsort(confidence), 15)
    table = reliability(probability, label)
    np.testing.assert_array_equal(table["count"], [len(chunk) for chunk in chunks])
    np.testing.assert_allclose(table["confidence"], [confidence[chunk].mean() for chunk in chunks])
    np.testing.assert_allclose(table["accuracy"], [correct[chunk].mean() for chunk in chunks])
    gaps = [len(chunk) * abs(confidence[chunk].mean() - correct[chunk].mean()) for chunk in chunks]
    assert expected_calibration_error(probability, label) == pytest.approx(sum(gaps) / 301)


def test_calibrated_probabilities_have_a_small_error() -> None:
    """Probabilities that the labels were drawn from are nearly reliable, sharpened ones are not."""
    errors = [
        expected_calibration_error(np.exp(log_probability), label)
        for log_probability, label in (drawn(5000, sharpness=sharpness, seed=5) for sharpness in (1, 4))
    ]
    assert errors[0] < 0.03 < errors[1]


def test_aurc_is_the_mean_risk_of_every_coverage() -> None:
    """AURC equals the definition, pixel by pixel, and the table ends at the error rate."""
    log_probability, label = drawn(150, sharpness=1, seed=6)
    probability = np.exp(log_probability)
    order = np.argsort(-probability.max(axis=1))
    wrong = (probability.argmax(axis=1) != label)[order]
    risks = [wrong[: count + 1].mean() for count in range(150)]
    assert area_under_risk_coverage(probability, label) == pytest.approx(np.mean(risks))
    table = risk_coverage(probability, label, points=150)
    np.testing.assert_allclose(table["risk"], risks)
    assert table["coverage"].iloc[-1] == 1


def test_equal_confidence_gives_one_answer_whatever_the_order() -> None:
    """Where all confidences are equal, ECE and AURC do not depend on the order of the rows."""
    label = np.random.default_rng(7).integers(0, 2, 90)
    probability = np.tile([0.75, 0.25], (90, 1))
    for order in (np.arange(90), np.argsort(label), np.argsort(-label)):
        assert area_under_risk_coverage(probability, label[order]) == pytest.approx(label.mean())
        assert expected_calibration_error(probability, label[order]) == pytest.approx(abs(0.25 - label.mean()))


def test_no_pixels_give_no_figures() -> None:
    """Nothing to score gives NaN and empty tables, not an error."""
    nothing, label = np.zeros((0, 3)), np.zeros(0, dtype=int)
    assert np.isnan(expected_calibration_error(nothing, label))
    assert np.isnan(area_under_risk_coverage(nothing, label))
    assert len(risk_coverage(nothing, label)) == 0
