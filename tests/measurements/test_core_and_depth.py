"""The measurement of core and depth, on one small collection."""

import importlib.util
import sys
from pathlib import Path

import pytest

from semispectral.simulate import SimulateConfig

PROGRAM = Path(__file__).parents[2] / "measurements/accuracy/core_and_depth.py"


def test_marks_make_depths_right_and_spectra_find_the_core() -> None:
    """Depths by marks are exact beside a break, those of the box are not; the core is found better than by otsu."""
    spec = importlib.util.spec_from_file_location("core_and_depth", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    sys.modules["core_and_depth"] = program
    spec.loader.exec_module(program)
    (row,) = program.rows_of(SimulateConfig(seed=7, holes=1, scenes_per_hole=1, lines=96, bands=40))
    name, _, otsu, spectra, of_counts, box, marks = row
    assert name == "7 DH1_1"
    assert spectra > max(otsu, 0.9)
    assert spectra > of_counts
    assert box > 10
    assert marks == pytest.approx(0, abs=1e-6)
