"""M1 in NumPy: q(z|x), E[x|z] and the bound on log p(x)."""

from typing import Any

import numpy as np
from scipy.special import expit

from semispectral.inference.nets import (
    BLOCK_PIXELS,
    Network,
    bounded_log_variance,
    kl_to_standard,
    log_likelihood,
)


class M1Inference:
    """M1 in NumPy; only the latents that are live leave it.

    Parameters
    ----------
    arrays, description : as `weights.load_model` gives them.
    """

    def __init__(self, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> None:
        self.arrays, self.settings = arrays, description["settings"]
        self.live = np.asarray(description["live"], int)
        activation = self.settings["net"]["activation"]
        self.encoder = Network(arrays, "q_z", activation)
        self.decoder = Network(arrays, "p_x", activation)

    def _all_latents(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, raw = self.encoder.heads(("mean", "log_variance"), x)
        return mean, bounded_log_variance(raw)

    def encode(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """q(z|x): mean and log-variance of the live latents, float32 [pixel, latent]."""
        blocks = [self._all_latents(x[i : i + BLOCK_PIXELS]) for i in range(0, max(len(x), 1), BLOCK_PIXELS)]
        mean, log_variance = (np.concatenate(part)[:, self.live] for part in zip(*blocks, strict=True))
        return mean.astype(np.float32), log_variance.astype(np.float32)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """E[x|z] for live latents [pixel, latent]; dead ones stand at their prior mean."""
        full = np.zeros((len(z), self.settings["latents"]), np.float32)
        full[:, self.live] = z
        output = self.decoder("output", full)
        return np.asarray(expit(output)) if self.settings["likelihood"] == "bernoulli" else output

    def bound(self, x: np.ndarray, *, seed: int, draws: int = 1) -> np.ndarray:
        """Lower bound on log p(x), the mean of so many draws of z; float32 [pixel], in nats."""
        random = np.random.default_rng(seed)
        mean, log_variance = self._all_latents(x)
        total = np.zeros(len(x))
        for _ in range(draws):
            z = mean + np.exp(0.5 * log_variance) * random.standard_normal(mean.shape, np.float32)
            output = self.decoder("output", z)
            settings = self.settings
            total += log_likelihood(settings["likelihood"], x, output, self.arrays, settings["sigma_floor"])
        return np.asarray(total / draws - kl_to_standard(mean, log_variance), np.float32)
