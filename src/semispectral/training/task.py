"""Interfaces between the training loop and models, objectives and data; state of a run."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

Holdings = dict[str, dict[str, tf.Tensor]]


class Model(Protocol):
    """Interface of a model: a tf.Module that names its parameters."""

    @property
    def trainable_variables(self) -> tuple[tf.Variable, ...]:
        """Variables that the gradient changes."""
        ...

    def arrays(self) -> dict[str, tf.Variable]:
        """Return every parameter, by name."""
        ...

    def __hash__(self) -> int:
        """Return a hash of the identity, as tf.Module does."""
        ...


class Objective(Protocol):
    """Interface of an objective: what a step draws and minimises.

    It holds no pixels, and identifies what is compiled.
    """

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the terms of the loss."""
        ...

    def __hash__(self) -> int:
        """Return a hash of the value: equal objectives share what is compiled."""
        ...

    def draw(self, model: Any, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the batch of one step, with its random draws.

        It runs in the graph but outside XLA, whose random numbers are slow on a CPU. Every tensor has its pixels along
        the last axis but one.

        Parameters
        ----------
        model : the model.
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        ...

    def loss(
        self, model: Any, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss and the values of `terms`. XLA compiles it with its gradient and the update.

        Parameters
        ----------
        model : the model.
        batch : tensors of the step, by name.
        weights : weights of the terms, by name.
        """
        ...


class Task(Protocol):
    """Interface between the training loop and a model with its data."""

    steps: int

    @property
    def model(self) -> Model:
        """The model."""
        ...

    @property
    def objective(self) -> Objective:
        """Objective of the training."""
        ...

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        """Return the pixels of every step, int32 [step, ...], by name. The result depends on the epoch alone.

        Parameters
        ----------
        epoch : index of the epoch; the first is 0.
        """
        ...

    def stretch(self, order: dict[str, np.ndarray]) -> int:
        """Return the number of steps to hold at once: all if the pixels are in memory.

        Parameters
        ----------
        order : int32 [step, ...], from `order`.
        """
        ...

    def hold(self, order: dict[str, np.ndarray]) -> tuple[Holdings, dict[str, np.ndarray]]:
        """Return the tensors that hold the pixels of some steps, and the positions of the pixels in them.

        Parameters
        ----------
        order : int32 [step, ...], pixels of some steps, by name.
        """
        ...

    def weights(self, epoch: int) -> dict[str, float]:
        """Return the weights of the terms in an epoch: warm-ups and ramps.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        ...

    def evaluate(self, epoch: int) -> dict[str, float]:
        """Return figures on the validation part; the best weights are those with the highest ``score``.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        ...

    def end_epoch(self, epoch: int) -> None:
        """Update what changes once per epoch, outside the gradient.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        ...


@dataclass
class State:
    """State of a run, apart from its arrays.

    Attributes
    ----------
    epoch : number of epochs that were run.
    rate : initial learning rate, lowered by restarts.
    best : highest score so far.
    best_epoch : epoch of the highest score.
    stale : number of evaluations since then.
    restarts : number of restarts after values that were not finite.
    seconds : training time so far, for the log only: a stored model must not differ from run to run.
    first_seconds : time of the first epoch, which includes compilation.
    history : one row per epoch.
    """

    epoch: int = 0
    rate: float = 0.0
    best: float = -np.inf
    best_epoch: int = 0
    stale: int = 0
    restarts: int = 0
    seconds: float = 0.0  # only for the log: what is kept of a model must not differ from run to run
    first_seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def summary(state: State) -> dict[str, Any]:
    """Return the facts of a training that the description of a model keeps.

    Parameters
    ----------
    state : state at the end of the run.
    """
    return {
        "epochs": int(state.epoch),
        "best_epoch": int(state.best_epoch),
        "best_score": float(state.best),
        "restarts": int(state.restarts),
    }
