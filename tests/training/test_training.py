"""M1 and M2 as wholes: the traps of 2017, and the limits."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from semispectral.errors import DataError
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import TrainingSet
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2, train_qy
from tiny_training import blob_data, blobs, features

# What XLA compiles trains alike (test_compiled.py), and takes longer to compile than these models to train.
pytestmark = [pytest.mark.slow, pytest.mark.each_python, pytest.mark.usefixtures("uncompiled")]

NET = NetConfig(hidden=(24,), activation="tanh")
FIT = FitConfig(least_steps=1, epochs=25, batch=64, learning_rate=5e-3, evaluate_every=5)
M2_SETTINGS = M2Config(latents=2, supervised_epochs=3, ramp=5, net=NET, fit=FIT)


def _accuracy(trained: object, x: np.ndarray, label: np.ndarray) -> float:
    predicted = M2Inference(trained.arrays, trained.description).predict_proba(x).argmax(1)  # type: ignore[attr-defined]
    return float(np.mean(predicted == label))


def test_m2_learns_blobs_from_three_labels_each(run: Run) -> None:
    """Well separated classes are told apart with few labels."""
    data, x, label = blob_data(labelled=3, unlabelled=100)
    assert _accuracy(train_m2(data, settings=M2_SETTINGS, run=run, classes=4), x, label) > 0.95


def test_m2_with_all_labelled_is_supervised(run: Run) -> None:
    """Without unlabelled pixels the unlabelled term is never made, and the classes are learnt."""
    data, x, label = blob_data(labelled=60, unlabelled=0)
    trained = train_m2(data, settings=M2_SETTINGS, run=run, classes=4)
    assert (trained.history["unlabelled_bound"] == 0).all()
    assert _accuracy(trained, x, label) > 0.95


def test_m2_with_none_labelled_raises_the_bound_alone(run: Run) -> None:
    """Without labels only U is trained: it rises, and no cross-entropy is counted."""
    data, _, _ = blob_data(labelled=0, unlabelled=100)
    history = train_m2(data, settings=M2_SETTINGS, run=run, classes=4).history
    assert (history["cross_entropy"] == 0).all()
    assert history["unlabelled_bound"].iloc[-1] > history["unlabelled_bound"].iloc[0] + 1


def test_one_class_with_ninety_percent_does_not_swallow_the_others(run: Run) -> None:
    """The trap of 2017: with 90 % of the labels in one class the others are still predicted."""
    random = np.random.default_rng(2)
    label = np.repeat([0, 1, 2, 3], [270, 10, 10, 10])
    hidden = np.repeat([0, 1, 2, 3], [900, 34, 33, 33])
    valid = np.repeat([0, 1, 2, 3], [9, 3, 3, 3])
    parts = [(blobs(random, label), label), (blobs(random, hidden), -np.ones(1000)), (blobs(random, valid), valid)]
    data = TrainingSet(*(features(x, y) for x, y in parts))
    truth = np.repeat(np.arange(4), 50)
    trained = train_m2(data, settings=M2_SETTINGS, run=run, classes=4)
    assert _accuracy(trained, blobs(random, truth), truth) > 0.9


def test_absent_classes_cost_nothing(run: Run) -> None:
    """Of 100 possible classes only the 4 that occur are in the model; the others get probability 0."""
    data, x, _ = blob_data(labelled=3, unlabelled=20)
    trained = train_qy(data, settings=M2_SETTINGS, run=run, classes=100)
    assert trained.arrays["q_y_logits/bias"].shape == (4,)
    probability = M2Inference(trained.arrays, trained.description).predict_proba(x)
    assert probability.shape == (200, 100)
    assert probability[:, 4:].sum() == 0


@pytest.mark.parametrize(("labels", "pixels"), [([0], 1), ([2], 10)])
def test_one_class_and_one_pixel_train(run: Run, labels: list[int], pixels: int) -> None:
    """The smallest inputs give a model that predicts the one class."""
    label = np.repeat(labels, pixels)
    x = blobs(np.random.default_rng(0), label)
    empty = features(x[:0], label[:0])
    trained = train_m2(TrainingSet(features(x, label), empty, empty), settings=M2_SETTINGS, run=run, classes=3)
    assert _accuracy(trained, x, label) == 1


def test_x_is_drawn_anew_from_the_latents(run: Run) -> None:
    """With a spread, training differs from training on the means: x comes from q(z1|x)."""
    data, _, _ = blob_data(labelled=5, unlabelled=40)
    spread = np.full_like(data.labelled.mean, 0.3)
    drawn = TrainingSet(features(data.labelled.mean, data.labelled.label, spread), data.unlabelled, data.valid)
    one, other = (train_m2(part, settings=M2_SETTINGS, run=run, classes=4) for part in (data, drawn))
    assert not np.array_equal(one.arrays["q_y_logits/bias"], other.arrays["q_y_logits/bias"])


def test_estimated_prior_follows_the_unlabelled_pixels(run: Run) -> None:
    """The prior of a class that is common among unlabelled pixels rises above uniform, half-way shrunk."""
    data, _, _ = blob_data(labelled=5, unlabelled=10)
    hidden = np.repeat([0, 1, 2, 3], [300, 20, 20, 20])
    unlabelled = features(blobs(np.random.default_rng(1), hidden), -np.ones(360))
    settings = M2Config(latents=2, supervised_epochs=2, ramp=2, prior="estimated", net=NET, fit=FIT)
    skewed = TrainingSet(data.labelled, unlabelled, data.valid)
    prior = np.exp(train_m2(skewed, settings=settings, run=run, classes=4).arrays["prior/log_prior"])
    assert prior.sum() == pytest.approx(1, abs=1e-5)
    assert prior[0] == pytest.approx(0.5 * 300 / 360 + 0.125, abs=0.08)


def _low_rank(pixels: int) -> np.ndarray:
    random = np.random.default_rng(4)
    mixed = random.normal(size=(pixels, 2)) @ np.random.default_rng(9).normal(size=(2, 12))
    return (mixed + 0.05 * random.normal(size=mixed.shape)).astype(np.float32)


def test_dead_latents_never_leave_m1(run: Run) -> None:
    """Of 8 latents on data of rank 2 some die, and encode gives the live ones only."""
    x = _low_rank(1500)
    settings = M1Config(
        latents=8, kl_warm_up=3, net=NET, fit=FitConfig(least_steps=1, epochs=60, batch=100, learning_rate=3e-3)
    )
    trained = train_m1(x, x[:200], settings=settings, run=run)
    live = trained.description["live"]
    mean, log_variance = M1Inference(trained.arrays, trained.description).encode(x)
    assert 2 <= len(live) < 8
    assert mean.shape == log_variance.shape == (1500, len(live))
    assert mean.std(axis=0).min() > settings.dead_std
    reconstruction = M1Inference(trained.arrays, trained.description).decode(mean)
    assert np.mean((reconstruction - x) ** 2) < 0.1 * x.var()


def test_bernoulli_on_reflectance_is_warned_about_in_words(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """The choice of 2017 trains, but says how many latents are live and what to set."""
    x = 1 / (1 + np.exp(-_low_rank(400)))
    settings = M1Config(
        latents=4, likelihood="bernoulli", dead_std=0.0, net=NET, fit=FitConfig(least_steps=1, epochs=5, batch=100)
    )
    train_m1(x, x[:50], settings=settings, run=run)
    assert "of 4 latents are live; for reflectance set m1.likelihood to gaussian" in caplog.text


def test_bernoulli_refuses_data_outside_0_to_1(run: Run) -> None:
    """Standardised spectra are not probabilities: the error names the normalisation to choose."""
    with pytest.raises(DataError, match=r"normalise.m1_method to minmax"):
        train_m1(_low_rank(50), _low_rank(50), settings=M1Config(likelihood="bernoulli"), run=run)


def test_bfloat16_products_end_near_float32(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """The bound within 0.5 % and as many pixels right; the weights stay float32, and are not those of float32."""
    data, x, truth = blob_data(labelled=4, unlabelled=60)
    found = {}
    for precision in ("float32", "bfloat16"):
        settings = replace(M2_SETTINGS, fit=replace(FIT, precision=precision), select="last")
        trained = train_m2(data, settings=settings, run=run, classes=4)
        bound = trained.history["unlabelled_bound"].iloc[-1]
        found[precision] = (bound, _accuracy(trained, x, truth), trained.arrays)
    (bound, right, arrays), (low_bound, low_right, low_arrays) = found["float32"], found["bfloat16"]
    assert abs(low_bound - bound) < 0.005 * abs(bound)
    assert low_right == pytest.approx(right, abs=0.02)
    assert all(array.dtype == np.float32 for array in low_arrays.values())
    assert not np.array_equal(low_arrays["q_y_logits/kernel_0"], arrays["q_y_logits/kernel_0"])
    warned = [record for record in caplog.records if "fit.precision is bfloat16" in record.message]
    assert bool(warned) != bool(tf.config.list_physical_devices("GPU"))  # a processor gains nothing from it
