"""Quotas are exact, capped, even, and do not depend on the order of the scenes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semispectral.errors import ConfigError, SplitError
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.quota_files import COLUMNS, check_quotas, training_shares
from semispectral.sampling.quotas import available_pixels, class_warnings, expected_draw, share_quotas, water_fill
from semispectral.sampling.split import LabelRaster
from semispectral.study.classes import IGNORED, UNLABELLED, ClassMap

CLASSES = ClassMap((3, 7), ("quartz", "chlorite"), ("#cccccc", "#00aa55"))
AVAILABLE = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50), max_size=8)


@settings(max_examples=50, deadline=None)
@given(available=AVAILABLE, total=st.integers(0, 300))
def test_water_fill_is_exact_and_even(available: dict[str, int], total: int) -> None:
    """The shares add up, nobody gives more than it has, and who gives less than another by 2 gives all it has."""
    shares = water_fill(available, total)
    assert sum(shares.values()) == min(total, sum(available.values()))
    highest = max(shares.values(), default=0)
    for name, share in shares.items():
        assert 0 <= share <= available[name]
        assert share == available[name] or share >= highest - 1


@settings(max_examples=50, deadline=None)
@given(available=AVAILABLE, total=st.integers(0, 300), seed=st.integers(0, 9))
def test_water_fill_does_not_depend_on_order(available: dict[str, int], total: int, seed: int) -> None:
    """Scenes named in another order get the same."""
    names = np.random.default_rng(seed).permutation(sorted(available)).tolist()
    assert water_fill({name: available[name] for name in names}, total) == water_fill(available, total)


def table(rows: list[tuple[str, str, int, str, int]]) -> pd.DataFrame:
    """Available pixels of scene, hole, label, part, all of which are in the pool."""
    found = pd.DataFrame(rows, columns=list(COLUMNS[:-2]))
    return found.assign(drawn=found["available"])


def test_available_pixels_are_those_of_the_parts() -> None:
    """Pixels are counted by label and part; ignored ones and those in no part are not."""
    label = np.array([[0, 0, 1, UNLABELLED, IGNORED, 0]], np.int16)
    parts = np.array([[1, 3, 2, 1, 0, 0]], np.uint8)
    found = available_pixels([LabelRaster("s", "h", label)], {"s": parts}, classes=2)
    counts = found[found["available"] > 0].set_index(["label", "part"])["available"].to_dict()
    assert counts == {(0, "train"): 1, (0, "test"): 1, (1, "valid"): 1, (UNLABELLED, "train"): 1}
    assert len(found) == 9


def test_training_shares_are_of_what_is_there_and_not_of_what_is_drawn() -> None:
    """Pixels of the training part count, drawn or not; those of other parts and without a label do not."""
    columns = ["scene", "hole", "label", "part", "available", "quota"]
    rows = [("a", "H", 0, "train", 30, 10), ("b", "H", 2, "train", 60, 10), ("a", "H", 2, "train", 10, 0)]
    others = [("c", "G", 1, "test", 500, 10), ("c", "G", 3, "test", 1, 1), ("a", "H", -1, "train", 900, 10)]
    quotas = pd.DataFrame([*rows, *others], columns=columns)
    np.testing.assert_allclose(training_shares(quotas), [0.3, 0, 0.7, 0])


def test_a_class_is_capped_over_the_collection() -> None:
    """A scene with few pixels gives all, the others share the rest; each part has a cap of its own."""
    available = table([("a", "A", 0, "train", 10), ("b", "A", 0, "train", 900), ("c", "B", 0, "train", 900)])
    available = pd.concat([available, table([("b", "A", 0, "test", 70)])], ignore_index=True)
    found = share_quotas(available, SampleConfig(seed=1, cap_per_class=110))
    assert found["quota"].tolist() == [10, 50, 50, 70]


def test_the_pool_is_expected_to_hold_what_its_caps_allow() -> None:
    """A class gives its cap in proportion to its parts; the unlabelled draw may take labelled pixels too."""
    rows = [("a", "A", 0, "train", 900), ("a", "A", 0, "valid", 100), ("a", "A", UNLABELLED, "train", 300)]
    settings = SampleConfig(seed=1, class_per_scene=100, unlabelled_per_scene=130)
    assert expected_draw(table(rows), settings).tolist() == [90, 10, 130]
    assert expected_draw(table(rows), SampleConfig(seed=1)).tolist() == [900, 100, 1200]


def test_unlabelled_pixels_are_shared_over_holes_first() -> None:
    """A hole of three scenes gives as many unlabelled pixels as a hole of one; valid and test get a tenth."""
    rows = [(scene, hole, UNLABELLED, "train", 500) for scene, hole in (("a", "A"), ("b", "A"), ("c", "A"), ("d", "B"))]
    found = share_quotas(table([*rows, ("d", "B", UNLABELLED, "test", 500)]), SampleConfig(seed=1, unlabelled=600))
    assert found["quota"].tolist() == [100, 100, 100, 300, 60]


def test_no_unlabelled_pixels_no_quota() -> None:
    """Where everything is labelled, nothing is asked of the unlabelled."""
    found = share_quotas(table([("a", "A", UNLABELLED, "train", 0)]), SampleConfig(seed=1))
    assert found["quota"].tolist() == [0]


@settings(max_examples=50, deadline=None)
@given(counts=st.lists(st.integers(0, 300), min_size=18, max_size=18), seed=st.integers(0, 9))
def test_quotas_do_not_depend_on_the_order_of_rows(counts: list[int], seed: int) -> None:
    """Scenes in another order get the same quotas, never more than they have, never more than the cap in all."""
    keys = [(scene, hole, label, part) for scene, hole in (("a", "A"), ("b", "A"), ("c", "B"))
            for label in (UNLABELLED, 0) for part in ("train", "valid", "test")]  # fmt: skip
    available = table([(*key, count) for key, count in zip(keys, counts, strict=True)])
    wanted = SampleConfig(seed=1, cap_per_class=200, unlabelled=150)
    found = share_quotas(available, wanted)
    shuffled = share_quotas(available.sample(frac=1, random_state=seed), wanted)
    names = ["scene", "label", "part"]
    pd.testing.assert_frame_equal(
        found.sort_values(names, ignore_index=True), shuffled.sort_values(names, ignore_index=True)
    )
    check_quotas(found, where="test")
    assert (found[found["label"] == 0].groupby("part")["quota"].sum() <= 200).all()


def test_check_quotas_refuses_promises_that_cannot_be_kept() -> None:
    """More than available, a row twice, or a missing column is refused by name."""
    good = share_quotas(table([("a", "A", 0, "train", 9)]), SampleConfig(seed=1))
    with pytest.raises(SplitError, match="more pixels than were drawn"):
        check_quotas(good.assign(quota=10), where="test")
    with pytest.raises(SplitError, match="are duplicates"):
        check_quotas(pd.concat([good, good]), where="test")
    with pytest.raises(SplitError, match="missing: hole"):
        check_quotas(good.drop(columns="hole"), where="test")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "A", 1, "test", 4), "class chlorite (code 7) is only in test (4 pixels), not in train"),
        (("a", "A", 1, "train", 4), "class chlorite (code 7) has 4 pixels in train and none in test"),
        (("a", "A", 1, "train", 4), "class chlorite (code 7) is in hole A only"),
        (("a", "A", 1, "train", 0), "all labelled pixels of class chlorite (code 7) lie in the buffer"),
    ],
)
def test_classes_that_cannot_be_judged_are_said_in_words(row: tuple[str, str, int, str, int], message: str) -> None:
    """A class in the test part only, in the train part only, in one hole only, or lost to the buffer is named."""
    quartz = [(scene, hole, 0, part, 9) for scene, hole in (("a", "A"), ("b", "B")) for part in ("train", "test")]
    found = class_warnings(share_quotas(table([*quartz, row]), SampleConfig(seed=1)), CLASSES)
    assert any(message in text for text in found)
    assert not any("quartz" in text for text in found)


def test_a_part_without_labels_is_said_once() -> None:
    """An empty valid part is one warning, not one per class."""
    rows = [("a", "A", label, part, 9) for label in (0, 1) for part in ("train", "test")]
    found = class_warnings(share_quotas(table(rows), SampleConfig(seed=1)), CLASSES)
    assert len(found) == 1
    assert found[0].startswith("the valid part has no labelled pixel")


@pytest.mark.parametrize(
    "changed",
    [{"cap_per_class": 0}, {"unlabelled": 0}, {"unlabelled_per_scene": 0}, {"class_per_scene": 0}, {"seed": -2}],
)
def test_wrong_settings_are_refused(changed: dict[str, int]) -> None:
    """Each range is checked when the settings are made."""
    with pytest.raises(ConfigError, match=rf"^sample\.{next(iter(changed))} must be"):
        SampleConfig(**{"seed": 1, **changed})
