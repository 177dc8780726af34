"""Spectra that do not fit in memory: read row by row, and trained on as if they were in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.sampling import training_set as dataset
from semispectral.sampling.training_set import read_bands, training_set
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.shards import write_shard
from semispectral.storage.disk_rows import StoredRows, free_memory, store

BANDS, PER_SCENE = 6, 40
SCALER = fit_scaler(np.eye(BANDS, dtype=np.float32), method="none")


def _pixels(scene: str) -> Pixels:
    number = np.arange(PER_SCENE)
    table = pd.DataFrame({
        "scene": scene, "hole": "H", "line": number, "sample": 0, "code": number % 3,
        "label": np.where(number % 4, -1, number % 3).astype(np.int16), "part": np.where(number % 5, "train", "valid"),
    })  # fmt: skip
    x = np.random.default_rng(len(scene)).random((PER_SCENE, BANDS)).astype(np.float32)
    return Pixels(x, table)


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{scene}.parquet" for scene in ("a", "bb", "ccc")]
    for path in paths:
        write_shard(path, _pixels(path.stem))
    return paths


@pytest.fixture
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "fits", lambda needed: False)


def test_stored_rows_are_the_rows(tmp_path: Path) -> None:
    """By slice, by index, and after a mask; nothing of the file has a name."""
    parts = [np.random.default_rng(n).random((n, 4)).astype(np.float32) for n in (3, 0, 5)]
    whole, rows = np.concatenate(parts), store(parts, tmp_path / "scratch")
    assert (len(rows), rows.shape, rows.dtype) == (8, (8, 4), np.float32)
    np.testing.assert_array_equal(rows[:], whole)
    np.testing.assert_array_equal(rows[np.array([6, 1, 1])], whole[[6, 1, 1]])
    keep = np.arange(8) % 2 == 1
    np.testing.assert_array_equal(rows.where(keep).where(np.array([0, 1, 1, 0], bool))[:], whole[[3, 5]])
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.usefixtures("no_memory")
def test_bands_that_do_not_fit_are_the_same_bands(shards: list[Path], tmp_path: Path) -> None:
    """Spectra, tables and parts equal those read to memory; latents have no such way and need none."""
    stored = read_bands(shards, SCALER, scratch=tmp_path)
    resident = read_bands(shards, SCALER)
    assert isinstance(stored.mean, StoredRows)
    assert isinstance(resident.mean, np.ndarray)
    np.testing.assert_array_equal(stored.mean[:], resident.mean)
    pd.testing.assert_frame_equal(stored.table, resident.table)
    train = (stored.table["part"] == "train").to_numpy()
    np.testing.assert_array_equal(stored.where(train).mean[:], resident.where(train).mean)


@pytest.mark.usefixtures("no_memory")
def test_only_unlabelled_pixels_stay_on_disk(shards: list[Path], tmp_path: Path) -> None:
    """A labels of a run is small: its spectra are read."""
    stored = read_bands(shards, SCALER, scratch=tmp_path)
    labelled = stored.table[(stored.table["label"] >= 0) & (stored.table["part"] == "train")]
    part = np.where(np.arange(len(labelled)) % 2, "train", "valid")
    labels_per_class = labelled[["scene", "line", "sample", "label"]].assign(seed=1, per_class="5", part=part)
    data = training_set(stored, labels_per_class, per_class="5", seed=1)
    assert isinstance(data.unlabelled.mean, StoredRows)
    assert isinstance(data.labelled.mean, np.ndarray)
    assert len(data.with_valid_labels().labelled) == len(labelled)


def test_memory_left_is_what_a_limit_leaves() -> None:
    """A limit on the process counts, not only the machine's memory."""
    program = (
        "import resource; from semispectral.storage.disk_rows import free_memory\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2_000_000_000, resource.RLIM_INFINITY))\n"
        "print(free_memory())"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert 0 < float(found.stdout) < min(2e9, free_memory())


TRAIN = """
import resource, sys
from pathlib import Path
import numpy as np
from semispectral.sampling import training_set as dataset
from semispectral.training.run import Run, use_threads
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.spectra.scaling import fit_scaler
from semispectral.training.train_m1 import train_m1
import tensorflow as tf

tf.config.run_functions_eagerly(True)  # without XLA, which compiles for longer than it trains
use_threads(1)
net, fit = NetConfig(hidden=(8,), activation="tanh"), FitConfig(batch=64, epochs=1, most_steps=20, evaluate_every=1)
settings = M1Config(latents=2, net=net, fit=fit, dead_std=0.0)
scaler = fit_scaler(np.eye(256, dtype=np.float32), method="none")
warm = np.random.default_rng(1).random((64, 256)).astype(np.float32)
train_m1(warm, warm, settings=settings, run=Run(1, None))  # what TensorFlow takes for itself
taken = next(int(l.split()[1]) * 1024 for l in Path("/proc/self/status").read_text().splitlines() if "VmData" in l)
resource.setrlimit(resource.RLIMIT_DATA, (taken + int(sys.argv[2]), resource.RLIM_INFINITY))


def train():
    folder = Path(sys.argv[1])
    pixels = dataset.read_bands(sorted(folder.glob("*.parquet")), scaler, scratch=folder)
    x = pixels.where((pixels.table["part"] == "train").to_numpy()).mean
    bound = train_m1(x, warm, settings=settings, run=Run(1, None)).history["bound"].iloc[-1]
    print(type(x).__name__, len(x), np.isfinite(bound))


train()
dataset.fits = lambda needed: True
try:
    train()
except MemoryError:
    print("too much for memory")
"""


@pytest.mark.slow
def test_more_spectra_than_memory_are_trained_on(tmp_path: Path) -> None:
    """250 MB of spectra under a limit of 200 MB: training streams them, and fails where it may not."""
    random = np.random.default_rng(2)
    for scene in ("a", "b", "c", "d", "e"):
        number = np.arange(50_000)
        table = pd.DataFrame({
            "scene": scene, "hole": "H", "line": number, "sample": 0, "code": 0, "label": -1, "part": "train",
        })  # fmt: skip
        x = random.random((len(number), 256), np.float32)
        write_shard(tmp_path / f"{scene}.parquet", Pixels(x, table), compression="none")
    program = [sys.executable, "-c", TRAIN, str(tmp_path), "200000000"]
    run = subprocess.run(program, capture_output=True, text=True, check=False)
    assert run.stdout.splitlines() == ["StoredRows 250000 True", "too much for memory"], run.stderr[-2000:]
