"""p(x|.): what a decoder's output means. Each likelihood is a module with its own parameters."""

import math

import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from semispectral.inference.nets import LARGEST_SIGMA


class Gaussian(tf.Module):
    """Normal with one learned sigma per band: sigma^2 = floor^2 + exp(2 s), s bounded above."""

    def __init__(self, bands: int, *, floor: float) -> None:
        super().__init__(name="likelihood")
        self.floor = floor
        self.log_sigma = tf.Variable(np.full(bands, math.log(0.5), np.float32), name="log_sigma")

    def sigma(self) -> tf.Tensor:
        """float32 [band], in units of the normalised spectrum."""
        return tf.sqrt(self.floor**2 + tf.exp(2.0 * tf.minimum(self.log_sigma, math.log(LARGEST_SIGMA))))

    def __call__(self, output: tf.Tensor) -> tfd.Distribution:
        """The distribution of x given the decoder's output [..., band]."""
        return tfd.Normal(output, self.sigma())

    def mean(self, output: tf.Tensor) -> tf.Tensor:
        """The expected spectrum."""
        return output


class StudentT(Gaussian):
    """Student's t with 4 degrees of freedom and one learned scale per band: bad bands and spikes pull less."""

    def __call__(self, output: tf.Tensor) -> tfd.Distribution:
        """The distribution of x given the decoder's output [..., band]."""
        return tfd.StudentT(4.0, output, self.sigma())


class Bernoulli(tf.Module):
    """Bernoulli on data in [0, 1], the choice of 2017; right for binary images, not for reflectance."""

    def __init__(self, bands: int, *, floor: float) -> None:
        super().__init__(name="likelihood")
        self.bands, self.floor = bands, floor

    def __call__(self, output: tf.Tensor) -> tfd.Distribution:
        """The distribution of x given the decoder's output (logits) [..., band]."""
        return tfd.Bernoulli(logits=output, dtype=output.dtype)  # its default, int32, would cut grey values to 0

    def mean(self, output: tf.Tensor) -> tf.Tensor:
        """The expected spectrum."""
        return tf.sigmoid(output)


LIKELIHOODS: dict[str, type[Gaussian] | type[Bernoulli]] = {
    "gaussian": Gaussian,
    "bernoulli": Bernoulli,
    "student_t": StudentT,
}
