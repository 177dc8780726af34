"""Rasters of many scenes in little memory."""

import tracemalloc

import numpy as np
import pytest

from semispectral.storage.packed_rasters import PackedRaster, PackedRasters


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32"])
@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (30, 7)])
def test_what_is_packed_comes_back(dtype: str, shape: tuple[int, int]) -> None:
    """Values, shape and dtype are those that were packed, also of a raster that is not contiguous."""
    raster = np.random.default_rng(1).integers(0, 100, shape).astype(dtype)
    for each in (raster, raster.T):
        back = PackedRaster.of(each).unpacked()
        np.testing.assert_array_equal(back, each)
        assert back.dtype == each.dtype


def test_rasters_of_scenes_take_little_memory_and_cannot_be_changed_in_place() -> None:
    """Of 40 rasters of 500 kB in blocks, a thirtieth is held; writing into one is an error and not a lost change."""
    block = np.repeat(np.random.default_rng(2).integers(0, 4, 500), 1000).astype(np.uint8).reshape(1000, 500)
    rasters = PackedRasters()
    tracemalloc.start()
    for number in range(40):
        rasters[f"scene {number}"] = block
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 40 * block.nbytes / 30
    assert list(rasters)[:2] == ["scene 0", "scene 1"]
    with pytest.raises(ValueError, match="read-only"):
        rasters["scene 0"][0, 0] = 1
