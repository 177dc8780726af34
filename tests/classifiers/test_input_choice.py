"""The choice of an input by nested validation: the one that held-out labels speak for, and no other labels."""

import numpy as np
import pytest

from semispectral.classifiers.input_choice import best_input, input_scores
from semispectral.classifiers.svm import SvmConfig
from semispectral.errors import ConfigError

LABEL = np.repeat([0, 1], 15)
RANDOM = np.random.default_rng(8)
NOISE = RANDOM.normal(size=(30, 6)).astype(np.float32)
CLEAR = NOISE + 4 * LABEL[:, None].astype(np.float32)


def test_the_input_that_shows_the_classes_is_chosen() -> None:
    """It is nearly always right on held-out labels, the other by chance; the table has both in order."""
    found = input_scores({"noise": NOISE, "clear": CLEAR}, LABEL, settings=SvmConfig(), seed=1)
    assert found["input"].tolist() == ["noise", "clear"]
    assert found["macro_f1"].iloc[0] < 0.75 < 0.95 < found["macro_f1"].iloc[1]
    assert found["pixels"].tolist() == [30, 30]
    assert best_input(found) == "clear"


def test_equal_inputs_leave_the_first() -> None:
    """A tie, or too few labels to hold any out, is no reason to leave the first candidate."""
    same = input_scores({"one": CLEAR, "other": CLEAR}, LABEL, settings=SvmConfig(), seed=1)
    assert best_input(same) == "one"
    single = input_scores({"one": NOISE[:2], "other": CLEAR[:2]}, np.array([0, 1]), settings=SvmConfig(), seed=1)
    assert single["macro_f1"].isna().all()
    assert best_input(single) == "one"


def test_whole_holes_are_held_out() -> None:
    """What only tells holes apart does not tell the classes of another hole."""
    holes = np.tile(np.repeat([0, 1, 2], 5), 2)
    of_hole = np.random.default_rng(3).normal(size=(3, 2, 6)).astype(np.float32)[holes, LABEL] + 0.01 * NOISE
    inside = input_scores({"hole": of_hole}, LABEL, settings=SvmConfig(folds=3), seed=1)
    across = input_scores({"hole": of_hole}, LABEL, settings=SvmConfig(folds=3), seed=1, groups=holes)
    assert inside["macro_f1"].iloc[0] > 0.95
    assert across["macro_f1"].iloc[0] < 0.9


def test_one_division_has_no_error() -> None:
    """Two holes can be held out in one way only, however often they are dealt."""
    holes = np.tile([0, 1, 1], 10)
    found = input_scores({"clear": CLEAR}, LABEL, settings=SvmConfig(folds=2), seed=1, groups=holes)
    assert np.isnan(found["standard_error"].iloc[0])
    assert found["macro_f1"].iloc[0] > 0.95


def test_no_candidate_is_refused() -> None:
    """There is nothing to choose from."""
    with pytest.raises(ConfigError, match=r"normalise\.candidates"):
        input_scores({}, LABEL, settings=SvmConfig(), seed=1)
