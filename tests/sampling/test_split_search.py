"""Deals of blocks: what a deal would leave is counted exactly, and the best one has most classes everywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semispectral.sampling.split_search import Units, best_deal, grid, grid_units, with_buffer


def brute_force_nearest(parts: np.ndarray, first: int, second: int) -> int:
    """Chebyshev distance of the two nearest pixels of two parts."""
    a, b = (np.argwhere(parts == part) for part in (first, second))
    if len(a) == 0 or len(b) == 0:
        return 10**6
    return int(np.abs(a[:, None, :] - b[None, :, :]).max(axis=2).min())


SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 30))


@settings(max_examples=50, deadline=None)
@given(shape=SHAPES, lines=st.integers(1, 12), samples=st.integers(0, 12))
def test_grid_blocks_are_even(shape: tuple[int, int], lines: int, samples: int) -> None:
    """Blocks are numbered without gaps, and none is a sliver: heights and widths differ by one pixel at most."""
    blocks = grid(shape, lines=lines, samples=samples)
    assert np.array_equal(np.unique(blocks), np.arange(blocks.max() + 1))
    for axis in (0, 1):
        edge = np.take(blocks, 0, axis=1 - axis)
        _, sizes = np.unique(edge, return_counts=True)
        assert sizes.max() - sizes.min() <= 1


def test_grid_of_whole_width() -> None:
    """block_samples 0 cuts across the scene only."""
    assert np.array_equal(grid((4, 3), lines=2, samples=0), [[0] * 3, [0] * 3, [1] * 3, [1] * 3])


@settings(max_examples=50, deadline=None)
@given(shape=SHAPES, buffer=st.integers(0, 5), seed=st.integers(0, 999))
def test_buffered_parts_are_further_apart_than_the_buffer(shape: tuple[int, int], buffer: int, seed: int) -> None:
    """Between any two parts lie at least `buffer` pixels, by brute force; pixels are only left out, never moved."""
    blocks = grid(shape, lines=buffer + 2, samples=buffer + 3)
    deal = np.random.default_rng(seed).integers(1, 4, blocks.max() + 1).astype(np.uint8)
    parts = with_buffer(deal[blocks], buffer)
    assert set(np.unique(parts[parts != deal[blocks]])) <= {0}
    assert min(brute_force_nearest(parts, *pair) for pair in ((1, 2), (1, 3), (2, 3))) > buffer


@pytest.mark.parametrize("buffer", [0, 1, 2, 3, 4])
def test_buffered_leaves_out_no_more_than_needed(buffer: int) -> None:
    """Two halves of a strip lose exactly `buffer` columns between them."""
    parts = np.repeat(np.array([[1, 3]], np.uint8), 20, axis=1)
    assert int((with_buffer(parts, buffer) == 0).sum()) == buffer


@settings(max_examples=50, deadline=None)
@given(shape=SHAPES, buffer=st.sampled_from([0, 2, 4]), seed=st.integers(0, 999))
def test_kept_counts_what_the_buffer_leaves(shape: tuple[int, int], buffer: int, seed: int) -> None:
    """The quick count of a deal equals the count on the buffered raster (even buffers; odd ones it may underrate)."""
    generator = np.random.default_rng(seed)
    label = generator.integers(-2, 3, shape).astype(np.int16)
    label[0, 0] = 2
    blocks = grid(shape, lines=buffer + 2, samples=buffer + 1)
    deal = generator.integers(1, 4, blocks.max() + 1)
    parts = with_buffer(deal[blocks].astype(np.uint8), buffer)
    expected = [[int(((parts == part) & (label == k)).sum()) for k in range(3)] for part in (1, 2, 3)]
    assert grid_units(label, blocks, buffer=buffer).kept(deal).tolist() == expected


def units_of(counts: list[list[int]]) -> Units:
    """Units without neighbours with these labelled pixels [unit, class]."""
    return Units(len(counts), np.repeat(np.arange(len(counts))[:, None], 9, axis=1), np.array(counts))


def test_best_deal_puts_a_class_of_two_blocks_in_train_and_test() -> None:
    """Where a class lies in two blocks only, one of them is train and the other test."""
    deal = best_deal(units_of([[5, 0]] * 8 + [[5, 3], [5, 3]]), (0.6, 0.2, 0.2), seed=5)
    assert {int(deal[8]), int(deal[9])} == {1, 3}


def test_best_deal_keeps_the_shares() -> None:
    """Of many like blocks each part gets its share."""
    deal = best_deal(units_of([[4]] * 100), (0.6, 0.15, 0.25), seed=5)
    assert np.bincount(deal, minlength=4).tolist() == [0, 60, 15, 25]


def test_best_deal_is_a_function_of_the_seed() -> None:
    """The same seed gives the same deal, another one another."""
    units = units_of([[4]] * 30)
    first, again, other = (best_deal(units, (0.6, 0.2, 0.2), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@settings(max_examples=10, deadline=None)
@given(count=st.integers(1, 30), share=st.floats(0, 0.9), seed=st.integers(0, 99))
def test_a_share_of_zero_gets_nothing(count: int, share: float, seed: int) -> None:
    """Neither rounding nor a wish for classes gives units to a part that was not asked for."""
    units = units_of([[1]] * count)
    assert not (best_deal(units, (1 - share, share, 0.0), seed=seed) == 3).any()
    assert not (best_deal(units, (1 - share, 0.0, share), seed=seed) == 2).any()
