"""All that is asked of TensorFlow Probability: three densities and the divergence between two normals.

No other module imports it, so that a way out of it (docs/decisions/0035-tensorflow-probability.md) is written here.
"""

from typing import TypeAlias

import tensorflow as tf

from semispectral.errors import VersionsError
from semispectral.models.versions import found_and_known

try:
    from tensorflow_probability import distributions as tfd
except (ImportError, AttributeError) as error:  # it looks into TensorFlow and into the older Keras as it is imported
    raise VersionsError(
        f"TensorFlow Probability cannot be imported ({' '.join(str(error).split())[:200]}): {found_and_known()}"
    ) from error

Distribution: TypeAlias = tfd.Distribution
Normal: TypeAlias = tfd.Normal


def normal(mean: tf.Tensor | float, sigma: tf.Tensor | float) -> Normal:
    """Return independent normal distributions.

    Parameters
    ----------
    mean : float32 [...], means.
    sigma : float32 [...], standard deviations.
    """
    return tfd.Normal(mean, sigma)


def student_t(degrees: float, location: tf.Tensor, scale: tf.Tensor) -> Distribution:
    """Return independent Student t distributions.

    Parameters
    ----------
    degrees : degrees of freedom.
    location : float32 [...], locations.
    scale : float32 [...], scales.
    """
    return tfd.StudentT(degrees, location, scale)


def bernoulli(logits: tf.Tensor) -> Distribution:
    """Return independent Bernoulli distributions of floats, so that values between 0 and 1 are not cut to 0.

    Parameters
    ----------
    logits : float32 [...], log-odds of 1.
    """
    return tfd.Bernoulli(logits=logits, dtype=logits.dtype)


def kl_divergence(of: Normal, to: Normal) -> tf.Tensor:
    """Return KL(of || to) of each pair of normals, float32 [...], in nats.

    Parameters
    ----------
    of, to : normal distributions.
    """
    return tfd.kl_divergence(of, to)
