"""Training on spectra that stay on disk gives the weights of training in memory, bit for bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_refit import SETTINGS

from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.sampling.training_set import TrainingSet
from semispectral.storage.disk_rows import store
from semispectral.training import batches
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2
from tiny_training import blob_data

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncompiled")]


@pytest.fixture(autouse=True)
def three_steps_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an epoch has several stretches, the last one shorter."""
    monkeypatch.setattr(batches, "STREAMED_BYTES", 3 * 64 * 6 * 4)


def test_m1_streams(run: Run, tmp_path: Path) -> None:
    """Weights, history and description are those of training in memory."""
    x = blob_data(labelled=0, unlabelled=120)[0].unlabelled.mean
    net, fit = NetConfig(hidden=(8,), activation="tanh"), FitConfig(batch=64, epochs=4, least_steps=7, evaluate_every=2)
    settings = M1Config(latents=2, net=net, fit=fit, dead_std=0.0)
    resident = train_m1(x, x[:50], settings=settings, run=replace(run, checkpoints=None))
    streamed = train_m1(store([x[:200], x[200:]], tmp_path), x[:50], settings=settings, run=run)
    for name, array in resident.arrays.items():
        np.testing.assert_array_equal(streamed.arrays[name], array)
    pd.testing.assert_frame_equal(streamed.history, resident.history, check_exact=True)
    assert streamed.description == resident.description
    assert run.checkpoint("m1", settings, [x, x[:50]]) == run.checkpoint("m1", settings, [store([x], tmp_path), x[:50]])


def test_m2_streams_its_unlabelled_pixels(run: Run, tmp_path: Path) -> None:
    """M2 on bands, with the prior estimated and the label shift: the same weights."""
    data, _, _ = blob_data(labelled=4, unlabelled=120)
    settings = replace(SETTINGS, prior="estimated")
    resident = train_m2(data, settings=settings, run=replace(run, checkpoints=None), classes=4)
    unlabelled = replace(data.unlabelled, mean=store([data.unlabelled.mean], tmp_path))
    on_disk = TrainingSet(data.labelled, unlabelled, data.valid)
    streamed = train_m2(on_disk, settings=settings, run=replace(run, checkpoints=None), classes=4)
    for name, array in resident.arrays.items():
        np.testing.assert_array_equal(streamed.arrays[name], array)
