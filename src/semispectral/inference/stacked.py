"""M1+M2 as one model, p(y) p(z2) p(z1|y, z2) p(x|z1), in NumPy."""

import math

import numpy as np

from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import in_blocks, kl_to_standard, shared_noise


def stacked_bound(m1: M1Inference, m2: M2Inference, x: np.ndarray, *, seed: int, draws: int) -> np.ndarray:
    """Return the lower bound on log p(x) of M1+M2, float32 [pixel], in nats.

    It is the mean over q(z1|x) of log p(x|z1) plus M2's bound on log p(z1), plus the entropy of q(z1|x). Dead latents
    of M1, which M2 does not take, keep their normal prior. The draws are the same for every pixel: the value of a pixel
    depends neither on its position nor on its neighbours.

    Parameters
    ----------
    m1 : M1.
    m2 : M2, trained on the live latents of M1.
    x : float [pixel, column], normalised spectra.
    seed : seed of the draws.
    draws : number of draws, even; see `shared_noise`.
    """
    noises = shared_noise(draws, m1.settings["latents"] + m2.noise_width, seed=seed)
    return in_blocks(lambda block: _bound_of_block(m1, m2, block, noises), x).astype(np.float32)


def _bound_of_block(m1: M1Inference, m2: M2Inference, x: np.ndarray, noises: np.ndarray) -> np.ndarray:
    """Return the bound of one block of pixels at given draws."""
    mean, log_variance = m1.all_latents(x)
    std = np.exp(0.5 * log_variance)
    total = np.zeros(len(x))
    for noise in noises:
        z1 = mean + std * noise[:, : mean.shape[1]]
        total += m1.log_p_x(x, z1) + m2.bound_at(z1[:, m1.live], noise[np.newaxis, :, mean.shape[1] :])
    dead = np.setdiff1d(np.arange(mean.shape[1]), m1.live)
    entropy = 0.5 * np.sum(log_variance[:, m1.live] + math.log(2 * math.pi * math.e), axis=1)
    return np.asarray(total / len(noises) + entropy - kl_to_standard(mean[:, dead], log_variance[:, dead]))
