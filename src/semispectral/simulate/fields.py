"""Random streams and smooth random fields: the only sources of chance in the simulator."""

import zlib

import numpy as np
from scipy import ndimage


def generator(seed: int, stream: str, *keys: int) -> np.random.Generator:
    """Random generator that depends on the seed, the name of the stream and the keys (hole, scene) alone."""
    return np.random.default_rng([seed, zlib.crc32(stream.encode()), *keys])


def smooth_field(random: np.random.Generator, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """Gaussian random field with mean 0 and variance 1, correlated over about `scale` pixels.

    Returns
    -------
    float64 of the given shape.
    """
    field = ndimage.gaussian_filter(random.standard_normal(shape), scale, mode="reflect")
    spread = field.std()
    return np.asarray((field - field.mean()) / spread if spread > 0 else field)


def blended_field(random: np.random.Generator, shape: tuple[int, ...], scale: float, coherence: float) -> np.ndarray:
    """Unit-variance field of which the share `coherence` of the variance is smooth and the rest pixel by pixel."""
    smooth = smooth_field(random, shape, scale)
    return np.asarray(np.sqrt(coherence) * smooth + np.sqrt(1 - coherence) * random.standard_normal(shape))
