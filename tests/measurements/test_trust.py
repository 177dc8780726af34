"""The tables of measurements/accuracy/trust.py say what the scores say."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import mahalanobis
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).parents[2] / "measurements/accuracy"


@pytest.fixture(scope="module")
def trust() -> ModuleType:
    """The benchmark's module."""
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("trust", FOLDER / "trust.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(FOLDER))


def test_calibration_is_the_mean_over_seeds(trust: ModuleType) -> None:
    """Without and with the temperature, side by side."""
    rows = [
        {"task": "collection", "per_class": 5, "method": "m1+m2", "seed": seed, "temperature": 1.0 + seed}
        | {f"{when}{name}": place + seed for when, place in (("", 1.0), ("before_", 3.0)) for name in trust.PROBABILITY}
        for seed in (0, 1)
    ]
    last = trust.calibration_table(pd.DataFrame(rows)).splitlines()[-1]
    assert last == "| collection | 5 | m1+m2 | 2 | 1.50 | 3.500, 1.500 | 3.500, 1.500 | 3.500, 1.500 |"


def test_novelty_is_the_mean_over_classes(trust: ModuleType) -> None:
    """Seeds first, then the mean and the lowest class, of each model."""
    rows = [
        {"task": "t", "seed": seed, "class": k, "auroc": {"M1": 0.5 + 0.1 * k + 0.02 * seed, "M2": 0.9}}
        for k in (0, 3)
        for seed in (0, 1)
    ]
    assert trust.novelty_table(pd.DataFrame(rows)).splitlines()[-1] == "| t | 2 | 2 | 0.660 (0.510) | 0.900 (0.900) |"


def test_a_class_with_too_few_pixels_is_not_in_the_table(trust: ModuleType) -> None:
    """Its AUROC was not asked for, and it is no column of nothing."""
    rows = [{"task": "t", "seed": 1, "class": k, "auroc": {"M2": 0.5 + 0.1 * k} if k else {}} for k in range(3)]
    assert trust.novelty_table(pd.DataFrame(rows)).splitlines()[-1] == "| t | 1 | 2 | 0.650 (0.600) |"


BANDS, PER_PART = 24, 30
CENTRES = 4.0 * np.random.default_rng(5).standard_normal((3, BANDS))


class Scored:
    """A model that says how far a pixel is from the mean of the labels that it was trained on."""

    def __init__(self, mean: np.ndarray) -> None:
        self.mean = mean


@pytest.fixture
def work(trust: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three classes in three parts, whose MNF scores are the spectra, and an M2 that remembers its labels."""
    scores, problems, work_of = (
        sys.modules[name] for name in ("trust_scores", "few_labels_problems", "few_labels_work")
    )
    label = np.tile(np.arange(3), 3 * PER_PART)
    part = np.repeat(["train", "valid", "test"], 3 * PER_PART)
    x = CENTRES[label] + np.random.default_rng(6).standard_normal((len(label), BANDS))
    drawn = [np.flatnonzero(part == name)[:60] for name in ("train", "valid")]
    dealt = problems.Problem(x, label, label, part, 3, {20: problems.RunLabels(*drawn)}, pd.DataFrame())

    class Small(work_of.Work):  # type: ignore[misc]  # a module that mypy does not see
        """Nothing is fitted to noise, and M2 is the mean of its labels."""

        mnf = SimpleNamespace(mean=x)

        def train_m2(self, features: Any, labels: Any) -> Scored:
            assert not np.isin(2, label[labels.both]), "the class that is left out has labels"
            return Scored(features.mean[labels.both].mean(axis=0))

    monkeypatch.setattr(scores, "noise_scores", lambda _: SimpleNamespace(mean=x))
    monkeypatch.setattr(scores, "most_probable", lambda m2, rows: -((rows - m2.mean) ** 2).sum(axis=1))
    return Small("t", 1, dealt, work_of.Settings(), Path())


def test_joined_scores_are_those_of_scikit_learn(work: Any) -> None:
    """Distances to neighbours and to classes, their sums, and what is standardised among pixels of known classes."""
    scores = sys.modules["trust_scores"]
    without, labels = scores.left_out_of(work, 2, 20)
    label, x, train = work.problem.label, work.problem.x, without.problem.train
    assert set(label[train]) == {0, 1}
    asked = scores.held_pixels(work, 20)
    assert set(asked) == set(np.flatnonzero(work.problem.part == "valid")[60:])
    seen = scores.known_pixels(without, work.problem.labels_per_class[20].both)
    assert set(seen) == {pixel for pixel in asked if label[pixel] < 2}
    log_p = np.random.default_rng(7).normal(size=len(asked) + len(seen))
    found = scores.joined_scores(without, labels, asked, seen, log_p)

    nearest = KNeighborsRegressor(1).fit(x[train, :20], np.arange(len(train))).kneighbors(x[:, :20])[0][:, 0]
    np.testing.assert_allclose(found["1-NN"], np.log(nearest[asked]), rtol=1e-6)
    fit = LinearDiscriminantAnalysis(solver="lsqr", store_covariance=True).fit(x[labels.both], label[labels.both])
    within = fit.covariance_ * len(labels.both) / (len(labels.both) - 2)  # it divides by the number of labels
    distance = np.min([[mahalanobis(row, mean, np.linalg.inv(within)) for mean in fit.means_] for row in x[asked]], 1)
    np.testing.assert_allclose(found["nearest class"], distance**2 / 2, rtol=1e-6)
    own = -log_p[: len(asked)]
    np.testing.assert_allclose(found["all three, summed"], own + distance**2 / 2 + 20 * found["1-NN"], rtol=1e-6)
    pairs = [(np.log(nearest[seen]), found["1-NN"]), (-log_p[len(asked) :], own)]
    of_both = [StandardScaler().fit(known[:, None]).transform(values[:, None])[:, 0] for known, values in pairs]
    np.testing.assert_allclose(found["M2 and 1-NN, standardised"], np.sum(of_both, axis=0), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("tested", [False, True])
def test_joined_asks_of_the_part_that_it_names(work: Any, tested: bool) -> None:
    """Far classes are told, and the test part is looked at only where that is asked for."""
    scores = sys.modules["trust_scores"]
    found = scores.score_joined(work, 2, 20, features="mnf", tested=tested)
    assert found["pixels"] == (PER_PART if tested else 10)
    assert found["auroc"]["10-NN in MNF"] == found["auroc"]["nearest class"] == 1
