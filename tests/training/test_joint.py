"""M1 and M2 as one model: its bound against its terms, and what training on together does."""

import numpy as np
import pytest
import tensorflow as tf
from test_refit import SETTINGS

from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import shared_noise
from semispectral.inference.stacked import stacked_bound
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.m1 import M1
from semispectral.models.m2 import M2
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.joint import Pair, Stacked, train_jointly
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2
from tiny_training import blob_data

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncompiled")]

BANDS, CLASSES, PIXELS = 6, 3, 5
M1_SETTINGS = M1Config(
    latents=4,
    net=NetConfig(hidden=(16,), activation="tanh"),
    dead_std=0.0,
    fit=FitConfig(least_steps=1, epochs=30, batch=64, learning_rate=5e-3, evaluate_every=5),
)


def _stacked(live: list[int]) -> tuple[Stacked, M1Inference, M2Inference]:
    """The model in TensorFlow and its parts in NumPy, all weights moved."""
    m1 = M1(BANDS, M1_SETTINGS, seed=1)
    m2 = M2(len(live), CLASSES, M2Config(latents=2, net=NetConfig(hidden=(8,)), classifier=NetConfig()), seed=2)
    stacked = Stacked(m1, m2, live)
    random = np.random.default_rng(0)
    for variable in stacked.trainable_variables:
        variable.assign_add(0.2 * random.normal(size=variable.shape).astype(np.float32))
    parts = ({name: v.numpy() for name, v in model.arrays().items()} for model in (m1, m2))
    facts = [
        {"settings": {"latents": 4, "likelihood": "gaussian", "sigma_floor": M1_SETTINGS.sigma_floor,
                      "net": {"activation": "tanh"}}, "live": live},
        {"settings": {"latents": 2, "likelihood": "gaussian", "sigma_floor": 0.1, "net": {"activation": "softplus"},
                      "classifier": {"activation": "softplus"}}, "labels": [0, 1, 2], "classes": 3},
    ]  # fmt: skip
    return stacked, M1Inference(next(parts), facts[0]), M2Inference(next(parts), facts[1])


@pytest.mark.parametrize("live", [[0, 1, 2, 3], [0, 2]])
def test_bound_with_the_best_q_y_is_the_stacked_bound(live: list[int]) -> None:
    """Eq. 7 of the stacked model, plus the KL of q(y|z1) from the exact posterior, is the NumPy bound of M1+M2."""
    stacked, m1, m2 = _stacked(live)
    x = np.random.default_rng(4).random((PIXELS, BANDS)).astype(np.float32)
    ours = []
    for noise in shared_noise(2, stacked.noise_width, seed=7):
        every = np.broadcast_to(noise, (CLASSES, PIXELS, stacked.noise_width)).astype(np.float32)
        bound = stacked.unlabelled_bound(x, noise=tf.constant(every)).numpy()
        mean, log_variance = m1.all_latents(x)
        z1 = (mean + np.exp(0.5 * log_variance) * noise[:, : mean.shape[1]])[:, live]
        of_class = m2._labelled_bound(z1, np.broadcast_to(noise[:, mean.shape[1] :], (CLASSES, 1, 2)))
        log_q_y, exact = m2.log_q_y(z1), m2.bound_at(z1, noise[np.newaxis, :, mean.shape[1] :])
        ours.append(bound + np.sum(np.exp(log_q_y) * (log_q_y - of_class + exact[:, np.newaxis]), axis=1))
    np.testing.assert_allclose(np.mean(ours, 0), stacked_bound(m1, m2, x, seed=7, draws=2), rtol=1e-4, atol=1e-4)


def test_labelled_bound_is_m1_s_part_and_m2_s() -> None:
    """-L(x, y) less the unlabelled part's is what M2 says of z1, whatever y."""
    stacked, _, _ = _stacked([1, 3])
    x = tf.constant(np.random.default_rng(4).random((PIXELS, BANDS)).astype(np.float32))
    noise = tf.constant(np.random.default_rng(5).standard_normal((PIXELS, stacked.noise_width)), tf.float32)
    y = tf.one_hot([0, 1, 2, 0, 1], CLASSES)
    q = stacked.m1.q_z(x)
    z1 = q.loc + q.scale * noise[:, :4]
    live = tf.gather(z1, [1, 3], axis=-1)
    dead = tf.gather(0.5 * (q.loc**2 + q.scale**2 - 1.0) - tf.math.log(q.scale), [0, 2], axis=-1)
    expected = (
        tf.reduce_sum(stacked.m1.p_x(z1).log_prob(x), -1)
        + stacked.m2.labelled_bound(live, y, noise=noise[:, 4:])
        + tf.reduce_sum(tf.gather(0.5 * np.log(2 * np.pi * np.e) + tf.math.log(q.scale), [1, 3], axis=-1), -1)
        - tf.reduce_sum(dead, -1)
    )
    np.testing.assert_allclose(stacked.labelled_bound(x, y, noise=noise), expected, rtol=1e-5, atol=1e-4)


def test_training_on_together_moves_both_and_raises_their_bound(run: Run) -> None:
    """From where each ended alone, the bound of both goes up, and the classes stay told apart."""
    data, x, truth = blob_data(labelled=4, unlabelled=60)
    seen = np.concatenate([data.labelled.mean, data.unlabelled.mean])
    m1 = train_m1(seen, seen[:0], settings=M1_SETTINGS, run=run)
    encoder = M1Inference(m1.arrays, m1.description)

    def latents(part: Features) -> Features:
        mean, log_variance = encoder.encode(part.mean)
        return Features(mean, np.exp(0.5 * log_variance), part.table)

    of_m1 = TrainingSet(latents(data.labelled), latents(data.unlabelled), latents(data.valid))
    m2 = train_m2(of_m1, settings=SETTINGS, run=run, classes=4)
    fit = FitConfig(least_steps=1, epochs=20, batch=64, learning_rate=1e-3, evaluate_every=5)
    both = train_jointly(Pair(m1, m2), data, m1_settings=M1_SETTINGS, m2_settings=SETTINGS, fit=fit, run=run)

    assert not np.array_equal(both.m1.arrays["q_z_mean/bias"], m1.arrays["q_z_mean/bias"])
    assert not np.array_equal(both.m2.arrays["q_y_logits/bias"], m2.arrays["q_y_logits/bias"])
    before, after = (
        stacked_bound(
            M1Inference(a.arrays, a.description), M2Inference(b.arrays, b.description), x, seed=1, draws=8
        ).mean()
        for a, b in ((m1, m2), both)
    )
    assert after > before
    tuned = M1Inference(both.m1.arrays, both.m1.description).encode(x)[0]
    predicted = M2Inference(both.m2.arrays, both.m2.description).predict_proba(tuned).argmax(1)
    assert np.mean(predicted == truth) > 0.9
