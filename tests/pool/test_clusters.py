"""Unlabelled pixels drawn evenly over clusters: a rare material is drawn as often as a common one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.pool.clusters import find_clusters
from semispectral.pool.draw import draw_unlabelled
from semispectral.pool.pixel_ranks import ANY, LowestPriority, likely_limits, priority
from semispectral.pool.sample_settings import SampleConfig
from semispectral.scans.cube import Cube, Pixels
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 60, 25, 12
RARE = np.zeros((LINES, SAMPLES), bool)
RARE[20:24, 5:15] = True  # 40 of 1500 pixels
NM = np.linspace(0, 3, BANDS)
SPECTRA = np.where(RARE[:, :, None], np.sin(NM), np.cos(NM)) * 8000 + 20_000
VALUES = (SPECTRA + np.random.default_rng(2).normal(0, 200, SPECTRA.shape)).astype(np.uint16)


def cube_of(values: np.ndarray = VALUES) -> Cube:
    return Cube(Path("s.npy"), values.shape, values.dtype, lambda first, last: values[first:last])


def draw(
    values: np.ndarray = VALUES,
    *,
    clusters: int = 0,
    quota: int = 60,
    lines: int = LINES,
    drop_saturated: bool = False,
) -> Pixels:
    """The unlabelled pixels of a scene without labels."""
    file = Path("s.npy")
    none = CodeSet(())
    scene = Scene("s", "h", file, "", file, "", "line,sample,band", "", 1.0, None, CodeSet(((1, 9),)), none)
    settings = SampleConfig(seed=5, unlabelled_per_scene=quota, clusters=clusters, drop_saturated=drop_saturated)
    codes = np.zeros((LINES, SAMPLES), np.int32)
    return draw_unlabelled(cube_of(values), codes, scene, settings=settings, block_bytes=lines * SAMPLES * BANDS * 2)


def rare(found: Pixels) -> int:
    return int(RARE[found.table["line"], found.table["sample"]].sum())


def test_clusters_part_two_materials() -> None:
    """Two kinds of spectra are two clusters, whatever their brightness."""
    found = find_clusters(cube_of(), np.ones((LINES, SAMPLES), bool), clusters=2, seed=1)
    group = found.of(VALUES.reshape(-1, BANDS)).reshape(LINES, SAMPLES)
    assert len(np.unique(group[RARE])) == len(np.unique(group[~RARE])) == 1
    assert group[RARE][0] != group[~RARE][0]
    np.testing.assert_array_equal(found.of(VALUES.reshape(-1, BANDS) // 2), group.ravel())


def test_a_rare_material_is_drawn_as_often_as_a_common_one() -> None:
    """Half of the draw is of the rare material; without clusters hardly any is."""
    assert rare(draw(clusters=2)) == 30
    assert rare(draw(clusters=0)) < 6
    assert len(draw(clusters=2)) == len(draw(clusters=0)) == 60


def test_a_cluster_that_is_too_small_gives_all_it_has() -> None:
    """The others give the rest of the quota."""
    found = draw(clusters=2, quota=200)
    assert (len(found), rare(found)) == (200, 40)


def test_the_first_turns_of_a_draw_are_as_balanced_as_the_whole() -> None:
    """What a split takes of a draw, its first pixels, holds the rare material as often as the common one."""
    found = draw(clusters=2)
    first = found.where((found.table["turn"] < 20).to_numpy())
    assert (len(first), rare(first)) == (20, 10)


@pytest.mark.parametrize("lines", [1, 7])
def test_the_block_size_does_not_matter(lines: int) -> None:
    """The same pixels in blocks of any size."""
    pd.testing.assert_frame_equal(draw(clusters=3, lines=lines).table, draw(clusters=3).table)


def test_a_scene_of_one_spectrum_has_one_cluster() -> None:
    """Fewer kinds than clusters are no error."""
    cube = cube_of(np.full_like(VALUES, 7))
    assert len(find_clusters(cube, np.ones((LINES, SAMPLES), bool), clusters=4, seed=1)) == 1
    assert len(find_clusters(cube, np.zeros((LINES, SAMPLES), bool), clusters=4, seed=1)) == 1


def test_groups_share_a_cell_as_brute_force_does() -> None:
    """Offers cut anyhow keep what filling level by level would keep of all rows at once."""
    random = np.random.default_rng(7)
    for _ in range(20):
        rows, size = int(random.integers(5, 60)), int(random.integers(1, 40))
        group, rank = random.choice(4, rows, p=[0.6, 0.25, 0.1, 0.05]), random.permutation(rows).astype(np.uint64)
        store = LowestPriority(np.array([size]), bands=1, dtype=np.dtype(np.int64), groups=4)
        for piece in np.array_split(np.arange(rows), 4):
            zeros = np.zeros(len(piece), np.int64)
            keep = piece[store.wanted(zeros, rank[piece], group[piece])]
            store.offer(keep[:, None], cell=zeros[: len(keep)], rank=rank[keep], place=keep, group=group[keep])
            assert store.filled[0] == min(size, piece[-1] + 1 if len(piece) else 0) or not len(piece)
        within = np.array([(rank[group == g] < r).sum() for g, r in zip(group, rank, strict=True)])
        expected = np.lexsort((group, within))[:size]
        assert sorted(store.result()[1].tolist()) == sorted(expected.tolist())


def test_limits_let_enough_pass() -> None:
    """Nearly always more pixels lie below the limit than are drawn, but not many more; few pixels have no limit."""
    sizes, available = np.array([50, 5000, 10, 0]), np.array([5000, 100_000, 12, 9])
    limits = likely_limits(sizes, available)
    assert limits[2] == ANY
    rank = priority(3, "s", *np.divmod(np.arange(100_000), 400))
    for cell in (0, 1):
        below = int((rank[: available[cell]] <= limits[cell]).sum())
        assert sizes[cell] <= below <= sizes[cell] + 12 * np.sqrt(sizes[cell]) + 32


def test_saturated_pixels_are_left_out_where_asked() -> None:
    """A pixel with a value at the end of the range gives way to the next."""
    values = VALUES.copy()
    values[:30, :, 3] = np.iinfo(np.uint16).max
    assert draw(values, drop_saturated=True).table["line"].min() >= 30
    assert draw(values).table["line"].min() < 30
