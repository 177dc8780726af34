"""Shares of the groups: by scene, by hole and along a hole, counted by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scene_rows import GOOD, write_scenes
from semispectral.explore.shares import INTERVALS, shares_of
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes


@pytest.fixture
def scenes(tmp_path: Path) -> list[Scene]:
    """Two scans of hole A, one above the other, and one of B without depths."""
    for number, name in enumerate(("A_1", "A_2", "B_1")):
        np.save(tmp_path / f"{name}.npy", np.full((4, 3, 2), number, np.float32))
    empty = {"data_key": "", "labels_key": "", "wavelengths": "", "axes": "line,sample,band", "use": "", "ignore": ""}
    rows = [GOOD | empty | {"scene": name, "hole": name[0], "data": f"{name}.npy"} for name in ("A_1", "A_2", "B_1")]
    path = write_scenes(tmp_path / "scenes.tsv", *rows)
    first, second, other = read_scenes(path, data_root=tmp_path, allow_outside=False)
    return [
        replace(first, depth_from_m=0.0, depth_to_m=1.0),
        replace(second, depth_from_m=1.0, depth_to_m=2.0),
        other,
    ]


def test_shares_are_counted(scenes: list[Scene]) -> None:
    """Pixels of each group in all scenes, in each scene, and as shares of each hole."""
    maps = {
        "A_1": np.zeros((32, 6), np.int16),
        "A_2": np.ones((32, 6), np.int16),
        "B_1": np.full((4, 3), -1, np.int16),
    }
    maps["B_1"][0] = 2
    found = shares_of(maps, scenes, groups=3, run_share=0.5)
    assert found.pixels.tolist() == [192, 192, 3]
    assert found.scenes["A_2"].tolist() == [0, 192, 0]
    assert found.holes["A"].tolist() == [0.5, 0.5, 0]
    assert found.holes["B"].tolist() == [0, 0, 1]


def test_a_hole_with_depths_has_a_profile(scenes: list[Scene]) -> None:
    """The upper half of the hole is of one group, the lower half of the other; a hole without depths has none."""
    maps = {name: np.full((32, 6), number, np.int16) for number, name in enumerate(("A_1", "A_2", "B_1"))}
    found = shares_of(maps, scenes, groups=3, run_share=0.5)
    assert set(found.profiles) == {"A"}
    profile = found.profiles["A"]
    assert (profile.from_m, profile.to_m) == pytest.approx((0, 2), abs=0.05)
    np.testing.assert_array_equal(profile.share[:, 0], np.arange(INTERVALS) < INTERVALS // 2)
    np.testing.assert_array_equal(profile.share[:, 1], np.arange(INTERVALS) >= INTERVALS // 2)


def test_a_hole_of_no_core_has_no_profile(scenes: list[Scene]) -> None:
    """Where no pixel of a hole is of a group, there is nothing along it."""
    maps = {name: np.full((32, 6), -1, np.int16) for name in ("A_1", "A_2", "B_1")}
    assert shares_of(maps, scenes, groups=3, run_share=0.5).profiles == {}
