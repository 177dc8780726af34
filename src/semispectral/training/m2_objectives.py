"""Objectives of M2 and of its baseline, q(y|x) on the labels alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import tensorflow as tf

from semispectral.training.batches import take
from semispectral.training.task import Holdings, Model


class Classifier(Model, Protocol):
    """Interface of the models that M2's objectives train: M2, or M1 and M2 together."""

    classes: int
    noise_width: int
    log_prior: tf.Variable

    def log_q_y(self, x: tf.Tensor) -> tf.Tensor:
        """Return log q(y|x), float32 [pixel, class].

        Parameters
        ----------
        x : float32 [pixel, input].
        """
        ...

    def labelled_bound(
        self, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0
    ) -> tf.Tensor:
        """Return the bound of eq. 6, as `M2.labelled_bound` does.

        Parameters
        ----------
        x : float32 [pixel, input].
        y : float32 [pixel, class], one-hot.
        noise : float32 [pixel, noise_width], standard normal draws.
        kl_weight : weight of the KL term.
        """
        ...

    def unlabelled_bound(self, x: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """Return the bound of eq. 7, as `M2.unlabelled_bound` does.

        Parameters
        ----------
        x : float32 [pixel, input].
        noise : float32 [class, pixel, noise_width], standard normal draws.
        kl_weight : weight of the KL term.
        """
        ...


LabelledBound = Callable[..., tf.Tensor]  # of a model, pixels, their classes, noise and the weight of the KL term


def bound_of_labels(
    model: Classifier, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float
) -> tf.Tensor:
    """Return the bound of pixels of one class each, eq. 6 of Kingma et al. (2014): float32 [pixel], in nats.

    Parameters
    ----------
    model : the model.
    x : float32 [pixel, input].
    y : float32 [pixel, class], one-hot.
    noise : float32 [pixel, noise_width], standard normal draws.
    kl_weight : weight of the KL term.
    """
    return model.labelled_bound(x, y, noise=noise, kl_weight=kl_weight)


def bound_of_shares(
    model: Classifier, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float
) -> tf.Tensor:
    """Return the expected bound of pixels with shares of classes: float32 [pixel], in nats.

    It is the sum over y of share(y) (-L(x, y)), with one draw of z's noise for all classes of a pixel; with the share 1
    of one class it is `bound_of_labels`.

    Parameters
    ----------
    model, x, noise, kl_weight : as in `bound_of_labels`.
    y : float32 [pixel, class], shares that sum to 1.
    """
    every_y = tf.eye(model.classes, dtype=x.dtype)[:, tf.newaxis, :]
    of_class = model.labelled_bound(x, every_y, noise=noise, kl_weight=kl_weight)  # [class, pixel]
    return tf.reduce_sum(tf.transpose(y) * of_class, axis=0)


@dataclass(frozen=True)
class QyObjective:
    """Objective of q(y|x): -log q(y|x) of labelled pixels."""

    terms: ClassVar[tuple[str, ...]] = ("cross_entropy",)

    def draw(
        self, model: Classifier, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Return labelled pixels and their classes, one-hot or as shares, for one step.

        Parameters
        ----------
        model : the model.
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        labelled = order["labelled"]
        return {
            "labelled": take(held["labelled"], labelled, seed=seed),
            "y": tf.gather(held["labelled"]["y"], labelled),
        }

    def loss(
        self, model: Classifier, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the mean cross-entropy, in nats.

        Parameters
        ----------
        model : the model.
        batch : tensors of the step, by name.
        weights : not used.
        """
        loss = cross_entropy(model, batch)
        return loss, tf.stack([loss])


@dataclass(frozen=True)
class M2Objective:
    """Objective of M2: J^alpha of eq. 9 per input; every term is a mean over its pixels.

    The labelled bound is that of the pixels that even out the classes, if there are any, and -log q(y|x) always that of
    the labels. The labelled and the unlabelled bound are weighted by their numbers of pixels in a batch, and each
    unlabelled pixel by a weight of its own (`unlabelled_weights`). Both bounds are divided by the number of inputs, so
    that alpha and the learning rate mean the same for 20 latents and for 268 bands.

    Attributes
    ----------
    alpha : weight of -log q(y|x) on labelled pixels.
    labelled : bound of labelled pixels: `bound_of_labels`, or `bound_of_shares`.
    """

    terms: ClassVar[tuple[str, ...]] = ("labelled_bound", "unlabelled_bound", "cross_entropy")
    alpha: float
    labelled: LabelledBound = bound_of_labels

    def draw(
        self, model: Classifier, held: Holdings, order: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Return pixels, drawn anew from q(z1|x) in M1+M2, and the noise of z, for each class if unlabelled.

        Parameters
        ----------
        model : the model.
        held : tensors that hold the pixels.
        order : int32 [pixel], positions of the pixels, by name.
        seed : int32 [2], stateless seed.
        """
        batch = QyObjective().draw(model, held, order, seed)
        shape = [order["labelled"].shape[0], model.noise_width]
        batch["labelled_noise"] = tf.random.stateless_normal(shape, seed + [0, 1 << 28])
        if "evened" in order:
            batch["evened"] = take(held["evened"], order["evened"], seed=seed + [0, 1 << 25])
            batch["evened_y"] = tf.gather(held["evened"]["y"], order["evened"])
        if "unlabelled" not in order:
            return batch
        unlabelled = order["unlabelled"]
        shape = [model.classes, unlabelled.shape[0], model.noise_width]
        return {
            **batch,
            "unlabelled": take(held["unlabelled"], unlabelled, seed=seed + [0, 1 << 29]),
            "unlabelled_weight": tf.gather(held["unlabelled"]["weight"], unlabelled),
            "unlabelled_noise": tf.random.stateless_normal(shape, seed),
        }

    def loss(
        self, model: Classifier, batch: dict[str, tf.Tensor], weights: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss and its terms; terms without pixels are 0.

        Parameters
        ----------
        model : the model.
        batch : tensors of the step, by name.
        weights : weights of the terms, by name.
        """
        labelled = unlabelled = of_labels = tf.zeros([])
        counts = [batch[part].shape[0] if part in batch else 0 for part in ("labelled", "unlabelled")]
        share = counts[0] / sum(counts)
        if counts[0]:
            x, y = (batch["evened"], batch["evened_y"]) if "evened" in batch else (batch["labelled"], batch["y"])
            bound = self.labelled(model, x, y, noise=batch["labelled_noise"], kl_weight=weights["kl"])
            labelled, of_labels = tf.reduce_mean(bound), cross_entropy(model, batch)
        if counts[1]:
            bound = self.unlabelled_bound(model, batch, kl_weight=weights["kl"])
            unlabelled = tf.reduce_mean(batch["unlabelled_weight"][:, 0] * bound)
        bound = share * labelled + (1.0 - share) * weights["unlabelled"] * unlabelled
        # alpha stays outside the division: it weighs nats of q(y|x) against a bound per input.
        loss = -bound / batch["labelled"].shape[-1] + self.alpha * of_labels
        return loss, tf.stack([labelled, unlabelled, of_labels])

    def unlabelled_bound(self, model: Classifier, batch: dict[str, tf.Tensor], *, kl_weight: tf.Tensor) -> tf.Tensor:
        """Return the bound of unlabelled pixels, eq. 7: float32 [pixel], in nats.

        Parameters
        ----------
        model : the model.
        batch : tensors of the step, by name.
        kl_weight : weight of the KL term.
        """
        return model.unlabelled_bound(batch["unlabelled"], noise=batch["unlabelled_noise"], kl_weight=kl_weight)


def cross_entropy(model: Classifier, batch: dict[str, tf.Tensor]) -> tf.Tensor:
    """Return the mean of -log q(y|x) over the labelled pixels of a batch and the shares of their classes, in nats.

    Parameters
    ----------
    model : the model.
    batch : tensors of the step, by name.
    """
    return -tf.reduce_mean(tf.reduce_sum(batch["y"] * model.log_q_y(batch["labelled"]), axis=-1))


def log_q_y(model: Classifier, x: tf.Tensor) -> tf.Tensor:
    """Return log q(y|x), float32 [pixel, class].

    Parameters
    ----------
    model : the model.
    x : float32 [pixel, input].
    """
    return model.log_q_y(x)
