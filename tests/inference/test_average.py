"""The mean of several classifiers as one classifier, and how it is kept."""

import numpy as np

import tiny_models as tiny
from semispectral.inference.average import AverageModel, Member, joined, parted
from semispectral.inference.m2_inference import M2Inference

INPUTS, SCORES = 7, 4
SCALE = np.array([0.5, 1, 2, 4], np.float32)


def members() -> dict[str, tuple[dict[str, np.ndarray], dict[str, object]]]:
    """M2 of all inputs, and q(y|x) of the last four."""
    return {"m2": tiny.tiny_m2(INPUTS, seed=1), "qy": tiny.tiny_m2(SCORES, seed=2, kind="qy")}


def pixels() -> np.ndarray:
    """Inputs of twenty pixels."""
    return np.random.default_rng(3).normal(size=(20, INPUTS)).astype(np.float32)


def test_each_member_counts_the_same_and_sees_its_own_inputs() -> None:
    """One sees all inputs as they are, the other the last ones in units of its own."""
    one, other = (M2Inference(*saved) for saved in members().values())
    average = AverageModel((Member("m2", one), Member("qy", other, SCALE)))
    x = pixels()
    by_hand = 0.5 * one.predict_proba(x) + 0.5 * other.predict_proba(x[:, -SCORES:] * SCALE)
    np.testing.assert_allclose(average.predict_proba(x), by_hand, atol=1e-7)
    assert average.predict_proba(x).dtype == np.float32


def test_a_saved_average_is_the_same_and_gives_its_members_back() -> None:
    """Nothing is lost on the way, and the member with a scale keeps it."""
    saved = joined(members(), {"qy": SCALE})
    readers = {"m2": M2Inference, "qy": M2Inference}
    read = AverageModel.from_saved(*saved, readers=readers)
    one, other = (M2Inference(*part) for part in members().values())
    made = AverageModel((Member("m2", one), Member("qy", other, SCALE)))
    np.testing.assert_array_equal(read.predict_proba(pixels()), made.predict_proba(pixels()))
    for name, (arrays, description) in members().items():
        found, said = parted(saved)[name]
        assert said == description
        assert found.keys() == arrays.keys()
