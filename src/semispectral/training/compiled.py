"""Compile training steps, and reuse models so that nothing is compiled twice in a process.

A graph refers to its variables, so a compiled program belongs to one model object. Compiling takes seconds, as long as
many epochs. Training therefore borrows its model: the next run with the same shapes and settings gets the same object,
with the initial weights of its own seed, and all that was compiled for it. Besides the model, a graph depends on an
`Objective`, a value without pixels; pixels, weights of terms, learning rate and seed are arguments.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, TypeVar

import tensorflow as tf

from semispectral.training.batch_pieces import piece, pieces_of
from semispectral.training.devices import share_of
from semispectral.training.optimisers import Optimiser
from semispectral.training.task import Holdings, Model, Objective

M = TypeVar("M", bound=Model)

KEPT = 16  # models, and programmes, used last
_idle: OrderedDict[Hashable, Any] = OrderedDict()


@contextmanager
def lent(make: Callable[..., M], *facts: Hashable, seed: int) -> Iterator[M]:
    """Lend a model with fresh weights inside a ``with`` block; copy its arrays before the block ends.

    The model equals ``make(*facts, seed=seed)``, but what was compiled for it is kept. With several devices the model
    is made anew, since its copies belong to the strategy it was made under.

    Parameters
    ----------
    make : function that makes the model.
    *facts : arguments of ``make``.
    seed : seed of the initial weights.
    """
    made = make(*facts, seed=seed)
    if tf.distribute.has_strategy():
        yield made
        return
    model: M = _idle.pop((make, *facts), made)
    values = made.arrays()
    for name, variable in model.arrays().items():
        variable.assign(values[name])
    try:
        yield model
    finally:
        _idle[make, *facts] = model
        while len(_idle) > KEPT:
            _idle.popitem(last=False)


@lru_cache(maxsize=KEPT)
def look(function: Callable[[M, tf.Tensor], Any], model: M, width: int) -> Callable[[tf.Tensor], Any]:
    """Compile ``function(model, x)`` as one graph for any number of pixels.

    Parameters
    ----------
    function : function of a model and pixels float32 [pixel, width].
    model : the model.
    width : number of inputs of a pixel.
    """
    return tf.function(partial(function, model), input_signature=[tf.TensorSpec([None, width])], autograph=False)


class Programme:
    """Everything that is compiled to train a model for an objective, with the state of the optimiser.

    Parameters
    ----------
    model : the model.
    objective : the objective.
    optimiser : name of the optimiser.
    clip_norm : largest global norm of the gradient; larger gradients are scaled down.
    """

    def __init__(self, model: Model, objective: Objective, optimiser: str, clip_norm: float) -> None:
        self.model, self.objective, self.clip_norm = model, objective, clip_norm
        trainable = {id(v) for v in model.trainable_variables}
        self.variables = [v for v in model.arrays().values() if id(v) in trainable]
        self.widest = max(int(v.shape[-1]) for v in self.variables)
        self.optimiser = Optimiser(optimiser, self.variables)
        self.strategy = tf.distribute.get_strategy()
        self.gradients = tf.function(self._gradients, jit_compile=True, autograph=False)
        one = self.strategy.num_replicas_in_sync == 1
        self.step = tf.function(self._step, jit_compile=True, autograph=False) if one else self._shared_step
        self._draw = tf.autograph.experimental.do_not_convert(objective.draw)
        self._graph = tf.function(self._stretch)

    def stretch(
        self,
        held: Holdings,
        order: dict[str, tf.Tensor],
        weights: dict[str, tf.Tensor],
        rate: tf.Tensor,
        seed: tf.Tensor,
        total: tf.Tensor,
    ) -> tf.Tensor:
        """Run some steps and return `total` plus the sums of the loss terms.

        One graph serves any number of pixels and steps.

        Parameters
        ----------
        held : tensors that hold the pixels.
        order : int32 [step, pixel], positions of the pixels of each step, by name.
        weights : weights of the terms, by name.
        rate : float32, learning rate.
        seed : int32 [2], stateless seed.
        total : float32 [term], sums of the terms so far.
        """
        sized = tf.nest.map_structure(lambda x: tf.TensorSpec([None, *x.shape[1:]], x.dtype), (held, order))
        graph = self._graph.get_concrete_function(*sized, weights, rate, seed, total)
        return graph(held, order, weights, rate, seed, total)

    def _stretch(
        self,
        held: Holdings,
        order: dict[str, tf.Tensor],
        weights: dict[str, tf.Tensor],
        rate: tf.Tensor,
        seed: tf.Tensor,
        total: tf.Tensor,
    ) -> tf.Tensor:
        """Run the steps of `stretch` as a loop in the graph."""
        for i in tf.range(tf.shape(next(iter(order.values())))[0]):
            places = {name: index[i] for name, index in order.items()}
            batch = self._draw(self.model, held, places, seed + tf.stack([0, i]))
            total += self.step(batch, weights, rate)
        return total

    def _step(self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor], rate: tf.Tensor) -> tf.Tensor:
        """Update the weights once and return the terms."""
        gradients, terms = self.gradients(batch, weights)
        self._descend(gradients, rate)
        return terms

    def _shared_step(self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor], rate: tf.Tensor) -> tf.Tensor:
        """Run a step on several devices. The update is small beside the gradients, and is outside XLA."""

        def share() -> tf.Tensor:
            gradients, terms = self.gradients(share_of(batch), weights)
            mean = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, gradients)
            self._descend(mean, rate)
            return terms

        return self.strategy.reduce(tf.distribute.ReduceOp.MEAN, self.strategy.run(share), axis=None)

    def _gradients(
        self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """Return gradients and terms of a batch, piece by piece."""
        pieces = pieces_of(batch, widest=self.widest)
        if pieces == 1:
            return self.gradients_of(batch, weights)

        def add(place: tf.Tensor, gradients: list[tf.Tensor], terms: tf.Tensor) -> tuple[Any, ...]:
            new, values = self.gradients_of(piece(batch, place, pieces=pieces), weights)
            return place + 1, [g + h for g, h in zip(gradients, new, strict=True)], terms + values

        zeros = [tf.zeros(v.shape) for v in self.variables], tf.zeros(len(self.objective.terms))
        _, gradients, terms = tf.while_loop(lambda place, *_: place < pieces, add, (0, *zeros))
        return [g / pieces for g in gradients], terms / pieces

    def gradients_of(
        self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """Return gradients and terms of one piece.

        Parameters
        ----------
        batch : tensors of the piece, by name.
        weights : weights of the terms, by name.
        """
        with tf.GradientTape() as tape:
            loss, terms = self.objective.loss(self.model, batch, weights)
        return tape.gradient(loss, self.variables, unconnected_gradients="zero"), terms

    def _descend(self, gradients: list[tf.Tensor], rate: tf.Tensor) -> None:
        """Clip the gradients and update the weights."""
        whole = tf.concat([tf.reshape(g, [-1]) for g in gradients], axis=0)
        clipped, _ = tf.clip_by_global_norm([whole], self.clip_norm, use_norm=tf.linalg.global_norm(gradients))
        self.optimiser.apply(clipped[0], rate)


programme_of = lru_cache(maxsize=KEPT)(Programme)
