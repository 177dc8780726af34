"""Which bands of two sensors are compared to find where one lies on the other, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from scene_rows import write_scenes
from semispectral.census.align_sensors import align, bands_to_compare
from semispectral.errors import ConfigError
from semispectral.study.scenes import read_scenes
from semispectral.study.sensors import with_sensors

VNIR, SWIR = np.linspace(400, 1000, 13), np.linspace(950, 2450, 16)


def test_bands_that_both_have_are_compared() -> None:
    """Those of the range that two sensors share, or one of each at a stated wavelength."""
    vnir, swir = bands_to_compare(VNIR, SWIR, (13, 16), None)
    assert VNIR[vnir].tolist() == [950, 1000]
    assert SWIR[swir].tolist() == [950]
    vnir, swir = bands_to_compare(VNIR, SWIR, (13, 16), 990.0)
    assert (VNIR[vnir].tolist(), SWIR[swir].tolist()) == ([1000], [950])


def test_the_nearest_bands_stand_in_where_none_is_shared() -> None:
    """The ends that are nearest to each other, a tenth of each sensor; all bands where wavelengths are not known."""
    vnir, swir = bands_to_compare(VNIR - 200, SWIR + 300, (13, 16), None)
    assert vnir.tolist() == [12]
    assert sorted(swir.tolist()) == [0, 1]
    vnir, swir = bands_to_compare(None, SWIR, (13, 16), None)
    assert (len(vnir), len(swir)) == (13, 16)


def test_nothing_to_find_is_said(tmp_path: Path) -> None:
    """Where every sensor has its place there is nothing to write."""
    names = ("data_key", "labels", "labels_key", "axes", "wavelengths", "scale", "nodata", "use", "ignore")
    row = {"scene": "A", "hole": "A", "data": "A.npy", **dict.fromkeys(names, "")}
    listed = read_scenes(write_scenes(tmp_path / "scenes.tsv", row), data_root=tmp_path)
    other = {"scene": "A", "sensor": "swir", "data": "B.npy", "place": "1 0 0 0 1 0"}
    scenes = with_sensors(listed, write_scenes(tmp_path / "sensors.tsv", other), data_root=tmp_path)
    with pytest.raises(ConfigError, match="every sensor has its place; empty the cells"):
        align(scenes, tmp_path / "points.tsv", wavelength_nm=None, size=None)
    assert not (tmp_path / "points.tsv").exists()
