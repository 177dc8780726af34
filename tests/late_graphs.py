"""Training without XLA, and without a graph until one pays: to make it takes as long as fifteen steps without it."""

from typing import Any

import tensorflow as tf

from semispectral.training.compiled import Programme

STEPS = 15  # of one programme, run operation by operation; those after them run in a graph
in_graph = Programme.stretch


def train_with_late_graphs() -> None:
    """Train so in this process from now on."""
    tf.config.run_functions_eagerly(True)
    Programme.stretch = stretch  # type: ignore[method-assign]


def stretch(programme: Any, held: Any, order: dict[str, tf.Tensor], *given: tf.Tensor) -> tf.Tensor:
    """Run some steps as `Programme.stretch` does, but for rounding."""
    programme.taken = getattr(programme, "taken", 0) + len(next(iter(order.values())))
    run = in_graph if programme.taken > STEPS else Programme._stretch
    return run(programme, held, order, *given)
