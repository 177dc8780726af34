"""What the training loop needs to know of a model and its data, and where a run stands."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

Holdings = dict[str, dict[str, tf.Tensor]]


class Model(Protocol):
    """What is trained: a tf.Module that names its parameters."""

    @property
    def trainable_variables(self) -> tuple[tf.Variable, ...]:
        """Those that the gradient moves."""
        ...

    def arrays(self) -> dict[str, tf.Variable]:
        """Every parameter by name."""
        ...

    def __hash__(self) -> int:
        """By identity, as a tf.Module has it."""
        ...


class Objective(Protocol):
    """What a step draws and what it makes small: a value that holds no pixels, and says what a compiled step is for."""

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of what the loss is made of."""
        ...

    def __hash__(self) -> int:
        """Equal objectives share what is compiled."""
        ...

    def draw(self, model: Any, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """The batch of one step, with its random draws: in the graph, but outside XLA, whose own are slow on a CPU.

        Every tensor has its pixels along the last axis but one.
        """
        ...

    def loss(
        self, model: Any, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss, and the values of `terms`: compiled by XLA together with its gradient and the update."""
        ...


class Task(Protocol):
    """What the loop needs to know of a model and its data."""

    steps: int

    @property
    def model(self) -> Model:
        """The model."""
        ...

    @property
    def objective(self) -> Objective:
        """What the model is trained for."""
        ...

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        """Indices of the pixels of every step, int32 [step, ...], by name; a function of the epoch alone."""
        ...

    def stretch(self, order: dict[str, np.ndarray]) -> int:
        """Steps to hold the pixels of at once: all, where they are in memory."""
        ...

    def hold(self, order: dict[str, np.ndarray]) -> tuple[Holdings, dict[str, np.ndarray]]:
        """The tensors that hold the pixels of some steps, and the places of the pixels in them, as `order` has it."""
        ...

    def weights(self, epoch: int) -> dict[str, float]:
        """The weights of the terms in this epoch: warm-ups and ramps."""
        ...

    def evaluate(self, epoch: int) -> dict[str, float]:
        """Figures on the validation part; ``score`` is the one that chooses the best weights, higher is better."""
        ...

    def end_epoch(self, epoch: int) -> None:
        """Whatever is updated once an epoch outside the gradient."""
        ...


@dataclass
class State:
    """Where a run is, apart from its arrays."""

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
    """What the model's description keeps of its training."""
    return {
        "epochs": int(state.epoch),
        "best_epoch": int(state.best_epoch),
        "best_score": float(state.best),
        "restarts": int(state.restarts),
    }
