"""M2 on labelled and unlabelled pixels, and on intervals with shares of classes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from semispectral.models.interval_term import LEAST_SHARE, log_of_shares, pixel_bound, proportion_term
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.interval_set import IntervalSet
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.batches import take
from semispectral.training.m2_objectives import Classifier, M2Objective
from semispectral.training.m2_task import M2Task, bound_of
from semispectral.training.task import Holdings

# Of a step, and of each of its intervals. Of few pixels a rare class is often absent: a fine on a q(y|x) that is
# sure: docs/decisions/0031-logs.md.
MOST_INTERVALS, PIXELS = 2, 256


@dataclass(frozen=True)
class IntervalObjective(M2Objective):
    """Objective of M2 that knows of some unlabelled pixels in which interval they lie.

    The bound of such a pixel has the shares of its interval as evidence; it counts as that of any other unlabelled
    pixel. The shares of an interval count as one label does.

    Attributes
    ----------
    pixels : pixels of each interval in a step, whose expected counts are compared with its shares.
    as_labels : weight of the mean over intervals beside the mean over labels: intervals / (intervals + labels).
    """

    terms: ClassVar[tuple[str, ...]] = (*M2Objective.terms, "proportions")
    pixels: int = PIXELS
    as_labels: float = 1.0

    def draw(
        self, model: Classifier, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Return what M2 draws, the evidence of its unlabelled pixels, and pixels of some intervals with their shares.

        Parameters
        ----------
        model : the model.
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        batch = super().draw(model, held, order, seed)
        x = take(held["interval"], order["interval"], seed=seed + [0, 1 << 27])
        rows = order["interval_row"]
        facts = {name: tf.gather(held["interval_facts"][name], rows) for name in ("shares", "log_common", "weight")}
        return {
            **batch,
            "unlabelled_evidence": tf.gather(held["unlabelled"]["evidence"], order["unlabelled"]),
            "interval": tf.reshape(x, [self.pixels, rows.shape[0], x.shape[-1]]),
            **{f"interval_{name}": value for name, value in facts.items()},
        }

    def unlabelled_bound(self, model: Classifier, batch: dict[str, tf.Tensor], *, kl_weight: tf.Tensor) -> tf.Tensor:
        """Return the bound of unlabelled pixels with the evidence of their intervals: float32 [pixel], in nats.

        Without evidence it is eq. 7 of Kingma et al. (2014).

        Parameters
        ----------
        model : the model.
        batch : tensors of the step, by name.
        kl_weight : weight of the KL term.
        """
        x = batch["unlabelled"]
        every_y = tf.eye(model.classes, dtype=x.dtype)[:, tf.newaxis, :]
        of_class = model.labelled_bound(x, every_y, noise=batch["unlabelled_noise"], kl_weight=kl_weight)
        return pixel_bound(of_class, model.log_q_y(x), batch["unlabelled_evidence"])

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
        log_q_y = model.log_q_y(tf.reshape(batch["interval"], [pixels * intervals, inputs]))
        log_q_y = tf.reshape(log_q_y, [pixels, intervals, model.classes])
        # q(y|x) is trained on labels that are drawn equally for every class; counts are those of the rock.
        log_q_y = tf.nn.log_softmax(log_q_y + batch["interval_log_common"], axis=-1)
        each = proportion_term(log_q_y, batch["interval_shares"])
        proportions = tf.reduce_mean(batch["interval_weight"][:, 0] * each)
        return loss - self.alpha * self.as_labels * proportions, tf.concat([terms, [-proportions]], axis=0)


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
        self.intervals, self.shares = intervals, intervals.shares[:, labels]
        super().__init__(model, data, labels, settings, evened=evened, seed=seed)
        self.first = np.searchsorted(intervals.interval, np.arange(len(intervals)))
        self.pixels = np.bincount(intervals.interval, minlength=len(intervals))
        as_labels = float(intervals.weight.sum() / (intervals.weight.sum() + self.labelled_pixels))
        self.objective = IntervalObjective(settings.alpha, bound_of(self.labelled), as_labels=as_labels)
        common = np.maximum(self.pixels @ self.shares / self.pixels.sum(), LEAST_SHARE).astype(np.float32)
        self.facts = {
            "shares": tf.constant(self.shares),
            "log_common": tf.constant(np.broadcast_to(np.log(common), self.shares.shape)),
            "weight": tf.constant(intervals.weight[:, None] / intervals.weight.mean()),
        }

    @property
    def known_of_unlabelled(self) -> dict[str, np.ndarray]:
        """The evidence of the intervals of each unlabelled pixel, float32 [pixel, class]: logarithms, 0 without any."""
        found = np.zeros((self.unlabelled_pixels, self.shares.shape[1]), np.float32)
        each = self.intervals.weight[:, None] * log_of_shares(tf.constant(self.shares)).numpy()
        np.add.at(found, self.intervals.pixel, each[self.intervals.interval])
        return {"evidence": found}

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
