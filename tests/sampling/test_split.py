"""Splits are disjoint, with a buffer and whole by hole; what cannot be learnt is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semispectral.errors import ConfigError, SplitError
from semispectral.sampling.split import METHODS, LabelRaster, SplitConfig, assign, check_parts, split
from semispectral.study.classes import IGNORED, UNLABELLED

TRAIN, VALID, TEST = 1, 2, 3
DEALT = list(METHODS)


def label_raster(shape: tuple[int, int], *, seed: int, classes: int = 3) -> np.ndarray:
    """Labels in patches of 4 x 4, some unlabelled, some ignored."""
    small = np.random.default_rng(seed).integers(IGNORED, classes, (shape[0] // 4 + 1, shape[1] // 4 + 1))
    return np.repeat(np.repeat(small, 4, axis=0), 4, axis=1)[: shape[0], : shape[1]].astype(np.int16)


def collection(*, scenes_per_hole: int = 1, shape: tuple[int, int] = (64, 24)) -> list[LabelRaster]:
    """Three holes."""
    names = [(f"{hole}-{i}", hole) for hole in ("A", "B", "C") for i in range(scenes_per_hole)]
    return [LabelRaster(name, hole, label_raster(shape, seed=i)) for i, (name, hole) in enumerate(names)]


def config(**changed: Any) -> SplitConfig:
    """Settings of these tests."""
    return SplitConfig(**{"method": "groups", "seed": 4, "test_groups": ("C",), "block_lines": 8, **changed})


@pytest.mark.parametrize("method", DEALT)
def test_ignored_pixels_are_in_no_part(method: str) -> None:
    """Every method keeps ignored codes out, and gives every part some labelled pixels."""
    rasters = collection()
    parts = split(rasters, config(method=method))
    for raster in rasters:
        assert not parts[raster.scene][raster.label == IGNORED].any()
    for part in (TRAIN, VALID, TEST):
        assert sum(int(((parts[r.scene] == part) & (r.label >= 0)).sum()) for r in rasters) > 0


@pytest.mark.parametrize("method", DEALT)
def test_split_depends_on_the_seed_only(method: str) -> None:
    """The order of the scenes does not matter, the seed does."""
    rasters = collection()
    first = split(rasters, config(method=method))
    again = split(rasters[::-1], config(method=method))
    other = split(rasters, config(method=method, seed=5))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize(
    ("changed", "decide"),
    [({}, False), ({"test_groups": ()}, True), ({"method": "blocks"}, True), ({"method": "leaky"}, False)],
)
def test_labels_decide_what_is_tested_unless_holes_are_named(changed: dict[str, Any], decide: bool) -> None:
    """By brute force: with other labels, the test part is another one only where the settings say so."""
    settings = config(**changed)
    others = [replace(raster, label=np.roll(raster.label, 11, axis=0)) for raster in collection(shape=(64, 24))]
    for raster in (*collection(), *others):
        raster.label[raster.label == IGNORED] = UNLABELLED
    tested = [
        {name: parts == TEST for name, parts in assign(rasters, settings).items()} for rasters in (collection(), others)
    ]
    assert settings.looks_at_labels == decide
    if not decide:
        inside = {raster.scene: raster.label != IGNORED for raster in collection()}
        assert all(np.array_equal(tested[0][name], tested[1][name] & inside[name]) for name in inside)


def test_groups_test_whole_holes() -> None:
    """A test hole has no pixel in train or valid, and no other hole has one in test."""
    parts = split(collection(scenes_per_hole=2), config())
    assert all(set(np.unique(raster)) <= {0, TEST} for name, raster in parts.items() if name.startswith("C"))
    assert all(TEST not in raster for name, raster in parts.items() if not name.startswith("C"))


def test_groups_choose_holes_by_share() -> None:
    """Without names, holes are chosen, at least one to test and one to train."""
    parts = split(collection(), config(test_groups=(), test_share=0.3))
    tested = [name for name, raster in parts.items() if (raster == TEST).any()]
    assert 1 <= len(tested) < 3


@settings(max_examples=50, deadline=None)
@given(
    shape=st.tuples(st.integers(8, 60), st.integers(8, 40)),
    buffer=st.integers(0, 6),
    samples=st.sampled_from([0, 7, 12]),
    method=st.sampled_from(["groups", "blocks"]),
    seed=st.integers(0, 9),
)
def test_the_buffer_holds(shape: tuple[int, int], buffer: int, samples: int, method: str, seed: int) -> None:
    """Different parts of one scene are further apart than the buffer, by brute force."""
    rasters = [LabelRaster(name, name, np.zeros(shape, np.int16)) for name in ("A", "C")]
    settings_ = config(method=method, buffer=buffer, block_samples=samples, seed=seed)
    for parts in split(rasters, settings_).values():
        places = [np.argwhere(parts == part) for part in (TRAIN, VALID, TEST)]
        for first, second in ((0, 1), (0, 2), (1, 2)):
            if len(places[first]) and len(places[second]):
                apart = np.abs(places[first][:, None] - places[second][None]).max(axis=2).min()
                assert apart > buffer


def test_blocks_give_each_part_its_share() -> None:
    """With many blocks the shares of pixels are near those asked, less the buffer."""
    rasters = [LabelRaster("A", "A", np.zeros((400, 40), np.int16))]
    parts = split(rasters, config(method="blocks", buffer=0, test_share=0.3, valid_share=0.1))["A"]
    shares = np.bincount(parts.ravel(), minlength=4) / parts.size
    np.testing.assert_allclose(shares, [0, 0.6, 0.1, 0.3], atol=0.02)


def test_leaky_pixels_are_random() -> None:
    """The leaky split deals pixels one by one: its parts touch, which is why it is named so."""
    rasters = [LabelRaster("A", "A", np.zeros((100, 100), np.int16))]
    settings_ = config(method="leaky", test_share=0.3, valid_share=0.1)
    parts = split(rasters, settings_)["A"]
    np.testing.assert_allclose(np.bincount(parts.ravel(), minlength=4) / 1e4, [0, 0.6, 0.1, 0.3], atol=0.02)
    assert settings_.distance == 0
    with pytest.raises(SplitError, match="distance 1"):
        check_parts(parts, 1)


def test_check_parts_finds_a_broken_buffer() -> None:
    """One pixel moved next to another part is found, and the message says which parts and how near."""
    parts = np.zeros((20, 20), np.uint8)
    parts[:5], parts[10:] = TRAIN, TEST
    check_parts(parts, 5)
    with pytest.raises(SplitError, match=r"core-7: train and test must be more than 6 .* distance 6"):
        check_parts(parts, 6, where="core-7")


@pytest.mark.parametrize("bad", [np.zeros((3, 3), np.int64), np.zeros(3, np.uint8), np.full((3, 3), 4, np.uint8)])
def test_check_parts_refuses_what_is_not_a_parts_raster(bad: np.ndarray) -> None:
    """Another dtype, shape or value is refused."""
    with pytest.raises(SplitError, match="parts must be uint8"):
        check_parts(bad, 0)


def test_no_label_to_train_on_is_refused_with_counts() -> None:
    """When all labels lie in the test hole, the message says how many there are and where."""
    empty = np.full((32, 8), UNLABELLED, np.int16)
    rasters = [LabelRaster("A", "A", empty), LabelRaster("C", "C", np.zeros((32, 8), np.int16))]
    with pytest.raises(SplitError, match="got none: 0 labelled pixels are in valid, 256 in test"):
        split(rasters, config())


def test_unknown_test_hole_is_refused() -> None:
    """A hole that no scene has is named, beside those there are."""
    with pytest.raises(ConfigError, match=r"names D, .* are A, B, C; correct them"):
        split(collection(), config(test_groups=("D",)))


def test_groups_need_a_hole_to_train_on() -> None:
    """All holes in test, or one hole only, is refused with a remedy."""
    with pytest.raises(SplitError, match="all holes are test"):
        split(collection(), config(test_groups=("A", "B", "C")))
    with pytest.raises(SplitError, match="two holes"):
        split(collection()[:1], config(test_groups=()))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "random"}, "'groups', 'blocks', 'leaky'"),
        ({"test_share": 0.7, "valid_share": 0.4}, "leave something"),
        ({"valid_share": -0.1}, "valid_share must be 0 or more"),
        ({"buffer": 8}, "smaller than a block"),
        ({"buffer": 5, "block_samples": 4}, "smaller than a block"),
        ({"block_lines": 0}, "block_lines must be 1 or more"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_settings_are_refused(changed: dict[str, Any], message: str) -> None:
    """Each range is checked when the settings are made."""
    with pytest.raises(ConfigError, match=message):
        config(**changed)
