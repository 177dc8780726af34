"""M1 as a task of the training loop."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from semispectral.models.m1 import M1
from semispectral.models.settings_m1 import M1Config
from semispectral.storage.disk_rows import Rows
from semispectral.training.batches import (
    EVALUATION_SEED,
    MOST_EVALUATED,
    Inputs,
    blocks,
    evenly,
    rising,
    shuffled_steps,
    stretch_steps,
    take,
)
from semispectral.training.compiled import look
from semispectral.training.task import Holdings


@dataclass(frozen=True)
class M1Objective:
    """Objective of M1: the bound on log p(x)."""

    terms: ClassVar[tuple[str, ...]] = ("bound",)

    def draw(self, model: M1, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the spectra and the noise of z for one step.

        Parameters
        ----------
        model : M1.
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        x = take(held["x"], order["pixel"], seed=seed)
        return {"x": x, "noise": tf.random.stateless_normal([order["pixel"].shape[0], model.latents], seed)}

    def loss(
        self, model: M1, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss, minus the mean bound per band, and the mean bound.

        Per band, so that one learning rate suits every sensor.

        Parameters
        ----------
        model : M1.
        batch : tensors of the step, by name.
        weights : weights of the terms, by name.
        """
        bound = tf.reduce_mean(model.bound(batch["x"], noise=batch["noise"], kl_weight=weights["kl"]))
        return -bound / batch["x"].shape[-1], tf.stack([bound])


def look_at(model: M1, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the sum of the bounds, the posterior means, and the sum of squared errors of E[x|z] at those means.

    Parameters
    ----------
    model : M1.
    x : float32 [pixel, band], normalised spectra.

    Returns
    -------
    float32, in nats; float32 [pixel, latent]; float32.
    """
    noise = tf.random.stateless_normal([tf.shape(x)[0], model.latents], EVALUATION_SEED)
    mean = model.q_z(x).loc
    again = model.likelihood.mean(model.decoder(mean)["output"])
    return tf.reduce_sum(model.bound(x, noise=noise)), mean, tf.reduce_sum(tf.square(x - again))


class M1Task:
    """M1 on the training pixels. The best weights are those with the highest bound on the validation pixels.

    Parameters
    ----------
    model : M1.
    x : float32 [pixel, band], training pixels.
    valid : float32 [pixel, band], validation pixels; if there are none, training pixels take their place.
    settings : settings of M1.
    seed : seed of the order of the pixels.
    """

    objective = M1Objective()

    def __init__(self, model: M1, x: Rows, valid: Rows, settings: M1Config, *, seed: int) -> None:
        self.model, self.settings, self.seed, self.pixels = model, settings, seed, len(x)
        self.x = Inputs(x)
        judges = valid if len(valid) else x
        self.valid = judges[evenly(len(judges), MOST_EVALUATED)]
        self.bands = x.shape[1]
        self.steps = settings.fit.steps(len(x))
        self._look = look(look_at, model, self.bands)

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        """Return the pixels of every step: each pixel once, or more often if there are few.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        fit, seed = self.settings.fit, [self.seed, epoch]
        return {"pixel": shuffled_steps(self.pixels, batch=fit.batch, steps=self.steps, seed=seed)}

    def stretch(self, order: dict[str, np.ndarray]) -> int:
        """Return the number of steps to hold at once.

        Parameters
        ----------
        order : int32 [step, pixel], from `order`.
        """
        return stretch_steps(self.x, order["pixel"])

    def hold(self, order: dict[str, np.ndarray]) -> tuple[Holdings, dict[str, np.ndarray]]:
        """Return the tensors that hold the spectra, and the positions of the pixels in them.

        Parameters
        ----------
        order : int32 [step, pixel], pixels of some steps.
        """
        held, pixel = self.x.hold(order["pixel"])
        return {"x": held}, {"pixel": pixel}

    def draw(self, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the batch of one step.

        Parameters
        ----------
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        return self.objective.draw(self.model, held, order, seed)

    def loss(self, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss and its terms.

        Parameters
        ----------
        batch : tensors of the step, by name.
        weights : weights of the terms, by name.
        """
        return self.objective.loss(self.model, batch, weights)

    def weights(self, epoch: int) -> dict[str, float]:
        """Return the weight of the KL term in its warm-up.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        return {"kl": rising(epoch, self.settings.kl_warm_up)}

    def evaluate(self, epoch: int) -> dict[str, float]:
        """Return bound, number of live latents, sigma and reconstruction error of the validation pixels.

        The noise is the same every time.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        bounds, means, errors = zip(*(self._look(self.valid[block]) for block in blocks(len(self.valid))), strict=True)
        bound = float(np.sum(bounds)) / len(self.valid)
        spread = np.concatenate(means).std(axis=0)
        return {
            "bound_valid": bound,
            "live": float((spread > self.settings.dead_std).sum()),
            **self.model.likelihood.history(),
            "error_valid": float(np.sqrt(np.sum(errors) / (len(self.valid) * self.bands))),
            "score": bound,
        }

    def end_epoch(self, epoch: int) -> None:
        """Do nothing: M1 has no update outside the gradient.

        Parameters
        ----------
        epoch : index of the epoch.
        """
