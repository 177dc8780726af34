"""The discriminants are those of scikit-learn and of the normal density, and hold with few labels."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.baselines_gaussian import gaussian_logits
from semispectral.classifiers.svm import SvmConfig

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
