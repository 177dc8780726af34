"""What M1 and M2 have in common to set: networks and training loop. No TensorFlow here, so it is checked early."""

import math
from dataclasses import dataclass

from semispectral.errors import ConfigError

ACTIVATION_NAMES = ("softplus", "relu", "elu", "gelu", "tanh")
LIKELIHOOD_NAMES = ("gaussian", "bernoulli", "student_t")
OPTIMISER_NAMES = ("adam", "rmsprop", "sgd", "adagrad")
DECAY_NAMES = ("cosine", "none")
PRECISION_NAMES = ("float32", "bfloat16")


def need(condition: bool, key: str, need: str, came: object) -> None:
    """Raise unless a setting is as needed."""
    if not condition:
        raise ConfigError(f"{key} must be {need}, got {came!r}")


@dataclass(frozen=True)
class NetConfig:
    """Multilayer perceptrons: widths of the hidden layers and the activation between them."""

    hidden: tuple[int, ...] = (256, 256)
    activation: str = "softplus"

    def __post_init__(self) -> None:
        need(all(width > 0 for width in self.hidden), "hidden", "widths above 0", self.hidden)
        need(self.activation in ACTIVATION_NAMES, "activation", f"one of {ACTIVATION_NAMES}", self.activation)


@dataclass(frozen=True)
class FitConfig:
    """The training loop.

    Parameters
    ----------
    optimiser : adam, rmsprop, sgd or adagrad.
    decay : how the learning rate falls over the epochs: cosine (to nothing at the last) or none.
    clip_norm : the gradient's global norm is cut to this.
    batch : unlabelled pixels per step (for M1: pixels).
    epochs : at most; one epoch sees every (unlabelled) pixel once, or as `least_steps` and `most_steps` have it.
    least_steps : steps of an epoch at least, so that a small sample is trained on as long as a large one.
    most_steps : steps of an epoch at most, so that training on a large sample ends; other pixels are seen each time.
    evaluate_every : epochs between evaluations on the validation part, each of which is a checkpoint too.
    precision : of the matrix products: float32, or bfloat16 (weights, likelihoods and KL stay float32), for GPUs.
    patience : evaluations without improvement before training stops (2017: every 10 epochs, stop after 10).
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
        """Steps of an epoch over so many pixels."""
        return min(max(pixels // min(self.batch, pixels), self.least_steps), self.most_steps)

    def rate_share(self, epoch: int) -> float:
        """The share of the learning rate that is left in an epoch (0 is the first)."""
        return 0.5 * (1.0 + math.cos(math.pi * epoch / self.epochs)) if self.decay == "cosine" else 1.0
