"""An SDGM is trained, saved and used as M2 is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_refit import SETTINGS

from semispectral.inference.m2_inference import M2Inference
from semispectral.storage.model_files import load_model, save_model
from semispectral.training.run import Run
from semispectral.training.train_m2 import train_m2
from tiny_training import blob_data

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncompiled")]


def test_an_sdgm_learns_from_few_labels_and_comes_back_from_disk(run: Run, tmp_path: Path) -> None:
    """Its bound rises, the blobs are told apart, and the saved model predicts the same."""
    data, x, truth = blob_data(labelled=4, unlabelled=60)
    trained = train_m2(data, settings=replace(SETTINGS, auxiliary=2), run=run, classes=4)
    bound = trained.history["unlabelled_bound"].to_numpy()
    assert bound[-1] > bound[0]
    assert {"q_a_mean/bias", "p_a_mean/bias"} <= set(trained.arrays)
    model = M2Inference(trained.arrays, trained.description)
    probability = model.predict_proba(x)
    assert np.mean(probability.argmax(1) == truth) > 0.9
    assert model.score_samples(x + 30.0, seed=1, draws=2).max() < np.median(model.score_samples(x, seed=1, draws=2))
    save_model(tmp_path / "m2", trained.arrays, trained.description)
    np.testing.assert_array_equal(M2Inference(*load_model(tmp_path / "m2")).predict_proba(x), probability)
