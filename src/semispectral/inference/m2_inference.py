"""M2 in NumPy: q(y|x), the bounds on log p(x, y) and log p(x), E[x|y, z] and draws from p(x|y)."""

from typing import Any

import numpy as np
from scipy.special import log_softmax, logsumexp

from semispectral.errors import DataError
from semispectral.inference.calibration import apply_temperature
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
    """M2, or its baseline q(y|x), in NumPy.

    Parameters
    ----------
    arrays : parameters of the networks, from `load_model`.
    description : description of the model, from `load_model`.
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
        """Number of standard normal draws in a bound: one per latent and per auxiliary variable."""
        return int(self.settings["latents"] + self.auxiliary)

    def _logits(self, x: np.ndarray) -> np.ndarray:
        """Return the logits of q(y|x); in an SDGM at the mean of q(a|x)."""
        return self.classifier("logits", x, *([self.auxiliary_encoder("mean", x)] if self.auxiliary else []))

    def log_q_y(self, x: np.ndarray) -> np.ndarray:
        """Return log q(y|x), [pixel, known class].

        Parameters
        ----------
        x : float [pixel, input].
        """
        return np.asarray(log_softmax(self._logits(x), axis=-1))

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return q(y|x), adapted to the class shares among the unlabelled pixels, at the fitted temperature.

        Parameters
        ----------
        x : float [pixel, input].

        Returns
        -------
        float32 [pixel, class] over all classes; 0 for a class that was not among the labels.
        """
        return in_blocks(self._probabilities, x)

    def _probabilities(self, x: np.ndarray) -> np.ndarray:
        """Return the probabilities of one block of pixels."""
        shift = self.arrays.get("prior/log_shift", np.float32(0.0))
        found = apply_temperature(self._logits(x) + shift, self.description.get("temperature", 1.0))
        probability = np.zeros((len(x), self.description["classes"]), np.float32)
        probability[:, self.labels] = found
        return probability

    def labelled_bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Return the lower bound on log p(x, y) for every known class, eq. 6, float [pixel, known class], in nats.

        Parameters
        ----------
        x : float [pixel, input].
        seed : seed of the draws of z.
        """
        return self._labelled_bound(x, self._noise(len(x), seed=seed))

    def unlabelled_bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Return the lower bound on log p(x), eq. 7, float [pixel], in nats.

        It is the mean of the bounds of the classes, weighted by q(y|x), plus the entropy of q(y|x).

        Parameters
        ----------
        x : float [pixel, input].
        seed : seed of the draws of z.
        """
        log_q_y = self.log_q_y(x)
        return np.asarray(np.sum(np.exp(log_q_y) * (self.labelled_bound(x, seed=seed) - log_q_y), axis=1))

    def bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Return a bound on log p(x) that sums over the classes exactly, float [pixel], in nats.

        It does not depend on q(y|x). With the same draws it is eq. 7 plus KL(q(y|x) || p(y) p(x|y) normalised), so
        never lower.

        Parameters
        ----------
        x : float [pixel, input].
        seed : seed of the draws of z.
        """
        return np.asarray(logsumexp(self.labelled_bound(x, seed=seed), axis=1))

    def score_samples(self, x: np.ndarray, *, seed: int, draws: int) -> np.ndarray:
        """Return `bound` with the same draws of z for every pixel, float32 [pixel], in nats.

        The value of a pixel depends neither on its position nor on its neighbours.

        Parameters
        ----------
        x : float [pixel, input].
        seed : seed of the draws.
        draws : number of draws, even; see `shared_noise`.
        """
        noises = shared_noise(draws, self.noise_width, seed=seed)
        return in_blocks(lambda block: self.bound_at(block, noises), x).astype(np.float32)

    def bound_at(self, x: np.ndarray, noises: np.ndarray) -> np.ndarray:
        """Return `bound` at given draws, float [pixel], in nats.

        Parameters
        ----------
        x : float [pixel, input].
        noises : float [draw, 1, `noise_width`], draws that pixels and classes share.
        """
        classes = (len(self.labels), 1, self.noise_width)
        of_class = [self._labelled_bound(x, np.broadcast_to(noise, classes)) for noise in noises]
        return np.asarray(logsumexp(np.mean(of_class, axis=0), axis=1))

    def decode(self, label: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return E[x|y, z], float32 [pixel, input]; in an SDGM E[x|a, y, z] at the mean of p(a|y, z).

        Parameters
        ----------
        label : int [pixel], labels known to the model.
        z : float [pixel, latent].
        """
        z, y = z.astype(np.float32), self._one_hot(label)
        a = [self.auxiliary_decoder("mean", z, y)] if self.auxiliary else []
        return expected(self.settings["likelihood"], self.decoder("output", z, y, *a))

    def sample(self, label: np.ndarray, *, seed: int) -> np.ndarray:
        """Sample x from p(x|y), with z from its prior; float32 [pixel, input].

        Parameters
        ----------
        label : int [pixel], labels known to the model.
        seed : seed of the draw.
        """
        random, y = np.random.default_rng(seed), self._one_hot(label)
        z = random.standard_normal((len(y), self.settings["latents"]), np.float32)
        a = []
        if self.auxiliary:
            noise = random.standard_normal((len(y), self.auxiliary), np.float32)
            a = [_drawn(*self._heads(self.auxiliary_decoder, z, y), noise)]
        output = self.decoder("output", z, y, *a)
        return draw(self.settings["likelihood"], output, self.arrays, self.settings["sigma_floor"], random)

    def sample_labels(self, pixels: int, *, seed: int) -> np.ndarray:
        """Sample labels from p(y), int [pixel].

        Parameters
        ----------
        pixels : number of labels.
        seed : seed of the draw.
        """
        prior = np.exp(self.arrays["prior/log_prior"].astype(np.float64))
        place = np.random.default_rng([seed, 1]).choice(len(prior), pixels, p=prior / prior.sum())
        return np.asarray(self.labels[place])

    def _noise(self, pixels: int, *, seed: int) -> np.ndarray:
        """Draw standard normal noise, float32 [known class, pixel, `noise_width`]."""
        shape = (len(self.labels), pixels, self.noise_width)
        return np.random.default_rng(seed).standard_normal(shape, np.float32)

    def _one_hot(self, label: np.ndarray) -> np.ndarray:
        """Return labels one-hot, float32 [pixel, known class]; refuse labels unknown to the model."""
        known = np.asarray(label)[:, np.newaxis] == self.labels
        if not known.any(axis=1).all():
            unknown = np.unique(np.asarray(label)[~known.any(axis=1)]).tolist()
            raise DataError(f"this model knows the labels {self.labels.tolist()}, and was asked for {unknown}")
        return np.asarray(known, np.float32)

    def _labelled_bound(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the bounds of all classes, with noise [known class, pixel or 1, `noise_width`]: of z, then of a."""
        # Class by class: all classes at once would need memory for [class, pixel, hidden].
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
        """Return mean and bounded log-variance of a normal."""
        mean, raw = network.heads(("mean", "log_variance"), *inputs)
        return mean, bounded_log_variance(raw)


def _drawn(mean: np.ndarray, log_variance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Draw from a normal, given standard normal noise."""
    return np.asarray(mean + np.exp(0.5 * log_variance) * noise)
