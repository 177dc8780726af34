"""The bounds of M1 and M2 against brute force, closed forms and importance sampling."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import logsumexp

from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.likelihoods import LIKELIHOODS
from semispectral.models.m1 import M1
from semispectral.models.m2 import M2
from semispectral.models.nets import Dense, softplus
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2
from tiny_training import as_float64, blob_data

SMALL = NetConfig(hidden=(7, 5))
PIXELS, INPUTS, CLASSES, LATENTS = 4, 6, 3, 2


def _m2(likelihood: str = "gaussian") -> M2:
    settings = M2Config(latents=LATENTS, likelihood=likelihood, net=SMALL)
    return as_float64(M2(INPUTS, CLASSES, settings, seed=2))


def _normal(*shape: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(len(shape)).normal(size=shape))


def test_factorised_layer_equals_the_layer_of_the_concatenation() -> None:
    """x W_x + y W_y + b is [x; y] W + b, and so are its gradients, in float64 to 1e-10."""
    layer = Dense((INPUTS, CLASSES), 5, name="layer", seed=1)
    layer.kernels = [tf.Variable(tf.cast(kernel, tf.float64)) for kernel in layer.kernels]
    layer.bias = tf.Variable(_normal(5))
    x, y = _normal(PIXELS, INPUTS), tf.eye(CLASSES, dtype=tf.float64)[:, None, :]
    with tf.GradientTape() as tape:
        factorised = layer(x, y)
        loss = tf.reduce_sum(tf.sin(factorised))
    gradients = tape.gradient(loss, [*layer.kernels, layer.bias])
    whole = tf.Variable(tf.concat(layer.kernels, axis=0))
    tiled = tf.concat([tf.tile(x[None], [CLASSES, 1, 1]), tf.tile(y, [1, PIXELS, 1])], axis=-1)
    with tf.GradientTape() as tape:
        naive = tiled @ whole + layer.bias
        loss = tf.reduce_sum(tf.sin(naive))
    expected = tape.gradient(loss, [whole, layer.bias])
    np.testing.assert_allclose(factorised, naive, rtol=0, atol=1e-10)
    np.testing.assert_allclose(tf.concat(gradients[:2], axis=0), expected[0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(gradients[2], expected[1], rtol=0, atol=1e-10)


def test_softplus_and_its_gradient_are_those_of_tensorflow() -> None:
    """The cheaper softplus equals the library's, far into both tails."""
    x = tf.constant(np.linspace(-60, 60, 401))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours, theirs = softplus(x), tf.nn.softplus(x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(tape.gradient(ours, x), tape.gradient(theirs, x), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_unlabelled_bound_is_the_brute_force_sum_over_classes(likelihood: str) -> None:
    """U and its gradients equal a loop over classes that feeds the one-hot class, in float64 to 1e-10."""
    model = _m2(likelihood)
    x = tf.abs(tf.sin(_normal(PIXELS, INPUTS)))
    noise = _normal(CLASSES, PIXELS, LATENTS)
    with tf.GradientTape() as tape:
        bound = model.unlabelled_bound(x, noise=noise)
        total = tf.reduce_sum(bound)
    gradients = tape.gradient(total, model.trainable_variables)
    with tf.GradientTape() as tape:
        q = tf.exp(model.log_q_y(x))
        brute = tf.zeros(PIXELS, tf.float64)
        for k in range(CLASSES):
            y = tf.tile(tf.one_hot([k], CLASSES, dtype=tf.float64), [PIXELS, 1])
            brute += q[:, k] * model.labelled_bound(x, y, noise=noise[k])
        brute -= tf.reduce_sum(q * tf.math.log(q), axis=1)
        total = tf.reduce_sum(brute)
    expected = tape.gradient(total, model.trainable_variables)
    np.testing.assert_allclose(bound, brute, rtol=0, atol=1e-10)
    for ours, theirs in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


def test_labelled_bound_is_the_sum_of_its_three_terms() -> None:
    """-L is log p(x|y,z) + log p(y) - KL, each computed here by scipy."""
    model = _m2()
    x, y = _normal(PIXELS, INPUTS), tf.one_hot([0, 2, 1, 1], CLASSES, dtype=tf.float64)
    noise = _normal(PIXELS, LATENTS)
    q_z = model.q_z(x, y)
    mean, sigma = q_z.loc.numpy(), q_z.scale.numpy()
    z = mean + sigma * noise
    output = model.decoder(z, y)["output"].numpy()
    log_p_x = stats.norm.logpdf(x, output, model.likelihood.sigma().numpy()).sum(1)
    kl = 0.5 * (mean**2 + sigma**2 - 1 - 2 * np.log(sigma)).sum(1)
    expected = log_p_x + model.log_prior[0].numpy() - kl
    np.testing.assert_allclose(model.labelled_bound(x, y, noise=noise), expected, rtol=0, atol=1e-10)


ORACLES = {
    "gaussian": lambda x, output, sigma: stats.norm.logpdf(x, output, sigma),
    "student_t": lambda x, output, sigma: stats.t.logpdf(x, 4, output, sigma),
    "bernoulli": lambda x, output, sigma: x * stats.logistic.logcdf(output) + (1 - x) * stats.logistic.logsf(output),
}


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_likelihoods_are_those_of_scipy(name: str) -> None:
    """Each log p(x|.) equals scipy's, for the Bernoulli at grey values too, where it is minus the cross-entropy."""
    likelihood = LIKELIHOODS[name](INPUTS, floor=0.1)
    output = np.random.default_rng(1).normal(size=(PIXELS, INPUTS)).astype(np.float32)
    x = np.random.default_rng(2).random((PIXELS, INPUTS)).astype(np.float32)
    sigma = likelihood.sigma().numpy() if hasattr(likelihood, "sigma") else None
    np.testing.assert_allclose(likelihood(output).log_prob(x), ORACLES[name](x, output, sigma), rtol=1e-4)


def _importance_m1(model: M1, x: np.ndarray, *, draws: int) -> np.ndarray:
    """log p(x) by importance sampling from q(z|x)."""
    q_z = model.q_z(x)
    z = q_z.sample(draws, seed=1)
    weight = (
        tf.reduce_sum(model.p_x(z).log_prob(x), -1)
        + tf.reduce_sum(model.p_z.log_prob(z), -1)
        - tf.reduce_sum(q_z.log_prob(z), -1)
    )
    return logsumexp(weight, axis=0) - math.log(draws)


@pytest.mark.usefixtures("uncompiled")
def test_m1_bound_is_below_log_p_and_near_it_on_a_factor_model(run: Run) -> None:
    """On linear-Gaussian data the trained bound stays below the sampled log p(x), which nears the true one."""
    random = np.random.default_rng(0)
    loading = random.normal(size=(2, 5))
    covariance = loading.T @ loading + 0.25 * np.eye(5)
    x = random.multivariate_normal(np.zeros(5), covariance, 3000).astype(np.float32)
    net = NetConfig(hidden=(32,), activation="tanh")
    settings = M1Config(
        latents=3, kl_warm_up=0, net=net, fit=FitConfig(least_steps=1, epochs=60, batch=100, learning_rate=3e-3)
    )
    trained = train_m1(x[:2500], x[2500:], settings=settings, run=run)
    model = M1(5, settings, seed=0)
    for name, variable in model.arrays().items():
        variable.assign(trained.arrays[name])
    test = x[2500:2600]
    bounds = model.bound(test, noise=tf.random.stateless_normal([256, len(test), 3], [1, 2])).numpy()
    bound, error = bounds.mean(axis=0), bounds.std(axis=0) / 16
    log_p = _importance_m1(model, test, draws=2000)
    truth = stats.multivariate_normal.logpdf(test, np.zeros(5), covariance)
    assert (bound <= log_p + 5 * error + 0.05).all()
    assert bound.mean() < log_p.mean()
    assert log_p.mean() == pytest.approx(truth.mean(), abs=0.15)


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_m2_bounds_are_below_log_p(run: Run) -> None:
    """On a trained toy, -L(x, y) <= log p(x, y) and -U(x) <= log p(x), both by importance sampling."""
    data, x, _ = blob_data(labelled=20, unlabelled=100)
    x = x[::4]
    fit = FitConfig(least_steps=1, epochs=20, batch=64, learning_rate=3e-3)
    settings = M2Config(latents=2, net=SMALL, fit=fit, select="last")
    trained = train_m2(data, settings=settings, run=run, classes=4)
    model = M2(6, 4, settings, seed=0)
    for name, variable in model.arrays().items():
        variable.assign(trained.arrays[name])
    log_p_xy = []
    for k in range(4):
        y = tf.tile(tf.one_hot([k], 4), [len(x), 1])
        q_z = model.q_z(x, y)
        z = q_z.sample(2000, seed=k)
        weight = tf.reduce_sum(model.p_x(z, y).log_prob(x), -1) + tf.reduce_sum(
            model.p_z.log_prob(z) - q_z.log_prob(z), -1
        )
        log_p_xy.append(logsumexp(weight, axis=0) - math.log(2000) + float(model.log_prior[k]))
        noise = tf.random.stateless_normal([256, len(x), 2], [1, k])
        bound = tf.reduce_mean(model.labelled_bound(x, y, noise=noise), axis=0).numpy()
        assert (bound <= log_p_xy[-1] + 0.5).all()
        assert bound.mean() <= np.mean(log_p_xy[-1])
    noise = tf.random.stateless_normal([32, 4, len(x), 2], [3, 4])
    bound = np.mean([model.unlabelled_bound(x, noise=draw).numpy() for draw in noise], axis=0)
    log_p = logsumexp(log_p_xy, axis=0)
    assert (bound <= log_p + 0.5).all()
    assert bound.mean() <= log_p.mean()
