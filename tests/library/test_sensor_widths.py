"""The widths of bands that an ENVI header states, for the bands that cleaning leaves."""

from pathlib import Path

import numpy as np
import pytest

from cube_formats import write_envi_header
from scene_rows import GOOD, write_scenes
from semispectral.library.sensor_widths import stated_widths
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes

NM = np.array([2100.0, 2110.0, 2120.0, 2130.0])


def scan(folder: Path, **fields: str) -> Scene:
    """Write a scan of four bands, and return its row."""
    np.ones((2, 2, 4), np.float32).tofile(folder / "box.img")
    numbers = ", ".join(f"{nm / 1e3:.6f}" for nm in NM)
    size = {"lines": 2, "samples": 2, "bands": 4, "data_type": 4, "interleave": "bip", "byte_order": 0}
    axis = {"wavelength_units": "Micrometers", "wavelength": "{" + numbers + "}"}
    write_envi_header(folder / "box.hdr", **size, **axis, **fields)
    row = GOOD | {"data": "box.img", "data_key": "", "axes": "", "wavelengths": "", "labels_key": "", "scale": ""}
    return read_scenes(write_scenes(folder / "scenes.tsv", row), data_root=folder)[0]


def test_widths_are_those_of_the_header(tmp_path: Path) -> None:
    """In nm, whatever the unit of the header; a band that cleaning made has none."""
    scene = scan(tmp_path, fwhm="{0.0051, 0.0052, 0.0053, 0.0054}")
    found = stated_widths(scene, np.array([2130.0, 2115.0, 2100.0]))
    assert found == pytest.approx([5.4, np.nan, 5.1], nan_ok=True)
    assert stated_widths(scene, None) is None


@pytest.mark.parametrize("fields", [{}, {"fwhm": "{0.005, 0.005}"}, {"fwhm": "{wide}"}])
def test_widths_that_are_of_no_use_are_none(fields: dict[str, str], tmp_path: Path) -> None:
    """None stated, too few, or words: the spacing of the bands is taken then."""
    assert stated_widths(scan(tmp_path, **fields), NM) is None
