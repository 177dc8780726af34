"""What M2, and its control q(y|x) on the labels alone, are trained for."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import tensorflow as tf

from semispectral.training.batches import take
from semispectral.training.task import Holdings, Model


class Classifier(Model, Protocol):
    """What is trained: M2, or M1 and M2 together."""

    classes: int
    noise_width: int
    log_prior: tf.Variable

    def log_q_y(self, x: tf.Tensor) -> tf.Tensor:
        """log q(y|x), float32 [pixel, class]."""
        ...

    def labelled_bound(
        self, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0
    ) -> tf.Tensor:
        """Eq. 6."""
        ...

    def unlabelled_bound(self, x: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """Eq. 7."""
        ...


@dataclass(frozen=True)
class QyObjective:
    """-log q(y|x) of labelled pixels."""

    terms: ClassVar[tuple[str, ...]] = ("cross_entropy",)

    def draw(
        self, model: Classifier, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Labelled pixels and their one-hot labels."""
        labelled = order["labelled"]
        return {
            "labelled": take(held["labelled"], labelled, seed=seed),
            "y": tf.gather(held["labelled"]["y"], labelled),
        }

    def loss(
        self, model: Classifier, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Its mean, in nats."""
        loss = cross_entropy(model, batch)
        return loss, tf.stack([loss])


@dataclass(frozen=True)
class M2Objective:
    """J^alpha of eq. 9 per input, every term the mean over its pixels.

    The labelled and the unlabelled term weigh as their pixels in a batch, and both are counted per input, so that alpha
    and the learning rate mean the same for 20 latents and for 268 bands.
    """

    terms: ClassVar[tuple[str, ...]] = ("labelled_bound", "unlabelled_bound", "cross_entropy")
    alpha: float

    def draw(
        self, model: Classifier, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Pixels, x drawn anew from q(z1|x) in M1+M2, and the noise of z, one for each class where unlabelled."""
        batch = QyObjective().draw(model, held, order, seed)
        shape = [order["labelled"].shape[0], model.noise_width]
        batch["labelled_noise"] = tf.random.stateless_normal(shape, seed + [0, 1 << 28])
        if "unlabelled" not in order:
            return batch
        unlabelled = order["unlabelled"]
        shape = [model.classes, unlabelled.shape[0], model.noise_width]
        return {
            **batch,
            "unlabelled": take(held["unlabelled"], unlabelled, seed=seed + [0, 1 << 29]),
            "unlabelled_noise": tf.random.stateless_normal(shape, seed),
        }

    def loss(
        self, model: Classifier, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The terms that there are pixels for."""
        labelled = unlabelled = of_labels = tf.zeros([])
        counts = [batch[part].shape[0] if part in batch else 0 for part in ("labelled", "unlabelled")]
        share = counts[0] / sum(counts)
        if counts[0]:
            noise = batch["labelled_noise"]
            bound = model.labelled_bound(batch["labelled"], batch["y"], noise=noise, kl_weight=weights["kl"])
            labelled, of_labels = tf.reduce_mean(bound), cross_entropy(model, batch)
        if counts[1]:
            noise = batch["unlabelled_noise"]
            bound = model.unlabelled_bound(batch["unlabelled"], noise=noise, kl_weight=weights["kl"])
            unlabelled = tf.reduce_mean(bound)
        bound = share * labelled + (1.0 - share) * weights["unlabelled"] * unlabelled
        loss = -bound / batch["labelled"].shape[-1] + self.alpha * of_labels
        return loss, tf.stack([labelled, unlabelled, of_labels])


def cross_entropy(model: Classifier, batch: dict[str, tf.Tensor]) -> tf.Tensor:
    """Mean of -log q(y|x) over the labelled pixels of a batch, in nats."""
    return -tf.reduce_mean(tf.reduce_sum(batch["y"] * model.log_q_y(batch["labelled"]), axis=-1))


def log_q_y(model: Classifier, x: tf.Tensor) -> tf.Tensor:
    """log q(y|x), float32 [pixel, class]."""
    return model.log_q_y(x)
