"""Adam, RMSprop, SGD and AdaGrad as update rules over named slots, so that a checkpoint holds their whole state.

The rules are those of Kingma and Ba (2015), Tieleman and Hinton (2012), Polyak (1964) and Duchi et al. (2011), with the
constants of Keras. The tests compare them with Keras.
"""

from collections.abc import Callable

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


Rule = Callable[[tf.Tensor, Slots, tf.Tensor], tf.Tensor]
OPTIMISERS: dict[str, tuple[Rule, dict[str, float]]] = {
    "adam": (_adam, {"first": 0.0, "second": 0.0}),
    "rmsprop": (_rmsprop, {"second": 0.0}),
    "sgd": (_sgd, {"first": 0.0}),
    "adagrad": (_adagrad, {"second": 0.1}),
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
        self.rule, self.initial = OPTIMISERS[name]
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
        step = self.step.assign_add(1.0)
        if self.rule is _adam:
            rate = _corrected(rate, step)  # once, not for each variable: graphs are made and compiled sooner
        for key, g in gradients.items():
            self.targets[key].assign_sub(self.rule(g, self.slots[key], rate))

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
