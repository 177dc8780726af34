"""The training loop: epochs, evaluations, recovery, and resuming after an interruption.

Every draw is a function of (seed, epoch, step), so a run that resumes from its last checkpoint gives the same weights,
bit for bit, as an uninterrupted run.
"""

import logging
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import tensorflow as tf

from semispectral.errors import DivergedError
from semispectral.models.fit_settings import FitConfig
from semispectral.training.checkpoint import Checkpoint
from semispectral.training.compiled import programme_of
from semispectral.training.task import State, Task
from semispectral.workflow.units import clock

log = logging.getLogger(__name__)

SAY_EVERY_S = 5.0
MOST_RESTARTS = 5
RATE_AFTER_RESTART = 0.3


class Fit:
    """One training run.

    Parameters
    ----------
    task : model and data.
    settings : settings of the training loop.
    seed : seed of every draw.
    checkpoint : storage of the state between evaluations.
    on_evaluation : function of the epoch, called after every evaluation: it draws pictures of the training.
    """

    def __init__(
        self,
        task: Task,
        settings: FitConfig,
        *,
        seed: int,
        checkpoint: Checkpoint,
        on_evaluation: Callable[[int], None] = lambda epoch: None,
    ) -> None:
        self.task, self.settings, self.seed, self.checkpoint = task, settings, seed, checkpoint
        self.on_evaluation = on_evaluation
        self.programme = programme_of(task.model, task.objective, settings.optimiser, settings.clip_norm)
        self.optimiser = self.programme.optimiser
        self.optimiser.reset()
        self.best = self._arrays()
        self.state = State(rate=settings.learning_rate)
        self.said = 0.0
        if settings.precision == "bfloat16" and not tf.config.list_physical_devices("GPU"):
            log.warning(
                "fit.precision is bfloat16, and there is no GPU: XLA makes no use of a processor's instructions for "
                "it, so that steps take as long as in float32 or longer; set float32"
            )

    def run(self) -> pd.DataFrame:
        """Train the model and give it its best weights.

        Returns
        -------
        DataFrame, one row per epoch.

        Raises
        ------
        DivergedError : the loss became NaN or infinite too often.
        """
        with self.checkpoint.held():
            self._resume()
            while self.state.epoch < self.settings.epochs and self.state.stale < self.settings.patience:
                self._one_epoch()
        self._assign(self.best)
        state = self.state
        log.info("kept the weights of epoch %d of %d, after %s", state.best_epoch, state.epoch, clock(state.seconds))
        return pd.DataFrame(self.state.history)

    def _one_epoch(self) -> None:
        """Run one epoch, evaluate if it is due, and store the state."""
        started = time.perf_counter()
        epoch = self.state.epoch
        weights = {name: tf.constant(value, tf.float32) for name, value in self.task.weights(epoch).items()}
        rate = self.state.rate * self.settings.rate_share(epoch)
        values = self._all_steps(epoch, weights, tf.constant(rate, tf.float32)) / float(self.task.steps)
        if not np.all(np.isfinite(values)):
            self._restart(epoch)
            return
        self.task.end_epoch(epoch)
        row = {"epoch": epoch + 1, "rate": rate, **dict(zip(self.task.objective.terms, values.tolist(), strict=True))}
        self.state.epoch += 1
        due = self.state.epoch % self.settings.evaluate_every == 0 or self.state.epoch == self.settings.epochs
        figures = self.task.evaluate(epoch) if due else {}
        self.state.seconds += time.perf_counter() - started
        self.state.first_seconds = self.state.first_seconds or self.state.seconds
        self.state.history.append({**row, **figures})
        if due:
            self._judge(figures["score"])
        log.log(self._loudness(due), "%s", self._line())
        if due:
            self._save()
            self.on_evaluation(self.state.epoch)

    def _all_steps(self, epoch: int, weights: dict[str, tf.Tensor], rate: tf.Tensor) -> np.ndarray:
        """Run every step of an epoch, some at a time, and return the sums of the terms."""
        whole, total = self.task.order(epoch), tf.zeros(len(self.task.objective.terms))
        stretch = self.task.stretch(whole)
        for first in range(0, self.task.steps, stretch):
            held, places = self.task.hold({name: index[first : first + stretch] for name, index in whole.items()})
            order = {name: tf.constant(index) for name, index in places.items()}
            seed = tf.constant([self.seed, epoch * self.task.steps + first], tf.int32)
            total = self.programme.stretch(held, order, weights, rate, seed, total)
        return np.asarray(total)

    def _judge(self, score: float) -> None:
        """Keep the weights if the score is the best so far."""
        if score >= self.state.best:
            self.state.best, self.state.best_epoch, self.state.stale = score, self.state.epoch, 0
            self.best = self._arrays()
        else:
            self.state.stale += 1

    def _restart(self, epoch: int) -> None:
        """Restore the best weights and lower the learning rate, after a value that was not finite."""
        self.state.restarts += 1
        if self.state.restarts > MOST_RESTARTS:
            raise DivergedError(
                f"training gave non-finite values {self.state.restarts} times, last in epoch {epoch + 1} at learning "
                f"rate {self.state.rate:g}; lower learning_rate or clip_norm, or look for bad pixels in the census"
            )
        self.state.rate *= RATE_AFTER_RESTART
        log.warning(
            "epoch %d gave non-finite values: back to the weights of epoch %d, learning rate now %g",
            epoch + 1,
            self.state.best_epoch,
            self.state.rate,
        )
        self._assign(self.best)
        self.optimiser.reset()

    def _loudness(self, due: bool) -> int:
        """Return the log level of an epoch: every epoch goes to the log file, one every few seconds to the terminal."""
        now = time.monotonic()
        if not due and self.state.epoch > 1 and now - self.said < SAY_EVERY_S:
            return logging.DEBUG
        self.said = now
        return logging.INFO

    def _left(self) -> float:
        """Estimate the remaining seconds, without early stopping.

        The first epoch is left out, since it includes compilation.
        """
        epoch = self.state.epoch
        begun = self.state.first_seconds if epoch > 1 else 0.0
        return (self.state.seconds - begun) / max(epoch - 1, 1) * (self.settings.epochs - epoch)

    def _line(self) -> str:
        """Describe the last epoch in one line for the log."""
        row, state, settings = self.state.history[-1], self.state, self.settings
        shown = {k: v for k, v in row.items() if k not in ("epoch", "rate", "score")}
        figures = "  ".join(f"{name} {value:.4g}" for name, value in shown.items())
        return (
            f"epoch {state.epoch}/{settings.epochs}  at most {clock(self._left())} left  {figures}  "
            f"no improvement {state.stale}/{settings.patience}  {clock(state.seconds)} so far"
        )

    def _arrays(self) -> dict[str, np.ndarray]:
        """Return copies of all parameters, by name."""
        return {name: variable.numpy() for name, variable in self.task.model.arrays().items()}

    def _assign(self, arrays: dict[str, np.ndarray]) -> None:
        """Set all parameters."""
        for name, variable in self.task.model.arrays().items():
            variable.assign(arrays[name])

    def _save(self) -> None:
        """Store weights, best weights, optimiser and state."""
        slots = {f"optimiser/{name}": np.asarray(v.numpy()) for name, v in self.optimiser.arrays().items()}
        now = {f"now/{name}": array for name, array in self._arrays().items()}
        best = {f"best/{name}": array for name, array in self.best.items()}
        self.checkpoint.save({**now, **best, **slots}, vars(self.state))

    def _resume(self) -> None:
        """Restore the last checkpoint, if there is one."""
        found = self.checkpoint.load()
        if found is None:
            return
        arrays, state = found
        self.state = State(**state)
        self._assign({name[4:]: array for name, array in arrays.items() if name.startswith("now/")})
        self.best = {name[5:]: array for name, array in arrays.items() if name.startswith("best/")}
        for name, variable in self.optimiser.arrays().items():
            variable.assign(arrays[f"optimiser/{name}"])
        log.info("resumed after epoch %d from %s", self.state.epoch, self.checkpoint.directory)
