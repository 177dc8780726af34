"""Draw random numbers and smooth random fields: the only source of chance in the simulator."""

import zlib

import numpy as np
from scipy import ndimage


def generator(seed: int, stream: str, *keys: int) -> np.random.Generator:
    """Return a random generator that depends on the seed, the name of the stream and the keys alone.

    Parameters
    ----------
    seed : int, seed of the collection.
    stream : str, name of the stream.
    *keys : int, numbers of hole and scene.
    """
    return np.random.default_rng([seed, zlib.crc32(stream.encode()), *keys])


def smooth_field(random: np.random.Generator, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """Draw a Gaussian random field with mean 0 and variance 1.

    Parameters
    ----------
    random : Generator, source of chance.
    shape : tuple of int, shape of the field, in pixels.
    scale : float, correlation length, in pixels.

    Returns
    -------
    float64, of the given shape.
    """
    field = ndimage.gaussian_filter(random.standard_normal(shape), scale, mode="reflect")
    spread = field.std()
    return np.asarray((field - field.mean()) / spread if spread > 0 else field)


def blended_field(random: np.random.Generator, shape: tuple[int, ...], scale: float, coherence: float) -> np.ndarray:
    """Draw a field of variance 1 that is partly smooth and partly independent from pixel to pixel.

    Parameters
    ----------
    random : Generator, source of chance.
    shape : tuple of int, shape of the field, in pixels.
    scale : float, correlation length of the smooth part, in pixels.
    coherence : float, share of the variance that is smooth, 0 to 1.

    Returns
    -------
    float64, of the given shape.
    """
    smooth = smooth_field(random, shape, scale)
    return np.asarray(np.sqrt(coherence) * smooth + np.sqrt(1 - coherence) * random.standard_normal(shape))
