"""Likelihoods p(x|.) of the decoders. Each likelihood is a module with its own parameters."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf

from semispectral.inference.nets import LARGEST_SIGMA
from semispectral.models.densities import Distribution, bernoulli, normal, student_t


class Likelihood(Protocol):
    """What M1 and M2 ask of a likelihood. Its NumPy twin stands in `semispectral.inference.nets`."""

    variables: Sequence[tf.Variable]

    def __call__(self, output: tf.Tensor) -> Distribution:
        """Return the distribution of x given the output of a decoder, [..., band]."""

    def mean(self, output: tf.Tensor) -> tf.Tensor:
        """Return the expected spectrum float32 [..., band]."""

    def history(self) -> dict[str, float]:
        """Return the numbers that the history of a training keeps of its parameters, by name."""


class Gaussian(tf.Module):
    """Normal distribution with one learned sigma per band: sigma^2 = floor^2 + exp(2 s), s bounded above.

    Parameters
    ----------
    bands : number of bands.
    floor : smallest sigma, in units of the normalised spectrum.
    """

    def __init__(self, bands: int, *, floor: float) -> None:
        super().__init__(name="likelihood")
        self.floor = floor
        self.log_sigma = tf.Variable(np.full(bands, math.log(0.5), np.float32), name="log_sigma")

    def sigma(self) -> tf.Tensor:
        """Return sigma float32 [band], in units of the normalised spectrum."""
        return tf.sqrt(self.floor**2 + tf.exp(2.0 * tf.minimum(self.log_sigma, math.log(LARGEST_SIGMA))))

    def __call__(self, output: tf.Tensor) -> Distribution:
        """Return the distribution of x.

        Parameters
        ----------
        output : float32 [..., band], output of the decoder: the mean.
        """
        return normal(output, self.sigma())

    def mean(self, output: tf.Tensor) -> tf.Tensor:
        """Return the expected spectrum float32 [..., band].

        Parameters
        ----------
        output : float32 [..., band], output of the decoder.
        """
        return output

    def history(self) -> dict[str, float]:
        """Return the median sigma of the bands."""
        return {"sigma": float(np.median(self.sigma()))}


class StudentT(Gaussian):
    """Student's t distribution with 4 degrees of freedom and one learned scale per band.

    Bad bands and spikes influence it less than a Gaussian. Parameters are those of `Gaussian`.
    """

    def __call__(self, output: tf.Tensor) -> Distribution:
        """Return the distribution of x.

        Parameters
        ----------
        output : float32 [..., band], output of the decoder: the location.
        """
        return student_t(4.0, output, self.sigma())


class Bernoulli(tf.Module):
    """Bernoulli distribution for data in [0, 1]: suitable for binary images, not for reflectance.

    Parameters
    ----------
    bands : number of bands.
    floor : not used; accepted so that all likelihoods are made alike.
    """

    def __init__(self, bands: int, *, floor: float) -> None:
        super().__init__(name="likelihood")
        self.bands, self.floor = bands, floor

    def __call__(self, output: tf.Tensor) -> Distribution:
        """Return the distribution of x.

        Parameters
        ----------
        output : float32 [..., band], output of the decoder: logits.
        """
        return bernoulli(output)

    def mean(self, output: tf.Tensor) -> tf.Tensor:
        """Return the expected spectrum float32 [..., band], 0 to 1.

        Parameters
        ----------
        output : float32 [..., band], output of the decoder: logits.
        """
        return tf.sigmoid(output)

    def history(self) -> dict[str, float]:
        """Return nothing: it has no parameters."""
        return {}


LIKELIHOODS: dict[str, Callable[..., Likelihood]] = {
    "gaussian": Gaussian,
    "bernoulli": Bernoulli,
    "student_t": StudentT,
}
