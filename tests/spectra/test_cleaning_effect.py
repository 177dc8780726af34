"""What the report says of the steps that mend faults: their findings, and how many values they change."""

from pathlib import Path

import numpy as np
import pytest
from test_detector_faults import ACROSS, BANDS, LINES, SAMPLES, scan_of, write_scene

from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaning_effect import effect_of
from semispectral.spectra.cleaning_settings import CleanConfig


def test_the_effect_of_every_step(tmp_path: Path) -> None:
    """One entry for each step that mends, in order: what was put into the scan is what it found."""
    scan = scan_of(0.8 * ACROSS**2, noise=0.002)
    scan[:, 25, 30] *= 1.1
    scan[:, 7, 11] = 0.3
    scan[40] = 0
    scan[50] = scan[49]
    scan[5, 6, 20] *= 3
    scene = write_scene(tmp_path, scan)
    steps = ("dropped_lines", "repeated_lines", "dead_columns", "spikes", "stripes", "smile")
    with open_scene(scene) as cube:
        effect = effect_of(scene, cube, CleanConfig(steps=(*steps, "savitzky_golay")))
    found = {step["name"]: step for step in effect["steps"]}
    assert tuple(found) == steps
    assert found["dropped_lines"]["changed"] == pytest.approx(1 / LINES)
    assert found["repeated_lines"]["changed"] == pytest.approx(1 / LINES)
    assert found["repeated_lines"]["found"].startswith("lines that equal the line before")
    assert found["dead_columns"]["found"].startswith("1 of 2400 detector elements")
    assert found["dead_columns"]["changed"] == pytest.approx(1 / (SAMPLES * BANDS))
    assert 0 < found["spikes"]["changed"] < 0.1
    assert found["stripes"]["found"].endswith("of 2400 detector elements differ from their neighbours")
    assert np.argmax(effect["curves"]["stripes"]) == 25
    assert found["smile"]["found"].endswith("undone")
    assert found["smile"]["changed"] > 0.5
    np.testing.assert_allclose(effect["curves"]["smile"], 0.8 * ACROSS**2, atol=0.06)


def test_without_a_fault_nothing_is_undone(tmp_path: Path) -> None:
    """A sound scan is left as it is, and the sentence says so."""
    scene = write_scene(tmp_path, scan_of(np.zeros(SAMPLES), noise=0.002))
    with open_scene(scene) as cube:
        effect = effect_of(scene, cube, CleanConfig(steps=("smile",)))
    assert "left as it is" in effect["steps"][0]["found"]
    assert effect["steps"][0]["changed"] == 0
