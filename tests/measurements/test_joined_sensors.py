"""The ways of an SVM to see several sensors that measurements/accuracy/sensors.py compares, where one is noise."""

import sys
from pathlib import Path

import numpy as np
import pytest

from semispectral.scans.sensor_bands import SensorBands

sys.path.append(str(Path(__file__).parents[2] / "measurements/accuracy"))

import sensors

pytestmark = pytest.mark.slow  # the module imports TensorFlow


@pytest.fixture
def task() -> sensors.Task:
    """Two sensors of 12 and 30 bands in blocks of 10 spectra; the second one holds noise alone."""
    random = np.random.default_rng(3)
    label = np.repeat(np.arange(24) // 2 % 2, 10)
    band = np.arange(12) / 2
    clean = 5 + np.cos(band) + label[:, np.newaxis] * np.sin(band)
    signal = (clean + 0.02 * random.standard_normal(clean.shape)) / 10
    noise = 0.5 + 0.05 * random.standard_normal((240, 30))
    x = np.concatenate([signal, noise], axis=1).astype(np.float32)
    nm = np.concatenate([np.linspace(1000, 2000, 12), np.linspace(2500, 5000, 30)])
    both = (SensorBands("SWIR", 12), SensorBands("MIR", 30))
    return sensors.Task(x, nm, both, label, np.repeat(np.arange(24) % 4 == 3, 10))


def test_blocks_of_the_training_part_are_dealt_in_turn(task: sensors.Task) -> None:
    """Parts are those of the product; within the training part each block is of one side, and no test spectrum is."""
    mine, line = sensors.dealt(task, 1)
    assert 0 < mine.test.sum() < len(line) < len(task.x)
    seen = sensors.seen_by(mine, line, sensors.BANDS)
    assert [each.bands for each in seen.sensors] == [14, 32]  # with mean and spread of each
    inner = [seen.within_training(side) for side in (0, 1)]
    assert len(inner[0].x) == int((~mine.test).sum())
    np.testing.assert_array_equal(inner[0].task.test, ~inner[1].task.test)
    assert all(len(set(inner[0].task.test[inner[0].block == block])) == 1 for block in set(inner[0].block))


def test_the_sensor_that_knows_the_classes_is_chosen(task: sensors.Task) -> None:
    """Labels held out speak for the first sensor alone, and a mean with a sensor of noise is nearly as good."""
    seen = sensors.seen_by(*sensors.dealt(task, 2), sensors.BANDS)
    known = sensors.draw(seen.task, 40, 1)
    assert [each.name for each in sensors.ways(seen, known, 1)[sensors.CHOSEN].sensors] == ["SWIR"]
    found = sensors.way_scores(seen, 40, 1)
    assert list(found) == list(sensors.WAYS)
    assert min(found[sensors.ALONE], found[sensors.EACH]) > 0.9


def test_every_method_and_number_of_labels_has_a_row(task: sensors.Task) -> None:
    """Less the first sensor alone, with the same labels and blocks; bands and MNF components."""
    rows = list(sensors.joined_rows(task, [8], [1], within=True))
    assert [row[:2] for row in rows] == [[sensors.BANDS, "8"], [sensors.MNF, "8"]]
    assert all(len(row) == 2 + len(sensors.WAYS) for row in rows)
    assert rows[0][3][0] in "+-"
