"""What trained models imagine, in NumPy: spectra drawn from M1's prior, reconstructions, spectra of a class by M2."""

import numpy as np
from scipy.special import expit

from semispectral.inference.m1 import M1Inference
from semispectral.inference.m2 import M2Inference


def from_prior(model: M1Inference, draws: int, *, seed: int) -> np.ndarray:
    """E[x|z] for z ~ N(0, I), float32 [draw, band]."""
    z = np.random.default_rng(seed).standard_normal((draws, len(model.live)), np.float32)
    return model.decode(z)


def reconstructed(model: M1Inference, x: np.ndarray) -> np.ndarray:
    """E[x|z] at the mean of q(z|x), float32 [pixel, band]."""
    return model.decode(model.encode(x)[0])


def decode_class(model: M2Inference, z: np.ndarray, place: int) -> np.ndarray:
    """E[x|y, z] of one class, float32 [draw, input].

    Parameters
    ----------
    z : float32 [draw, latent].
    place : of the class among those that the model knows (``model.labels``).
    """
    y = np.zeros((len(z), len(model.labels)), np.float32)
    y[:, place] = 1
    output = model.decoder("output", z, y)
    return np.asarray(expit(output)) if model.settings["likelihood"] == "bernoulli" else output


def of_every_class(model: M2Inference, draws: int, *, seed: int, m1: M1Inference | None = None) -> np.ndarray:
    """E[x|y, z] for the same z ~ N(0, I) in every known class, float32 [known class, draw, band].

    Parameters
    ----------
    m1 : the model whose latents M2 was trained on; None where it was trained on bands.
    """
    z = np.random.default_rng(seed).standard_normal((draws, model.settings["latents"]), np.float32)
    inputs = [decode_class(model, z, place) for place in range(len(model.labels))]
    return np.stack([x if m1 is None else m1.decode(x) for x in inputs])


def sigma(model: M1Inference) -> np.ndarray | None:
    """Standard deviation of p(x|z) in each band, of normalised values, float32 [band]; None where it has none."""
    log_sigma = model.arrays.get("likelihood/log_sigma")
    if log_sigma is None:
        return None
    return np.asarray(np.sqrt(model.settings["sigma_floor"] ** 2 + np.exp(2.0 * np.minimum(log_sigma, np.log(20.0)))))
