"""Perceptrons, likelihoods and KL in NumPy, equal to those of training."""

import itertools
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
LARGEST_EXPONENT = 80.0  # exp overflows float32 above 88


def softplus(x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return log(1 + exp(x)) without overflow. NumPy's log1p would take five times as long.

    Parameters
    ----------
    x : float [...].
    out : where the result is put, x itself if it is not needed any more; None: in a new array.
    """
    if np.max(x, initial=0) < LARGEST_EXPONENT:  # not so where there is a NaN
        y = np.exp(x, out=out)
        y += 1
        return np.asarray(np.log(y, out=y))
    y = np.exp(np.minimum(x, np.float32(LARGEST_EXPONENT)))
    y += 1
    return np.asarray(np.maximum(x, np.log(y, out=y), out=out))


# Each may write its result over what it is given: the passes of a layer then stay in the cache.
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "softplus": lambda x: softplus(x, out=x),
    "relu": lambda x: np.maximum(x, np.zeros(x.shape[-1:], x.dtype), out=x),  # with the number 0 it takes twice as long
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: 0.5 * x * (1.0 + erf(x * np.float32(math.sqrt(0.5)))).astype(x.dtype),
    "tanh": lambda x: np.tanh(x, out=x),
}


def bounded_log_variance(raw: np.ndarray) -> np.ndarray:
    """Limit a log-variance to (-11, 5), as in training.

    Parameters
    ----------
    raw : float [...], output of a network.
    """
    return LOG_VARIANCE_CENTRE + LOG_VARIANCE_REACH * np.tanh((raw - LOG_VARIANCE_CENTRE) / LOG_VARIANCE_REACH)


@dataclass(frozen=True)
class Network:
    """Multilayer perceptron, read from the arrays of a model.

    Attributes
    ----------
    arrays : arrays of the model, by name.
    name : name under which the network is saved: q_y, q_z, p_x, ...
    activation : activation between the layers.
    """

    arrays: dict[str, np.ndarray]
    name: str
    activation: str

    def _dense(self, layer: str, inputs: tuple[np.ndarray, ...]) -> np.ndarray:
        """Return the output of a layer: sum of the inputs times their kernels, plus bias."""
        return self._joined((layer,), inputs)

    def _joined(self, layers: tuple[str, ...], inputs: tuple[np.ndarray, ...]) -> np.ndarray:
        """Return the outputs of several layers side by side: one product instead of several narrow ones."""
        total = np.asarray(inputs[0] @ self._side_by_side(layers, "kernel_0"))
        for i, x in enumerate(inputs[1:], start=1):
            total = total + x @ self._side_by_side(layers, f"kernel_{i}")
        total += self._side_by_side(layers, "bias")
        return total

    def _side_by_side(self, layers: tuple[str, ...], name: str) -> np.ndarray:
        """Return an array of several layers, one after the other along the last axis."""
        found = [self.arrays[f"{self.name}_{layer}/{name}"] for layer in layers]
        return found[0] if len(found) == 1 else np.concatenate(found, axis=-1)

    def __call__(self, head: str, *inputs: np.ndarray) -> np.ndarray:
        """Return the output of one head, float [..., width].

        Parameters
        ----------
        head : name of the head.
        *inputs : float [..., input width], one array for each kernel of the first layer.
        """
        return self._dense(head, self._hidden(*inputs))

    def _hidden(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the last hidden layer, or the inputs if there is none."""
        layer = 0
        while f"{self.name}_hidden_{layer}/bias" in self.arrays:
            inputs = (ACTIVATIONS[self.activation](self._dense(f"hidden_{layer}", inputs)),)
            layer += 1
        return inputs

    def heads(self, names: tuple[str, ...], *inputs: np.ndarray) -> list[np.ndarray]:
        """Return the outputs of several heads; the hidden layers are computed once.

        Parameters
        ----------
        names : names of the heads.
        *inputs : float [..., input width], one array for each kernel of the first layer.
        """
        together = self._joined(names, self._hidden(*inputs))
        ends = np.cumsum([0, *(len(self.arrays[f"{self.name}_{name}/bias"]) for name in names)]).tolist()
        return [together[..., first:stop] for first, stop in itertools.pairwise(ends)]


@dataclass(frozen=True)
class Parallel:
    """Networks side by side. Each takes its own columns of the input and returns its own columns of the output.

    Attributes
    ----------
    networks : the networks.
    widths : number of input columns of each network.
    """

    networks: Sequence[Network]
    widths: Sequence[int]

    def __call__(self, head: str, x: np.ndarray) -> np.ndarray:
        """Return the output of one head; columns of the first network come first.

        Parameters
        ----------
        head : name of the head.
        x : float [pixel, column].
        """
        return self.heads((head,), x)[0]

    def heads(self, names: tuple[str, ...], x: np.ndarray) -> list[np.ndarray]:
        """Return the outputs of several heads; columns of the first network come first.

        Parameters
        ----------
        names : names of the heads.
        x : float [pixel, column].
        """
        columns = np.split(x, np.cumsum(self.widths)[:-1], axis=-1)
        outputs = [network.heads(names, each) for network, each in zip(self.networks, columns, strict=True)]
        return [np.concatenate(parts, axis=-1) for parts in zip(*outputs, strict=True)]


def in_blocks(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Apply a function block by block, so that its memory does not grow with the number of pixels.

    Parameters
    ----------
    function : function of pixels [pixel, input].
    x : float [pixel, input].
    """
    return np.concatenate([function(x[i : i + BLOCK_PIXELS]) for i in range(0, max(len(x), 1), BLOCK_PIXELS)])


def shared_noise(draws: int, latents: int, *, seed: int) -> np.ndarray:
    """Draw standard normal noise that all pixels share, float32 [draw, 1, latent].

    Each draw is paired with its negative, and the mean square is 1 for each latent. Otherwise an error in the mean or
    the scale of the draws would not average out, and would shift the bound of every pixel by the same amount.

    Parameters
    ----------
    draws : number of draws, even.
    latents : number of latents.
    seed : seed of the draws.

    Examples
    --------
    >>> noise = shared_noise(4, 2, seed=0)
    >>> noise.shape, bool(abs(noise.mean()) < 1e-6)
    ((4, 1, 2), True)
    """
    half = np.random.default_rng(seed).standard_normal((draws // 2, 1, latents))
    noise = np.concatenate([half, -half])
    return np.asarray(noise / np.sqrt(np.mean(noise**2, axis=0)), np.float32)


def sigma(arrays: dict[str, np.ndarray], floor: float) -> np.ndarray:
    """Return the scale of p(x|.) of each input, float32 [input], as in training.

    Parameters
    ----------
    arrays : arrays of the model, by name.
    floor : smallest scale.
    """
    return np.asarray(np.sqrt(floor**2 + np.exp(2.0 * np.minimum(arrays["likelihood/log_sigma"], LOG_LARGEST_SIGMA))))


Scaled = Callable[[], np.ndarray]  # gives the scale of p(x|.), for those that have one


@dataclass(frozen=True)
class Likelihood:
    """Operations on p(x|.), the distribution of x given the output of a decoder.

    Attributes
    ----------
    log_p : function of x, output and scale: log p(x|.) summed over inputs.
    expected : function of the output: E[x|.].
    draw : function of output, scale and generator: x drawn from p(x|.).
    unit_interval : whether x has to lie in [0, 1].
    """

    log_p: Callable[[np.ndarray, np.ndarray, Scaled], np.ndarray]
    expected: Callable[[np.ndarray], np.ndarray]
    draw: Callable[[np.ndarray, Scaled, np.random.Generator], np.ndarray]
    unit_interval: bool = False


def _log_gaussian(x: np.ndarray, output: np.ndarray, scaled: Scaled) -> np.ndarray:
    """Return the log-density of a normal, summed over inputs."""
    scale = scaled()
    error = x - output
    error /= scale
    constant = np.sum(np.log(scale)) + 0.5 * len(scale) * math.log(2 * math.pi)
    return np.asarray(-0.5 * np.einsum("...i,...i->...", error, error) - constant)


def _log_student_t(x: np.ndarray, output: np.ndarray, scaled: Scaled) -> np.ndarray:
    """Return the log-density of Student's t with 4 degrees of freedom, summed over inputs."""
    scale = scaled()
    error = x - output
    error /= scale
    constant = math.lgamma(2.5) - math.lgamma(2.0) - 0.5 * math.log(4 * math.pi)
    return np.asarray(np.sum(constant - np.log(scale) - 2.5 * np.log1p(error**2 / 4.0), axis=-1))


def _log_bernoulli(x: np.ndarray, output: np.ndarray, scaled: Scaled) -> np.ndarray:
    """Return the log-probability of a Bernoulli, summed over inputs."""
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
        unit_interval=True,
    ),
}


def _row(likelihood: str) -> Likelihood:
    """Return the likelihood of a name."""
    if likelihood not in LIKELIHOODS:
        raise ConfigError(f"likelihood must be one of {', '.join(LIKELIHOODS)}, got {likelihood!r}")
    return LIKELIHOODS[likelihood]


def needs_unit_interval(likelihood: str) -> bool:
    """Return whether x has to lie in [0, 1].

    Parameters
    ----------
    likelihood : name in `LIKELIHOODS`.

    Raises
    ------
    ConfigError : the name is not in the table.
    """
    return _row(likelihood).unit_interval


def log_likelihood(
    likelihood: str, x: np.ndarray, output: np.ndarray, arrays: dict[str, np.ndarray], floor: float
) -> np.ndarray:
    """Return log p(x|.) summed over inputs, float [..., pixel], in nats.

    Parameters
    ----------
    likelihood : gaussian, student_t or bernoulli.
    x : float [..., pixel, input].
    output : float [..., pixel, input], output of the decoder.
    arrays : arrays of the model, by name.
    floor : smallest scale of an input.

    Raises
    ------
    ConfigError : the likelihood is unknown.
    """
    return _row(likelihood).log_p(x, output, lambda: sigma(arrays, floor))


def expected(likelihood: str, output: np.ndarray) -> np.ndarray:
    """Return E[x|.], in the shape of the output.

    Parameters
    ----------
    likelihood : gaussian, student_t or bernoulli.
    output : float [..., input], output of the decoder.
    """
    return np.asarray(_row(likelihood).expected(output))


def draw(
    likelihood: str,
    output: np.ndarray,
    arrays: dict[str, np.ndarray],
    floor: float,
    random: np.random.Generator,
) -> np.ndarray:
    """Sample x from p(x|.), float32 in the shape of the output.

    Parameters
    ----------
    likelihood : gaussian, student_t or bernoulli.
    output : float [..., input], output of the decoder.
    arrays : arrays of the model, by name.
    floor : smallest scale of an input.
    random : generator of the draws.
    """
    return np.asarray(_row(likelihood).draw(output, lambda: sigma(arrays, floor), random), np.float32)


def kl_to_standard(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """Return KL(N(mean, exp(log_variance)) || N(0, I)), summed over latents.

    Parameters
    ----------
    mean : float [..., latent].
    log_variance : float [..., latent].

    Examples
    --------
    >>> import numpy as np
    >>> float(kl_to_standard(np.zeros(3), np.zeros(3)))
    0.0
    """
    total = np.exp(log_variance)
    total -= log_variance
    total -= 1
    return np.asarray(0.5 * np.sum(total + np.square(mean), axis=-1))


def log_normal(x: np.ndarray, mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """Return log N(x; mean, exp(log_variance)), summed over the last axis.

    Parameters
    ----------
    x : float [..., latent].
    mean : float [..., latent].
    log_variance : float [..., latent].
    """
    square = (x - mean) ** 2 * np.exp(-log_variance)
    return np.asarray(-0.5 * np.sum(square + log_variance + math.log(2 * math.pi), axis=-1))
