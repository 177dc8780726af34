"""Settings that M1 and M2 share: networks and training loop. Needs no TensorFlow, so that they are checked early."""

import math
from dataclasses import dataclass

from semispectral.errors import ConfigError

ACTIVATION_NAMES = ("softplus", "relu", "elu", "gelu", "tanh")
LIKELIHOOD_NAMES = ("gaussian", "bernoulli", "student_t")
OPTIMISER_NAMES = ("adam", "rmsprop", "sgd", "adagrad")
DECAY_NAMES = ("cosine", "none")
PRECISION_NAMES = ("float32", "bfloat16")


def need(condition: bool, key: str, need: str, came: object) -> None:
    """Raise ConfigError unless a setting meets its condition.

    Parameters
    ----------
    condition : the condition.
    key : name of the setting.
    need : allowed values, in words: "above 0".
    came : value that was given.
    """
    if not condition:
        raise ConfigError(f"{key} must be {need}, got {came!r}")


@dataclass(frozen=True)
class NetConfig:
    """Settings of a multilayer perceptron.

    Attributes
    ----------
    hidden : widths of the hidden layers.
    activation : activation between the layers: softplus, relu, elu, gelu or tanh.
    """

    hidden: tuple[int, ...] = (256, 256)
    activation: str = "softplus"

    def __post_init__(self) -> None:
        need(all(width > 0 for width in self.hidden), "hidden", "widths above 0", self.hidden)
        need(self.activation in ACTIVATION_NAMES, "activation", f"one of {ACTIVATION_NAMES}", self.activation)


@dataclass(frozen=True)
class FitConfig:
    """Settings of the training loop.

    Attributes
    ----------
    optimiser : adam, rmsprop, sgd or adagrad.
    learning_rate : initial learning rate.
    decay : decrease of the learning rate over the epochs: cosine (to zero at the end) or none.
    clip_norm : largest global norm of the gradient; larger gradients are scaled down.
    batch : unlabelled pixels per step (for M1: pixels per step).
    epochs : largest number of epochs. An epoch sees every (unlabelled) pixel once, within `least_steps` and
        `most_steps`.
    least_steps : smallest number of steps per epoch, so that a small sample is trained on as long as a large one.
    most_steps : largest number of steps per epoch, which limits the time on a large sample; each epoch sees other
        pixels.
    evaluate_every : epochs between evaluations on the validation part; each also writes a checkpoint.
    patience : evaluations without improvement before training stops.
    precision : dtype of matrix products: float32, or bfloat16 for GPUs (weights, likelihoods and KL stay float32).
    """

    optimiser: str = "adam"
    learning_rate: float = 1e-3
    decay: str = "cosine"
    clip_norm: float = 10.0
    batch: int = 512
    epochs: int = 100
    least_steps: int = 50
    most_steps: int = 400
    evaluate_every: int = 10
    patience: int = 10
    precision: str = "float32"

    def __post_init__(self) -> None:
        need(self.optimiser in OPTIMISER_NAMES, "optimiser", f"one of {OPTIMISER_NAMES}", self.optimiser)
        need(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        need(self.decay in DECAY_NAMES, "decay", f"one of {DECAY_NAMES}", self.decay)
        need(self.precision in PRECISION_NAMES, "precision", f"one of {PRECISION_NAMES}", self.precision)
        need(self.clip_norm > 0, "clip_norm", "above 0", self.clip_norm)
        for key in ("batch", "epochs", "least_steps", "most_steps", "evaluate_every", "patience"):
            need(getattr(self, key) >= 1, key, "1 or more", getattr(self, key))

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
