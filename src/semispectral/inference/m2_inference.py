"""M2 in NumPy: q(y|x), the bounds on log p(x, y) and log p(x), E[x|y, z] and draws of p(x|y)."""

from typing import Any

import numpy as np
from scipy.special import log_softmax, logsumexp

from semispectral.errors import DataError
from semispectral.inference.nets import (
    Network,
    bounded_log_variance,
    draw,
    expected,
    in_blocks,
    kl_to_standard,
    log_likelihood,
    log_normal,
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
        self.auxiliary_encoder = Network(arrays, "q_a", activation)
        self.auxiliary_decoder = Network(arrays, "p_a", activation)
        self.auxiliary = self.settings.get("auxiliary", 0)

    @property
    def noise_width(self) -> int:
        """Standard normal draws in a bound: one for each latent, and for each auxiliary variable."""
        return int(self.settings["latents"] + self.auxiliary)

    def _logits(self, x: np.ndarray) -> np.ndarray:
        """Of q(y|x), in an SDGM at the mean of q(a|x)."""
        return self.classifier("logits", x, *([self.auxiliary_encoder("mean", x)] if self.auxiliary else []))

    def log_q_y(self, x: np.ndarray) -> np.ndarray:
        """log q(y|x) of the classes that the model knows, [pixel, known class]."""
        return np.asarray(log_softmax(self._logits(x), axis=-1))

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """q(y|x), moved to the shares of the classes among the unlabelled pixels and calibrated by the temperature.

        float32 [pixel, class] over all classes; one that was not among the labels has 0.
        """
        return in_blocks(self._probabilities, x)

    def _probabilities(self, x: np.ndarray) -> np.ndarray:
        shift = self.arrays.get("prior/log_shift", np.float32(0.0))
        scaled = (self._logits(x) + shift) / self.description.get("temperature", 1.0)
        probability = np.zeros((len(x), self.description["classes"]), np.float32)
        probability[:, self.labels] = np.exp(log_softmax(scaled, axis=-1))
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
        noises = shared_noise(draws, self.noise_width, seed=seed)
        return in_blocks(lambda block: self.bound_at(block, noises), x).astype(np.float32)

    def bound_at(self, x: np.ndarray, noises: np.ndarray) -> np.ndarray:
        """`bound` at draws that pixels and classes share, float [draw, 1, `noise_width`]; float [pixel], in nats."""
        classes = (len(self.labels), 1, self.noise_width)
        of_class = [self._labelled_bound(x, np.broadcast_to(noise, classes)) for noise in noises]
        return np.asarray(logsumexp(np.mean(of_class, axis=0), axis=1))

    def decode(self, label: np.ndarray, z: np.ndarray) -> np.ndarray:
        """E[x|y, z] for labels int [pixel] and latents [pixel, latent]; float32 [pixel, input].

        In an SDGM it is E[x|a, y, z] at the mean of p(a|y, z).
        """
        z, y = z.astype(np.float32), self._one_hot(label)
        a = [self.auxiliary_decoder("mean", z, y)] if self.auxiliary else []
        return expected(self.settings["likelihood"], self.decoder("output", z, y, *a))

    def sample(self, label: np.ndarray, *, seed: int) -> np.ndarray:
        """x of p(x|y) for labels int [pixel], z from its prior; float32 [pixel, input]."""
        random, y = np.random.default_rng(seed), self._one_hot(label)
        z = random.standard_normal((len(y), self.settings["latents"]), np.float32)
        a = []
        if self.auxiliary:
            noise = random.standard_normal((len(y), self.auxiliary), np.float32)
            a = [_drawn(*self._heads(self.auxiliary_decoder, z, y), noise)]
        output = self.decoder("output", z, y, *a)
        return draw(self.settings["likelihood"], output, self.arrays, self.settings["sigma_floor"], random)

    def sample_labels(self, pixels: int, *, seed: int) -> np.ndarray:
        """Labels of p(y), int [pixel]."""
        prior = np.exp(self.arrays["prior/log_prior"].astype(np.float64))
        place = np.random.default_rng([seed, 1]).choice(len(prior), pixels, p=prior / prior.sum())
        return np.asarray(self.labels[place])

    def _noise(self, pixels: int, *, seed: int) -> np.ndarray:
        shape = (len(self.labels), pixels, self.noise_width)
        return np.random.default_rng(seed).standard_normal(shape, np.float32)

    def _one_hot(self, label: np.ndarray) -> np.ndarray:
        known = np.asarray(label)[:, np.newaxis] == self.labels
        if not known.any(axis=1).all():
            unknown = np.unique(np.asarray(label)[~known.any(axis=1)]).tolist()
            raise DataError(f"this model knows the labels {self.labels.tolist()}, and was asked for {unknown}")
        return np.asarray(known, np.float32)

    def _labelled_bound(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """With noise [known class, pixel or 1, `noise_width`]: of z, then of a."""
        noise_of_z, noise_of_a = np.split(noise, [self.settings["latents"]], axis=-1)
        q_a = self._heads(self.auxiliary_encoder, x) if self.auxiliary else None
        bounds = []
        for place, log_prior in enumerate(self.arrays["prior/log_prior"]):
            y = np.zeros((1, len(self.labels)), np.float32)
            y[:, place] = 1
            a = [] if q_a is None else [_drawn(*q_a, noise_of_a[place])]
            q_z = self._heads(self.encoder, x, y, *a)
            z = _drawn(*q_z, noise_of_z[place])
            output = self.decoder("output", z, y, *a)
            log_p_x = log_likelihood(self.settings["likelihood"], x, output, self.arrays, self.settings["sigma_floor"])
            bound = log_p_x + log_prior - kl_to_standard(*q_z)
            if q_a is not None:
                bound += log_normal(a[0], *self._heads(self.auxiliary_decoder, z, y)) - log_normal(a[0], *q_a)
            bounds.append(bound)
        return np.stack(bounds, axis=1)

    @staticmethod
    def _heads(network: Network, *inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and bounded log-variance of a normal."""
        mean, raw = network.heads(("mean", "log_variance"), *inputs)
        return mean, bounded_log_variance(raw)


def _drawn(mean: np.ndarray, log_variance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    return np.asarray(mean + np.exp(0.5 * log_variance) * noise)
