"""The draw is a function of seed and place, uniform, and the same however the offers are cut."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from semispectral.noise.covariance import neighbours
from semispectral.pool.pixel_ranks import LowestPriority, priority, scene_labels, with_neighbours
from semispectral.study.classes import IGNORED, UNLABELLED, ClassMap, CodeSet

LINES, SAMPLES = np.indices((200, 50)).reshape(2, -1)


def test_an_eighth_of_a_draw_has_its_neighbour_with_it() -> None:
    """Of a sparse draw of a large scan; each column is drawn as often as the others, and no rank occurs twice."""
    rank = with_neighbours(priority(4, "scene", np.arange(600)[:, None], np.arange(501)))
    assert len(np.unique(rank)) == rank.size
    line, sample = np.unravel_index(np.argsort(rank, axis=None)[:6000], rank.shape)
    table = pd.DataFrame({"scene": "scene", "line": line, "sample": sample})
    first, second = neighbours(table).T
    beside = (line[first] == line[second]) & (sample[first] % 2 == 0)
    assert 700 < beside.sum() < 920  # an eighth of 6000, and about 60 by chance
    assert abs((sample % 2 == 0).mean() - 251 / 501) < 0.02


def test_priority_is_stateless() -> None:
    """A pixel's rank does not depend on which others are asked, or in what order."""
    everything = priority(3, "core-1", LINES, SAMPLES)
    order = np.random.default_rng(1).permutation(len(LINES))[:500]
    np.testing.assert_array_equal(priority(3, "core-1", LINES[order], SAMPLES[order]), everything[order])


def splitmix(value: int) -> int:
    """SplitMix64's finaliser in Python's own integers."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) % 2**64
    return value ^ (value >> 31)


def test_priority_stays_what_it_was() -> None:
    """A published run depends on the ranks: they follow the definition, on any machine and in any version."""
    key = int.from_bytes(hashlib.blake2b(b"1:core-1", digest_size=8).digest(), "little")
    places = [(0, 0), (7, 300), (2**31, 5)]
    expected = [
        splitmix(splitmix(((line << 32) + sample + 0x9E3779B97F4A7C15) % 2**64) ^ key) for line, sample in places
    ]
    lines, samples = np.array(places).T
    assert priority(1, "core-1", lines, samples).tolist() == expected
    assert expected[0] == 17901193015395098299


def test_priority_is_distinct_and_uniform() -> None:
    """No two pixels of a scene share a rank, and the ranks are uniform (Kolmogorov-Smirnov)."""
    rank = priority(3, "core-1", LINES, SAMPLES)
    assert len(np.unique(rank)) == len(rank)
    assert stats.kstest(rank / 2.0**64, "uniform").pvalue > 0.01


@pytest.mark.parametrize(("seed", "scene"), [(4, "core-1"), (3, "core-2")])
def test_priority_of_another_seed_or_scene_is_independent(seed: int, scene: str) -> None:
    """Seeds and scenes give unrelated draws (Spearman)."""
    first, second = priority(3, "core-1", LINES, SAMPLES), priority(seed, scene, LINES, SAMPLES)
    assert stats.spearmanr(first.astype(float), second.astype(float)).pvalue > 0.01


def test_priority_has_no_spatial_pattern() -> None:
    """Ranks of neighbours along a line and across lines are uncorrelated."""
    rank = priority(3, "core-1", *np.indices((200, 50))) / 2.0**64
    for first, second in ((rank[1:], rank[:-1]), (rank[:, 1:], rank[:, :-1])):
        assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.03


@settings(max_examples=50, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    count=st.integers(0, 60),
    cuts=st.lists(st.integers(0, 60), max_size=5),
    seed=st.integers(0, 99),
)
def test_lowest_priority_keeps_the_lowest_of_each_cell(
    sizes: list[int], count: int, cuts: list[int], seed: int
) -> None:
    """Whatever the cuts, the store holds what sorting everything at once would give."""
    generator = np.random.default_rng(seed)
    cell = generator.integers(0, len(sizes), count)
    rank = generator.permutation(1000)[:count].astype(np.uint64)
    place = generator.permutation(1000)[:count].astype(np.int64)
    x = place[:, None] + np.array([0, 1])
    store = LowestPriority(np.array(sizes), bands=2, dtype=np.dtype(np.int64))
    for rows in np.split(np.arange(count), sorted(cuts)):
        rows = rows[store.wanted(cell[rows], rank[rows])]
        store.offer(x[rows], cell=cell[rows], rank=rank[rows], place=place[rows])
    kept = [sorted(np.flatnonzero(cell == c), key=lambda row: rank[row])[:size] for c, size in enumerate(sizes)]
    expected = sorted(int(place[row]) for rows in kept for row in rows)
    found_x, found_place = store.result()
    assert found_place.tolist() == expected
    np.testing.assert_array_equal(found_x, found_place[:, None] + np.array([0, 1]))
    assert store.filled.tolist() == [len(rows) for rows in kept]


def test_scene_labels_follow_the_scenes_own_use() -> None:
    """A class that another scene uses is unlabelled in a scene that does not use it."""
    classes = ClassMap((2, 5, 9), ("a", "b", "c"), ("#000000", "#111111", "#222222"))
    codes = np.array([[0, 2, 5], [9, 150, 200]])
    use, ignore = CodeSet.parse("1-5", where="test"), CodeSet.parse("200", where="test")
    label = scene_labels(codes, classes, use=use, ignore=ignore)
    assert label.tolist() == [[UNLABELLED, 0, 1], [UNLABELLED, UNLABELLED, IGNORED]]
