"""The SVM: the same predictions as scikit-learn's, sound probabilities, and few labels."""

import itertools
import logging
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss
from sklearn.svm import SVC

from semispectral.classifiers.svm import SvmConfig, fit_svm, train_svm
from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.inference.calibration import expected_calibration_error
from semispectral.inference.pairwise import Machine, couple
from semispectral.inference.svm_inference import KERNEL_VALUES, SvmModel, squared_distances
from semispectral.storage.model_files import load_model, save_model

SMALL = SvmConfig(cost=(10.0, 1.0), gamma=(1.0, 0.3), folds=3)


def pixels(classes: int, *, seed: int, count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping classes in eight bands."""
    x, label = make_classification(
        count, 8, n_informative=6, n_classes=classes, n_clusters_per_class=1, class_sep=0.8, random_state=seed
    )
    return x.astype(np.float32), label.astype(np.int64)


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("balanced", [True, False])
def test_predictions_are_those_of_scikit_learn(classes: int, balanced: bool) -> None:
    """The class of the largest probability is what SVC predicts, pixel by pixel."""
    x, label = pixels(classes, seed=1)
    settings = SvmConfig(balanced=balanced)
    model = train_svm(x, label, classes=classes, cost=3.0, gamma=0.2, temperature=0.3, settings=settings)
    oracle = SVC(C=3.0, gamma=0.2, class_weight=settings.class_weight, break_ties=True).fit(x, label)
    query = np.random.default_rng(2).normal(size=(4000, 8)).astype(np.float32) * 2
    probability = model.predict_proba(query)
    np.testing.assert_array_equal(probability.argmax(axis=1), oracle.predict(query))
    np.testing.assert_array_equal(model.predict(query), oracle.predict(query))
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)


def test_decisions_and_votes_are_those_of_scikit_learn() -> None:
    """Every pairwise decision, and the votes with their ties broken, equal SVC's two decision functions."""
    x, label = pixels(5, seed=3)
    oracle = SVC(C=2.0, gamma=0.1, decision_function_shape="ovo").fit(x, label)
    machine = Machine.of(oracle)
    decision = machine.decisions(np.exp(-0.1 * squared_distances(x, oracle.support_vectors_)))
    np.testing.assert_allclose(decision, oracle.decision_function(x), atol=1e-10)
    oracle.decision_function_shape = "ovr"
    np.testing.assert_allclose(machine.votes(decision), oracle.decision_function(x), atol=1e-10)


def test_distances_are_those_of_a_loop() -> None:
    """Squared distances by GEMM equal the sums, and are never negative."""
    x, _ = pixels(2, seed=4, count=40)
    distance = squared_distances(x, x)
    np.testing.assert_allclose(distance, ((x[:, None].astype(float) - x[None]) ** 2).sum(axis=2), atol=1e-10)
    assert distance.min() >= 0


def test_coupling_solves_its_least_squares_problem() -> None:
    """Coupled probabilities minimise the sum of (r_ji p_i - r_ij p_j)^2 on the simplex, as a general solver finds."""
    pair = np.random.default_rng(5).uniform(0.05, 0.95, size=(3, 6))
    found = couple(pair, 4)
    for row, result in zip(pair, found, strict=True):

        def loss(p: np.ndarray, row: np.ndarray = row) -> float:
            pairs = itertools.combinations(range(4), 2)
            return sum(((1 - r) * p[i] - r * p[j]) ** 2 for r, (i, j) in zip(row, pairs, strict=True))

        best = minimize(
            loss, np.full(4, 0.25), bounds=[(0, 1)] * 4, constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
            options={"ftol": 1e-14},
        )  # fmt: skip
        np.testing.assert_allclose(result, best.x, atol=1e-4)


def test_coupling_gives_consistent_probabilities_back() -> None:
    """Pairs made from class probabilities couple to these, two classes to the pair itself, certainty to no NaN."""
    true = np.array([[0.5, 0.3, 0.15, 0.05]])
    pair = np.array([[true[0, i] / (true[0, i] + true[0, j]) for i, j in itertools.combinations(range(4), 2)]])
    np.testing.assert_allclose(couple(pair, 4), true, atol=1e-12)
    np.testing.assert_allclose(couple(np.array([[0.3]]), 2), [[0.3, 0.7]])
    certain = couple(np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), 3)
    np.testing.assert_allclose(certain, [[1, 0, 0], [0, 0, 1]], atol=1e-4)


def test_tuned_probabilities_are_reliable() -> None:
    """On new pixels the log loss is far below that of equal shares, and confidence is near accuracy."""
    x, label = pixels(4, seed=6, count=2400)
    model = fit_svm(x[:400], label[:400], classes=4, settings=SvmConfig(), seed=1)
    probability = model.predict_proba(x[400:]).astype(np.float64)
    probability /= probability.sum(axis=1, keepdims=True)
    assert log_loss(label[400:], probability) < 0.6 * np.log(4)
    assert expected_calibration_error(probability, label[400:]) < 0.06


def test_tuning_chooses_from_the_grid_and_repeats_itself() -> None:
    """Cost is one of the grid, gamma a multiple of the unit, and the same seed gives the same model."""
    x, label = pixels(3, seed=7)
    one, two = (fit_svm(x, label, classes=3, settings=SMALL, seed=4) for _ in range(2))
    unit = 1 / (8 * x.var(dtype=np.float64))
    assert one.cost in SMALL.cost
    assert min(abs(one.gamma / unit - multiple) for multiple in SMALL.gamma) < 1e-6
    np.testing.assert_array_equal(one.predict_proba(x), two.predict_proba(x))


def test_a_class_without_labels_gets_probability_zero() -> None:
    """Columns of classes that were never seen are 0, the others sum to 1."""
    x, label = pixels(3, seed=8)
    model = fit_svm(x, 2 * label, classes=6, settings=SMALL, seed=1)
    probability = model.predict_proba(x)
    assert probability.shape == (300, 6)
    assert (probability[:, [1, 3, 5]] == 0).all()
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)


def test_one_class_is_predicted_everywhere() -> None:
    """With one labelled class there is nothing to separate: probability 1."""
    x, _ = pixels(2, seed=9)
    model = fit_svm(x, np.full(300, 2), classes=4, settings=SMALL, seed=1)
    np.testing.assert_array_equal(model.predict_proba(x), np.tile(np.eye(4, dtype=np.float32)[2], (300, 1)))


def test_one_label_per_class_falls_back_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing can be held out: the first cost and width are taken, with a log line."""
    x, label = pixels(3, seed=10)
    first = np.array([np.flatnonzero(label == index)[0] for index in range(3)])
    with caplog.at_level(logging.INFO):
        model = fit_svm(x[first], label[first], classes=3, settings=SMALL, seed=1)
    assert (model.cost, model.temperature) == (10.0, 1.0)
    assert "too few labels to tune" in caplog.text
    np.testing.assert_array_equal(model.predict(x[first]), label[first])


@pytest.mark.parametrize("holes", [1, 2, 5])
def test_folds_by_hole_work_with_any_number_of_holes(holes: int) -> None:
    """Groups, of which some lack a class, can be given."""
    x, label = pixels(3, seed=11)
    groups = np.where(label == 2, 0, np.arange(300) % holes)
    model = fit_svm(x, label, classes=3, settings=SMALL, seed=1, groups=groups)
    assert (model.predict(x) == label).mean() > 0.7


@pytest.mark.parametrize("classes", [1, 2, 4])
def test_a_saved_model_predicts_the_same(tmp_path, classes: int) -> None:  # type: ignore[no-untyped-def]
    """Written and read again, the model gives the same probabilities, bit for bit."""
    x, label = pixels(4, seed=12)
    model = fit_svm(x, np.minimum(label, classes - 1), classes=5, settings=SMALL, seed=1)
    save_model(tmp_path / "svm", *model.to_saved())
    again = SvmModel.from_saved(*load_model(tmp_path / "svm"))
    np.testing.assert_array_equal(again.predict_proba(x), model.predict_proba(x))


def test_blocks_do_not_show() -> None:
    """More pixels than one block holds give what they give alone; no pixel gives no row."""
    x, label = pixels(2, seed=13)
    model = train_svm(x, label, classes=2, cost=1.0, gamma=0.1, temperature=1.0, settings=SMALL)
    rows = KERNEL_VALUES // len(model.support) + 10
    query = np.tile(x, (rows // len(x) + 1, 1))
    np.testing.assert_allclose(model.predict_proba(query)[-300:], model.predict_proba(x), atol=1e-6)
    assert model.predict_proba(x[:0]).shape == (0, 2)


def test_wrong_input_is_named() -> None:
    """Wrong bands, labels or settings are refused with what was needed."""
    x, label = pixels(2, seed=14)
    model = train_svm(x, label, classes=2, cost=1.0, gamma=0.1, temperature=1.0, settings=SMALL)
    with pytest.raises(ShapeError, match=r"\[pixel, 8\]"):
        model.predict_proba(x[:, :5])
    with pytest.raises(DataError, match="0 to 1"):
        fit_svm(x, label - 1, classes=2, settings=SMALL, seed=1)
    with pytest.raises(DataError, match="0 labels"):
        fit_svm(x[:0], label[:0], classes=2, settings=SMALL, seed=1)
    with pytest.raises(DataError, match="kind 'm1'"):
        SvmModel.from_saved({}, {"kind": "m1"})
    with pytest.raises(ConfigError, match="above 0"):
        SvmConfig(cost=(0.0,))
    with pytest.raises(ConfigError, match="folds must be 2 or more"):
        SvmConfig(folds=1)


def test_a_faster_machine_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn-intelex, here a stand-in that counts, fits the machine that predicts."""
    fitted = []

    class Faster(SVC):  # type: ignore[misc]
        def fit(self, x: np.ndarray, y: np.ndarray) -> "Faster":
            fitted.append(len(x))
            super().fit(x, y)
            return self

    stand_in = ModuleType("sklearnex")
    stand_in.__spec__ = ModuleSpec("sklearnex", None)
    inner = ModuleType("sklearnex.svm")
    inner.SVC = Faster  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sklearnex", stand_in)
    monkeypatch.setitem(sys.modules, "sklearnex.svm", inner)
    x = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    label = (x[:, 0] > 0).astype(int)
    facts = {"classes": 2, "cost": 1.0, "gamma": 0.5, "temperature": 1.0, "settings": SvmConfig()}
    assert (train_svm(x, label, **facts).predict(x) == label).mean() > 0.9
    assert fitted == [40]
