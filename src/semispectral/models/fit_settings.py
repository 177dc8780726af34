"""Settings that M1 and M2 share: networks and training loop. Needs no TensorFlow, so that they are checked early."""

import math
from typing import Annotated

from semispectral.inference.nets import LIKELIHOODS
from semispectral.study.setting_types import Count, OneOf, Positive, settings_class

ACTIVATION_NAMES = ("softplus", "relu", "elu", "gelu", "tanh")
LIKELIHOOD_NAMES = tuple(LIKELIHOODS)
OPTIMISER_NAMES = ("adam", "rmsprop", "sgd", "adagrad")
DECAY_NAMES = ("cosine", "none")
PRECISION_NAMES = ("float32", "bfloat16")


@settings_class("net")
class NetConfig:
    """Settings of a multilayer perceptron."""

    hidden: tuple[Count, ...] = (256, 256)
    """Widths of the hidden layers."""
    activation: Annotated[str, OneOf(ACTIVATION_NAMES)] = "softplus"
    """Activation between the layers: softplus, relu, elu, gelu or tanh."""


@settings_class("fit")
class FitConfig:
    """Settings of the training loop."""

    optimiser: Annotated[str, OneOf(OPTIMISER_NAMES)] = "adam"
    """Optimiser: adam, rmsprop, sgd or adagrad."""
    learning_rate: Positive = 1e-3
    """Initial learning rate."""
    decay: Annotated[str, OneOf(DECAY_NAMES)] = "cosine"
    """Decrease of the learning rate over the epochs: cosine (to zero at the end) or none."""
    clip_norm: Positive = 10.0
    """Largest global norm of the gradient; larger gradients are scaled down."""
    batch: Count = 512
    """Unlabelled pixels per step (for M1: pixels per step)."""
    epochs: Count = 100
    """Largest number of epochs. An epoch sees every (unlabelled) pixel once, within `least_steps` and `most_steps`."""
    least_steps: Count = 50
    """Smallest number of steps per epoch, so that a small sample is trained on as long as a large one."""
    most_steps: Count = 400
    """Largest number of steps per epoch, which limits the time on a large sample; each epoch sees other pixels."""
    evaluate_every: Count = 10
    """Epochs between evaluations on the validation part; each also writes a checkpoint."""
    patience: Count = 10
    """Evaluations without improvement before training stops; where there are fewer in all, it never stops early."""
    precision: Annotated[str, OneOf(PRECISION_NAMES)] = "float32"
    """Dtype of matrix products: float32, or bfloat16 for GPUs (weights and likelihoods stay float32)."""

    def steps(self, pixels: int) -> int:
        """Return the number of steps per epoch.

        Parameters
        ----------
        pixels : number of training pixels, at least 1.
        """
        return min(max(pixels // min(self.batch, pixels), self.least_steps), self.most_steps)

    def rate_share(self, epoch: int) -> float:
        """Return the share of the initial learning rate that applies in an epoch, 0 to 1.

        Parameters
        ----------
        epoch : index of the epoch; the first is 0.
        """
        return 0.5 * (1.0 + math.cos(math.pi * epoch / self.epochs)) if self.decay == "cosine" else 1.0
