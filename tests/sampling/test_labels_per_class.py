"""The labels of runs are exact, nested, disjoint from test, and validate out of their own labels."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semispectral.errors import ConfigError, SplitError
from semispectral.sampling.labels_per_class import RunsConfig, check_chosen, choose_labels

CHOSEN: tuple[int | str, ...] = (1, 5, 10, 20, 50, "all")


def table_of(counts: dict[tuple[int, str], int]) -> pd.DataFrame:
    """Pixels at distinct places of two scenes, so many of each label and part."""
    rows = [key for key, count in counts.items() for _ in range(count)]
    place = np.arange(len(rows))
    table = pd.DataFrame(rows, columns=["label", "part"]).astype({"label": np.int16})
    scene = np.where(place % 2, "core-1", "core-2")
    return table.assign(scene=scene, line=place // 7, sample=place % 7)


def example_table() -> pd.DataFrame:
    """Two large classes, one of 12 pixels, one without valid pixels, and unlabelled ones."""
    counts = {(0, "train"): 200, (0, "valid"): 60, (0, "test"): 50, (1, "train"): 9, (1, "valid"): 3}
    counts |= {(2, "train"): 80, (2, "test"): 30, (3, "train"): 300, (3, "valid"): 2}
    return table_of(counts | {(-1, "train"): 100, (-1, "valid"): 20})


def config(**changed: Any) -> RunsConfig:
    """Settings of these tests."""
    return RunsConfig(**{"labels_per_class": CHOSEN, "seeds": (0, 1), "valid_share": 0.2, **changed})


def places(rows: pd.DataFrame) -> set[tuple[Any, ...]]:
    """Places as a set."""
    return set(rows[["scene", "line", "sample"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("per_class", "label", "train", "valid"),
    [
        ("1", 0, 1, 0),
        ("5", 0, 4, 1),
        ("20", 0, 16, 4),
        ("50", 0, 40, 10),
        ("all", 0, 200, 60),
        ("20", 2, 20, 0),
        ("50", 3, 48, 2),
        ("10", 1, 8, 2),
        ("all", 1, 9, 3),
    ],
)
def test_counts_are_exact(per_class: str, label: int, train: int, valid: int) -> None:
    """Of B labels a fifth validates, at least one, none where B is 1 or valid has none; train gives the rest."""
    drawn = choose_labels(example_table(), config())
    for seed in (0, 1):
        rows = drawn[(drawn["seed"] == seed) & (drawn["per_class"] == per_class) & (drawn["label"] == label)]
        assert [(rows["part"] == part).sum() for part in ("train", "valid")] == [train, valid]


def test_a_class_with_fewer_gives_half() -> None:
    """Of 12 pixels 6 are given to 20 labels per class."""
    drawn = choose_labels(example_table(), config(labels_per_class=(5, 20)))
    assert (drawn.query("label == 1 and seed == 0")["per_class"].value_counts()).to_dict() == {"5": 5, "20": 6}


def test_half_gives_way_to_nesting() -> None:
    """Of 12 pixels 10 labels per class take 10, so 20 take no fewer."""
    drawn = choose_labels(example_table(), config(labels_per_class=(10, 20, 50)))
    assert drawn.query("label == 1 and seed == 0").groupby("per_class").size().to_dict() == {
        "10": 10,
        "20": 10,
        "50": 10,
    }


def test_a_class_of_one_pixel_gives_it() -> None:
    """Half of one pixel is one pixel."""
    drawn = choose_labels(table_of({(0, "train"): 50, (1, "train"): 1}), config(labels_per_class=(5,), seeds=(0,)))
    assert drawn.groupby("label").size().to_dict() == {0: 5, 1: 1}


COUNTS = st.dictionaries(
    st.tuples(st.integers(-1, 3), st.sampled_from(["train", "valid", "test"])), st.integers(0, 40), min_size=1
)


@settings(max_examples=25, deadline=None)
@given(
    counts=COUNTS,
    labels=st.lists(st.one_of(st.integers(1, 60), st.just("all")), min_size=1, max_size=4, unique=True),
    share=st.floats(0, 0.5),
)
def test_labels_per_class_are_nested_and_disjoint_from_test(
    counts: dict[tuple[int, str], int], labels: list[int | str], share: float
) -> None:
    """For any counts: each number of labels contains the smaller ones, and none holds a test or an unlabelled pixel."""
    table = table_of({**counts, (0, "train"): 30})
    drawn = choose_labels(table, config(labels_per_class=tuple(labels), valid_share=share))
    forbidden = places(table[(table["part"] == "test") | (table["label"] < 0)])
    for _, rows in drawn.groupby("seed"):
        ordered = sorted(labels, key=lambda per_class: (per_class == "all", per_class if per_class != "all" else 0))
        sets = [places(rows[rows["per_class"] == str(per_class)]) for per_class in ordered]
        assert all(smaller <= larger for smaller, larger in pairwise(sets))
        assert not forbidden & sets[-1]
    total = table[(table["label"] >= 0) & (table["part"] != "test")].groupby("label").size()
    for per_class in (per_class for per_class in labels if isinstance(per_class, int)):
        sizes = drawn[drawn["per_class"] == str(per_class)].groupby(["label", "seed"]).size().groupby("label").min()
        enough = total >= per_class
        assert (sizes[enough] == per_class).all()
        assert (sizes[~enough] >= total[~enough] // 2).all()


def test_seeds_differ_and_order_does_not_matter() -> None:
    """Another seed draws other pixels; rows in another order, or as categories, give the same draw."""
    table = example_table()
    drawn = choose_labels(table, config())
    first, second = (drawn[(drawn["seed"] == seed) & (drawn["per_class"] == "20")] for seed in (0, 1))
    assert places(first) != places(second)
    shuffled = table.sample(frac=1, random_state=1).astype({"scene": "category", "part": "category"})
    pd.testing.assert_frame_equal(choose_labels(shuffled, config()), drawn)


def test_a_seed_added_changes_no_other() -> None:
    """The draw of a seed does not depend on which others are asked for."""
    few, many = (choose_labels(example_table(), config(seeds=seeds)) for seeds in ((1,), (0, 1, 2)))
    pd.testing.assert_frame_equal(few, many[many["seed"] == 1].reset_index(drop=True))


def test_labels_do_not_favour_a_scene() -> None:
    """Pixels of both scenes are drawn about equally (4 standard deviations)."""
    drawn = choose_labels(table_of({(0, "train"): 4000}), config(labels_per_class=(400,), seeds=(5,)))
    assert abs((drawn["scene"] == "core-1").sum() - 200) < 4 * np.sqrt(400 * 0.25 * 0.9)


def test_a_pixel_in_two_parts_is_refused() -> None:
    """The leak of a public benchmark, every labelled pixel in train and in test, cannot pass."""
    table = example_table()
    leak = pd.concat([table, table[table["part"] == "train"].assign(part="test")])
    with pytest.raises(SplitError, match="589 labelled pixels twice"):
        choose_labels(leak, config())


def test_no_training_label_is_refused() -> None:
    """Without one labelled pixel in train there is no per_class."""
    with pytest.raises(SplitError, match="none among 4 labelled"):
        choose_labels(table_of({(0, "valid"): 4, (0, "test"): 9}), config())


def test_check_finds_a_test_pixel_in_a_per_class() -> None:
    """A test pixel slipped into the labels on disk is found."""
    table = example_table()
    drawn = choose_labels(table, config())
    foreign = table[table["part"] == "test"].iloc[:1].assign(seed=0, per_class="5", part="train")
    with pytest.raises(SplitError, match="1 pixels that are not labelled pixels of train or valid"):
        check_chosen(pd.concat([drawn, foreign]), table, config())


def test_check_finds_wrong_counts_and_broken_nesting() -> None:
    """A pixel that is missing, or swapped for one outside the smaller number of labels, is found."""
    table = example_table()
    drawn = choose_labels(table, config(labels_per_class=(5, 10), seeds=(0,)))
    with pytest.raises(SplitError, match="counts per label"):
        check_chosen(drawn.iloc[1:], table, config(labels_per_class=(5, 10), seeds=(0,)))
    unused = table[(table["label"] == 0) & (table["part"] == "train")]
    unused = unused[
        [place not in places(drawn) for place in unused[["scene", "line", "sample"]].itertuples(index=False, name=None)]
    ]
    swapped = drawn.copy()
    row = swapped[(swapped["per_class"] == "5") & (swapped["label"] == 0) & (swapped["part"] == "train")].index[0]
    for column in ("scene", "line", "sample"):
        swapped.loc[row, column] = unused.iloc[0][column]
    with pytest.raises(SplitError, match="the labels per class before 10"):
        check_chosen(swapped, table, config(labels_per_class=(5, 10), seeds=(0,)))


@pytest.mark.parametrize(
    "changed",
    [
        {"labels_per_class": (0,)},
        {"labels_per_class": ("most",)},
        {"labels_per_class": ()},
        {"labels_per_class": (5, 5)},
        {"seeds": ()},
        {"seeds": (-1,)},
        {"valid_share": 0.6},
    ],
)
def test_wrong_settings_are_refused(changed: dict[str, Any]) -> None:
    """Each range is checked when the settings are made."""
    with pytest.raises(ConfigError, match=rf"^runs\.{next(iter(changed))}"):
        config(**changed)
