"""Inference in NumPy against the TensorFlow models, and its freedom from TensorFlow."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from trained_models import INPUTS, LATENTS, PIXELS, moved_arrays, pixels

from semispectral.errors import ConfigError
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import LIKELIHOODS, Network, draw, expected, log_likelihood, softplus
from semispectral.models.fit_settings import ACTIVATION_NAMES, LIKELIHOOD_NAMES, NetConfig
from semispectral.models.m1 import M1
from semispectral.models.m2 import M2
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config

SEED = 21


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_m1_encodes_and_decodes_as_tensorflow_does(activation: str) -> None:
    """q(z|x) and E[x|z] of the live latents agree to 1e-5, whatever the activation."""
    settings = M1Config(latents=LATENTS, net=NetConfig(hidden=(8, 7), activation=activation))
    model = M1(INPUTS, settings, seed=1)
    arrays = moved_arrays(model)
    net = {"activation": activation}
    facts = {"latents": LATENTS, "likelihood": "gaussian", "sigma_floor": 0.02, "net": net}
    inference = M1Inference(arrays, {"settings": facts, "live": [0, 2]})
    mean, log_variance = inference.encode(pixels())
    np.testing.assert_allclose(inference.means(pixels()), mean, rtol=1e-6, atol=1e-6)
    q_z = model.q_z(pixels())
    np.testing.assert_allclose(mean, q_z.loc.numpy()[:, [0, 2]], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(log_variance, 2 * np.log(q_z.scale.numpy()[:, [0, 2]]), rtol=1e-5, atol=1e-5)
    full = np.zeros((PIXELS, LATENTS), np.float32)
    full[:, [0, 2]] = mean
    np.testing.assert_allclose(inference.decode(mean), model.p_x(full).mean(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("likelihood", LIKELIHOOD_NAMES)
def test_bounds_are_those_of_tensorflow(likelihood: str) -> None:
    """With the same noise, the bounds of M1 and of M2 agree to 1e-4 nats."""
    x, net = pixels(), NetConfig(hidden=(8,))
    facts = {
        "latents": LATENTS,
        "likelihood": likelihood,
        "sigma_floor": 0.1,
        "net": {"activation": "softplus"},
        "classifier": {"activation": "relu"},
    }
    m1 = M1(INPUTS, M1Config(latents=LATENTS, likelihood=likelihood, sigma_floor=0.1, net=net), seed=1)
    ours = M1Inference(moved_arrays(m1), {"settings": facts, "live": [0]}).bound(x, seed=SEED)
    noise = np.random.default_rng(SEED).standard_normal((PIXELS, LATENTS), np.float32)
    np.testing.assert_allclose(ours, m1.bound(x, noise=noise), rtol=1e-5, atol=1e-4)

    m2 = M2(INPUTS, 3, M2Config(latents=LATENTS, likelihood=likelihood, net=net), seed=1)
    description = {"settings": facts, "labels": [0, 1, 2], "classes": 3}
    ours = M2Inference(moved_arrays(m2), description).labelled_bound(x, seed=SEED)
    random = np.random.default_rng(SEED)
    noise = np.stack([random.standard_normal((PIXELS, LATENTS), np.float32) for _ in range(3)])
    every_y = tf.eye(3)[:, tf.newaxis, :]
    np.testing.assert_allclose(ours.T, m2.labelled_bound(x, every_y, noise=noise), rtol=1e-5, atol=1e-4)


def test_q_y_is_that_of_tensorflow_and_temperature_flattens_it() -> None:
    """q(y|x) agrees to 1e-5 and stands in the columns of its labels; a temperature above 1 only flattens it."""
    model = M2(INPUTS, 3, M2Config(latents=LATENTS, net=NetConfig(hidden=(8,))), seed=1)
    facts = {
        "likelihood": "gaussian",
        "sigma_floor": 0.1,
        "net": {"activation": "softplus"},
        "classifier": {"activation": "relu"},
    }
    description = {"settings": facts, "labels": [1, 4, 5], "classes": 7}
    arrays = moved_arrays(model)
    cold = M2Inference(arrays, description).predict_proba(pixels())
    warm = M2Inference(arrays, {**description, "temperature": 3.0}).predict_proba(pixels())
    np.testing.assert_allclose(cold[:, [1, 4, 5]], np.exp(model.log_q_y(pixels())), rtol=1e-5, atol=1e-6)
    assert (warm.argmax(1) == cold.argmax(1)).all()
    assert (warm.max(1) < cold.max(1)).all()


@pytest.mark.parametrize("largest", [10, 79, 81, 1e30])
def test_softplus_holds_at_any_size(largest: float) -> None:
    """It is log(1 + exp(x)) to a rounding of float32, beside values at which exp overflows too, and keeps a NaN."""
    x = np.array([-1e30, -100, -20, -1, 0, 0.5, 8, largest], np.float32)
    before = x.copy()
    true = np.logaddexp(0, x.astype(np.float64))
    np.testing.assert_allclose(softplus(x), true, rtol=5e-7, atol=2e-7)
    np.testing.assert_array_equal(x, before)
    assert softplus(x, out=x) is x
    np.testing.assert_allclose(x, true, rtol=5e-7, atol=2e-7)
    with_gap = softplus(np.array([np.nan, 1, largest], np.float32))
    assert np.isnan(with_gap).tolist() == [True, False, False]
    assert softplus(np.empty((0, 3), np.float32)).shape == (0, 3)


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_heads_side_by_side_are_each_by_itself(activation: str) -> None:
    """Several heads at once are those asked for one by one, of two inputs too; the inputs stay as they are."""
    random = np.random.default_rng(3)
    arrays = {}
    for layer, shapes in {"hidden_0": [(6, 5), (2, 5)], "a": [(5, 3)], "b": [(5, 1)]}.items():
        for place, shape in enumerate(shapes):
            arrays[f"net_{layer}/kernel_{place}"] = random.standard_normal(shape).astype(np.float32)
        arrays[f"net_{layer}/bias"] = random.standard_normal(shapes[0][1]).astype(np.float32)
    network = Network(arrays, "net", activation)
    inputs = random.standard_normal((4, 6)).astype(np.float32), random.standard_normal((1, 2)).astype(np.float32)
    before = [each.copy() for each in inputs]
    together = network.heads(("a", "b"), *inputs)
    for name, found, width in zip("ab", together, (3, 1), strict=True):
        np.testing.assert_allclose(found, network(name, *inputs), rtol=1e-6, atol=1e-6)
        assert found.shape == (4, width)
    for each, kept in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(each, kept)


def test_nothing_but_training_imports_tensorflow() -> None:
    """Prediction, maps, evaluation, commands, pages, report and pictures load no TensorFlow, and no pyplot."""
    modules = ["inference.m1_inference", "evaluation.scores", "commands.main", "page", "report.page", "figures.live"]
    modules += ["models.settings_m1", "models.settings_m2"]
    program = f"import sys, {', '.join(f'semispectral.{module}' for module in modules)}\n"
    program += "sys.exit('tensorflow' in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_table_of_likelihoods_is_that_of_training() -> None:
    """Neither side knows one that the other does not."""
    assert set(LIKELIHOODS) == set(LIKELIHOOD_NAMES)


@pytest.mark.parametrize("name", ["laplace", "Gaussian", "", "student-t"])
def test_an_unknown_likelihood_is_refused(name: str) -> None:
    """It is not scored, expected or drawn as another one."""
    x, arrays = np.zeros((2, 3), np.float32), {"likelihood/log_sigma": np.zeros(3, np.float32)}
    for use in (
        lambda: log_likelihood(name, x, x, arrays, 0.1),
        lambda: expected(name, x),
        lambda: draw(name, x, arrays, 0.1, np.random.default_rng(1)),
    ):
        with pytest.raises(ConfigError, match="gaussian, student_t, bernoulli"):
            use()
