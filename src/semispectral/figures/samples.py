"""What trained models imagine, in NumPy: spectra drawn from M1's prior, reconstructions, spectra of a class by M2."""

import numpy as np

from semispectral.inference import nets
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference


def from_prior(model: M1Inference, draws: int, *, seed: int) -> np.ndarray:
    """E[x|z] for z ~ N(0, I), float32 [draw, band]."""
    z = np.random.default_rng(seed).standard_normal((draws, len(model.live)), np.float32)
    return model.decode(z)


def reconstructed(model: M1Inference, x: np.ndarray) -> np.ndarray:
    """E[x|z] at the mean of q(z|x), float32 [pixel, band]."""
    return model.decode(model.encode(x)[0])


def of_every_class(model: M2Inference, draws: int, *, seed: int, m1: M1Inference | None = None) -> np.ndarray:
    """E[x|y, z] for the same z ~ N(0, I) in every known class, float32 [known class, draw, band].

    Parameters
    ----------
    m1 : the model whose latents M2 was trained on; None where it was trained on bands.
    """
    z = np.random.default_rng(seed).standard_normal((draws, model.settings["latents"]), np.float32)
    inputs = [model.decode(np.full(draws, label), z) for label in model.labels]
    return np.stack([x if m1 is None else m1.decode(x) for x in inputs])


def sigma(model: M1Inference) -> np.ndarray | None:
    """Standard deviation of p(x|z) in each band, of normalised values, float32 [band]; None where it has none."""
    has_one = "likelihood/log_sigma" in model.arrays
    return nets.sigma(model.arrays, model.settings["sigma_floor"]) if has_one else None
