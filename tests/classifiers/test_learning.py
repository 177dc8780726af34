"""Points of the learning curve: nested, repeatable, and rising where labels help."""

import numpy as np

from semispectral.classifiers.learning import DRAWS, learning_curve
from semispectral.classifiers.svm import SvmConfig


def blobs(count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features of three classes that overlap a little."""
    random = np.random.default_rng(seed)
    label = np.arange(count) % 3
    middle = np.array([(0, 0), (2.5, 0), (0, 2.5)])[label]
    return (middle + random.normal(0, 0.8, (count, 2))).astype(np.float32), label


def test_more_labels_score_more() -> None:
    """The mean over draws rises from the fewest labels to all; every draw has every step."""
    curve = learning_curve(*blobs(96, seed=1), *blobs(600, seed=2), settings=SvmConfig(), seed=1)
    mean = curve.groupby("labels")["score"].mean()
    assert mean.index.tolist() == [6, 12, 24, 48, 96]
    assert mean.iloc[-1] > mean.iloc[0]
    assert (curve.groupby("labels")["draw"].nunique() == DRAWS).all()


def test_few_labels_of_many_classes_have_a_curve_too() -> None:
    """It begins at a quarter of them, where two of each class would be nearly all."""
    x, _ = blobs(40, seed=1)
    label = np.arange(40) % 16
    curve = learning_curve(x, label, x, label, settings=SvmConfig(), seed=1)
    assert sorted(curve["labels"].unique()) == [10, 20, 40]


def test_all_labels_are_the_same_in_every_order() -> None:
    """The last step has all labels, whatever the draw, and so one score."""
    curve = learning_curve(*blobs(48, seed=1), *blobs(90, seed=2), settings=SvmConfig(), seed=1)
    assert np.ptp(curve.loc[curve["labels"] == 48, "score"]) < 0.05


def test_the_same_seed_gives_the_same_points() -> None:
    """And another seed others."""
    first, again, other = (
        learning_curve(*blobs(48, seed=1), *blobs(90, seed=2), settings=SvmConfig(), seed=seed) for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_a_single_class_has_a_curve() -> None:
    """Where only one class is labelled, it is predicted everywhere."""
    x, _ = blobs(8, seed=1)
    curve = learning_curve(x, np.zeros(8, int), x, np.zeros(8, int), settings=SvmConfig(), seed=1)
    assert (curve["score"] == 1).all()
