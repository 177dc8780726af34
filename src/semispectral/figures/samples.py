"""Samples of trained models, in NumPy: spectra from M1's prior, reconstructions, spectra of each class by M2."""

import numpy as np

from semispectral.inference import nets
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference


def from_prior(model: M1Inference, draws: int, *, seed: int) -> np.ndarray:
    """Return E[x|z] for z ~ N(0, I), float32 [draw, band].

    Parameters
    ----------
    model : M1.
    draws : number of draws.
    seed : seed of the draws.
    """
    z = np.random.default_rng(seed).standard_normal((draws, len(model.live)), np.float32)
    return model.decode(z)


def reconstructed(model: M1Inference, x: np.ndarray) -> np.ndarray:
    """Return E[x|z] at the mean of q(z|x), float32 [pixel, band].

    Parameters
    ----------
    model : M1.
    x : float32 [pixel, band], normalised spectra.
    """
    return model.decode(model.means(x))


def of_every_class(model: M2Inference, draws: int, *, seed: int, m1: M1Inference | None = None) -> np.ndarray:
    """Return E[x|y, z] for the same z ~ N(0, I) in every known class, float32 [known class, draw, band].

    Parameters
    ----------
    model : M2.
    draws : number of draws.
    seed : seed of the draws.
    m1 : model whose latents are the first inputs of M2; None on bands.
    """
    z = np.random.default_rng(seed).standard_normal((draws, model.settings["latents"]), np.float32)
    inputs = [model.decode(np.full(draws, label), z) for label in model.labels]
    return np.stack([x if m1 is None else m1.decode(x[:, : len(m1.live)]) for x in inputs])


def sigma(model: M1Inference) -> np.ndarray | None:
    """Return the standard deviation of p(x|z) of normalised values, float32 [band]; None if p(x|z) has none.

    Parameters
    ----------
    model : M1.
    """
    has_one = "likelihood/log_sigma" in model.arrays
    return nets.sigma(model.arrays, model.settings["sigma_floor"]) if has_one else None
