"""The one training loop: an epoch in one graph, a step in one XLA program, and a run that can be killed at any moment.

Every draw is a function of (seed, epoch, step), so that a run that is resumed from its last checkpoint gives the same
weights, bit for bit, as one that was never stopped.
"""

import logging
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import tensorflow as tf

from semispectral.errors import DivergedError
from semispectral.models.checkpoint import Checkpoint
from semispectral.models.optimisers import Optimiser
from semispectral.models.settings import FitConfig
from semispectral.models.task import State, Task

log = logging.getLogger(__name__)

MOST_RESTARTS = 5
RATE_AFTER_RESTART = 0.3


class Fit:
    """One training run.

    Parameters
    ----------
    seed : of every draw.
    checkpoint : where the state is kept between evaluations.
    on_evaluation : called after every evaluation with the epoch, for pictures as training goes.
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
        trainable = {id(v) for v in task.model.trainable_variables}
        self.variables = {name: v for name, v in task.model.arrays().items() if id(v) in trainable}
        self.optimiser = Optimiser(settings.optimiser, self.variables)
        self.best = self._arrays()
        self.state = State(rate=settings.learning_rate)
        self._epoch = tf.function(self._run_epoch)
        self._step = tf.function(self._run_step, jit_compile=True)

    def run(self) -> pd.DataFrame:
        """Train; the model ends with its best weights. Returns one row per epoch."""
        with self.checkpoint.held():
            self._resume()
            while self.state.epoch < self.settings.epochs and self.state.stale < self.settings.patience:
                self._one_epoch()
        self._assign(self.best)
        log.info("kept the weights of epoch %d of %d", self.state.best_epoch, self.state.epoch)
        return pd.DataFrame(self.state.history)

    def _one_epoch(self) -> None:
        started = time.perf_counter()
        epoch = self.state.epoch
        order = {name: tf.constant(index) for name, index in self.task.order(epoch).items()}
        weights = {name: tf.constant(value, tf.float32) for name, value in self.task.weights(epoch).items()}
        seed = tf.constant([self.seed, epoch * self.task.steps], tf.int32)
        rate = self.state.rate * self.settings.rate_share(epoch)
        values = self._epoch(order, weights, tf.constant(rate, tf.float32), seed).numpy()
        if not np.all(np.isfinite(values)):
            self._restart(epoch)
            return
        self.task.end_epoch(epoch)
        row = {"epoch": epoch + 1, "rate": rate, **dict(zip(self.task.terms, values.tolist(), strict=True))}
        self.state.epoch += 1
        due = self.state.epoch % self.settings.evaluate_every == 0 or self.state.epoch == self.settings.epochs
        figures = self.task.evaluate(epoch) if due else {}
        self.state.seconds += time.perf_counter() - started
        self.state.history.append({**row, **figures, "seconds": self.state.seconds})
        if due:
            self._judge(figures["score"])
        log.info("%s", self._line())
        if due:
            self._save()
            self.on_evaluation(self.state.epoch)

    def _run_epoch(
        self, order: dict[str, tf.Tensor], weights: dict[str, tf.Tensor], rate: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        total = tf.zeros(len(self.task.terms))
        for i in tf.range(self.task.steps):
            batch = self.task.draw({name: index[i] for name, index in order.items()}, seed + tf.stack([0, i]))
            total += self._step(batch, weights, rate)
        return total / float(self.task.steps)

    def _run_step(self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor], rate: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss, terms = self.task.loss(batch, weights)
        gradients = tape.gradient(loss, list(self.variables.values()), unconnected_gradients="zero")
        gradients, _ = tf.clip_by_global_norm(gradients, self.settings.clip_norm)
        self.optimiser.apply(dict(zip(self.variables, gradients, strict=True)), rate)
        return terms

    def _judge(self, score: float) -> None:
        if score >= self.state.best:
            self.state.best, self.state.best_epoch, self.state.stale = score, self.state.epoch, 0
            self.best = self._arrays()
        else:
            self.state.stale += 1

    def _restart(self, epoch: int) -> None:
        """Go back to the best weights with a lower rate after a step gave a value that is not finite."""
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

    def _line(self) -> str:
        row, state, settings = self.state.history[-1], self.state, self.settings
        left = state.seconds / state.epoch * (settings.epochs - state.epoch)
        shown = {k: v for k, v in row.items() if k not in ("epoch", "seconds", "rate", "score")}
        figures = "  ".join(f"{name} {value:.4g}" for name, value in shown.items())
        return (
            f"epoch {state.epoch}/{settings.epochs}  {state.seconds:.1f} s  {figures}  "
            f"no improvement {state.stale}/{settings.patience}  at most {left:.0f} s left"
        )

    def _arrays(self) -> dict[str, np.ndarray]:
        return {name: variable.numpy() for name, variable in self.task.model.arrays().items()}

    def _assign(self, arrays: dict[str, np.ndarray]) -> None:
        for name, variable in self.task.model.arrays().items():
            variable.assign(arrays[name])

    def _save(self) -> None:
        slots = {f"optimiser/{name}": np.asarray(v) for name, v in self.optimiser.arrays().items()}
        now = {f"now/{name}": array for name, array in self._arrays().items()}
        best = {f"best/{name}": array for name, array in self.best.items()}
        self.checkpoint.save({**now, **best, **slots}, vars(self.state))

    def _resume(self) -> None:
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
