"""The training loop: resuming, stopping, recovering."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from conftest import blob_data

from semispectral.errors import DivergedError
from semispectral.models.checkpoint import BusyError, Checkpoint
from semispectral.models.fit import Fit
from semispectral.models.run import Run
from semispectral.models.settings import FitConfig, NetConfig
from semispectral.models.settings_m2 import M2Config
from semispectral.models.train_m2 import train_m2

SETTINGS = M2Config(
    latents=2,
    net=NetConfig(hidden=(8,)),
    fit=FitConfig(least_steps=1, epochs=9, batch=32, evaluate_every=2, patience=100),
)


class Killed(BaseException):
    """Stands for a kill at an evaluation."""


def test_a_killed_run_ends_with_the_same_weights_bit_for_bit(run: Run, tmp_path: Path) -> None:
    """Killed after every checkpoint in turn, and resumed, training gives the weights of an unbroken run."""
    data, _, _ = blob_data(labelled=6, unlabelled=40)
    whole = train_m2(data, settings=SETTINGS, run=run, classes=4)

    def kill(arrays: dict[str, np.ndarray], description: dict[str, Any], epoch: int) -> None:
        raise Killed

    broken = Run(seed=3, checkpoints=tmp_path / "killed", picture=kill)
    kills = 0
    while True:
        try:
            resumed = train_m2(data, settings=SETTINGS, run=broken, classes=4)
            break
        except Killed:
            kills += 1
    assert kills == 2 * 5  # the run that holds the validation labels out, and the one that does not
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
        self.scores, self.broken = scores, broken

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        return {"pixel": np.zeros((2, 1), np.int32)}

    def draw(self, order: dict[str, tf.Tensor], seed: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"pixel": order["pixel"]}

    def loss(self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        loss = tf.reduce_sum((self.model.w - 3.0) ** 2) * weights["scale"]
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
    with Checkpoint(tmp_path).held(), pytest.raises(BusyError, match="another process"), Checkpoint(tmp_path).held():
        pass


def test_a_damaged_checkpoint_is_left_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is named in a warning, and training starts from the beginning."""
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save({"w": np.zeros(3, np.float32)}, {"epoch": 1})
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    assert checkpoint.load() is None
    assert "starts from the beginning" in caplog.text
