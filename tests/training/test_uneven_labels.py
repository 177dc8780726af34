"""M2 where some classes have many labels and others a few: no class is lost, and equal classes change nothing."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from semispectral.inference.m2_inference import M2Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.m2 import M2
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import TrainingSet
from semispectral.training import train_m2 as training
from semispectral.training.m2_task import M2Task
from semispectral.training.run import Run, Trained
from semispectral.training.train_m2 import train_m2, train_qy
from tiny_training import blob_data, blobs, features

NET = NetConfig(hidden=(24,), activation="relu")
FIT = FitConfig(least_steps=20, most_steps=20, epochs=30, batch=64, learning_rate=1e-2, evaluate_every=30)
SETTINGS = M2Config(latents=2, supervised_epochs=3, ramp=5, net=NET, classifier=NET, label_shift=0, fit=FIT)
INPUTS, SPREAD = 30, 2.2  # classes that overlap


def uneven_data() -> tuple[TrainingSet, np.ndarray, np.ndarray]:
    """Four classes with 40, 1, 3 and 10 labels, and test pixels with their classes."""
    random = np.random.default_rng(2)
    label, hidden = np.repeat([0, 1, 2, 3], [40, 1, 3, 10]), np.repeat([0, 1, 2, 3], [500, 60, 60, 200])
    known, unknown = (
        features(blobs(random, each, inputs=INPUTS, spread=SPREAD), shown)
        for each, shown in ((label, label), (hidden, np.full_like(hidden, -1)))
    )
    truth = np.repeat(np.arange(4), 200)
    test = blobs(random, truth, inputs=INPUTS, spread=SPREAD)
    return TrainingSet(known, unknown, known.where(np.zeros(len(label), bool))), test, truth


def scores(trained: Trained, x: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """F1 of each class."""
    predicted = M2Inference(trained.arrays, trained.description).predict_proba(x).argmax(axis=1)
    return np.asarray(f1_score(truth, predicted, average=None))


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_unequal_numbers_of_labels_lose_no_class(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M2 is ahead of its own q(y|x) in every class; without the pixels that even them out it is behind."""
    data, x, truth = uneven_data()
    facts = {"settings": SETTINGS, "run": replace(run, seed=2), "classes": 4}
    alone, mended = (scores(train(data, **facts), x, truth) for train in (train_qy, train_m2))
    assert (mended > alone).all()
    assert mended.mean() > alone.mean() + 0.05
    monkeypatch.setattr(training, "unequal", lambda label: False)
    assert scores(train_m2(data, **facts), x, truth).mean() < alone.mean()


def test_equal_numbers_of_labels_are_trained_on_as_they_are() -> None:
    """Batches and order are those of the labels alone; with unequal numbers the bound has pixels of its own."""
    data, _, _ = blob_data(labelled=3, unlabelled=20)
    model = M2(6, 4, SETTINGS, seed=1)
    task = M2Task(model, data, np.arange(4), SETTINGS, evened=data.labelled, seed=1)
    assert set(task.order(0)) == {"labelled", "unlabelled"}
    more = data.labelled.joined(features(np.zeros((1, 6)), np.zeros(1)))
    other = M2Task(model, data, np.arange(4), SETTINGS, evened=more, seed=1)
    np.testing.assert_array_equal(other.order(0)["labelled"], task.order(0)["labelled"])
    assert np.bincount(other.order(0)["evened"].ravel()).min() > 0
