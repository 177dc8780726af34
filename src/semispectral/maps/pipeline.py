"""Classify raw spectra with a trained model, in NumPy alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from semispectral.errors import ConfigError
from semispectral.inference.average import AverageModel, Classifier, Member
from semispectral.inference.feature_names import LATENTS, LATENTS_MNF, WITH_M1
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import bounded_log_variance, kl_to_standard, log_likelihood
from semispectral.spectra.scaling import Scaler, without_gaps


class Scores(NamedTuple):
    """Scores of pixels, as shown on a map.

    Attributes
    ----------
    probability : float32 [pixel, class].
    log_p : float32 [pixel], in nats; see `Pipeline`. NaN if no model describes the spectra.
    guide : float32 [pixel, component], leading components of the normalised spectra.
    """

    probability: np.ndarray
    log_p: np.ndarray
    guide: np.ndarray


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Scalers, M1 and classifier, applied one after the other.

    ``log_p`` measures how similar a pixel is to the training pixels. With M2 it is
    log p(x|y, z) + log p(y) - KL(q(z|x, y) || p(z)) for the most probable class, at z = the mean of q(z|x, y); in
    M1+M2, x is the latents of M1. With an SVM or q(y|x) it is log p(x|z) - KL(q(z|x) || p(z)) by M1. M2 detects unknown
    classes better than M1 (docs/results.md). Without a draw of z this is not strictly a bound, but it is reproducible
    and takes one pass; it is only compared with a threshold that was set on the same quantity.

    Attributes
    ----------
    scaler : scale of the guide, and of the bands for a classifier of bands, or of the noise scores beside the latents.
    scaler_m1 : scale of the spectra for M1; the same object as ``scaler`` if the scale is the same, so that nothing is
        computed twice.
    classifier : classifier of these features.
    hull : scale of the hull quotients, which a member of an average sees beside these features; None without one.
    m1 : M1; required if ``features`` has its latents.
    features : bands, mnf, latents or latents_mnf.
    guide_mean : float32 [column], mean of the normalised spectra.
    guide_components : float32 [column, component], leading components of the normalised spectra.
    """

    scaler: Scaler
    scaler_m1: Scaler
    classifier: Classifier
    m1: M1Inference | None
    features: str
    guide_mean: np.ndarray
    guide_components: np.ndarray
    hull: Scaler | None = None

    def __post_init__(self) -> None:
        if self.features in WITH_M1 and self.m1 is None:
            raise ConfigError("a classifier of latents needs M1, and none was given; train_m1 makes one")

    @property
    def m2(self) -> M2Inference | None:
        """Classifier, or the member of an average, that also describes its inputs by p(x|y, z); None without one."""
        return next((m2 for m2, _ in self._describing()), None)

    def _describing(self) -> Iterator[tuple[M2Inference, Member]]:
        """Yield the classifier that describes its inputs, and the member that says which inputs these are."""
        alone = (Member("", self.classifier),)
        for member in self.classifier.members if isinstance(self.classifier, AverageModel) else alone:
            if isinstance(member.classifier, M2Inference) and "p_x_output/bias" in member.classifier.arrays:
                yield member.classifier, member

    @property
    def knows_novelty(self) -> bool:
        """True if a model describes the spectra, so that `log_p` is defined."""
        return self.m1 is not None or self.m2 is not None

    def scores(self, raw: np.ndarray) -> Scores:
        """Return the scores of pixels.

        Parameters
        ----------
        raw : float32 [pixel, band], values as stored in the training scans. Bands of a sensor that has no data of a
            pixel are NaN, and `log_p` of the pixel is NaN then.
        """
        x = self.scaler.transform(raw)
        whole = without_gaps(x)
        guide = (whole - self.guide_mean) @ self.guide_components
        latents, log_p = self._by_m1(raw, x)
        inputs = self._inputs(latents, whole, raw)
        probability = self.classifier.predict_proba(inputs)
        for m2, member in self._describing():
            log_p = m2_scores(m2, member.seen(inputs), probability)
        if self.scaler.sensors:  # of fewer sensors it is a density of fewer values, which no threshold fits
            log_p[np.isnan(raw).any(axis=1)] = np.nan
        return Scores(probability, log_p, guide)

    def _inputs(self, latents: np.ndarray, whole: np.ndarray, raw: np.ndarray) -> np.ndarray:
        """Return what the classifier sees: latents, normalised spectra, or latents with noise scores beside them.

        Behind these scores stand the hull quotients, where a member of an average sees them.
        """
        if self.features != LATENTS_MNF:
            return latents if self.features == LATENTS else whole
        beside = [] if self.hull is None else [without_gaps(self.hull.transform(raw))]
        return np.concatenate([latents, whole / self.scaler.common_scale, *beside], axis=1)

    def _by_m1(self, raw: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return latents and `log_p` by M1, as far as they are needed; `log_p` is NaN if M1 is not used."""
        unknown = np.full(len(x), np.nan, np.float32)
        if self.m1 is None or (self.features not in WITH_M1 and self.m2 is not None):
            return x, unknown
        seen = x if self.scaler_m1 is self.scaler else self.scaler_m1.transform(raw)
        return m1_scores(self.m1, seen) if self.m2 is None else (self.m1.means(seen), unknown)

    def reconstruction(self, x: np.ndarray) -> np.ndarray:
        """Return E[x|z] at the mean of q(z|x), or x itself without M1.

        Parameters
        ----------
        x : float32 [pixel, column], on the scale of M1.
        """
        return x if self.m1 is None else self.m1.decode(self.m1.means(x))


def m1_scores(m1: M1Inference, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of the live latents and the estimate of log p(x) by M1.

    Parameters
    ----------
    m1 : M1.
    x : float32 [pixel, column], on the scale of M1.

    Returns
    -------
    float32 [pixel, latent], and float32 [pixel] in nats.
    """
    mean, log_variance = m1.all_latents(x)
    log_p = m1.log_p_x(x, mean) - kl_to_standard(mean, log_variance)
    return mean[:, m1.live].astype(np.float32), log_p.astype(np.float32)


def m2_scores(m2: M2Inference, x: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return log p(x|y, z) + log p(y) - KL(q(z|x, y) || p(z)) for the most probable class, at the mean of q(z|x, y).

    Parameters
    ----------
    m2 : M2.
    x : float32 [pixel, input], inputs of M2.
    probability : float32 [pixel, class], class probabilities.

    Returns
    -------
    float32 [pixel], in nats.
    """
    place = probability[:, m2.labels].argmax(axis=1)
    y = np.eye(len(m2.labels), dtype=np.float32)[place]
    mean, raw = m2.encoder.heads(("mean", "log_variance"), x, y)
    output = m2.decoder("output", mean, y)
    log_p = log_likelihood(m2.settings["likelihood"], x, output, m2.arrays, m2.settings["sigma_floor"])
    log_p = log_p + m2.arrays["prior/log_prior"][place] - kl_to_standard(mean, bounded_log_variance(raw))
    return np.asarray(log_p, np.float32)
