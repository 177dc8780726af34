"""From the raw spectra of some pixels to what a map shows of them, in NumPy alone."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from semispectral.errors import ConfigError
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import bounded_log_variance, kl_to_standard, log_likelihood
from semispectral.spectra.scaling import Scaler


class Classifier(Protocol):
    """Anything that gives class probabilities float32 [pixel, class] of features float32 [pixel, input]."""

    def predict_proba(self, x: np.ndarray) -> np.ndarray: ...


class Scores(NamedTuple):
    """What a map shows of some pixels.

    Parameters
    ----------
    probability : float32 [pixel, class].
    log_p : float32 [pixel], in nats; see `Pipeline`. NaN where no model of the spectra is at hand.
    guide : float32 [pixel, component], leading components of the normalised spectra.
    """

    probability: np.ndarray
    log_p: np.ndarray
    guide: np.ndarray


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Scalers, M1 and classifier, one after the other.

    ``log_p`` says how like those of training a pixel is. By M2 it is log p(x|y, z) + log p(y) - KL(q(z|x, y) || p(z))
    of the most probable class at z = the mean of q(z|x, y), with M1's latents as x in M1+M2. With an SVM or q(y|x) it
    is log p(x|z) - KL(q(z|x) || p(z)) by M1. M2 tells unknown classes better than M1 (docs/results.md). Without a draw
    of z it is no bound in the strict sense, but the same number every time, in one pass; it is only ever compared with
    a threshold that is set on the same number.

    Parameters
    ----------
    scaler : the scale of the guide, and of the bands that a classifier of bands sees.
    scaler_m1 : the scale on which M1 sees spectra; the same object as ``scaler`` where it is the same scale, so that
        nothing is computed twice.
    classifier : of bands, or of latents.
    m1 : needed where ``features`` is latents.
    features : bands or latents.
    guide_mean, guide_components : float32 [column] and [column, component], of normalised spectra.
    """

    scaler: Scaler
    scaler_m1: Scaler
    classifier: Classifier
    m1: M1Inference | None
    features: str
    guide_mean: np.ndarray
    guide_components: np.ndarray

    def __post_init__(self) -> None:
        if self.features == "latents" and self.m1 is None:
            raise ConfigError("a classifier of latents needs M1, and none was given; train_m1 makes one")

    @property
    def m2(self) -> M2Inference | None:
        """The classifier, where it describes what it sees too."""
        classifier = self.classifier
        return classifier if isinstance(classifier, M2Inference) and "p_x_output/bias" in classifier.arrays else None

    @property
    def knows_novelty(self) -> bool:
        """Whether one of the models describes the spectra, so that `log_p` means something."""
        return self.m1 is not None or self.m2 is not None

    def scores(self, raw: np.ndarray) -> Scores:
        """Scores of pixels; raw is [pixel, band] as stored in the scan."""
        x = self.scaler.transform(raw)
        guide = (x - self.guide_mean) @ self.guide_components
        latents, log_p = self._by_m1(raw, x)
        inputs = latents if self.features == "latents" else x
        probability = self.classifier.predict_proba(inputs)
        return Scores(probability, log_p if self.m2 is None else m2_scores(self.m2, inputs, probability), guide)

    def _by_m1(self, raw: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Latents and `log_p` by M1, as far as they are needed: NaN where M1 is not asked."""
        unknown = np.full(len(x), np.nan, np.float32)
        if self.m1 is None or (self.features == "bands" and self.m2 is not None):
            return x, unknown
        seen = x if self.scaler_m1 is self.scaler else self.scaler_m1.transform(raw)
        return m1_scores(self.m1, seen) if self.m2 is None else (self.m1.encode(seen)[0], unknown)

    def reconstruction(self, x: np.ndarray) -> np.ndarray:
        """E[x|z] at the mean of q(z|x), of x float32 [pixel, column] on M1's scale; x itself without M1."""
        return x if self.m1 is None else self.m1.decode(self.m1.encode(x)[0])


def m1_scores(m1: M1Inference, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of the live latents float32 [pixel, latent], and the stand-in for log p(x) float32 [pixel]."""
    mean, raw = m1.encoder.heads(("mean", "log_variance"), x)
    settings = m1.settings
    output = m1.decoder("output", mean)
    log_p = log_likelihood(settings["likelihood"], x, output, m1.arrays, settings["sigma_floor"])
    log_p = log_p - kl_to_standard(mean, bounded_log_variance(raw))
    return mean[:, m1.live].astype(np.float32), log_p.astype(np.float32)


def m2_scores(m2: M2Inference, x: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """log p(x|y, z) + log p(y) - KL(q(z|x, y) || p(z)) of the most probable class at the mean of q, float32 [pixel]."""
    place = probability[:, m2.labels].argmax(axis=1)
    y = np.eye(len(m2.labels), dtype=np.float32)[place]
    mean, raw = m2.encoder.heads(("mean", "log_variance"), x, y)
    output = m2.decoder("output", mean, y)
    log_p = log_likelihood(m2.settings["likelihood"], x, output, m2.arrays, m2.settings["sigma_floor"])
    log_p = log_p + m2.arrays["prior/log_prior"][place] - kl_to_standard(mean, bounded_log_variance(raw))
    return np.asarray(log_p, np.float32)
