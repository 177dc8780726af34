"""The estimators beside the stages of the workflow, on the same pixels."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from semispectral.errors import ConfigError, DataError
from semispectral.estimators import StackedVAE
from semispectral.inference.m2_inference import M2Inference
from semispectral.noise.covariance import estimate_noise
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.shards import read_latents, read_shard, write_shard
from semispectral.spectra.stage_encode import run_encode
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import write_table
from semispectral.storage.seal import write_json
from semispectral.study.config import complete, read_schema
from semispectral.training import devices
from semispectral.training.stages.stage_train_m1 import run_train_m1
from semispectral.training.stages.stage_train_m2 import run_train_m2
from semispectral.workflow.rerun import stage_cfg
from tiny_models import NAMES, tiny_pixels

NET: dict[str, Any] = {"hidden": [4]}
FIT: dict[str, Any] = {"epochs": 2, "learning_rate": 0.05, "least_steps": 3, "most_steps": 3, "evaluate_every": 2}
M1: dict[str, Any] = {"latents": 3, "net": NET, "kl_warm_up": 1, "dead_std": 0.0, "fit": FIT}
M2: dict[str, Any] = {
    "latents": 2,
    "net": NET,
    "kl_warm_up": 1,
    "supervised_epochs": 0,
    "ramp": 1,
    "fit": FIT,
}
CONFIG = complete({"m1": M1, "m2": M2}, read_schema(Path(__file__).parents[2] / "config/config.schema.yaml"))
RUN: dict[str, Any] = {"threads": 1, "gpus": 0, "code": "as it is"}


@pytest.fixture(autouse=True)
def _in_a_process_that_has_begun(monkeypatch: pytest.MonkeyPatch, eager: None) -> None:
    """Threads are set before the first tensor is made; three steps are not worth a compilation."""
    monkeypatch.setattr(devices, "use_threads", lambda threads: None)


def write_one_shard(directory: Path) -> Pixels:
    """Write the pixels of one scene, all of the train part, with their labels and classes."""
    whole = tiny_pixels(seed=3, count=120)
    table = whole.table.assign(part="train", row=np.arange(len(whole.table)))
    pixels = Pixels(whole.x.astype(np.float32), table, whole.wavelengths_nm)
    write_shard(directory / "A.parquet", pixels)
    write_table(directory / "pixels.parquet", table)
    labelled = table[table["label"] >= 0]
    write_table(directory / "labels.parquet", labelled.assign(seed=0, per_class="20")[[*KEY, "label", "part"]])
    write_json(directory / "classes.json", NAMES.to_dict())
    return pixels


KEY = ["seed", "per_class", "scene", "line", "sample"]


@pytest.mark.slow
@pytest.mark.parametrize("noise_scores", [False, True])
def test_the_estimator_predicts_what_the_workflow_predicts(tmp_path: Path, noise_scores: bool) -> None:
    """`StackedVAE` on one shard has the probabilities of scale, train_m1, encode and train_m2 on the same shard."""
    pixels = write_one_shard(tmp_path)
    label = pixels.table["label"].to_numpy()
    ours = StackedVAE(valid_share=0, noise_scores=noise_scores, random_state=5, m1_settings=M1, m2_settings=M2).fit(
        pixels.x, label, places=pixels.table
    )

    labels = pd.read_parquet(tmp_path / "labels.parquet").assign(seed=ours.seed_)
    write_table(tmp_path / "labels.parquet", labels)
    save_model(tmp_path / "scaler", *fit_scaler(read_shard(tmp_path / "A.parquet").x, method="views").to_saved())
    places: dict[str, Any] = {"scaler_directory": tmp_path / "scaler"}
    run = {"results": tmp_path, "seed": ours.seed_, **RUN}
    shards = [tmp_path / "A.parquet"]
    run_train_m1(tmp_path / "m1", samples=shards, cfg=stage_cfg(CONFIG, "m1"), **places, **run)
    latents = tmp_path / "latents/A.parquet"
    latents.parent.mkdir()
    noise = estimate_noise(pixels)
    assert noise.source == "neighbours"
    save_model(tmp_path / "mnf", *fit_scaler(pixels.x, method="mnf", noise=noise.covariance).to_saved())
    scores = [tmp_path / "mnf"] if noise_scores else []
    models = {"m1_directory": tmp_path / "m1", "scores_directories": scores, **places}
    run_encode([latents], shards=shards, cfg=json.dumps({"scenes": {}}), **models)
    run_train_m2(
        tmp_path / "m2",
        feature_files=[latents],
        pixels_file=tmp_path / "pixels.parquet",
        labels_file=tmp_path / "labels.parquet",
        classes_file=tmp_path / "classes.json",
        m1_directories=[tmp_path / "m1"],
        intervals_files=[],
        shares_files=[],
        features="latents_mnf" if noise_scores else "latents",
        per_class="20",
        cfg=stage_cfg(CONFIG, "m2"),
        **places,
        **run,
    )
    theirs = M2Inference(*load_model(tmp_path / "m2")).predict_proba(read_latents(latents).mean)
    assert_allclose(ours.predict_proba(pixels.x), theirs, rtol=1e-4, atol=1e-6)
    assert theirs.std(axis=0).min() > 1e-3  # the pixels are told apart: equal shares would agree by chance
    ours.save(tmp_path / "saved")
    again = StackedVAE.load(tmp_path / "saved")
    np.testing.assert_array_equal(again.predict_proba(pixels.x), ours.predict_proba(pixels.x))
    assert again.sample(2, random_state=1)[0].shape == (2, pixels.x.shape[1])
    assert np.isfinite(again.score_samples(pixels.x)).all()


def test_places_are_one_for_each_row() -> None:
    """Too few, or lines without samples, are refused in words; noise scores go with no joint training."""
    pixels = tiny_pixels(seed=3, count=30)
    label = pixels.table["label"].to_numpy()
    model = StackedVAE(noise_scores=True, random_state=5, m1_settings=M1, m2_settings=M2)
    for places in (np.zeros((29, 2), int), np.zeros((30, 1), int), pixels.table.drop(columns="sample")):
        with pytest.raises(DataError, match="a line and a sample for each of the 30 rows"):
            model.fit(pixels.x, label, places=places)
    with pytest.raises(ConfigError, match="noise_scores=False"):
        model.set_params(joint_epochs=2, normalise="standardise").fit(pixels.x, label)
