"""M2, and its baseline q(y|x) on the labels alone, as tasks of the training loop."""

import numpy as np
import tensorflow as tf

from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.pixel_weights import unlabelled_weights
from semispectral.sampling.share_labels import Targets, targets
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.batches import (
    EVALUATION_SEED,
    MOST_EVALUATED,
    Inputs,
    balanced_steps,
    blocks,
    evenly,
    rising,
    shuffled_steps,
    stretch_steps,
)
from semispectral.training.compiled import look
from semispectral.training.m2_objectives import (
    Classifier,
    LabelledBound,
    M2Objective,
    QyObjective,
    bound_of_labels,
    bound_of_shares,
    log_q_y,
)
from semispectral.training.task import Holdings

PRIOR_SAMPLE = 4096
MOST_ROWS = 1 << 14  # pixels x classes that are evaluated at once
SCORES = {"nll": ("nll_valid", -1.0), "accuracy": ("accuracy_valid", 1.0), "bound": ("bound_valid", 1.0)}


def with_score(figures: dict[str, float], select: str) -> dict[str, float]:
    """Add the entry ``score``, by which the best weights are chosen.

    It is infinite, so that the last weights stay, if `select` asks for them or its figure is missing.

    Parameters
    ----------
    figures : figures on the validation labels.
    select : nll, accuracy, bound, or another setting of `M2Config.select`.
    """
    name, sign = SCORES.get(select, ("", 1.0))
    return {**figures, "score": sign * figures[name] if name in figures else np.inf}


def bound_of(labelled: Targets) -> LabelledBound:
    """Return the bound of labelled pixels: K times as much work where any of them has shares of several classes.

    Parameters
    ----------
    labelled : what is known of the pixels.
    """
    return bound_of_labels if labelled.one_hot else bound_of_shares


class LabelledTask:
    """Base of the tasks of M2 and its baseline: labelled pixels in balanced batches, and figures of q(y|x).

    Parameters
    ----------
    model : the model.
    data : labelled, unlabelled and validation pixels.
    labels : int [class], labels known to the model, ascending.
    settings : settings of M2.
    seed : seed of the order of the pixels.
    """

    objective: M2Objective | QyObjective

    def __init__(
        self, model: Classifier, data: TrainingSet, labels: np.ndarray, settings: M2Config, *, seed: int
    ) -> None:
        self.model, self.settings, self.seed = model, settings, seed
        self.inputs_of = {"labelled": self.drawn(data.labelled)}
        self.prior_sample = data.unlabelled.mean[evenly(len(data.unlabelled), PRIOR_SAMPLE)]
        self.unlabelled_pixels = len(data.unlabelled)
        self.labelled_pixels = len(data.labelled)
        self.labelled = targets(data.labelled, labels)
        self.inputs = data.labelled.mean.shape[1]
        self.y_of = {"labelled": tf.constant(self.labelled.balanced)}
        self.steps = settings.fit.steps(self.unlabelled_pixels or self.labelled_pixels)
        known = np.isin(data.valid.label, labels)
        self.valid_x = data.valid.mean[known]
        self.valid_place = np.searchsorted(labels, data.valid.label[known])
        self._log_q_y = look(log_q_y, model, self.inputs)

    def stretch(self, order: dict[str, np.ndarray]) -> int:
        """Return the number of steps to hold at once.

        Parameters
        ----------
        order : int32 [step, pixel], pixels of all steps, by name.
        """
        return stretch_steps(self.inputs_of["unlabelled"], order["unlabelled"]) if "unlabelled" in order else self.steps

    def hold(self, order: dict[str, np.ndarray]) -> tuple[Holdings, dict[str, np.ndarray]]:
        """Return the tensors that hold the pixels and their classes, and the positions of the pixels in them.

        Parameters
        ----------
        order : int32 [step, pixel], pixels of some steps, by name.
        """
        both = {name: self.inputs_of[name].hold(index) for name, index in order.items()}
        held = {name: tensors | self._classes_of(name) for name, (tensors, _) in both.items()}
        return held, {name: place for name, (_, place) in both.items()}

    def _classes_of(self, name: str) -> dict[str, tf.Tensor]:
        """Return the one-hot classes of some pixels; nothing if they have none."""
        return {"y": self.y_of[name]} if name in self.y_of else {}

    def drawn(self, part: Features, **facts: np.ndarray) -> Inputs:
        """Return the inputs of some pixels, which are drawn anew with the deviation that the settings say.

        Parameters
        ----------
        part : the pixels.
        **facts : further arrays of the pixels, [pixel, ...], by name.
        """
        return Inputs(part.mean, np.float32(self.settings.drawn) * part.std, facts)

    def labelled_order(self, epoch: int) -> np.ndarray:
        """Return the labelled pixels of every step, int32 [step, pixel].

        Parameters
        ----------
        epoch : index of the epoch.
        """
        seed = [self.seed, epoch, 1]
        if not self.labelled_pixels:
            return np.zeros((self.steps, 0), np.int32)
        return balanced_steps(self.labelled.drawn, self.steps, self.settings.labelled_batch, seed=seed)

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

    def judge(self) -> dict[str, float]:
        """Return accuracy and NLL of q(y|x) on the validation labels, as means over the classes among them."""
        if not len(self.valid_x):
            return {}
        log_q_y, truth = self._log_q_y(self.valid_x).numpy(), self.valid_place
        right, log_q_truth = log_q_y.argmax(1) == truth, log_q_y[np.arange(len(truth)), truth]
        members = [truth == place for place in np.unique(truth)]
        return {
            "accuracy_valid": float(np.mean([right[member].mean() for member in members])),
            "nll_valid": -float(np.mean([log_q_truth[member].mean() for member in members])),
        }


class M2Task(LabelledTask):
    """M2 on labelled and unlabelled pixels.

    Parameters
    ----------
    model : the model.
    data : labelled, unlabelled and validation pixels.
    labels : int [class], labels known to the model, ascending.
    settings : settings of M2.
    evened : pixels of the labelled bound: the labelled ones, and those that even out the classes
        (`semispectral.sampling.even_classes`).
    seed : seed of the order of the pixels.
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
    ) -> None:
        super().__init__(model, data, labels, settings, seed=seed)
        self.objective = M2Objective(settings.alpha, bound_of(self.labelled))
        self.evened = targets(evened, labels)
        weight = unlabelled_weights(data, pure_share=settings.pure_share)
        self.inputs_of["unlabelled"] = self.drawn(
            data.unlabelled, weight=weight[:, np.newaxis], **self.known_of_unlabelled
        )
        if self.evens:
            self.inputs_of["evened"] = self.drawn(evened)
            self.y_of["evened"] = tf.constant(self.evened.balanced)

    @property
    def known_of_unlabelled(self) -> dict[str, np.ndarray]:
        """What else is known of the unlabelled pixels, [pixel, ...] by name: nothing."""
        return {}

    @property
    def evens(self) -> bool:
        """Whether the labelled bound has pixels of its own beside the labels."""
        return len(self.evened.weight) > self.labelled_pixels

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        """Return the pixels of every step: each unlabelled pixel once, and balanced labelled pixels beside them.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        settings = self.settings
        order = {"labelled": self.labelled_order(epoch)}
        if self.evens:
            seed = [self.seed, epoch, 4]
            order["evened"] = balanced_steps(self.evened.drawn, self.steps, settings.labelled_batch, seed=seed)
        if self.unlabelled_pixels:
            batch, seed = settings.fit.batch, [self.seed, epoch, 2]
            order["unlabelled"] = shuffled_steps(self.unlabelled_pixels, batch=batch, steps=self.steps, seed=seed)
        return order

    def weights(self, epoch: int) -> dict[str, float]:
        """Return the weights of the terms. The unlabelled term starts after the warm start of q(y|x) and ramps up.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        after = epoch - self.settings.supervised_epochs
        unlabelled = 0.0 if after < 0 else rising(after, self.settings.ramp)
        return {"kl": rising(epoch, self.settings.kl_warm_up), "unlabelled": unlabelled}

    def evaluate(self, epoch: int) -> dict[str, float]:
        """Return the figures of q(y|x), and the bound on log p(x) of the validation pixels.

        The noise is the same every time.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        figures = self.judge()
        if len(self.valid_x):
            figures["bound_valid"] = self._bound(self.valid_x[:MOST_EVALUATED])
        if self.unlabelled_pixels and self.weights(epoch)["unlabelled"] < 1:
            return {**figures, "score": -np.inf}  # weights from before the ramp's end are q(y|x) on the labels alone
        return with_score(figures, self.settings.select)

    def _bound(self, x: np.ndarray) -> float:
        """Return the mean bound on log p(x), some pixels at a time: every class makes a row of each pixel."""
        shape = [self.model.classes, len(x), self.model.noise_width]
        noise = tf.random.stateless_normal(shape, EVALUATION_SEED)
        some = blocks(len(x), max(MOST_ROWS // self.model.classes, 1))
        sums = [tf.reduce_sum(self.model.unlabelled_bound(x[pixels], noise=noise[:, pixels])) for pixels in some]
        return float(np.sum(sums)) / len(x)

    def end_epoch(self, epoch: int) -> None:
        """Estimate the class prior by EM over unlabelled pixels, shrunk half-way towards uniform.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        if self.settings.prior != "estimated" or not self.unlabelled_pixels or self.weights(epoch)["unlabelled"] < 1:
            return
        share = np.exp(self._log_q_y(self.prior_sample).numpy().astype(np.float64)).mean(0)
        self.model.log_prior.assign(np.log(0.5 * share + 0.5 / self.model.classes).astype(np.float32))


class QyTask(LabelledTask):
    """q(y|x) on the labels alone, the baseline of M2, with the same network, batches and figures.

    Parameters are those of `LabelledTask`.
    """

    objective = QyObjective()

    def order(self, epoch: int) -> dict[str, np.ndarray]:
        """Return balanced batches of labelled pixels.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        return {"labelled": self.labelled_order(epoch)}

    def weights(self, epoch: int) -> dict[str, float]:
        """Return no weights: no term is ramped.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        return {}

    def evaluate(self, epoch: int) -> dict[str, float]:
        """Return the figures of q(y|x); without validation labels the last weights stay.

        Parameters
        ----------
        epoch : index of the epoch.
        """
        return with_score(self.judge(), self.settings.select)

    def end_epoch(self, epoch: int) -> None:
        """Do nothing: q(y|x) has no update outside the gradient.

        Parameters
        ----------
        epoch : index of the epoch.
        """
