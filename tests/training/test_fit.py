"""The training loop: resuming, stopping, recovering."""

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from semispectral.errors import DivergedError
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m2 import M2Config
from semispectral.training.checkpoint import BusyError, Checkpoint
from semispectral.training.fit import Fit
from semispectral.training.run import Run
from semispectral.training.task import Holdings
from semispectral.training.train_m2 import train_m2
from tiny_training import blob_data

pytestmark = pytest.mark.slow

SETTINGS = M2Config(
    latents=2,
    net=NetConfig(hidden=(8,)),
    fit=FitConfig(least_steps=1, epochs=9, batch=32, evaluate_every=2, patience=100),
)


class Killed(BaseException):
    """Stands for a kill at an evaluation."""


@pytest.mark.usefixtures("uncompiled")  # test_killed.py kills compiled trainings
def test_a_killed_run_ends_with_the_same_weights_bit_for_bit(run: Run, tmp_path: Path) -> None:
    """Killed after every checkpoint in turn, and resumed, training gives the weights of an unbroken run."""
    data, _, _ = blob_data(labelled=6, unlabelled=40)
    settings = replace(SETTINGS, fit=replace(SETTINGS.fit, evaluate_every=5))
    whole = train_m2(data, settings=settings, run=run, classes=4)

    def kill(arrays: dict[str, np.ndarray], description: dict[str, Any], epoch: int) -> None:
        raise Killed

    broken = Run(seed=3, checkpoints=tmp_path / "killed", picture=kill)
    kills = 0
    while True:
        try:
            resumed = train_m2(data, settings=settings, run=broken, classes=4)
            break
        except Killed:
            kills += 1
    assert kills == 2 * 2  # the run that holds the validation labels out, and the one that does not
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(array, resumed.arrays[name])
    assert list(resumed.history["epoch"]) == list(range(1, 10))


def test_changed_settings_start_anew(run: Run) -> None:
    """Another seed, setting, code or input keeps its checkpoint elsewhere."""
    x = np.zeros((2, 3), np.float32)
    directories = {
        run.checkpoint("m2", SETTINGS, [x]).directory,
        run.checkpoint("m2", replace(SETTINGS, alpha=2.0), [x]).directory,
        run.checkpoint("m2", SETTINGS, [x + 1]).directory,
        replace(run, seed=4).checkpoint("m2", SETTINGS, [x]).directory,
        replace(run, code="new").checkpoint("m2", SETTINGS, [x]).directory,
    }
    assert len(directories) == 5


class Parabola:
    """A task of one weight w with loss (w - 3)^2, whose gradient can be made NaN and whose score can be scripted."""

    terms: tuple[str, ...] = ("loss",)
    steps = 2

    def __init__(self, scores: list[float], broken: int = 0) -> None:
        self.model = tf.Module()
        self.model.w = tf.Variable([0.0])
        self.model.arrays = lambda: {"w": self.model.w}
        self.objective = self
        self.scores, self.broken = scores, broken

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        return {"pixel": np.zeros((2, 1), np.int32)}

    def stretch(self, order: dict[str, np.ndarray]) -> int:
        return self.steps

    def hold(self, order: dict[str, np.ndarray]) -> tuple[Holdings, dict[str, np.ndarray]]:
        return {}, order

    def draw(
        self, model: tf.Module, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return {"pixel": order["pixel"][:, tf.newaxis]}

    def loss(
        self, model: tf.Module, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        loss = tf.reduce_sum((model.w - 3.0) ** 2) * weights["scale"]
        return loss, tf.stack([loss])

    def weights(self, epoch: int) -> dict[str, float]:
        self.broken -= 1
        return {"scale": float("nan") if self.broken >= 0 else 1.0}

    def evaluate(self, epoch: int) -> dict[str, float]:
        return {"score": self.scores.pop(0)}

    def end_epoch(self, epoch: int) -> None:
        pass


def _fit(task: Parabola, tmp_path: Path, **changes: Any) -> Fit:
    settings = FitConfig(**{"epochs": 50, "evaluate_every": 1, "patience": 3, **changes})
    return Fit(task, settings, seed=1, checkpoint=Checkpoint(tmp_path))


def test_training_stops_after_evaluations_without_improvement(tmp_path: Path) -> None:
    """Three evaluations below the best end it, and the best weights are kept."""
    task = Parabola([1.0, 5.0, 2.0, 3.0, 4.0, 9.0])
    fit = _fit(task, tmp_path)
    history = fit.run()
    assert len(history) == 5
    assert fit.state.best_epoch == 2
    np.testing.assert_array_equal(task.model.w, fit.best["w"])


def test_epochs_are_told_with_the_time_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each epoch is a line for the log file; the terminal gets the first, those that were evaluated, and no others."""
    with caplog.at_level("DEBUG"):
        _fit(Parabola([1.0, 2.0, 3.0]), tmp_path, epochs=6, evaluate_every=3).run()
    lines = [record for record in caplog.records if record.getMessage().startswith("epoch ")]
    assert [record.getMessage().split("  ")[0] for record in lines] == [f"epoch {epoch}/6" for epoch in range(1, 7)]
    assert [record.levelname for record in lines] == ["INFO", "DEBUG", "INFO", "DEBUG", "DEBUG", "INFO"]
    assert all(re.search(r"  at most \d.* left  loss ", record.getMessage()) for record in lines)


def test_the_time_left_does_not_count_the_compilation(tmp_path: Path) -> None:
    """After a first epoch of 100 s and a second of 2 s, eight more take 16 s."""
    fit = _fit(Parabola([]), tmp_path, epochs=10)
    fit.state.epoch, fit.state.seconds, fit.state.first_seconds = 2, 102.0, 100.0
    assert fit._left() == pytest.approx(16.0)


def test_non_finite_values_lower_the_rate_and_training_goes_on(tmp_path: Path) -> None:
    """Two broken epochs cost two restarts at lower rates, not the run."""
    fit = _fit(Parabola([float(i) for i in range(60)], broken=2), tmp_path, epochs=4)
    history = fit.run()
    assert fit.state.restarts == 2
    assert np.isfinite(history["loss"]).all()
    assert fit.state.rate == pytest.approx(1e-3 * 0.09)


def test_a_run_that_stays_non_finite_is_given_up_in_words(tmp_path: Path) -> None:
    """It ends with an error that says what to lower."""
    with pytest.raises(DivergedError, match="lower learning_rate"):
        _fit(Parabola([], broken=1000), tmp_path).run()


def test_two_processes_cannot_train_the_same_model(tmp_path: Path) -> None:
    """The second to hold a checkpoint directory is refused."""
    words = rf"process {os.getpid()} on .* is training this very model; wait until it has ended, or stop it"
    with Checkpoint(tmp_path).held(), pytest.raises(BusyError, match=words), Checkpoint(tmp_path).held():
        pass


def test_a_run_of_the_workflow_waits_for_one_that_was_left_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It says for whom, and goes on when that process is gone, however it went."""
    code = "import sys, time; from pathlib import Path; from semispectral.training.checkpoint import Checkpoint\n"
    code += "with Checkpoint(Path(sys.argv[1])).held(): print('held', flush=True); time.sleep(600)"
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    threading.Timer(0.5, other.kill).start()
    with Checkpoint(tmp_path, wait=True).held():
        assert other.wait() == -signal.SIGKILL
    other.stdout.close()
    assert f"process {other.pid} on " in caplog.text
    assert "waiting for it" in caplog.text


def test_a_flipped_bit_of_a_checkpoint_is_seen(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Training does not go on from weights that are not those that were saved."""
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save({"w": np.arange(30, dtype=np.float32)}, {"epoch": 1})
    path = tmp_path / "state.safetensors"
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    assert checkpoint.load() is None
    assert "its checksum is another" in caplog.text


def test_a_damaged_checkpoint_is_left_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is named in a warning, and training starts from the beginning."""
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save({"w": np.zeros(3, np.float32)}, {"epoch": 1})
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    assert checkpoint.load() is None
    assert "starts from the beginning" in caplog.text
