"""M2 on labelled and unlabelled pixels, and on intervals with shares of classes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from semispectral.models.interval_term import log_of_shares, pixel_bound, proportion_term
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.interval_set import IntervalSet
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.batches import take
from semispectral.training.m2_objectives import Classifier, M2Objective
from semispectral.training.m2_task import M2Task, bound_of
from semispectral.training.task import Holdings

MOST_INTERVALS, PIXELS = 8, 32  # of a step, and of each of its intervals


@dataclass(frozen=True)
class IntervalObjective(M2Objective):
    """Objective of M2 with two further terms: the bound of pixels of intervals, and the shares of the intervals.

    The bound is weighted by its number of pixels, as the others are. The shares count as labels do: alpha times the
    mean over intervals of minus their log-likelihood, each with its weight.

    Attributes
    ----------
    pixels : pixels of each interval in a step.
    """

    terms: ClassVar[tuple[str, ...]] = (*M2Objective.terms, "interval_bound", "proportions")
    pixels: int = PIXELS

    def draw(
        self, model: Classifier, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Return what M2 draws, and pixels of some intervals with the shares of these.

        Parameters
        ----------
        model : the model.
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        batch = super().draw(model, held, order, seed)
        x = take(held["interval"], order["interval"], seed=seed + [0, 1 << 27])
        intervals, inputs = order["interval_row"].shape[0], x.shape[-1]
        rows = order["interval_row"]
        shape = [model.classes, self.pixels, intervals, model.noise_width]
        return {
            **batch,
            "interval": tf.reshape(x, [self.pixels, intervals, inputs]),
            "interval_noise": tf.random.stateless_normal(shape, seed + [0, 1 << 26]),
            "interval_shares": tf.gather(held["interval_facts"]["shares"], rows),
            "interval_weight": tf.gather(held["interval_facts"]["weight"], rows),
        }

    def loss(
        self, model: Classifier, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss and its terms.

        Parameters
        ----------
        model : the model.
        batch : tensors of the step, by name.
        weights : weights of the terms, by name.
        """
        loss, terms = super().loss(model, batch, weights)
        pixels, intervals, inputs = batch["interval"].shape
        x = tf.reshape(batch["interval"], [pixels * intervals, inputs])
        every_y = tf.eye(model.classes, dtype=x.dtype)[:, tf.newaxis, :]
        noise = tf.reshape(batch["interval_noise"], [model.classes, pixels * intervals, model.noise_width])
        of_class = model.labelled_bound(x, every_y, noise=noise, kl_weight=weights["kl"])
        log_q_y = tf.reshape(model.log_q_y(x), [pixels, intervals, model.classes])
        shares, weight = batch["interval_shares"], batch["interval_weight"][:, 0]
        bounds = pixel_bound(
            tf.reshape(of_class, [model.classes, pixels, intervals]), log_q_y, log_of_shares(shares)[tf.newaxis]
        )
        bound = tf.reduce_mean(weight * bounds)
        proportions = tf.reduce_mean(weight * proportion_term(log_q_y, shares))
        of_others = sum(batch[part].shape[0] for part in ("labelled", "unlabelled") if part in batch)
        share = pixels * intervals / (pixels * intervals + of_others)
        # What M2's own terms have of the pixels gets its part; alpha's term stays whole, as in M2.
        of_labels = self.alpha * terms[2]
        loss = (1 - share) * (loss - of_labels) + of_labels
        loss -= share * weights["unlabelled"] * bound / inputs + self.alpha * proportions
        return loss, tf.concat([terms, tf.stack([bound, -proportions])], axis=0)


class IntervalTask(M2Task):
    """M2 with labels of intervals.

    Parameters
    ----------
    model : the model.
    data : labelled, unlabelled and validation pixels.
    labels : int [class], labels known to the model, ascending.
    settings : settings of M2.
    evened : pixels of the labelled bound, as in `M2Task`.
    seed : seed of the order of the pixels.
    intervals : intervals with their pixels among the unlabelled ones.
    """

    def __init__(
        self,
        model: Classifier,
        data: TrainingSet,
        labels: np.ndarray,
        settings: M2Config,
        *,
        evened: Features,
        seed: int,
        intervals: IntervalSet,
    ) -> None:
        super().__init__(model, data, labels, settings, evened=evened, seed=seed)
        self.objective = IntervalObjective(settings.alpha, bound_of(self.labelled))
        self.intervals = intervals
        self.first = np.searchsorted(intervals.interval, np.arange(len(intervals)))
        self.pixels = np.bincount(intervals.interval, minlength=len(intervals))
        self.facts = {
            "shares": tf.constant(intervals.shares[:, labels]),
            "weight": tf.constant(intervals.weight[:, None]),
        }

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        """Return the pixels of every step: those of M2, and pixels of some intervals, drawn with replacement.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        random = np.random.default_rng([self.seed, epoch, 3])
        many = min(MOST_INTERVALS, len(self.intervals))
        rows = random.permuted(np.tile(np.arange(len(self.intervals)), (self.steps, 1)), axis=1)[:, :many]
        place = (random.random((self.steps, PIXELS, many)) * self.pixels[rows][:, None]).astype(np.int64)
        pixel = self.intervals.pixel[self.first[rows][:, None] + place].reshape(self.steps, -1)
        return {**super().order(epoch), "interval": pixel.astype(np.int32), "interval_row": rows.astype(np.int32)}

    def hold(self, order: dict[str, np.ndarray]) -> tuple[Holdings, dict[str, np.ndarray]]:
        """Return the tensors that hold the pixels and the shares of intervals, and the positions in them.

        Parameters
        ----------
        order : int32 [step, ...], from `order`.
        """
        own = {name: order[name] for name in ("interval", "interval_row")}
        held, places = super().hold({name: index for name, index in order.items() if name not in own})
        held["interval"], place = self.inputs_of["unlabelled"].hold(own["interval"])
        held["interval_facts"] = self.facts
        return held, {**places, "interval": place, "interval_row": own["interval_row"]}
