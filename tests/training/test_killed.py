"""Training that is killed (-9) and started again gives the weights of one that never was.

A few kills of each kind are here; `python measurements/soundness/soundness.py --what kills` kills many more.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from semispectral.storage.model_files import load_model

pytestmark = pytest.mark.slow

START = 0  # while it starts: TensorFlow compiles, or the checkpoint is read
KILLS = {"m1": (3, START, 4), "m2": (5, START)}  # so many epochs after each start


class Trainer:
    """A process that forks trainings; see trainer.py."""

    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)  # the helpers of the tests, as pytest finds them
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("trainer.py"))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, line: str) -> int:
        """Send a line; the answer is a number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(self, kind: str, folder: Path) -> int:
        """Start a training; its process number."""
        return self.ask(json.dumps({"kind": kind, "folder": str(folder)}))

    def status(self) -> int:
        """Exit status of the training, once it has ended; -9 where it was killed."""
        return self.ask("")


def epoch_of(folder: Path) -> int:
    """The last epoch that a training has said."""
    text = (folder / "epoch").read_text() if (folder / "epoch").exists() else ""
    return int(text or 0)


def is_running(pid: int) -> bool:
    """Whether a process has not ended yet; one that nobody has asked for its status is a zombie."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def kill(trainer: Trainer, kind: str, folder: Path, epochs: int, random: np.random.Generator) -> bool:
    """Start a training and kill it so many epochs on, at any moment of an epoch; whether it lived so long."""
    pid, before = trainer.start(kind, folder), epoch_of(folder)
    while epochs and epoch_of(folder) < before + epochs and not (folder / "model").exists() and is_running(pid):
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.05 if epochs else 1))
    os.kill(pid, signal.SIGKILL)
    return trainer.status() == -signal.SIGKILL


def torment(trainer: Trainer, kind: str, folder: Path) -> int:
    """Train one model to its end through the kills, and then another without any; how many kills hit."""
    random = np.random.default_rng([2017, len(kind), len(KILLS[kind])])
    for name in ("broken", "whole"):
        (folder / name).mkdir(parents=True)
    kills = sum(kill(trainer, kind, folder / "broken", epochs, random) for epochs in KILLS[kind])
    for name in ("broken", "whole"):
        trainer.start(kind, folder / name)
        assert trainer.status() == 0
    return kills


def resumed(folder: Path) -> list[int]:
    """The epochs after which a training went on."""
    lines = (folder / "log").read_text().splitlines()
    return [int(line.partition("resumed after epoch ")[2].split()[0]) for line in lines if "resumed after" in line]


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    """The process that forks trainings."""
    trainer = Trainer()
    yield trainer
    trainer.process.communicate()


@pytest.mark.parametrize("kind", KILLS)
def test_killed_at_any_moment_the_weights_are_the_same_bit_for_bit(kind: str, trainer: Trainer, tmp_path: Path) -> None:
    """However often it was killed: it goes on from its last checkpoint, and leaves nothing behind."""
    assert torment(trainer, kind, tmp_path) == len(KILLS[kind])
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    for name, array in load_model(whole / "model")[0].items():
        np.testing.assert_array_equal(array, load_model(broken / "model")[0][name])
    assert (whole / "model/weights.safetensors").read_bytes() == (broken / "model/weights.safetensors").read_bytes()
    assert resumed(broken) == sorted(resumed(broken))
    assert max(resumed(broken)) >= max(KILLS[kind])
    assert resumed(whole) == []
    left = {path.name for path in broken.rglob("*") if path.is_file()}
    own = {"lock", "state.safetensors", "weights.safetensors", "model.json", "history.parquet"}
    assert left == {"log", "epoch", *own}
