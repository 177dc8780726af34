"""What models generate, and how likely they find a pixel, in NumPy against TensorFlow and closed forms."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from trained_models import INPUTS, LATENTS, PIXELS, moved_arrays, pixels

from semispectral.errors import DataError
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import shared_noise
from semispectral.inference.stacked import stacked_bound
from semispectral.models.fit_settings import LIKELIHOOD_NAMES, NetConfig
from semispectral.models.m1 import M1
from semispectral.models.m2 import M2
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config

CLASSES = 3
SEED, DRAWS = 21, 4


def _facts(likelihood: str) -> dict[str, Any]:
    return {
        "latents": LATENTS,
        "likelihood": likelihood,
        "sigma_floor": 0.1,
        "net": {"activation": "softplus"},
        "classifier": {"activation": "relu"},
    }


def _m1(likelihood: str = "gaussian", live: tuple[int, ...] = (0, 2)) -> tuple[M1, M1Inference]:
    settings = M1Config(latents=LATENTS, likelihood=likelihood, sigma_floor=0.1, net=NetConfig(hidden=(8,)))
    model = M1(INPUTS, settings, seed=1)
    return model, M1Inference(moved_arrays(model), {"settings": _facts(likelihood), "live": list(live)})


def _m2(
    likelihood: str = "gaussian",
    hidden: tuple[int, ...] = (8,),
    inputs: int = INPUTS,
    labels: tuple[int, ...] = (1, 4, 5),
) -> tuple[M2, M2Inference]:
    settings = M2Config(latents=LATENTS, likelihood=likelihood, sigma_floor=0.1, net=NetConfig(hidden=hidden))
    model = M2(inputs, CLASSES, settings, seed=1)
    model.log_prior.assign(np.log([0.5, 0.3, 0.2]).astype(np.float32))
    return model, M2Inference(
        moved_arrays(model), {"settings": _facts(likelihood), "labels": list(labels), "classes": 7}
    )


def _noise(*shape: int, seed: int | list[int] = SEED) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


@pytest.mark.parametrize("hidden", [(), (8,), (8, 7)])
@pytest.mark.parametrize("likelihood", LIKELIHOOD_NAMES)
def test_unlabelled_bound_is_that_of_tensorflow(likelihood: str, hidden: tuple[int, ...]) -> None:
    """With the same noise, eq. 7 agrees to 1e-5, whatever the likelihood and the depth."""
    model, inference = _m2(likelihood, hidden)
    noise = _noise(CLASSES, PIXELS, LATENTS)
    theirs = model.unlabelled_bound(pixels(), noise=noise)
    np.testing.assert_allclose(inference.unlabelled_bound(pixels(), seed=SEED), theirs, rtol=1e-5, atol=1e-5)


def test_summing_the_classes_is_never_below_eq_7() -> None:
    """The exact sum over classes exceeds eq. 7 by the KL of q(y|x) from the model's own posterior of y."""
    _, inference = _m2()
    of_class = inference.labelled_bound(pixels(), seed=SEED)
    log_q_y, exact = inference.log_q_y(pixels()), inference.bound(pixels(), seed=SEED)
    kl = np.sum(np.exp(log_q_y) * (log_q_y - (of_class - exact[:, np.newaxis])), axis=1)
    assert (kl >= 0).all()
    np.testing.assert_allclose(exact - inference.unlabelled_bound(pixels(), seed=SEED), kl, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("likelihood", LIKELIHOOD_NAMES)
def test_expected_pixel_of_a_class_is_that_of_tensorflow(likelihood: str) -> None:
    """E[x|y, z] agrees to 1e-5."""
    model, inference = _m2(likelihood)
    z, label = _noise(CLASSES, LATENTS), np.array([5, 1, 4])
    theirs = model.likelihood.mean(model.decoder(z, tf.gather(tf.eye(CLASSES), [2, 0, 1]))["output"])
    np.testing.assert_allclose(inference.decode(label, z), theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("likelihood", LIKELIHOOD_NAMES)
def test_score_of_m1_is_the_mean_bound_over_shared_draws(likelihood: str) -> None:
    """The score agrees to 1e-5 with TensorFlow's bound, averaged over draws that are the same for every pixel."""
    model, inference = _m1(likelihood)
    theirs = np.mean([model.bound(pixels(), noise=noise) for noise in shared_noise(DRAWS, LATENTS, seed=SEED)], axis=0)
    ours = inference.score_samples(pixels(), seed=SEED, draws=DRAWS)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_score_of_m2_sums_the_mean_bounds_of_the_classes() -> None:
    """The score agrees to 1e-5 with TensorFlow's bounds on log p(x, y), averaged over shared draws, then summed."""
    model, inference = _m2()
    every_y = tf.eye(CLASSES)[:, tf.newaxis, :]
    noises = shared_noise(DRAWS, LATENTS, seed=SEED)
    of_class = tf.reduce_mean([model.labelled_bound(pixels(), every_y, noise=noise) for noise in noises], axis=0)
    ours = inference.score_samples(pixels(), seed=SEED, draws=DRAWS)
    np.testing.assert_allclose(ours, tf.reduce_logsumexp(of_class, axis=0), rtol=1e-5, atol=1e-5)


def test_scores_do_not_depend_on_the_neighbours() -> None:
    """A pixel alone has the score that it has among others."""
    m1, m2 = _m1()[1], _m2()[1]
    for inference in (m1, m2):
        whole = inference.score_samples(pixels(), seed=SEED, draws=DRAWS)
        alone = inference.score_samples(pixels()[4:5], seed=SEED, draws=DRAWS)
        np.testing.assert_allclose(alone, whole[4:5], rtol=1e-6)


def test_stacked_bound_is_below_the_evidence() -> None:
    """It stays below log p(x) of M1+M2, counted over draws of p(z1)."""
    _, m1 = _m1(live=(0, 1, 2, 3))
    _, m2 = _m2(inputs=LATENTS, labels=(0, 1, 2))
    x, draws = pixels(), 50_000
    bound = stacked_bound(m1, m2, x, seed=SEED, draws=200)
    label = m2.sample_labels(draws, seed=SEED)
    z1 = m2.sample(label, seed=SEED)
    for pixel in range(3):
        log_p_x = np.concatenate([m1.log_p_x(x[pixel], block) for block in np.array_split(z1, 20)])
        evidence = np.log(np.mean(np.exp(log_p_x - log_p_x.max()))) + log_p_x.max()
        assert bound[pixel] < evidence


def test_stacked_bound_of_a_dead_latent_costs_its_kl() -> None:
    """With one latent live, the bound is the mean of its terms, worked out one by one."""
    _, m1 = _m1(live=(1,))
    _, m2 = _m2(inputs=1, labels=(0, 1, 2))
    mean, log_variance = m1.all_latents(pixels())
    terms = []
    for noise in shared_noise(2, 2 * LATENTS, seed=SEED):
        z1 = mean + np.exp(0.5 * log_variance) * noise[:, :LATENTS]
        terms.append(m1.log_p_x(pixels(), z1) + m2.bound_at(z1[:, [1]], noise[np.newaxis, :, LATENTS:]))
    entropy = 0.5 * np.log(2 * np.pi * np.e) + 0.5 * log_variance[:, 1]
    dead = [0, 2, 3]
    kl = 0.5 * (mean[:, dead] ** 2 + np.exp(log_variance[:, dead]) - 1 - log_variance[:, dead]).sum(1)
    expected = np.mean(terms, axis=0) + entropy - kl
    np.testing.assert_allclose(stacked_bound(m1, m2, pixels(), seed=SEED, draws=2), expected, rtol=1e-5)


def test_shared_draws_have_exact_moments_and_tend_to_normal_ones() -> None:
    """Mean 0 and mean square 1 in every latent, whatever the number; the fourth moment of many is that of a normal."""
    for draws in (2, 8):
        noise = shared_noise(draws, 5, seed=SEED)
        np.testing.assert_allclose(noise.mean(0), 0, atol=1e-7)
        np.testing.assert_allclose((noise**2).mean(0), 1, rtol=1e-6)
    assert np.mean(shared_noise(20_000, 3, seed=SEED) ** 4) == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("likelihood", LIKELIHOOD_NAMES)
def test_m1_draws_follow_the_likelihood(likelihood: str) -> None:
    """Draws at one z have the mean and the spread of TensorFlow's p(x|z)."""
    model, inference = _m1(likelihood, live=(0, 1, 2, 3))
    z = np.repeat(_noise(1, LATENTS), 20_000, axis=0)
    drawn = inference.draw(z, seed=SEED)
    p_x = model.p_x(z[:1])
    spread = p_x.stddev().numpy()[0]
    np.testing.assert_allclose(drawn.mean(0), p_x.mean().numpy()[0], atol=5 * spread.max() / 20_000**0.5)
    np.testing.assert_allclose(drawn.std(0), spread, rtol=0.1)
    assert drawn.dtype == np.float32


def test_samples_of_m1_are_pixels_of_its_prior() -> None:
    """Samples have the mean that decoding draws of N(0, I) has, and are new for a new seed."""
    model, inference = _m1(live=(1,))
    expected = model.p_x(_noise(20_000, LATENTS, seed=7)).mean().numpy().mean(0)
    sample = inference.sample(20_000, seed=SEED)
    np.testing.assert_allclose(sample.mean(0), expected, atol=0.05)
    assert not np.array_equal(sample, inference.sample(20_000, seed=SEED + 1))


def test_samples_of_a_class_are_those_of_its_decoder() -> None:
    """Samples of each class have the mean of p(x|y), over the prior of z."""
    _, inference = _m2()
    for label in (1, 4, 5):
        labels = np.full(20_000, label)
        expected = inference.decode(labels, _noise(20_000, LATENTS, seed=9)).mean(0)
        np.testing.assert_allclose(inference.sample(labels, seed=SEED).mean(0), expected, atol=0.05)


def test_labels_follow_the_prior() -> None:
    """Sampled labels are known ones, as often as p(y) says."""
    _, inference = _m2()
    label = inference.sample_labels(50_000, seed=SEED)
    share = [np.mean(label == value) for value in (1, 4, 5)]
    np.testing.assert_allclose(share, [0.5, 0.3, 0.2], atol=0.01)


def test_an_unknown_label_cannot_be_sampled() -> None:
    """The message names the labels that are known."""
    with pytest.raises(DataError, match=r"knows the labels \[1, 4, 5\], and was asked for \[2\]"):
        _m2()[1].sample(np.array([1, 2]), seed=SEED)
