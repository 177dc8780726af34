"""Training again on all labels that the run may see, the label shift, and the length of an epoch."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import TrainingSet
from semispectral.training import m2_task
from semispectral.training.batches import evenly, shuffled_steps
from semispectral.training.run import Run
from semispectral.training.train_m2 import train_m2, train_qy
from tiny_training import blob_data, blobs, features

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncompiled")]

NET = NetConfig(hidden=(16,), activation="tanh")
FIT = FitConfig(least_steps=1, epochs=16, batch=64, learning_rate=5e-3, evaluate_every=4)
SETTINGS = M2Config(latents=2, supervised_epochs=2, ramp=4, net=NET, classifier=NET, fit=FIT)


def test_refit_trains_on_every_label_and_keeps_the_temperature_of_those_held_out(run: Run) -> None:
    """Its weights are those of a run on all labels, its temperature and validation figures those of the first run."""
    data, _, _ = blob_data(labelled=4, unlabelled=60)
    refit = train_m2(data, settings=SETTINGS, run=run, classes=4)
    whole = train_m2(data.with_valid_labels(), settings=replace(SETTINGS, select="last"), run=run, classes=4)
    held = train_m2(data, settings=replace(SETTINGS, select="last"), run=run, classes=4)
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(array, refit.arrays[name])
    assert refit.description["temperature"] == held.description["temperature"] != 1.0
    assert refit.description["pixels"] == {"labelled": 4 * 9, "unlabelled": 240, "valid": 0}
    np.testing.assert_array_equal(refit.history["nll_valid"], held.history["nll_valid"])


def test_the_bound_of_many_pixels_is_made_some_at_a_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure of all validation pixels at once."""
    data, _, _ = blob_data(labelled=4, unlabelled=60)
    whole = train_m2(data, settings=SETTINGS, run=run, classes=4).history["bound_valid"].dropna()
    monkeypatch.setattr(m2_task, "MOST_ROWS", 12)  # three pixels of four classes
    parts = train_m2(data, settings=SETTINGS, run=run, classes=4).history["bound_valid"].dropna()
    assert len(whole) > 0
    assert len(data.valid) % 3 != 0
    np.testing.assert_allclose(parts, whole, rtol=1e-5)


def test_common_classes_are_predicted_more_often_after_the_label_shift(run: Run) -> None:
    """With 90 % of the unlabelled pixels in one class, the shift raises it; without, the arrays hold none."""
    random = np.random.default_rng(4)
    label, hidden = np.repeat([0, 1, 2], 4), np.repeat([0, 1, 2], [450, 25, 25])
    known, unknown = features(blobs(random, label), label), features(blobs(random, hidden), -np.ones(500))
    data = TrainingSet(known, unknown, known.where(np.zeros(12, bool)))
    shift = train_m2(data, settings=SETTINGS, run=run, classes=3).arrays["prior/log_shift"]
    assert shift[0] > 0 > max(shift[1], shift[2])
    unmoved = train_m2(data, settings=replace(SETTINGS, label_shift=0), run=run, classes=3)
    np.testing.assert_array_equal(unmoved.arrays["prior/log_shift"], 0)


def test_the_control_sees_no_unlabelled_pixel(run: Run) -> None:
    """q(y|x) on the labels alone is not shifted either."""
    data, _, _ = blob_data(labelled=4, unlabelled=60)
    trained = train_qy(data, settings=SETTINGS, run=run, classes=4)
    np.testing.assert_array_equal(trained.arrays["prior/log_shift"], 0)


def test_probabilities_are_shifted_logits_over_the_temperature(run: Run) -> None:
    """softmax((logits + shift) / T), of the classes with labels."""
    data, x, _ = blob_data(labelled=4, unlabelled=60)
    trained = train_m2(data, settings=SETTINGS, run=run, classes=4)
    model = M2Inference(trained.arrays, trained.description | {"temperature": 2.0})
    wanted = softmax((model.log_q_y(x) + trained.arrays["prior/log_shift"]) / 2.0, axis=1)
    np.testing.assert_allclose(model.predict_proba(x), wanted, atol=1e-5)


@pytest.mark.parametrize(("pixels", "steps"), [(10, 3), (1000, 10), (100_000, 12)])
def test_an_epoch_has_at_least_and_at_most_so_many_steps(pixels: int, steps: int) -> None:
    """A small sample is seen more than once, a large one in part."""
    settings = FitConfig(batch=100, least_steps=3, most_steps=12)
    assert settings.steps(pixels) == steps
    order = shuffled_steps(pixels, batch=settings.batch, steps=steps, seed=[1])
    assert order.shape == (steps, min(100, pixels))
    assert np.bincount(order.ravel()).max() <= -(-order.size // pixels)


@pytest.mark.parametrize(("pixels", "most", "wanted"), [(0, 5, []), (3, 5, [0, 1, 2]), (9, 3, [0, 4, 8]), (9, 0, [])])
def test_a_sample_goes_evenly_over_all_pixels(pixels: int, most: int, wanted: list[int]) -> None:
    """From the first to the last; all of them where there are few."""
    assert evenly(pixels, most).tolist() == wanted


def test_the_rate_falls_along_a_cosine() -> None:
    """From all of it at the first epoch over half of it half-way; without decay it stays."""
    settings = FitConfig(epochs=10)
    assert [settings.rate_share(epoch) for epoch in (0, 5)] == pytest.approx([1.0, 0.5])
    assert settings.rate_share(9) == pytest.approx(0.5 * (1 + np.cos(0.9 * np.pi)))
    assert replace(settings, decay="none").rate_share(9) == 1.0
