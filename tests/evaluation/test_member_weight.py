"""The weight of a member is the one with which labels that were held out are foretold best."""

import numpy as np
import pytest

from semispectral.evaluation.member_weight import CANDIDATES, losses_of_last

LABEL = np.arange(60) % 3


def member(share: float, *, seed: int) -> np.ndarray:
    """Probabilities that favour the right class for a share of the pixels, and another one for the rest."""
    random = np.random.default_rng(seed)
    named = np.where(random.uniform(size=len(LABEL)) < share, LABEL, (LABEL + 1) % 3)
    return 0.8 * np.eye(3)[named] + 0.2 / 3


def test_losses_are_those_of_the_average_by_hand() -> None:
    """Products of powers, normalised; the mean over pixels, then over divisions."""
    divisions = [
        ([member(0.5, seed=1), member(0.7, seed=2)], LABEL),
        ([member(0.5, seed=3), member(0.9, seed=4)], LABEL),
    ]
    found = losses_of_last(divisions, others=[2.0])
    assert tuple(found) == CANDIDATES
    for weight, loss in found.items():
        by_hand = []
        for (one, other), label in divisions:
            pooled = (one**2 * other**weight) ** (1 / (2 + weight))
            pooled /= pooled.sum(axis=1, keepdims=True)
            by_hand.append(-np.log(pooled[np.arange(len(label)), label]).mean())
        assert loss == pytest.approx(np.mean(by_hand), rel=1e-5)


@pytest.mark.parametrize(("first", "last", "wanted"), [(1.0, 0.3, 0.0), (0.3, 1.0, 16.0)])
def test_a_member_that_is_right_counts_and_one_that_is_wrong_does_not(first: float, last: float, wanted: float) -> None:
    """At the limits: the largest weight, and none."""
    losses = losses_of_last([([member(first, seed=5), member(last, seed=6)], LABEL)], others=[1.0])
    assert min(losses, key=losses.__getitem__) == wanted
