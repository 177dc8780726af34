"""The ways to join sensors that measurements/accuracy/sensors.py compares, on spectra whose noise is known."""

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


def test_a_sensor_of_noise_weighs_little_by_its_signal_and_as_much_as_the_other_alike(task: sensors.Task) -> None:
    """Variance of the columns of each sensor: equal where sensors count alike, hardly any of noise by the signal."""
    inner = sensors.inner_task(task)
    assert len(inner.x) == int((~task.test).sum())
    places = sensors.standardised(inner)[1]
    train = ~inner.test
    alike, by_signal = (way(inner)[train] for way in (sensors.sensors_alike, sensors.by_signal))
    first, second = ([float(x[:, place].var(axis=0).sum()) for place in places] for x in (alike, by_signal))
    assert first[0] == pytest.approx(first[1], rel=0.05)
    assert second[1] < 0.3 * second[0]


def test_every_way_has_a_row(task: sensors.Task) -> None:
    """Rows of all ways, with the number of labels asked for; the sensor that tells the classes apart is found."""
    rows = list(sensors.joined_scores(task, [8], [1]))
    assert [row[0] for row in rows] == [*sensors.WAYS, sensors.MEAN]
    assert float(rows[2][1]) > 0.9
