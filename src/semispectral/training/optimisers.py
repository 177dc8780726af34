"""Adam, RMSprop, SGD and AdaGrad as update rules over named slots, so that a checkpoint holds their whole state.

The rules are those of Kingma and Ba (2015), Tieleman and Hinton (2012), Polyak (1964) and Duchi et al. (2011), with the
constants of Keras. The tests compare them with Keras.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

Slots = dict[str, tf.Variable]


def _adam(g: tf.Tensor, slots: Slots, rate: tf.Tensor) -> tf.Tensor:
    """Return the step of Adam, at the rate of `_corrected`."""
    first = slots["first"].assign(0.9 * slots["first"] + 0.1 * g)
    second = slots["second"].assign(0.999 * slots["second"] + 0.001 * tf.square(g))
    return rate * first / (tf.sqrt(second) + 1e-7)


def _corrected(rate: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Return Adam's rate, corrected for moments that began at 0."""
    return rate * (tf.sqrt(1.0 - tf.pow(0.999, step)) / (1.0 - tf.pow(0.9, step)))


def _rmsprop(g: tf.Tensor, slots: Slots, rate: tf.Tensor) -> tf.Tensor:
    """Return the step of RMSprop."""
    second = slots["second"].assign(0.9 * slots["second"] + 0.1 * tf.square(g))
    return rate * g / tf.sqrt(second + 1e-7)


def _sgd(g: tf.Tensor, slots: Slots, rate: tf.Tensor) -> tf.Tensor:
    """Return the step of SGD with momentum."""
    return rate * slots["first"].assign(0.9 * slots["first"] + g)


def _adagrad(g: tf.Tensor, slots: Slots, rate: tf.Tensor) -> tf.Tensor:
    """Return the step of AdaGrad."""
    second = slots["second"].assign(slots["second"] + tf.square(g))
    return rate * g / tf.sqrt(second + 1e-7)


def _same(rate: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Return the rate as it is."""
    return rate


class Rule(NamedTuple):
    """Update rule: one row of the table of optimisers.

    Attributes
    ----------
    update : function from the gradients, their slots and the rate to what is taken off the variables.
    slots : values with which the slots begin, by name.
    rate_at : function from the rate and the number of the step to the rate in that step.
    """

    update: Callable[[tf.Tensor, Slots, tf.Tensor], tf.Tensor]
    slots: dict[str, float]
    rate_at: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] = _same


OPTIMISERS: dict[str, Rule] = {
    "adam": Rule(_adam, {"first": 0.0, "second": 0.0}, _corrected),
    "rmsprop": Rule(_rmsprop, {"second": 0.0}),
    "sgd": Rule(_sgd, {"first": 0.0}),
    "adagrad": Rule(_adagrad, {"second": 0.1}),
}


class Optimiser(tf.Module):
    """Update rule for some variables.

    A rule takes each number by itself, so that the numbers of all variables stand one after the other: one vector of
    gradients, and one for each slot. A slot for each variable gives the same, but makes graphs much larger.

    Parameters
    ----------
    name : adam, rmsprop, sgd or adagrad.
    variables : the variables.
    """

    def __init__(self, name: str, variables: Sequence[tf.Variable]) -> None:
        super().__init__(name="optimiser")
        self.update, self.initial, self.rate_at = OPTIMISERS[name]
        self.targets = variables
        self.sizes = [v.shape.num_elements() for v in variables]
        self.step = tf.Variable(0.0, trainable=False, name="step")
        shape = [sum(self.sizes)]
        self.slots = {slot: tf.Variable(tf.fill(shape, value), trainable=False) for slot, value in self.initial.items()}

    def apply(self, gradients: tf.Tensor, rate: tf.Tensor) -> None:
        """Update the variables once, against the gradients.

        Parameters
        ----------
        gradients : float32 [number], gradients of the numbers of all variables, one after the other.
        rate : float32, learning rate.
        """
        rate = self.rate_at(rate, self.step.assign_add(1.0))
        taken = tf.split(self.update(gradients, self.slots, rate), self.sizes)
        for variable, part in zip(self.targets, taken, strict=True):
            variable.assign_sub(tf.reshape(part, variable.shape))

    def reset(self) -> None:
        """Reset all moments, as after weights were restored."""
        self.step.assign(0.0)
        for slot, variable in self.slots.items():
            variable.assign(tf.fill(variable.shape, self.initial[slot]))

    def arrays(self) -> dict[str, tf.Variable]:
        """Return the whole state, by name."""
        return {"step": self.step, **self.slots}
