"""Adam, RMSprop, SGD and AdaGrad as update rules over named slots, so that a checkpoint holds their whole state.

The rules are those of Kingma and Ba (2015), Tieleman and Hinton (2012), Polyak (1964) and Duchi et al. (2011), with the
constants of Keras. The tests compare them with Keras.
"""

from collections.abc import Callable
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
    update : function from the gradient, the slots of its variable and the rate to what is taken off the variable.
    slots : values with which the slots of a variable begin, by name.
    rate_at : function from the rate and the number of the step to the rate of all variables in that step. What does
        not depend on the variable stands here: done for each, it makes graphs larger, and their compilation longer.
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
    """Update rule for a set of named variables.

    Parameters
    ----------
    name : adam, rmsprop, sgd or adagrad.
    variables : variables by name.
    """

    def __init__(self, name: str, variables: dict[str, tf.Variable]) -> None:
        super().__init__(name="optimiser")
        self.update, self.initial, self.rate_at = OPTIMISERS[name]
        self.targets = variables
        self.step = tf.Variable(0.0, trainable=False, name="step")
        self.slots = {
            key: {slot: tf.Variable(tf.fill(v.shape, value), trainable=False) for slot, value in self.initial.items()}
            for key, v in variables.items()
        }

    def apply(self, gradients: dict[str, tf.Tensor], rate: tf.Tensor) -> None:
        """Update the variables once, against the gradients.

        Parameters
        ----------
        gradients : gradient of each variable, by name.
        rate : float32, learning rate.
        """
        rate = self.rate_at(rate, self.step.assign_add(1.0))
        for key, g in gradients.items():
            self.targets[key].assign_sub(self.update(g, self.slots[key], rate))

    def reset(self) -> None:
        """Reset all moments, as after weights were restored."""
        self.step.assign(0.0)
        for slots in self.slots.values():
            for slot, variable in slots.items():
                variable.assign(tf.fill(variable.shape, self.initial[slot]))

    def arrays(self) -> dict[str, tf.Variable]:
        """Return the whole state, by name."""
        slots = {f"{key}/{slot}": v for key, slots in self.slots.items() for slot, v in slots.items()}
        return {"step": self.step, **slots}
