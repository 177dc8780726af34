"""Perceptrons, likelihoods and KL in NumPy, equal to those of training."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import erf, expit

from semispectral.errors import ConfigError

LOG_VARIANCE_CENTRE = -3.0
LOG_VARIANCE_REACH = 8.0
LARGEST_SIGMA = 20.0
LOG_LARGEST_SIGMA = math.log(LARGEST_SIGMA)
BLOCK_PIXELS = 4096


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)), without overflow; NumPy's log1p would take five times as long."""
    y = np.minimum(x, np.float32(20.0))
    np.exp(y, out=y)
    y += 1
    np.log(y, out=y)
    return np.asarray(np.maximum(x, y, out=y))


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "softplus": softplus,
    "relu": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: 0.5 * x * (1.0 + erf(x * np.float32(math.sqrt(0.5)))).astype(x.dtype),
    "tanh": np.tanh,
}


def bounded_log_variance(raw: np.ndarray) -> np.ndarray:
    """The same bound as in training."""
    return LOG_VARIANCE_CENTRE + LOG_VARIANCE_REACH * np.tanh((raw - LOG_VARIANCE_CENTRE) / LOG_VARIANCE_REACH)


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron read from a model's arrays, by the name it was saved under."""

    arrays: dict[str, np.ndarray]
    name: str
    activation: str

    def _dense(self, layer: str, inputs: tuple[np.ndarray, ...]) -> np.ndarray:
        total = np.asarray(inputs[0] @ self.arrays[f"{self.name}_{layer}/kernel_0"])
        for i, x in enumerate(inputs[1:], start=1):
            total = total + x @ self.arrays[f"{self.name}_{layer}/kernel_{i}"]
        total += self.arrays[f"{self.name}_{layer}/bias"]
        return total

    def __call__(self, head: str, *inputs: np.ndarray) -> np.ndarray:
        """The output of one head, float32 [..., width]."""
        return self._dense(head, self._hidden(*inputs))

    def _hidden(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
        """The last hidden layer; the inputs where there is none."""
        layer = 0
        while f"{self.name}_hidden_{layer}/bias" in self.arrays:
            inputs = (ACTIVATIONS[self.activation](self._dense(f"hidden_{layer}", inputs)),)
            layer += 1
        return inputs

    def heads(self, names: tuple[str, ...], *inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs of several heads, with the hidden layers computed once."""
        hidden = self._hidden(*inputs)
        return [self._dense(name, hidden) for name in names]


@dataclass(frozen=True)
class Parallel:
    """Networks side by side: each sees columns of its own, so many as ``widths`` says, and gives columns of its own."""

    networks: Sequence[Network]
    widths: Sequence[int]

    def __call__(self, head: str, x: np.ndarray) -> np.ndarray:
        """As of `Network`; the columns of the first network come first."""
        return self.heads((head,), x)[0]

    def heads(self, names: tuple[str, ...], x: np.ndarray) -> list[np.ndarray]:
        """As of `Network`; the columns of the first network come first."""
        columns = np.split(x, np.cumsum(self.widths)[:-1], axis=-1)
        outputs = [network.heads(names, each) for network, each in zip(self.networks, columns, strict=True)]
        return [np.concatenate(parts, axis=-1) for parts in zip(*outputs, strict=True)]


def in_blocks(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """A function of pixels [pixel, input], block by block: its memory does not grow with the pixels."""
    return np.concatenate([function(x[i : i + BLOCK_PIXELS]) for i in range(0, max(len(x), 1), BLOCK_PIXELS)])


def shared_noise(draws: int, latents: int, *, seed: int) -> np.ndarray:
    """Standard normal draws that all pixels share, float32 [draw, 1, latent].

    Each draw has its opposite beside it, and each latent a mean square of 1: an error in the mean or the scale of the
    draws would not average out over pixels that share them, and would move every pixel's bound by the same nats.

    Parameters
    ----------
    draws : an even number.
    """
    half = np.random.default_rng(seed).standard_normal((draws // 2, 1, latents))
    noise = np.concatenate([half, -half])
    return np.asarray(noise / np.sqrt(np.mean(noise**2, axis=0)), np.float32)


def sigma(arrays: dict[str, np.ndarray], floor: float) -> np.ndarray:
    """The scale of p(x|.) per input, float32 [input], as in training."""
    return np.asarray(np.sqrt(floor**2 + np.exp(2.0 * np.minimum(arrays["likelihood/log_sigma"], LOG_LARGEST_SIGMA))))


Scaled = Callable[[], np.ndarray]  # gives the scale of p(x|.), for those that have one


@dataclass(frozen=True)
class Likelihood:
    """What is done with p(x|.), the distribution of x that a decoder's output stands for.

    Attributes
    ----------
    log_p : log p(x|.) summed over inputs, of x and the output.
    expected : E[x|.], of the output.
    draw : x drawn from p(x|.).
    """

    log_p: Callable[[np.ndarray, np.ndarray, Scaled], np.ndarray]
    expected: Callable[[np.ndarray], np.ndarray]
    draw: Callable[[np.ndarray, Scaled, np.random.Generator], np.ndarray]


def _log_gaussian(x: np.ndarray, output: np.ndarray, scaled: Scaled) -> np.ndarray:
    scale = scaled()
    error = x - output
    error /= scale
    constant = np.sum(np.log(scale)) + 0.5 * len(scale) * math.log(2 * math.pi)
    return np.asarray(-0.5 * np.einsum("...i,...i->...", error, error) - constant)


def _log_student_t(x: np.ndarray, output: np.ndarray, scaled: Scaled) -> np.ndarray:
    """With 4 degrees of freedom, as in training."""
    scale = scaled()
    error = x - output
    error /= scale
    constant = math.lgamma(2.5) - math.lgamma(2.0) - 0.5 * math.log(4 * math.pi)
    return np.asarray(np.sum(constant - np.log(scale) - 2.5 * np.log1p(error**2 / 4.0), axis=-1))


def _log_bernoulli(x: np.ndarray, output: np.ndarray, scaled: Scaled) -> np.ndarray:
    return np.asarray((x * output - softplus(output)).sum(axis=-1))


LIKELIHOODS: dict[str, Likelihood] = {
    "gaussian": Likelihood(
        _log_gaussian,
        np.asarray,
        lambda output, scaled, random: output + scaled() * random.standard_normal(output.shape),
    ),
    "student_t": Likelihood(
        _log_student_t,
        np.asarray,
        lambda output, scaled, random: output + scaled() * random.standard_t(4.0, output.shape),
    ),
    "bernoulli": Likelihood(
        _log_bernoulli,
        expit,
        lambda output, scaled, random: random.random(output.shape) < expit(output),
    ),
}


def _row(likelihood: str) -> Likelihood:
    if likelihood not in LIKELIHOODS:
        raise ConfigError(f"likelihood must be one of {', '.join(LIKELIHOODS)}, got {likelihood!r}")
    return LIKELIHOODS[likelihood]


def log_likelihood(
    likelihood: str, x: np.ndarray, output: np.ndarray, arrays: dict[str, np.ndarray], floor: float
) -> np.ndarray:
    """log p(x|.) summed over inputs, for a decoder's output [..., pixel, input].

    Raises
    ------
    ConfigError : a likelihood that is not in the table.
    """
    return _row(likelihood).log_p(x, output, lambda: sigma(arrays, floor))


def expected(likelihood: str, output: np.ndarray) -> np.ndarray:
    """E[x|.] for a decoder's output, of the same shape."""
    return np.asarray(_row(likelihood).expected(output))


def draw(
    likelihood: str,
    output: np.ndarray,
    arrays: dict[str, np.ndarray],
    floor: float,
    random: np.random.Generator,
) -> np.ndarray:
    """x drawn from p(x|.) for a decoder's output, float32 of the same shape."""
    return np.asarray(_row(likelihood).draw(output, lambda: sigma(arrays, floor), random), np.float32)


def kl_to_standard(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """KL(N(mean, exp(log_variance)) || N(0, I)), summed over latents."""
    return np.asarray(0.5 * np.sum(mean**2 + np.exp(log_variance) - 1.0 - log_variance, axis=-1))


def log_normal(x: np.ndarray, mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """log N(x; mean, exp(log_variance)), summed over the last axis."""
    square = (x - mean) ** 2 * np.exp(-log_variance)
    return np.asarray(-0.5 * np.sum(square + log_variance + math.log(2 * math.pi), axis=-1))
