"""Multilayer perceptrons as tf.Modules, and the activations between their layers."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from semispectral.inference.nets import LOG_VARIANCE_CENTRE, LOG_VARIANCE_REACH
from semispectral.models.fit_settings import NetConfig


def _log1p_ratio(degree: int) -> list[float]:
    """Fit a polynomial to log(1 + u) / u on [0, 1] and return its coefficients, highest first.

    Degree 8 has an error of 1e-7.
    """
    nodes = 0.5 + 0.5 * np.cos(np.pi * (np.arange(100) + 0.5) / 100)  # of Chebyshev, so that no end is worse
    fitted = np.polynomial.Chebyshev.fit(nodes, np.log1p(nodes) / nodes, degree, domain=[0, 1])
    return [float(value) for value in fitted.convert(kind=np.polynomial.Polynomial).coef[::-1]]


LOG1P_RATIO = _log1p_ratio(8)


@tf.custom_gradient
def softplus(x: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """Return log(1 + exp(x)) = max(x, 0) + log(1 + u) with u = exp(-|x|), to the precision of float32.

    Training spends most of its time in elementwise operations. The logarithm is therefore a polynomial, and the
    gradient, dy / (1 + exp(-x)), uses the same u: one exponential serves both.

    Parameters
    ----------
    x : float32 [...].

    Returns
    -------
    Value [...], and the function that returns its gradient.
    """
    u = tf.exp(-tf.abs(x))
    ratio = tf.constant(LOG1P_RATIO[0], x.dtype)
    for coefficient in LOG1P_RATIO[1:]:
        ratio = ratio * u + coefficient
    y = tf.maximum(x, 0.0) + u * ratio
    return y, lambda dy: dy * tf.where(x > 0.0, tf.ones_like(u), u) / (1.0 + u)


ACTIVATIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "softplus": softplus,
    "relu": tf.nn.relu,
    "elu": tf.nn.elu,
    "gelu": tf.nn.gelu,
    "tanh": tf.tanh,
}


def bounded_log_variance(raw: tf.Tensor) -> tf.Tensor:
    """Limit a log-variance to (-11, 5), so that no step can make it infinite.

    Near the centre it is close to the identity.

    Parameters
    ----------
    raw : float32 [...], output of a network.
    """
    return LOG_VARIANCE_CENTRE + LOG_VARIANCE_REACH * tf.tanh((raw - LOG_VARIANCE_CENTRE) / LOG_VARIANCE_REACH)


class Dense(tf.Module):
    """Affine map of several inputs side by side: x_1 W_1 + x_2 W_2 + ... + b.

    It equals the map of their concatenation, but each input is multiplied once, before it is broadcast: with
    x [pixel, band] and y [class, 1, class], the product x W_x is computed once for all classes.

    Parameters
    ----------
    inputs : widths of the inputs.
    width : width of the output.
    name : name of the layer; it also selects the random numbers of its weights.
    seed : seed of the initial weights.
    precision : dtype of the products, float32 or bfloat16; weights and results stay float32.
    """

    def __init__(
        self, inputs: tuple[int, ...], width: int, *, name: str, seed: int, precision: str = "float32"
    ) -> None:
        super().__init__(name=name)
        self.precision = None if precision == "float32" else tf.as_dtype(precision)
        random = np.random.default_rng([seed, zlib.crc32(name.encode())])
        scale = 1.0 / np.sqrt(sum(inputs))
        self.kernels = [
            tf.Variable(random.normal(0.0, scale, (rows, width)).astype(np.float32), name=f"kernel_{i}")
            for i, rows in enumerate(inputs)
        ]
        self.bias = tf.Variable(np.zeros(width, np.float32), name="bias")

    def __call__(self, *inputs: tf.Tensor) -> tf.Tensor:
        """Return float32 [..., width], broadcast over the leading axes of the inputs.

        Parameters
        ----------
        *inputs : float32 [..., input width], one tensor for each width.
        """
        return affine(inputs, self.kernels, self.bias, self.precision)


def affine(
    inputs: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor], bias: tf.Tensor, precision: tf.DType | None
) -> tf.Tensor:
    """Return x_1 W_1 + x_2 W_2 + ... + b, summed from the last input to the first.

    In this order y W_y + b is small, and so is the tensor that the gradient of b sums over. Each product is one matrix
    product over all leading axes: as a batch of products, the gradient of a kernel would be computed for each of them.

    Parameters
    ----------
    inputs : float32 [..., input], one tensor for each kernel.
    kernels : float32 [input, width].
    bias : float32 [width].
    precision : dtype of the products; None is float32.
    """
    total = bias
    for x, kernel in reversed(list(zip(inputs, kernels, strict=True))):
        if precision is None:
            product = tf.tensordot(x, kernel, 1)
        else:
            product = tf.cast(tf.tensordot(tf.cast(x, precision), tf.cast(kernel, precision), 1), kernel.dtype)
        total = product + total
    return total


class Mlp(tf.Module):
    """Hidden layers shared by one or more linear heads.

    Parameters
    ----------
    inputs : widths of the inputs.
    settings : hidden widths and activation.
    heads : width of each head, by name.
    name : prefix of the names of the layers.
    seed : seed of the initial weights.
    precision : dtype of the products, float32 or bfloat16.
    """

    def __init__(
        self,
        inputs: tuple[int, ...],
        settings: NetConfig,
        heads: Mapping[str, int],
        *,
        name: str,
        seed: int,
        precision: str = "float32",
    ) -> None:
        super().__init__(name=name)
        facts: dict[str, Any] = {"seed": seed, "precision": precision}
        self.activation = ACTIVATIONS[settings.activation]
        self.hidden = []
        for i, width in enumerate(settings.hidden):
            self.hidden.append(Dense(inputs, width, name=f"{name}_hidden_{i}", **facts))
            inputs = (width,)
        self.heads = {head: Dense(inputs, width, name=f"{name}_{head}", **facts) for head, width in heads.items()}

    def __call__(self, *inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the output of every head, float32 [..., width], by name. One product serves all heads.

        Parameters
        ----------
        *inputs : float32 [..., input width], one tensor for each width.
        """
        for layer in self.hidden:
            inputs = (self.activation(layer(*inputs)),)
        heads = list(self.heads.values())
        kernels = [
            tf.concat(side_by_side, axis=1) for side_by_side in zip(*(head.kernels for head in heads), strict=True)
        ]
        biases = [head.bias for head in heads]
        whole = affine(inputs, kernels, tf.concat(biases, axis=0), heads[0].precision)
        return dict(zip(self.heads, tf.split(whole, [bias.shape[0] for bias in biases], axis=-1), strict=True))


def named_arrays(mlps: list[Mlp]) -> dict[str, tf.Variable]:
    """Return the variables of networks by the names under which they are saved: ``q_z_hidden_0/kernel_0``.

    Parameters
    ----------
    mlps : the networks.
    """
    layers = [layer for mlp in mlps for layer in [*mlp.hidden, *mlp.heads.values()]]
    return {
        f"{layer.name}/{variable.name.split(':')[0]}": variable
        for layer in layers
        for variable in [*layer.kernels, layer.bias]
    }
