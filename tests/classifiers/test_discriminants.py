"""The discriminants are those of scikit-learn and of the normal density, and hold with few labels."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import multivariate_normal
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.by_sensor import fit_by_sensor
from semispectral.classifiers.discriminants import fit_lda, gaussian_logits
from semispectral.classifiers.readers import READERS
from semispectral.classifiers.svm import SvmConfig
from semispectral.errors import DataError, ShapeError
from semispectral.inference.lda_inference import LdaModel
from semispectral.scans.sensor_bands import SensorBands
from semispectral.storage.model_files import load_model, save_model

CONFIG = BaselineConfig(svm=SvmConfig(folds=3))


def problem(per_class: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Three classes of five columns, with covariances of their own."""
    random = np.random.default_rng(seed)
    label = np.repeat([0, 1, 3], per_class)
    mean = np.array([[0, 0, 1, 0, 0], [1, 0, 0, 0, 1], [0, 2, 0, 1, 0], [0, 1, 0, 2, 0]])
    return (mean[label] + (1 + 0.3 * label[:, None]) * random.normal(size=(len(label), 5)) * 0.5), label


def test_lda_predicts_as_scikit_learn() -> None:
    """The same classes as LinearDiscriminantAnalysis with a shrunk covariance; a temperature changes none."""
    x, label = problem(8, seed=1)
    query, _ = problem(40, seed=2)
    of_data = {"classes": 4, "shares": np.ones(4) / 4}
    found = BASELINES["lda"](x, label, x[:0], query, **of_data, seed=3, settings=CONFIG)
    expected = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(x, label).predict(query)
    np.testing.assert_array_equal(found.argmax(axis=1), expected)


@pytest.mark.parametrize("present", [[0, 1, 3], [0, 3]])
def test_lda_gives_the_probabilities_of_scikit_learn_at_a_temperature(present: list[int]) -> None:
    """Of three classes, and of two, of which scikit-learn keeps the difference alone."""
    x, label = problem(12, seed=1)
    query, _ = problem(40, seed=2)
    x, label = x[np.isin(label, present)], label[np.isin(label, present)]
    model = fit_lda(x, label, classes=4, settings=CONFIG.svm, seed=3)
    expected = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(x, label).predict_log_proba(query)
    found = model.predict_proba(query)
    np.testing.assert_allclose(found[:, present], softmax(expected / model.temperature, axis=1), atol=1e-5)
    assert model.temperature != 1
    assert (found[:, [index for index in range(4) if index not in present]] == 0).all()


@pytest.mark.parametrize("counts", [(1, 1, 1), (1, 6, 6)])
def test_lda_with_one_label_of_a_class_is_the_density_with_one_covariance(counts: tuple[int, ...]) -> None:
    """Where scikit-learn shrinks no covariance: that of all classes within themselves, or of all labels together."""
    x, label = problem(8, seed=4)
    query, _ = problem(20, seed=5)
    some = np.concatenate([np.flatnonzero(label == index)[:n] for index, n in zip((0, 1, 3), counts, strict=True)])
    model = fit_lda(x[some], label[some], classes=4, settings=CONFIG.svm, seed=6)
    logits = gaussian_logits(x[some], label[some], query.astype(np.float32), pooled=1.0)
    expected = softmax(logits / model.temperature, axis=1)
    np.testing.assert_allclose(model.predict_proba(query)[:, [0, 1, 3]], expected, atol=1e-5)


def test_lda_of_one_class_is_sure_of_it() -> None:
    """There is nothing to tell apart."""
    x, label = problem(5, seed=7)
    model = fit_lda(x[label == 1], label[label == 1], classes=4, settings=CONFIG.svm, seed=8)
    np.testing.assert_array_equal(model.predict_proba(x), np.tile([0, 1, 0, 0], (len(x), 1)))


def test_lda_is_saved_and_read(tmp_path: Path) -> None:
    """Of one sensor and of several, by the reader of its method; other columns than those of training are refused."""
    x, label = problem(8, seed=9)
    given = {"classes": 4, "settings": CONFIG.svm, "seed": 10}
    for name, sensors in {"one": (), "two": (SensorBands("vnir", 2), SensorBands("swir", 3))}.items():
        fitted = fit_by_sensor(fit_lda, x.astype(np.float32), label, sensors=sensors, **given)
        save_model(tmp_path / name, *fitted.to_saved())
        read = READERS["lda_mnf"](*load_model(tmp_path / name))
        np.testing.assert_array_equal(read.predict_proba(x), fitted.predict_proba(x))
        with pytest.raises(ShapeError, match=r"must be \[pixel, 5\] as in training, got \(24, 4\)"):
            read.predict_proba(x[:, 1:])
    with pytest.raises(DataError, match=r"lda was asked for, but model\.json says kind 'svm'"):
        LdaModel.from_saved({}, {"kind": "svm"})


@pytest.mark.parametrize("pooled", [0.0, 0.5, 1.0])
def test_logits_are_the_normal_density(pooled: float) -> None:
    """Against SciPy, with the covariance of the class and that of all classes mixed by hand."""
    x, label = problem(30, seed=4)
    query, _ = problem(5, seed=5)
    spread = np.concatenate([x[label == index] - x[label == index].mean(axis=0) for index in (0, 1, 3)])
    expected = []
    for index in (0, 1, 3):
        own = ledoit_wolf(x[label == index])[0]
        covariance = pooled * ledoit_wolf(spread, assume_centered=True)[0] + (1 - pooled) * own
        expected.append(multivariate_normal(x[label == index].mean(axis=0), covariance).logpdf(query))
    found = gaussian_logits(x, label, query, pooled=pooled)
    constant = -0.5 * 5 * np.log(2 * np.pi)
    np.testing.assert_allclose(found + constant, np.stack(expected, axis=1), rtol=1e-4)


def test_classes_that_differ_only_in_spread_are_told_apart_by_qda_alone() -> None:
    """Of two classes with one mean, the wide one is found by its distance from it."""
    random = np.random.default_rng(6)
    label = np.repeat([0, 1], 60)
    scale = np.where(label == 0, 0.2, 2.0)[:, None]
    x, query = scale * random.normal(size=(120, 4)), scale * random.normal(size=(120, 4))
    of_data = {"classes": 2, "shares": np.ones(2) / 2, "seed": 7, "settings": CONFIG}
    right = {
        name: (BASELINES[name](x, label, x[:0], query, **of_data).argmax(axis=1) == label).mean()
        for name in ("lda", "qda")
    }
    assert right["qda"] > 0.9
    assert right["lda"] < 0.7
