"""Each baseline keeps the contract, and does what its name says."""

import logging

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA
from sklearn.semi_supervised import LabelSpreading

from semispectral.check.study import Study
from semispectral.check.worth_knowing import uneven_effort
from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.baselines_semisupervised import neighbour_graph, spread
from semispectral.classifiers.baselines_supervised import angles, principal_axes
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.errors import ConfigError, DataError

SMALL = BaselineConfig(
    svm=SvmConfig(cost=(10.0, 1.0), gamma=(1.0, 0.3), folds=3),
    components=(4, 2),
    cost=(10.0, 1.0),
    forest_features=(0.5, 1.0),
    forest_leaf=(1, 2),
    trees=30,
    tuning_trees=5,
    neighbours=(5, 3),
    spreading=(0.9, 0.5),
)


def moons(per_class: int, *, seed: int, noise: float = 0.25) -> tuple[np.ndarray, np.ndarray]:
    """Three classes around three spectra of six bands."""
    means = np.array([[1, 2, 3, 3, 2, 1], [3, 2, 1, 1, 2, 3], [2, 3, 1, 3, 1, 2]], dtype=np.float32)
    label = np.tile([0, 1, 2], per_class)
    noise_values = np.random.default_rng(seed).normal(scale=noise, size=(len(label), 6))
    return (means[label] + noise_values).astype(np.float32), label.astype(np.int64)


def run(name: str, x: np.ndarray, label: np.ndarray, query: np.ndarray, *, unlabelled: int = 60) -> np.ndarray:
    """One baseline on a small problem; class 3 never occurs."""
    of_data = {"classes": 4, "shares": np.array([0.2, 0.5, 0.2, 0.1])}
    return BASELINES[name](x, label, moons(unlabelled, seed=99)[0], query, **of_data, seed=5, settings=SMALL)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_returns_probabilities(name: str) -> None:
    """float32 [pixel, class], finite, summing to 1, 0 for the class without labels, the same for the same seed."""
    x, label = moons(5, seed=1)
    query, _ = moons(20, seed=2)
    probability = run(name, x, label, query)
    assert (probability.dtype, probability.shape) == (np.float32, (60, 4))
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
    assert (probability[:, 3] == 0).all()
    np.testing.assert_array_equal(probability, run(name, x, label, query))


@pytest.mark.parametrize("name", [name for name in BASELINES if name != "majority"])
def test_every_baseline_learns_an_easy_problem(name: str) -> None:
    """With five labels per class of well separated spectra, every baseline is right."""
    query, truth = moons(30, seed=3)
    assert (run(name, *moons(5, seed=1), query).argmax(axis=1) == truth).mean() > 0.97


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("per_class", [1, 2])
def test_every_baseline_works_with_very_few_labels(name: str, per_class: int) -> None:
    """One or two labels per class, and no unlabelled pixel, are enough to run."""
    query, _ = moons(4, seed=3)
    probability = run(name, *moons(per_class, seed=1), query, unlabelled=0)
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_works_with_one_class(name: str) -> None:
    """Where one class is labelled, it has probability 1 everywhere."""
    x, _ = moons(3, seed=1)
    probability = run(name, x, np.full(9, 2), x)
    np.testing.assert_allclose(probability, np.tile([0, 0, 1, 0], (9, 1)), atol=1e-6)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_refuses_unlabelled_labels(name: str) -> None:
    """-1 is no label to learn from."""
    x, label = moons(3, seed=1)
    with pytest.raises(DataError, match="unlabelled pixels"):
        run(name, x, label - 1, x)


def test_majority_is_the_largest_class_of_the_data() -> None:
    """The shares are those of the data and not of the labels of the run, which are as many labels of every class."""
    x, label = moons(3, seed=1)
    np.testing.assert_allclose(run("majority", x, label, x)[0], [2 / 9, 5 / 9, 2 / 9, 0])


def test_the_spectral_angle_ignores_brightness() -> None:
    """Spectra scaled by any factor get the same probabilities; angles are those of the arc cosine."""
    x, label = moons(5, seed=1)
    query, _ = moons(10, seed=2)
    np.testing.assert_allclose(run("sam", x, label, query), run("sam", x, label, 7 * query), atol=1e-4)
    found = angles(np.array([[1.0, 0.0], [0.0, 0.0], [-1.0, 0.0]]), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose(found[:, 0], [np.pi / 4, np.pi / 2, 3 * np.pi / 4])


def test_principal_axes_are_those_of_scikit_learn() -> None:
    """Axes equal those of PCA up to sign, and all of them keep the distances."""
    x, _ = moons(30, seed=4)
    mean, axes = principal_axes(x)
    oracle = PCA().fit(x.astype(np.float64))
    np.testing.assert_allclose(np.abs(np.sum(axes * oracle.components_.T, axis=0)), 1, atol=1e-6)
    np.testing.assert_allclose(pdist((x - mean) @ axes), pdist(x.astype(np.float64)), rtol=1e-5)


def test_spreading_is_that_of_scikit_learn() -> None:
    """On the same graph the fixed point is that of LabelSpreading, which is that of the closed form."""
    x, label = moons(20, seed=5, noise=0.8)
    order = np.argsort(((x[:, None] - x[None]) ** 2).sum(axis=2), axis=1)
    graph = neighbour_graph(order[:, 1:6])
    start = np.where((np.arange(60) < 9)[:, None], np.eye(3)[label], 0)
    found = spread(graph, start, alpha=0.8)
    oracle = LabelSpreading(kernel=lambda *_: graph.toarray(), alpha=0.8, max_iter=1000, tol=1e-9)
    oracle.fit(x, np.where(np.arange(60) < 9, label, -1))
    np.testing.assert_allclose(found / found.sum(axis=1, keepdims=True), oracle.label_distributions_, atol=1e-3)
    dense, degree = graph.toarray(), graph.sum(axis=1)
    normalised = dense / np.sqrt(np.outer(degree, degree))
    np.testing.assert_allclose(found, np.linalg.solve(np.eye(60) - 0.8 * normalised, 0.2 * start), atol=1e-3)


def test_self_training_without_confident_pixels_is_the_svm() -> None:
    """Where no pixel can be confident enough, the SVM on the labels remains."""
    x, label = moons(5, seed=1, noise=1.0)
    query, _ = moons(10, seed=2)
    settings = BaselineConfig(svm=SMALL.svm, confidence=1.0)
    found = BASELINES["self_training"](
        x, label, query, query, classes=3, shares=np.full(3, 1 / 3), seed=5, settings=settings
    )
    alone = fit_svm(x, label, classes=3, settings=SMALL.svm, seed=5)
    np.testing.assert_array_equal(found, alone.predict_proba(query))


def test_spreading_follows_the_unlabelled_pixels() -> None:
    """Labels at one end of two slanted clusters reach the other end only through the unlabelled pixels."""
    generator = np.random.default_rng(6)
    along = np.sort(generator.uniform(0, 4, size=(2, 200)))
    across = np.array([[0.0], [1.0]]) + 0.5 * along + generator.normal(scale=0.05, size=(2, 200))
    x, truth = np.stack([along, across], axis=2).reshape(400, 2).astype(np.float32), np.repeat([0, 1], 200)
    known = np.concatenate([np.arange(10), 200 + np.arange(10)])
    settings = BaselineConfig(neighbours=(10,), spreading=(0.99,))

    def accuracy(unlabelled: np.ndarray) -> float:
        found = BASELINES["label_spreading"](
            x[known], truth[known], unlabelled, x, classes=2, shares=np.full(2, 0.5), seed=1, settings=settings
        )
        return float((found.argmax(axis=1) == truth).mean())

    assert accuracy(x) > 0.98
    assert accuracy(x[:0]) < 0.9


def test_self_training_adds_the_confident_pixels(caplog: pytest.LogCaptureFixture) -> None:
    """Confident pixels are added round by round, with a log line, and the model changes."""
    x, label = moons(5, seed=1, noise=0.6)
    query, _ = moons(100, seed=2, noise=0.6)
    with caplog.at_level(logging.INFO):
        found = run("self_training", x, label, query)
    alone = fit_svm(x, label, classes=4, settings=SMALL.svm, seed=5)
    assert "round 1:" in caplog.text
    assert not np.array_equal(found, alone.predict_proba(query))


def test_all_controls_are_tuned_with_the_same_effort() -> None:
    """By default every grid holds as many candidates; `semispectral check` says where they do not."""
    assert len(set(BaselineConfig().effort().values())) == 1
    uneven = BaselineConfig(components=(10,))
    said = uneven_effort(Study({}, (), None, {"baselines": uneven}))
    assert len(said) == 1
    assert "pca_svm 4" in said[0]
    assert uneven_effort(Study({}, (), None, {"baselines": BaselineConfig()})) == []


@pytest.mark.parametrize("wrong", [{"trees": 0}, {"cost": ()}, {"spreading": (1.0,)}, {"forest_features": (2.0,)}])
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    """A setting that cannot be is named."""
    with pytest.raises(ConfigError, match="|".join(wrong) + "|forest_features, spreading"):
        BaselineConfig(**wrong)  # type: ignore[arg-type]
