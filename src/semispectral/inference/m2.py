"""M2 in NumPy: q(y|x), and the bounds on log p(x, y) and log p(x)."""

from typing import Any

import numpy as np
from scipy.special import log_softmax, logsumexp

from semispectral.inference.nets import (
    BLOCK_PIXELS,
    Network,
    bounded_log_variance,
    kl_to_standard,
    log_likelihood,
)


class M2Inference:
    """M2, or its control q(y|x), in NumPy.

    Parameters
    ----------
    arrays, description : as `weights.load_model` gives them.
    """

    def __init__(self, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> None:
        self.arrays, self.description, self.settings = arrays, description, description["settings"]
        self.labels = np.asarray(description["labels"], int)
        activation = self.settings["net"]["activation"]
        self.classifier = Network(arrays, "q_y", activation)
        self.encoder = Network(arrays, "q_z", activation)
        self.decoder = Network(arrays, "p_x", activation)

    def log_q_y(self, x: np.ndarray) -> np.ndarray:
        """log q(y|x) of the classes that the model knows, [pixel, known class]."""
        return np.asarray(log_softmax(self.classifier("logits", x), axis=-1))

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """q(y|x) over all classes; one that was not among the labels has 0. float32 [pixel, class]."""
        temperature = self.description.get("temperature", 1.0)
        probability = np.zeros((len(x), self.description["classes"]), np.float32)
        for first in range(0, len(x), BLOCK_PIXELS):
            block = slice(first, first + BLOCK_PIXELS)
            scaled = self.classifier("logits", x[block]) / temperature
            probability[block, self.labels] = np.exp(log_softmax(scaled, axis=-1))
        return probability

    def labelled_bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Lower bound on log p(x, y) for every known class, float [pixel, known class], in nats."""
        random = np.random.default_rng(seed)
        bounds = []
        for place, log_prior in enumerate(self.arrays["prior/log_prior"]):
            y = np.zeros((len(x), len(self.labels)), np.float32)
            y[:, place] = 1
            mean, raw = self.encoder.heads(("mean", "log_variance"), x, y)
            log_variance = bounded_log_variance(raw)
            z = mean + np.exp(0.5 * log_variance) * random.standard_normal(mean.shape, np.float32)
            output = self.decoder("output", z, y)
            log_p_x = log_likelihood(self.settings["likelihood"], x, output, self.arrays, self.settings["sigma_floor"])
            bounds.append(log_p_x + log_prior - kl_to_standard(mean, log_variance))
        return np.stack(bounds, axis=1)

    def bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """A bound on log p(x) that sums the classes exactly, [pixel], in nats."""
        return np.asarray(logsumexp(self.labelled_bound(x, seed=seed), axis=1))
