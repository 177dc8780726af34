"""The SDGM: its bound against SciPy and against M2 as its limit, and its NumPy twin against TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import logsumexp
from trained_models import INPUTS, PIXELS, moved_arrays, pixels

from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import NetConfig
from semispectral.models.m2 import M2
from semispectral.models.sdgm import Sdgm
from semispectral.models.settings_m2 import M2Config

LATENTS, AUXILIARY, CLASSES, SEED = 4, 3, 3, 7
SETTINGS = M2Config(latents=LATENTS, auxiliary=AUXILIARY, net=NetConfig(hidden=(8,)), classifier=NetConfig(hidden=(9,)))
FACTS = {
    "latents": LATENTS,
    "auxiliary": AUXILIARY,
    "likelihood": "gaussian",
    "sigma_floor": 0.1,
    "net": {"activation": "softplus"},
    "classifier": {"activation": "softplus"},
}


@pytest.fixture
def model() -> Sdgm:
    return Sdgm(INPUTS, CLASSES, SETTINGS, seed=1)


@pytest.fixture
def inference(model: Sdgm) -> M2Inference:
    return M2Inference(moved_arrays(model), {"settings": FACTS, "labels": [1, 4, 5], "classes": 7})


def _noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(SEED).standard_normal(shape, np.float32)


def test_bound_is_the_sum_of_its_terms(model: Sdgm) -> None:
    """log p(x|a,y,z) + log p(y) - KL of z - log q(a|x) + log p(a|y,z), each by SciPy or in closed form."""
    moved_arrays(model)
    x, noise = pixels(), _noise(PIXELS, LATENTS + AUXILIARY)
    y = tf.one_hot(np.arange(PIXELS) % CLASSES, CLASSES)
    q_a = model.q_a(x)
    a = q_a.loc + q_a.scale * noise[:, LATENTS:]
    of_z = model.encoder(x, y, a)
    mean, scale = of_z["mean"].numpy(), np.exp(0.5 * (-3.0 + 8.0 * np.tanh((of_z["log_variance"] + 3.0) / 8.0)))
    z = (mean + scale * noise[:, :LATENTS]).astype(np.float32)
    p_a, output = model.p_a(z, y), model.decoder(z, y, a)["output"]
    expected = (
        stats.norm.logpdf(x, output, model.likelihood.sigma()).sum(1)
        - np.log(CLASSES)
        - 0.5 * (mean**2 + scale**2 - 1 - 2 * np.log(scale)).sum(1)
        + stats.norm.logpdf(a, p_a.loc, p_a.scale).sum(1)
        - stats.norm.logpdf(a, q_a.loc, q_a.scale).sum(1)
    )
    np.testing.assert_allclose(model.labelled_bound(x, y, noise=noise), expected, rtol=1e-4, atol=1e-4)


def test_an_auxiliary_that_nothing_uses_leaves_m2(model: Sdgm) -> None:
    """Where no network looks at a and p(a|y, z) is q(a|x), the bounds are those of M2 with the same weights."""
    moved_arrays(model)
    for network in (model.auxiliary_encoder, model.auxiliary_decoder):
        for head in network.heads.values():
            for kernel in head.kernels:
                kernel.assign(tf.zeros_like(kernel))
            head.bias.assign(tf.fill(head.bias.shape, 0.3))
    for network, place in ((model.classifier, 1), (model.encoder, 2), (model.decoder, 2)):
        network.hidden[0].kernels[place].assign(tf.zeros_like(network.hidden[0].kernels[place]))
    m2 = M2(INPUTS, CLASSES, SETTINGS, seed=1)
    arrays = model.arrays()
    for name, variable in m2.arrays().items():
        variable.assign(arrays[name])
    noise = _noise(CLASSES, PIXELS, LATENTS + AUXILIARY)
    theirs = m2.unlabelled_bound(pixels(), noise=noise[..., :LATENTS])
    np.testing.assert_allclose(model.unlabelled_bound(pixels(), noise=noise), theirs, rtol=1e-5, atol=1e-5)


def test_bound_stays_below_log_p(inference: M2Inference) -> None:
    """The mean bound is below log p(x) by importance sampling with the same q, for every pixel."""
    draws = 4000
    x, kept = pixels()[:1], []
    many = np.repeat(x, draws, axis=0)
    of_class = inference.labelled_bound(many, seed=SEED)
    kept = [np.mean(of_class[:, place]) for place in range(CLASSES)]
    random = np.random.default_rng(SEED + 1)
    y = np.eye(CLASSES, dtype=np.float32)
    arrays = inference.arrays
    log_p = []
    for place in range(CLASSES):
        one = np.repeat(y[place][np.newaxis], draws, axis=0)
        mean_a, log_a = inference._heads(inference.auxiliary_encoder, many)
        a = (mean_a + np.exp(0.5 * log_a) * random.standard_normal(mean_a.shape)).astype(np.float32)
        mean_z, log_z = inference._heads(inference.encoder, many, one, a)
        z = (mean_z + np.exp(0.5 * log_z) * random.standard_normal(mean_z.shape)).astype(np.float32)
        mean_p, log_p_a = inference._heads(inference.auxiliary_decoder, z, one)
        sigma = np.sqrt(0.1**2 + np.exp(2 * arrays["likelihood/log_sigma"]))
        weight = (
            stats.norm.logpdf(many, inference.decoder("output", z, one, a), sigma).sum(1)
            + arrays["prior/log_prior"][place]
            + stats.norm.logpdf(z).sum(1)
            + stats.norm.logpdf(a, mean_p, np.exp(0.5 * log_p_a)).sum(1)
            - stats.norm.logpdf(z, mean_z, np.exp(0.5 * log_z)).sum(1)
            - stats.norm.logpdf(a, mean_a, np.exp(0.5 * log_a)).sum(1)
        )
        log_p.append(logsumexp(weight) - np.log(draws))
    assert np.all(np.array(kept) < np.array(log_p))


def test_numpy_says_what_tensorflow_says(model: Sdgm, inference: M2Inference) -> None:
    """q(y|x), both bounds and E[x|y, z] agree to 1e-5."""
    x, noise = pixels(), _noise(CLASSES, PIXELS, LATENTS + AUXILIARY)
    np.testing.assert_allclose(inference.log_q_y(x), model.log_q_y(x), rtol=1e-5, atol=1e-5)
    theirs = model.unlabelled_bound(x, noise=noise)
    np.testing.assert_allclose(inference.unlabelled_bound(x, seed=SEED), theirs, rtol=1e-5, atol=1e-5)
    of_class = model.labelled_bound(x, tf.eye(CLASSES)[:, tf.newaxis, :], noise=noise)
    np.testing.assert_allclose(inference.labelled_bound(x, seed=SEED), tf.transpose(of_class), rtol=1e-5, atol=1e-5)
    z, y = _noise(CLASSES, LATENTS), tf.gather(tf.eye(CLASSES), [2, 0, 1])
    theirs = model.decoder(z, y, model.p_a(z, y).loc)["output"]
    np.testing.assert_allclose(inference.decode(np.array([5, 1, 4]), z), theirs, rtol=1e-5, atol=1e-5)


def test_draws_of_a_class_have_the_moments_of_the_model(inference: M2Inference) -> None:
    """x of p(x|y) is drawn through z and a: means agree with an independent draw of the three."""
    label = np.full(40_000, 4)
    drawn = inference.sample(label, seed=3)
    random, y = np.random.default_rng(5), np.tile(np.eye(CLASSES, dtype=np.float32)[1], (len(label), 1))
    z = random.standard_normal((len(label), LATENTS)).astype(np.float32)
    mean, log_variance = inference._heads(inference.auxiliary_decoder, z, y)
    a = (mean + np.exp(0.5 * log_variance) * random.standard_normal(mean.shape)).astype(np.float32)
    expected = inference.decoder("output", z, y, a)
    sigma = np.sqrt(0.1**2 + np.exp(2 * inference.arrays["likelihood/log_sigma"]))
    error = np.sqrt((expected.var(0) + sigma**2) / len(label))
    assert np.all(np.abs(drawn.mean(0) - expected.mean(0)) < 6 * error)
    np.testing.assert_allclose(drawn.std(0), np.sqrt(expected.var(0) + sigma**2), rtol=0.03)
