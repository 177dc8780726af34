"""The average of several classifiers as one classifier, and how it is kept."""

import numpy as np
import pytest

import tiny_models as tiny
from semispectral.inference.average import LEAST, AverageModel, Member, average, parted, saved_average
from semispectral.inference.m2_inference import M2Inference

INPUTS, SCORES = 7, 4
SCALE = np.array([0.5, 1, 2, 4], np.float32)
LAST = (INPUTS - SCORES, INPUTS)
SEEN = {"m2": (0, INPUTS), "qy": LAST}


def members() -> dict[str, tuple[dict[str, np.ndarray], dict[str, object]]]:
    """M2 of all inputs, and q(y|x) of the last four."""
    return {"m2": tiny.tiny_m2(INPUTS, seed=1), "qy": tiny.tiny_m2(SCORES, seed=2, kind="qy")}


def pixels() -> np.ndarray:
    """Inputs of twenty pixels."""
    return np.random.default_rng(3).normal(size=(20, INPUTS)).astype(np.float32)


def test_the_average_is_the_geometric_mean() -> None:
    """By hand: roots of products, of which the sum is 1 again; in float32."""
    one, other, third = np.random.default_rng(4).dirichlet(np.ones(3), (3, 50))
    by_hand = (one * other * third) ** (1 / 3)
    found = average([one, other, third])
    np.testing.assert_allclose(found, by_hand / by_hand.sum(axis=1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(average([one, one]), one, rtol=1e-5)
    assert found.dtype == np.float32


@pytest.mark.parametrize("nothing", [0.0, 1e-300])
def test_no_member_alone_rules_a_class_out(nothing: float) -> None:
    """A probability of 0 counts as the least one; a class that both rule out stays behind."""
    sure, other = np.array([[1 - nothing, nothing, 0]]), np.array([[0.01, 0.98, 0.01]])
    by_hand = np.sqrt([0.01, LEAST * 0.98, LEAST * 0.01])
    found = average([sure, other])
    np.testing.assert_allclose(found[0], by_hand / by_hand.sum(), rtol=1e-5)
    assert np.isfinite(average([sure, sure])).all()


def test_a_member_that_gives_all_classes_alike_does_not_count() -> None:
    """Of those pixels alone; the others are as sure as without it. Where all are undecided, the mean is, too."""
    one, other = np.random.default_rng(6).dirichlet(np.ones(3), (2, 40))
    undecided = other.copy()
    undecided[:10] = 1 / 3
    found = average([one, undecided], [1, 5])
    np.testing.assert_allclose(found[:10], one[:10], rtol=1e-5)
    np.testing.assert_array_equal(found[10:], average([one, other], [1, 5])[10:])
    np.testing.assert_allclose(average([undecided[:10], undecided[:10]]), 1 / 3, rtol=1e-6)
    sure = np.tile(np.eye(3)[0], (10, 1))
    np.testing.assert_array_less(0.9, average([sure, one[:10]], [9, 1])[:, 0])


def test_each_member_counts_the_same_and_sees_its_own_inputs() -> None:
    """One sees all inputs as they are, the other the last ones in units of its own."""
    one, other = (M2Inference(*saved) for saved in members().values())
    both = AverageModel((Member("m2", one), Member("qy", other, LAST, SCALE)))
    x = pixels()
    by_hand = average([one.predict_proba(x), other.predict_proba(x[:, -SCORES:] * SCALE)])
    np.testing.assert_array_equal(both.predict_proba(x), by_hand)


def test_weights_say_how_much_each_counts() -> None:
    """A member with twice the weight counts as if it were there twice; the unit of the weights is nobody's business."""
    one, other = np.random.default_rng(5).dirichlet(np.ones(3), (2, 50))
    np.testing.assert_allclose(average([one, other], [2, 1]), average([one, one, other]), rtol=1e-6)
    np.testing.assert_allclose(average([one, other], [0.5, 0.25]), average([one, other], [2, 1]), rtol=1e-6)
    first, second = (M2Inference(*saved) for saved in members().values())
    x = pixels()
    both = AverageModel((Member("m2", first, weight=3), Member("qy", second, LAST, SCALE)))
    by_hand = average([first.predict_proba(x), second.predict_proba(x[:, -SCORES:] * SCALE)], [3, 1])
    np.testing.assert_array_equal(both.predict_proba(x), by_hand)
    read = AverageModel.from_saved(
        *saved_average(members(), inputs=SEEN, scales={"qy": SCALE}, weights={"m2": 3, "qy": 1}),
        readers={"m2": M2Inference, "qy": M2Inference},
    )
    np.testing.assert_array_equal(read.predict_proba(x), by_hand)


def test_a_saved_average_is_the_same_and_gives_its_members_back() -> None:
    """Nothing is lost on the way, and the member with a scale keeps it."""
    saved = saved_average(members(), inputs=SEEN, scales={"qy": SCALE})
    readers = {"m2": M2Inference, "qy": M2Inference}
    read = AverageModel.from_saved(*saved, readers=readers)
    one, other = (M2Inference(*part) for part in members().values())
    made = AverageModel((Member("m2", one), Member("qy", other, LAST, SCALE)))
    np.testing.assert_array_equal(read.predict_proba(pixels()), made.predict_proba(pixels()))
    for name, (arrays, description) in members().items():
        found, said = parted(saved)[name]
        assert said == description
        assert found.keys() == arrays.keys()
