"""Train M1 and M2 together after each was trained alone: p(y) p(z2) p(z1|y, z2) p(x|z1), by one bound."""

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.densities import kl_divergence, normal
from semispectral.models.fit_settings import FitConfig
from semispectral.models.m1 import M1
from semispectral.models.m2 import M2
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.even_classes import unequal
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.compiled import lent
from semispectral.training.fit import Fit
from semispectral.training.m2_task import M2Task
from semispectral.training.run import Run, Trained, values_of
from semispectral.training.task import summary
from semispectral.training.train_m2 import content_of, m2_of, shift_sample, with_label_shift, with_probable

JOINT_RATE = 1e-3  # a tenth of M2's: both models are near their best when they start


class Stacked(tf.Module):
    """M1+M2 as one model of x, with the interface that `M2Task` trains.

    Parameters
    ----------
    m1 : M1.
    m2 : M2 on the live latents of M1.
    live : indices of the latents of M1 that M2 takes; dead ones keep their normal prior.
    """

    def __init__(self, m1: M1, m2: M2, live: list[int]) -> None:
        super().__init__(name="stacked")
        self.m1, self.m2, self.classes = m1, m2, m2.classes
        self.latents = int(m1.encoder.heads["mean"].bias.shape[0])
        self.live = np.asarray(live, np.int32)
        self.dead = np.setdiff1d(np.arange(self.latents, dtype=np.int32), self.live)
        self.noise_width = self.latents + m2.noise_width
        self.log_prior = m2.log_prior

    def log_q_y(self, x: tf.Tensor) -> tf.Tensor:
        """Return log q(y|z1) at the mean of q(z1|x): float32 [pixel, class].

        Parameters
        ----------
        x : float32 [pixel, column], normalised spectra.
        """
        return self.m2.log_q_y(self._live(self.m1.q_z(x).loc))

    def labelled_bound(
        self, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0
    ) -> tf.Tensor:
        """Return a lower bound on log p(x, y), float32 [pixel], in nats.

        Parameters
        ----------
        x : float32 [pixel, column], normalised spectra.
        y : float32 [pixel, class], one-hot.
        noise : float32 [pixel, `noise_width`], standard normal draws of z1, then those of M2.
        kl_weight : weight of the KL term of M2.
        """
        z1, bound_of_z1 = self._given_z1(x, noise[:, : self.latents])
        of_m2 = self.m2.labelled_bound(z1, y, noise=noise[:, self.latents :], kl_weight=kl_weight)
        return bound_of_z1 + of_m2

    def unlabelled_bound(self, x: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """Return a lower bound on log p(x), float32 [pixel], in nats.

        Parameters
        ----------
        x : float32 [pixel, column], normalised spectra.
        noise : float32 [class, pixel, `noise_width`], standard normal draws; all classes share the draw of z1.
        kl_weight : weight of the KL term of M2.
        """
        z1, bound_of_z1 = self._given_z1(x, noise[0, :, : self.latents])
        of_m2 = self.m2.unlabelled_bound(z1, noise=noise[..., self.latents :], kl_weight=kl_weight)
        return bound_of_z1 + of_m2

    def _given_z1(self, x: tf.Tensor, noise: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Draw the live z1, and return it with log p(x|z1) + H(q(z1|x)) - KL of the dead latents; M2 adds log p(z1)."""
        q_z1 = self.m1.q_z(x)
        z1 = q_z1.loc + q_z1.scale * noise
        log_p_x = tf.reduce_sum(self.m1.p_x(z1).log_prob(x), axis=-1)
        entropy = 0.5 * math.log(2.0 * math.pi * math.e) + tf.math.log(self._live(q_z1.scale))
        dead = normal(tf.gather(q_z1.loc, self.dead, axis=-1), tf.gather(q_z1.scale, self.dead, axis=-1))
        kl = tf.reduce_sum(kl_divergence(dead, self.m1.p_z), axis=-1)
        return self._live(z1), log_p_x + tf.reduce_sum(entropy, axis=-1) - kl

    def _live(self, z1: tf.Tensor) -> tf.Tensor:
        """Return the live latents."""
        return tf.gather(z1, self.live, axis=-1)

    def arrays(self) -> dict[str, tf.Variable]:
        """Return every parameter of both models, named ``m1/...`` or ``m2/...``."""
        of_m1 = {f"m1/{name}": variable for name, variable in self.m1.arrays().items()}
        return of_m1 | {f"m2/{name}": variable for name, variable in self.m2.arrays().items()}


def stacked_of(
    bands: int, live: tuple[int, ...], classes: int, m1_settings: M1Config, m2_settings: M2Config, *, seed: int
) -> Stacked:
    """Return an untrained M1+M2.

    Parameters
    ----------
    bands : number of inputs per pixel.
    live : indices of the live latents of M1.
    classes : number of classes.
    m1_settings : settings of M1.
    m2_settings : settings of M2.
    seed : seed of the initial weights.
    """
    m1, m2 = M1(bands, m1_settings, seed=seed), m2_of(len(live), classes, m2_settings, seed=seed)
    return Stacked(m1, m2, list(live))


class Pair(NamedTuple):
    """Trained M1 and M2.

    Attributes
    ----------
    m1 : the trained M1.
    m2 : the trained M2.
    """

    m1: Trained
    m2: Trained


def _evened(pair: Pair, data: TrainingSet, *, seed: int) -> Features:
    """Return the pixels that even out the classes, by the M2 that was trained alone."""
    m1, m2 = (M1Inference(pair.m1.arrays, pair.m1.description), M2Inference(pair.m2.arrays, pair.m2.description))
    return with_probable(data, lambda x: m2.predict_proba(m1.means(x)), seed=seed)


def train_jointly(
    pair: Pair, data: TrainingSet, *, m1_settings: M1Config, m2_settings: M2Config, fit: FitConfig, run: Run
) -> Pair:
    """Train M1 and the M2 on its latents together, by the bound of both. M2's temperature stays.

    Parameters
    ----------
    pair : M1 and M2 as each was trained alone.
    data : normalised bands; validation labels are only monitored.
    m1_settings : settings that M1 was trained with.
    m2_settings : settings that M2 was trained with; its warm start and ramps are left out.
    fit : settings of this training loop.
    run : seed, checkpoints and pictures of the run.
    """
    live, labels = pair.m1.description["live"], pair.m2.description["labels"]
    settings = replace(m2_settings, supervised_epochs=0, ramp=0, kl_warm_up=0, select="last", fit=fit)
    counted = _evened(pair, data, seed=run.seed) if unequal(data.labelled.label) else data.labelled
    content = [*content_of(data), counted.mean, *pair.m1.arrays.values(), *pair.m2.arrays.values()]
    shape = (data.labelled.mean.shape[1], tuple(live), len(labels))
    with lent(stacked_of, *shape, m1_settings, m2_settings, seed=run.seed) as model:
        for part, variables in ((pair.m1, model.m1.arrays()), (pair.m2, model.m2.arrays())):
            for name, variable in variables.items():
                variable.assign(part.arrays[name])
        task = M2Task(model, data, np.asarray(labels), settings, evened=counted, seed=run.seed)
        loop = Fit(task, fit, seed=run.seed, checkpoint=run.checkpoint("joint", settings, content))
        history = loop.run()
        of_m1, of_m2 = values_of(model.m1.arrays()), values_of(model.m2.arrays())
    facts: dict[str, Any] = {"jointly": summary(loop.state)}
    tuned = Trained(of_m1, pair.m1.description | facts, pair.m1.history)
    moved = Trained(of_m2, pair.m2.description | facts, history)
    seen = M1Inference(tuned.arrays, tuned.description).means(shift_sample(data))
    return Pair(tuned, with_label_shift(moved, seen, m2_settings))
