"""M2 in NumPy: q(y|x), the bounds on log p(x, y) and log p(x), E[x|y, z] and draws of p(x|y)."""

from typing import Any

import numpy as np
from scipy.special import log_softmax, logsumexp

from semispectral.errors import DataError
from semispectral.inference.nets import (
    BLOCK_PIXELS,
    Network,
    bounded_log_variance,
    draw,
    expected,
    kl_to_standard,
    log_likelihood,
    shared_noise,
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
        self.classifier = Network(arrays, "q_y", self.settings["classifier"]["activation"])
        self.encoder = Network(arrays, "q_z", activation)
        self.decoder = Network(arrays, "p_x", activation)

    def log_q_y(self, x: np.ndarray) -> np.ndarray:
        """log q(y|x) of the classes that the model knows, [pixel, known class]."""
        return np.asarray(log_softmax(self.classifier("logits", x), axis=-1))

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """q(y|x), moved to the shares of the classes among the unlabelled pixels and calibrated by the temperature.

        float32 [pixel, class] over all classes; one that was not among the labels has 0.
        """
        temperature = self.description.get("temperature", 1.0)
        shift = self.arrays.get("prior/log_shift", np.float32(0.0))
        probability = np.zeros((len(x), self.description["classes"]), np.float32)
        for first in range(0, len(x), BLOCK_PIXELS):
            block = slice(first, first + BLOCK_PIXELS)
            scaled = (self.classifier("logits", x[block]) + shift) / temperature
            probability[block, self.labels] = np.exp(log_softmax(scaled, axis=-1))
        return probability

    def labelled_bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Lower bound on log p(x, y) for every known class, eq. 6, float [pixel, known class], in nats."""
        return self._labelled_bound(x, self._noise(len(x), seed=seed))

    def unlabelled_bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Lower bound on log p(x), eq. 7: the bounds of the classes averaged over q(y|x), plus its entropy; [pixel]."""
        log_q_y = self.log_q_y(x)
        return np.asarray(np.sum(np.exp(log_q_y) * (self.labelled_bound(x, seed=seed) - log_q_y), axis=1))

    def bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """A bound on log p(x) that sums the classes exactly, [pixel], in nats; q(y|x) has no say in it.

        With the same draws it is eq. 7 plus KL(q(y|x) || p(y) p(x|y) normalised), so never below it.
        """
        return np.asarray(logsumexp(self.labelled_bound(x, seed=seed), axis=1))

    def score_samples(self, x: np.ndarray, *, seed: int, draws: int) -> np.ndarray:
        """`bound` with the same draws of z for every pixel, float32 [pixel], in nats.

        A pixel's value depends neither on its place nor on its neighbours.

        Parameters
        ----------
        draws : an even number; see `nets.shared_noise`.
        """
        noises = shared_noise(draws, self.settings["latents"], seed=seed)
        result = np.empty(len(x), np.float32)
        for first in range(0, len(x), BLOCK_PIXELS):
            result[first : first + BLOCK_PIXELS] = self.bound_at(x[first : first + BLOCK_PIXELS], noises)
        return result

    def bound_at(self, x: np.ndarray, noises: np.ndarray) -> np.ndarray:
        """`bound` at draws of z that the pixels and classes share, float [draw, 1, latent]; float [pixel], in nats."""
        classes = (len(self.labels), 1, self.settings["latents"])
        of_class = [self._labelled_bound(x, np.broadcast_to(noise, classes)) for noise in noises]
        return np.asarray(logsumexp(np.mean(of_class, axis=0), axis=1))

    def decode(self, label: np.ndarray, z: np.ndarray) -> np.ndarray:
        """E[x|y, z] for labels int [pixel] and latents [pixel, latent]; float32 [pixel, input]."""
        return expected(self.settings["likelihood"], self.decoder("output", z.astype(np.float32), self._one_hot(label)))

    def sample(self, label: np.ndarray, *, seed: int) -> np.ndarray:
        """x of p(x|y) for labels int [pixel], z from its prior; float32 [pixel, input]."""
        random, y = np.random.default_rng(seed), self._one_hot(label)
        z = random.standard_normal((len(y), self.settings["latents"]), np.float32)
        output = self.decoder("output", z, y)
        return draw(self.settings["likelihood"], output, self.arrays, self.settings["sigma_floor"], random)

    def sample_labels(self, pixels: int, *, seed: int) -> np.ndarray:
        """Labels of p(y), int [pixel]."""
        prior = np.exp(self.arrays["prior/log_prior"].astype(np.float64))
        place = np.random.default_rng([seed, 1]).choice(len(prior), pixels, p=prior / prior.sum())
        return np.asarray(self.labels[place])

    def _noise(self, pixels: int, *, seed: int) -> np.ndarray:
        shape = (len(self.labels), pixels, self.settings["latents"])
        return np.random.default_rng(seed).standard_normal(shape, np.float32)

    def _one_hot(self, label: np.ndarray) -> np.ndarray:
        known = np.asarray(label)[:, np.newaxis] == self.labels
        if not known.any(axis=1).all():
            unknown = np.unique(np.asarray(label)[~known.any(axis=1)]).tolist()
            raise DataError(f"this model knows the labels {self.labels.tolist()}, and was asked for {unknown}")
        return np.asarray(known, np.float32)

    def _labelled_bound(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """With noise [known class, pixel or 1, latent]."""
        bounds = []
        for place, log_prior in enumerate(self.arrays["prior/log_prior"]):
            y = np.zeros((1, len(self.labels)), np.float32)
            y[:, place] = 1
            mean, raw = self.encoder.heads(("mean", "log_variance"), x, y)
            log_variance = bounded_log_variance(raw)
            output = self.decoder("output", mean + np.exp(0.5 * log_variance) * noise[place], y)
            log_p_x = log_likelihood(self.settings["likelihood"], x, output, self.arrays, self.settings["sigma_floor"])
            bounds.append(log_p_x + log_prior - kl_to_standard(mean, log_variance))
        return np.stack(bounds, axis=1)
