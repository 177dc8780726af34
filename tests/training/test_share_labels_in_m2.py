"""M2 with labels that are shares of classes: bound and loss by brute force, and ordinary labels as the limit."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.m2 import M2
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.share_labels import with_shares
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.storage.parquet import write_table
from semispectral.training.m2_objectives import M2Objective, bound_of_labels, bound_of_shares
from semispectral.training.run import Run, Trained
from semispectral.training.train_m2 import train_m2
from tiny_training import as_float64, blob_data, blobs, features

CLASSES, INPUTS, PIXELS = 3, 5, 4
NET = NetConfig(hidden=(16,))
FIT = FitConfig(learning_rate=1e-2, batch=64, epochs=8, least_steps=20, most_steps=20, evaluate_every=4)
SETTINGS = M2Config(latents=2, net=NET, classifier=NET, fit=FIT, supervised_epochs=2, ramp=3, kl_warm_up=2)


@pytest.fixture(scope="module")
def toy() -> tuple[M2, tf.Tensor, tf.Tensor, np.ndarray]:
    """A model, pixels, noise, and shares of their classes."""
    random = np.random.default_rng(6)
    model = as_float64(M2(INPUTS, CLASSES, SETTINGS, seed=1))
    x, noise = tf.constant(random.normal(size=(PIXELS, INPUTS))), tf.constant(random.normal(size=(PIXELS, 2)))
    return model, x, noise, random.dirichlet(np.ones(CLASSES), PIXELS)


def test_the_bound_is_expected_under_the_shares(toy: tuple[M2, tf.Tensor, tf.Tensor, np.ndarray]) -> None:
    """Pixel by pixel and class by class it is the sum of share times the labelled bound."""
    model, x, noise, shares = toy
    found = bound_of_shares(model, x, tf.constant(shares), noise=noise, kl_weight=0.7)
    for pixel in range(PIXELS):
        of_class = [
            model.labelled_bound(
                x[pixel : pixel + 1],
                tf.one_hot([y], CLASSES, dtype=x.dtype),
                noise=noise[pixel : pixel + 1],
                kl_weight=0.7,
            )[0]
            for y in range(CLASSES)
        ]
        assert float(found[pixel]) == pytest.approx(float(np.dot(shares[pixel], of_class)), rel=1e-10)


def test_shares_of_one_class_are_the_labelled_bound() -> None:
    """So is the whole loss: the cross-entropy has the shares in the place of the label."""
    random = np.random.default_rng(6)
    model = M2(INPUTS, CLASSES, SETTINGS, seed=1)
    x, noise = (tf.constant(random.normal(size=(PIXELS, each)), tf.float32) for each in (INPUTS, 2))
    shares = tf.constant(random.dirichlet(np.ones(CLASSES), PIXELS), tf.float32)
    weights = {"kl": tf.constant(0.7), "unlabelled": tf.constant(1.0)}
    batch = {"labelled": x, "labelled_noise": noise, "y": tf.one_hot([2, 0, 1, 1], CLASSES)}
    by_label = M2Objective(0.3, bound_of_labels).loss(model, batch, weights)[0]
    by_share = M2Objective(0.3, bound_of_shares).loss(model, batch, weights)[0]
    assert float(by_share) == pytest.approx(float(by_label), rel=1e-5)
    loss = M2Objective(0.3, bound_of_shares).loss(model, {**batch, "y": shares}, weights)[0]
    bound = bound_of_shares(model, x, shares, noise=noise, kl_weight=0.7).numpy()
    entropy = -(shares.numpy() * model.log_q_y(x).numpy()).sum(axis=1)
    assert float(loss) == pytest.approx(-bound.mean() / INPUTS + 0.3 * entropy.mean(), rel=1e-5)


def placed(part: Features, first: int) -> Features:
    """Pixels with a place, one on each line."""
    place = {"scene": "A", "line": np.arange(first, first + len(part)), "sample": 0}
    return Features(part.mean, part.std, part.table.assign(**place))


def trained_on(data: TrainingSet) -> Trained:
    return train_m2(data, settings=SETTINGS, run=Run(1, None), classes=4)


@pytest.mark.slow  # steps are compiled, which may round in other places
def test_shares_of_0_and_1_train_the_same_model(tmp_path) -> None:  # type: ignore[no-untyped-def]  # a fixture of pytest
    """Bit for bit the model of the ordinary labels, as every weight shows."""
    data, _, _ = blob_data(labelled=4, unlabelled=20)
    data = TrainingSet(placed(data.labelled, 0), data.unlabelled, placed(data.valid, 100))
    one_hot = np.eye(4, dtype=np.float32)[np.concatenate([data.labelled.label, data.valid.label])]
    table = pd.concat([data.labelled.table, data.valid.table])[["scene", "line", "sample"]].reset_index(drop=True)
    table = table.assign(source="sem", weight=np.float32(1), **{f"share_{y}": one_hot[:, y] for y in range(4)})
    write_table(tmp_path / "shares.parquet", table)
    ordinary, shared = trained_on(data), trained_on(with_shares(data, [tmp_path / "shares.parquet"]))
    assert ordinary.arrays.keys() == shared.arrays.keys()
    for name, values in ordinary.arrays.items():
        np.testing.assert_array_equal(values, shared.arrays[name], err_msg=name)


@pytest.mark.usefixtures("uncompiled")
def test_mixed_pixels_teach_the_classes_that_are_dominant_in_none() -> None:
    """Of pixels that are talc for six tenths in every case, shares tell the classes of the other four tenths apart."""
    random = np.random.default_rng(8)
    other = np.tile([1, 2, 3], 12)
    x = 0.6 * blobs(random, np.zeros_like(other)) + 0.4 * blobs(random, other)
    shares = 0.6 * np.eye(4)[np.zeros_like(other)] + 0.4 * np.eye(4)[other]
    part = features(x, np.zeros_like(other))
    columns = {f"share_{y}": shares[:, y].astype(np.float32) for y in range(4)}
    labelled = Features(part.mean, part.std, part.table.assign(**columns, weight=np.float32(1)))
    data, _, _ = blob_data(labelled=1, unlabelled=10)
    none = data.valid.where(np.zeros(len(data.valid), bool))
    trained = trained_on(TrainingSet(labelled, data.unlabelled, none))
    assert trained.description["labels"] == [0, 1, 2, 3]
    log_q_y = M2Inference(trained.arrays, trained.description).log_q_y(x.astype(np.float32))
    assert (log_q_y[:, 1:].argmax(axis=1) + 1 == other).mean() > 0.9
