"""M1 in NumPy: q(z|x), E[x|z], draws from p(x|z), and the bound on log p(x)."""

import itertools
from typing import Any

import numpy as np

from semispectral.inference.nets import (
    BLOCK_PIXELS,
    bounded_log_variance,
    draw,
    expected,
    in_blocks,
    kl_to_standard,
    log_likelihood,
    shared_noise,
)
from semispectral.inference.views import autoencoder

LOG_SIGMA = "likelihood/log_sigma"


class M1Inference:
    """M1 in NumPy. Only live latents are returned.

    Parameters
    ----------
    arrays : parameters of the networks, from `load_model`.
    description : description of the model, from `load_model`.
    """

    def __init__(self, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> None:
        self.arrays, self.description, self.settings = arrays, description, description["settings"]
        self.live = np.asarray(description["live"], int)
        self.encoder, self.decoder = autoencoder(arrays, description)

    def all_latents(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return q(z|x): mean and log-variance of every latent, live or dead, float32 [pixel, latent].

        The latents of a view that a pixel lacks are those of the prior: mean 0, variance 1. Since the views have no
        latent in common, this is the posterior given the views that there are.

        Parameters
        ----------
        x : float [pixel, column], normalised spectra; NaN in the columns of a view that a pixel lacks.
        """
        mean, raw = self.encoder.heads(("mean", "log_variance"), x)
        lacking = np.isnan(mean)
        log_variance = bounded_log_variance(raw)
        if lacking.any():
            mean, log_variance = (np.where(lacking, each.dtype.type(0), each) for each in (mean, log_variance))
        return mean, log_variance

    def encode(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return q(z|x): mean and log-variance of the live latents, float32 [pixel, latent].

        Parameters
        ----------
        x : float [pixel, column], normalised spectra.
        """
        blocks = [self.all_latents(x[i : i + BLOCK_PIXELS]) for i in range(0, max(len(x), 1), BLOCK_PIXELS)]
        mean, log_variance = (np.concatenate(part)[:, self.live] for part in zip(*blocks, strict=True))
        return mean.astype(np.float32), log_variance.astype(np.float32)

    def means(self, x: np.ndarray) -> np.ndarray:
        """Return the means of the live latents, float32 [pixel, latent]: the first of what `encode` returns.

        Parameters
        ----------
        x : float [pixel, column], normalised spectra.
        """
        found = in_blocks(lambda block: self.encoder("mean", block), x)[:, self.live].astype(np.float32)
        return np.where(np.isnan(found), np.float32(0), found)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Return E[x|z], float [pixel, column]; dead latents are at their prior mean.

        Parameters
        ----------
        z : float [pixel, latent], live latents.
        """
        full = np.zeros((len(z), self.settings["latents"]), np.float32)
        full[:, self.live] = z
        return expected(self.settings["likelihood"], self.decoder("output", full))

    def draw(self, z: np.ndarray, *, seed: int) -> np.ndarray:
        """Sample x from p(x|z), float32 [pixel, column]; dead latents are drawn from their prior.

        Parameters
        ----------
        z : float [pixel, latent], live latents.
        seed : seed of the draw.
        """
        random = np.random.default_rng(seed)
        full = random.standard_normal((len(z), self.settings["latents"]), np.float32)
        full[:, self.live] = z
        output = self.decoder("output", full)
        return draw(self.settings["likelihood"], output, self.arrays, self.settings["sigma_floor"], random)

    def sample(self, pixels: int, *, seed: int) -> np.ndarray:
        """Sample x from p(x), float32 [pixel, column].

        Parameters
        ----------
        pixels : number of pixels.
        seed : seed of the draw.
        """
        z = np.random.default_rng([seed, 1]).standard_normal((pixels, len(self.live)), np.float32)
        return self.draw(z, seed=seed)

    def log_p_x(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return log p(x|z), float [pixel], in nats: of a pixel that lacks a view, of the others.

        Parameters
        ----------
        x : float [pixel, column], normalised spectra; NaN in the columns of a view that a pixel lacks.
        z : float [pixel, latent], all latents, live and dead.
        """
        output, settings = self.decoder("output", z), self.settings
        if not np.isnan(x).any():
            return log_likelihood(settings["likelihood"], x, output, self.arrays, settings["sigma_floor"])
        edges = np.cumsum([0, *self.description.get("views", [x.shape[1]])]).tolist()
        total = np.zeros(len(x), np.float32)
        for first, last in itertools.pairwise(edges):
            there = ~np.isnan(x[:, first])
            arrays = {name: array[first:last] for name, array in self.arrays.items() if name == LOG_SIGMA}
            seen, made = x[there, first:last], np.broadcast_to(output, x.shape)[there, first:last]
            total[there] += log_likelihood(settings["likelihood"], seen, made, arrays, settings["sigma_floor"])
        return total

    def bound(self, x: np.ndarray, *, seed: int, draws: int = 1) -> np.ndarray:
        """Return a lower bound on log p(x), averaged over draws of z; float32 [pixel], in nats.

        Parameters
        ----------
        x : float [pixel, column], normalised spectra.
        seed : seed of the draws, which differ between pixels.
        draws : number of draws.
        """
        random = np.random.default_rng(seed)
        return self._bound(
            x, [random.standard_normal((len(x), self.settings["latents"]), np.float32) for _ in range(draws)]
        )

    def score_samples(self, x: np.ndarray, *, seed: int, draws: int) -> np.ndarray:
        """Return a lower bound on log p(x) with the same draws of z for every pixel; float32 [pixel], in nats.

        The value of a pixel depends neither on its position nor on its neighbours.

        Parameters
        ----------
        x : float [pixel, column], normalised spectra.
        seed : seed of the draws.
        draws : number of draws, even; see `shared_noise`.
        """
        noise = shared_noise(draws, self.settings["latents"], seed=seed)
        return in_blocks(lambda block: self._bound(block, list(noise)), x)

    def _bound(self, x: np.ndarray, noises: list[np.ndarray]) -> np.ndarray:
        """Return the bound at given draws, each [pixel or 1, latent]."""
        mean, log_variance = self.all_latents(x)
        std = np.exp(0.5 * log_variance)
        total = np.zeros(len(x))
        for noise in noises:
            total += self.log_p_x(x, mean + std * noise)
        return np.asarray(total / len(noises) - kl_to_standard(mean, log_variance), np.float32)
