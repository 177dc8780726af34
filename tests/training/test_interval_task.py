"""Training of M2 with labels of intervals: alone, beside few labels, and as ordinary labels."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.interval_term import proportion_term
from semispectral.models.m2 import M2
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.interval_set import IntervalSet, interval_set
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.interval_task import PIXELS, IntervalObjective, IntervalTask
from semispectral.training.m2_objectives import M2Objective
from semispectral.training.run import Run
from semispectral.training.train_m2 import train_m2
from tiny_training import blob_data, blobs, features

CLASSES = 4
NET = NetConfig(hidden=(16,))
FIT = FitConfig(learning_rate=1e-2, batch=64, epochs=14, least_steps=20, most_steps=20, evaluate_every=7)
SETTINGS = M2Config(
    latents=2, net=NET, classifier=NET, fit=FIT, supervised_epochs=2, ramp=3, kl_warm_up=2, select="last"
)


def intervals_of(random: np.random.Generator, *, each: int) -> tuple[Features, IntervalSet]:
    """Unlabelled pixels in eight intervals of mixed classes, each with its true shares."""
    shares = random.dirichlet(0.4 * np.ones(CLASSES), 8)
    label = np.concatenate([random.choice(CLASSES, each, p=share) for share in shares])
    counted = np.stack([np.bincount(part, minlength=CLASSES) for part in label.reshape(8, each)]) / each
    pixels = features(blobs(random, label), np.full_like(label, -1))
    return pixels, IntervalSet(
        np.arange(8 * each), np.repeat(np.arange(8), each), counted.astype(np.float32), np.ones(8, np.float32)
    )


def accuracy(data: TrainingSet, intervals: IntervalSet | None, x: np.ndarray, truth: np.ndarray) -> float:
    """Accuracy of an M2 on test pixels."""
    trained = train_m2(data, settings=SETTINGS, run=Run(1, None), classes=CLASSES, intervals=intervals)
    found = M2Inference(trained.arrays, trained.description).log_q_y(x).argmax(axis=1)
    return float((np.asarray(trained.description["labels"])[found] == truth).mean())


@pytest.mark.usefixtures("uncompiled")
def test_shares_of_intervals_alone_teach_the_classes() -> None:
    """Without any labelled pixel the classes are found by the shares of eight intervals."""
    data, x, truth = blob_data(labelled=1, unlabelled=1)
    pixels, intervals = intervals_of(np.random.default_rng(3), each=60)
    none = np.zeros(len(data.labelled), bool), np.zeros(len(data.valid), bool)
    alone = TrainingSet(data.labelled.where(none[0]), pixels, data.valid.where(none[1]))
    assert accuracy(alone, intervals, x, truth) > 0.8


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_a_class_that_only_intervals_have_is_in_the_model() -> None:
    """Labels of three classes, and intervals that have the fourth."""
    data, _, _ = blob_data(labelled=3, unlabelled=1)
    pixels, intervals = intervals_of(np.random.default_rng(4), each=40)
    labelled, valid = (part.where(part.label < 3) for part in (data.labelled, data.valid))
    trained = train_m2(
        TrainingSet(labelled, pixels, valid), settings=SETTINGS, run=Run(1, None), classes=CLASSES, intervals=intervals
    )
    assert trained.description["labels"] == [0, 1, 2, 3]
    assert "proportions" in trained.history.columns


def test_an_interval_counts_as_a_label_and_its_pixels_once() -> None:
    """Evidence of two sources is added with their weights; three intervals of weight 1, 1 and 2 are 4 of 16 labels."""
    data, _, _ = blob_data(labelled=3, unlabelled=1)
    shares = np.float32([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25, 0.25, 0.25, 0.25]])
    found = IntervalSet(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 2]), shares, np.float32([1, 1, 2]))
    model = M2(6, CLASSES, SETTINGS, seed=1)
    task = IntervalTask(model, data, np.arange(4), SETTINGS, evened=data.labelled, seed=1, intervals=found)
    evidence = task.known_of_unlabelled["evidence"]
    least, half, quarter = np.log([0.001, 0.5, 0.25])
    np.testing.assert_allclose(evidence[0], [0, least, least, least], rtol=1e-6)
    np.testing.assert_allclose(evidence[1], [half, least + half, 2 * least, 2 * least], rtol=1e-6)
    np.testing.assert_allclose(evidence[2], 4 * [2 * quarter], rtol=1e-6)
    np.testing.assert_array_equal(evidence[3], 0)
    assert task.objective.as_labels == pytest.approx(4 / 16)
    np.testing.assert_allclose(task.facts["weight"][:, 0], [0.75, 0.75, 1.5])
    np.testing.assert_allclose(
        np.exp(task.facts["log_common"][0]), (2 * shares[0] + shares[1] + shares[2]) / 4, rtol=1e-6
    )


def test_the_loss_is_that_of_m2_with_evidence_and_counts_of_the_rock() -> None:
    """Without evidence the unlabelled bound is that of M2; counts are of q(y|x) times how common a class is."""
    random = np.random.default_rng(9)
    model = M2(6, CLASSES, SETTINGS, seed=1)
    x, noise = (tf.constant(random.normal(size=shape), tf.float32) for shape in ((5, 6), (CLASSES, 5, 2)))
    objective = IntervalObjective(0.3, pixels=3, as_labels=0.25)
    weights = {"kl": tf.constant(0.6), "unlabelled": tf.constant(1.0)}
    batch = {"labelled": x[:0], "unlabelled": x, "unlabelled_noise": noise, "unlabelled_weight": tf.ones([5, 1])}
    plain = M2Objective(0.3).loss(model, batch, weights)[0]
    shares, common = random.dirichlet(np.ones(CLASSES), 2), random.dirichlet(np.ones(CLASSES))
    batch |= {
        "unlabelled_evidence": tf.zeros([5, CLASSES]),
        "interval": tf.constant(random.normal(size=(3, 2, 6)), tf.float32),
        "interval_shares": tf.constant(shares, tf.float32),
        "interval_log_common": tf.constant(np.log(common)[None].repeat(2, axis=0), tf.float32),
        "interval_weight": tf.constant([[0.5], [1.5]]),
    }
    counted = np.zeros((2, CLASSES))
    for pixel in range(3):
        q = np.exp(model.log_q_y(batch["interval"][pixel]).numpy()) * common
        counted += q / q.sum(axis=1, keepdims=True) / 3
    of_shares = (shares * np.log(counted)).sum(axis=1)
    loss = objective.loss(model, batch, weights)[0]
    assert float(loss - plain) == pytest.approx(-0.3 * 0.25 * (0.5 * of_shares[0] + 1.5 * of_shares[1]) / 2, rel=1e-4)


def test_the_right_classes_cost_less_than_the_same_shares_everywhere() -> None:
    """Of as many pixels as a step draws: a sure and right q(y|x) pays less than one constant for all intervals."""
    random = np.random.default_rng(2)
    shares = random.dirichlet(np.full(10, 4.0), 6)  # intervals that are not very different, as long ones are
    label = np.stack([random.choice(10, PIXELS, p=share) for share in shares], axis=1)
    sure = np.log(0.989 * np.eye(10)[label] + 0.001)  # [pixel, interval, class]
    same = np.broadcast_to(np.log(shares.mean(axis=0)), sure.shape)
    right, constant = (
        float(tf.reduce_mean(proportion_term(tf.constant(log_q), tf.constant(shares)))) for log_q in (sure, same)
    )
    assert right > constant


def test_pixels_of_intervals_are_found_among_the_unlabelled_ones() -> None:
    """By scene, line and sample, whatever their order; intervals without training pixels are left out."""
    table = pd.DataFrame({"scene": ["A", "A", "B"], "line": [1, 2, 1], "sample": [0, 0, 0], "label": -1})
    held = Features(np.zeros((3, 2), np.float32), np.zeros((3, 1), np.float32), table)
    pixels = pd.DataFrame({"scene": ["B", "A", "C"], "line": [1, 2, 1], "sample": 0, "interval": [2, 0, 1]})
    shares = pd.DataFrame({"share_0": [1.0, 0.5, 0.25], "share_1": [0.0, 0.5, 0.75], "weight": [1.0, 1.0, 2.0]})
    found = interval_set(pixels, shares, held, classes=2)
    assert found.pixel.tolist() == [1, 2]
    assert found.interval.tolist() == [0, 1]
    assert found.shares.tolist() == [[1, 0], [0.25, 0.75]]
    assert found.weight.tolist() == [1, 2]
    assert found.labels.tolist() == [0, 1]
