"""Training on two devices: the loss curve of one, to rounding."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

TRAIN = """
import json, sys
from dataclasses import replace
sys.path[:0] = sys.argv[1:]
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tiny_training import blob_data
from test_refit import SETTINGS
from semispectral.training.devices import sharing
from semispectral.training.run import Run, use_threads
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2

data, x, _ = blob_data(labelled=4, unlabelled=60)
fit = FitConfig(batch=64, epochs=6, least_steps=5, evaluate_every=2)
m1 = M1Config(latents=2, net=NetConfig(hidden=(8,), activation="tanh"), fit=fit, dead_std=0.0)
m2 = replace(SETTINGS, select="last", labelled_batch=16)
found = {}
for devices in ([], ["CPU:0", "CPU:1"]):
    with sharing(devices):
        assert tf.distribute.get_strategy().num_replicas_in_sync == max(len(devices), 1)
        one = train_m1(data.unlabelled.mean, x, settings=m1, run=Run(3, None))
        two = train_m2(data, settings=m2, run=Run(3, None), classes=4)
    found[len(devices)] = {
        "m1": one.history["bound"].tolist(),
        "m2": two.history["unlabelled_bound"].tolist(),
        "weights": {name: array.ravel()[:50].tolist() for name, array in (one.arrays | two.arrays).items()},
    }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, object]]:
    """Histories and weights of the same training on one and on two devices, from a process that has two."""
    here = Path(__file__).parent
    run = subprocess.run(
        [sys.executable, "-c", TRAIN, str(here), str(here.parent)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    content: dict[str, dict[str, object]] = json.loads(run.stdout.splitlines()[-1])
    return content


@pytest.mark.parametrize("model", ["m1", "m2"])
def test_two_devices_have_the_loss_curve_of_one(found: dict[str, dict[str, object]], model: str) -> None:
    """Epoch by epoch, and it is a curve: training got somewhere."""
    one, two = found["0"][model], found["2"][model]
    np.testing.assert_allclose(two, one, rtol=1e-4)
    assert one[-1] > one[0]


def test_two_devices_end_with_the_weights_of_one(found: dict[str, dict[str, object]]) -> None:
    """Every array, to what rounding makes of some dozens of steps of Adam."""
    one, two = found["0"]["weights"], found["2"]["weights"]
    for name, array in one.items():
        np.testing.assert_allclose(two[name], array, atol=2e-3, err_msg=name)
