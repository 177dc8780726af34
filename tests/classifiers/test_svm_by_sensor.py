"""SVMs of several sensors as one: each pixel is the mean of those that see it, and one sensor is as it was."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.classifiers.by_sensor import OfSensors, fit_by_sensor
from semispectral.classifiers.readers import READERS
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.errors import ShapeError
from semispectral.inference.average import average
from semispectral.scans.sensor_bands import SensorBands
from semispectral.storage.model_files import load_model, save_model

SETTINGS = SvmConfig(cost=(10.0,), gamma=(1.0, 0.3), folds=3)
BOTH = (SensorBands("vnir", 6), SensorBands("swir", 20))
GIVEN = {"classes": 4, "settings": SETTINGS, "seed": 1}


def pixels(count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes 0, 1 and 3, of which the six columns of the first sensor know; the second one holds noise."""
    random = np.random.default_rng(seed)
    label = np.array([0, 1, 3])[np.arange(count) % 3]
    centre = np.random.default_rng(9).normal(size=(4, 6))[label]
    x = np.concatenate([centre + 0.8 * random.normal(size=(count, 6)), random.normal(size=(count, 20))], axis=1)
    return x.astype(np.float32), label


def test_one_sensor_is_an_svm_as_ever() -> None:
    """Without sensors, and with one, the model is that of `fit_svm`, to the bit."""
    x, label = pixels(90, seed=1)
    plain = fit_svm(x, label, **GIVEN)
    for sensors in ((), (SensorBands("all", 26),)):
        found = fit_by_sensor(fit_svm, x, label, sensors=sensors, **GIVEN)
        for key, array in found.to_saved()[0].items():
            np.testing.assert_array_equal(array, plain.to_saved()[0][key])


def test_of_a_pixel_that_no_sensor_sees_nothing_is_said(tmp_path: Path) -> None:
    """A sensor without columns beside one with some: pixels that this one lacks train nothing, and stay undecided."""
    x, label = pixels(120, seed=7)
    x[:30] = 0
    found = fit_by_sensor(fit_svm, x, label, sensors=(SensorBands("none", 0), SensorBands("all", 26)), **GIVEN)
    save_model(tmp_path / "model", *found.to_saved())
    read = READERS["svm"](*load_model(tmp_path / "model"))
    plain = fit_svm(x[30:], label[30:], **GIVEN)
    np.testing.assert_allclose(read.predict_proba(x[30:]), plain.predict_proba(x[30:]), atol=2e-4)
    np.testing.assert_allclose(read.predict_proba(x[:30])[:, [0, 1, 3]], 1 / 3)
    other = np.random.default_rng(8).dirichlet(np.ones(3), 30).astype(np.float32)
    other = np.insert(other, 2, 0, axis=1)
    np.testing.assert_allclose(average([other, read.predict_proba(x[:30])], [1, 2]), average([other]), rtol=1e-5)


def test_a_pixel_is_the_mean_of_the_svms_that_see_it() -> None:
    """Of both where both have data, of one alone where the other has none; a class without labels stays at 0."""
    x, label = pixels(120, seed=2)
    found = fit_by_sensor(fit_svm, x, label, sensors=BOTH, **GIVEN)
    first, second = fit_svm(x[:, :6], label, **GIVEN), fit_svm(x[:, 6:], label, **GIVEN)
    query, _ = pixels(30, seed=3)
    query[:10, 6:], query[10:15, :6] = 0, 0
    probability = found.predict_proba(query)
    known = [0, 1, 3]
    np.testing.assert_array_equal(probability[:, 2], 0)
    np.testing.assert_allclose(probability[:10], first.predict_proba(query[:10, :6]), atol=2e-4)
    np.testing.assert_allclose(probability[10:15], second.predict_proba(query[10:15, 6:]), atol=2e-4)
    both = [first.predict_proba(query[15:, :6])[:, known], second.predict_proba(query[15:, 6:])[:, known]]
    np.testing.assert_array_equal(probability[15:, known], average(both))
    np.testing.assert_array_equal(found.predict(query), probability.argmax(axis=1))


def test_a_sensor_of_noise_costs_less_than_its_columns_do() -> None:
    """Many columns of noise beside a few that know: the mean of both SVMs is nearer these than one SVM of all is."""
    (x, label), (query, truth) = pixels(60, seed=4), pixels(2000, seed=5)
    random = np.random.default_rng(6)
    x, query = (
        np.concatenate([some[:, :6], random.normal(size=(len(some), 300)).astype(np.float32)], axis=1)
        for some in (x, query)
    )
    sensors = (SensorBands("vnir", 6), SensorBands("swir", 300))
    alone = (fit_svm(x[:, :6], label, **GIVEN).predict(query[:, :6]) == truth).mean()
    joined = (fit_svm(x, label, **GIVEN).predict(query) == truth).mean()
    mean = (fit_by_sensor(fit_svm, x, label, sensors=sensors, **GIVEN).predict(query) == truth).mean()
    assert joined < alone - 0.05
    assert mean > (joined + alone) / 2


def test_labels_that_a_sensor_lacks_train_the_others_alone() -> None:
    """Pixels without a sensor are no zeros for its SVM to learn; with data of one class alone it is left out."""
    x, label = pixels(120, seed=6)
    x[:40, 6:] = 0
    found = fit_by_sensor(fit_svm, x, label, sensors=BOTH, **GIVEN)
    assert isinstance(found, OfSensors)
    np.testing.assert_array_equal(found.models["swir"].support, fit_svm(x[40:, 6:], label[40:], **GIVEN).support)
    x[label != 1, 6:] = 0
    found = fit_by_sensor(fit_svm, x, label, sensors=BOTH, **GIVEN)
    assert isinstance(found, OfSensors)
    assert list(found.models) == ["vnir"]
    x[label == 0, :6] = 0  # no sensor has data of all classes: all columns side by side
    assert not isinstance(fit_by_sensor(fit_svm, x, label, sensors=BOTH, **GIVEN), OfSensors)


def test_a_sensor_says_nothing_of_a_class_that_it_has_no_label_of() -> None:
    """It divides what the others give to the classes that it knows; alone it decides among these."""
    x, label = pixels(120, seed=8)
    x[label == 3, 6:] = 0
    found = fit_by_sensor(fit_svm, x, label, sensors=BOTH, **GIVEN)
    assert isinstance(found, OfSensors)
    whole, part = found.models["vnir"], found.models["swir"]
    assert part.classes.tolist() == [0, 1]
    query, _ = pixels(40, seed=9)
    first, second = whole.predict_proba(query[:, :6])[:, [0, 1, 3]], part.predict_proba(query[:, 6:])[:, [0, 1, 3]]
    completed = second * first[:, :2].sum(axis=1, keepdims=True)
    completed[:, 2] = first[:, 2]
    np.testing.assert_allclose(found.predict_proba(query)[:, [0, 1, 3]], average([first, completed]), atol=1e-3)
    query[:, :6] = 0
    assert set(found.predict(query).tolist()) <= {0, 1}


def test_it_is_saved_and_read(tmp_path: Path) -> None:
    """As the SVM of one sensor is, by the same reader; other columns than those of training are refused."""
    x, label = pixels(60, seed=7)
    found = fit_by_sensor(fit_svm, x, label, sensors=BOTH, **GIVEN)
    save_model(tmp_path / "svm", *found.to_saved())
    read = READERS["svm"](*load_model(tmp_path / "svm"))
    np.testing.assert_array_equal(read.predict_proba(x), found.predict_proba(x))
    with pytest.raises(ShapeError, match=r"must be \[pixel, 26\]"):
        read.predict_proba(x[:, 1:])
