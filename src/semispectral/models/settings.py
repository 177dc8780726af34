"""What M1 and M2 have in common to set: networks and training loop. No TensorFlow here, so it is checked early."""

from dataclasses import dataclass

from semispectral.errors import ConfigError

ACTIVATION_NAMES = ("softplus", "relu", "elu", "gelu", "tanh")
LIKELIHOOD_NAMES = ("gaussian", "bernoulli", "student_t")
OPTIMISER_NAMES = ("adam", "rmsprop", "sgd", "adagrad")


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
    clip_norm : the gradient's global norm is cut to this.
    batch : unlabelled pixels per step (for M1: pixels).
    epochs : at most; one epoch sees every (unlabelled) pixel once, or as often as `least_steps` asks.
    least_steps : steps of an epoch at least, so that a small sample is trained on as long as a large one.
    evaluate_every : epochs between evaluations on the validation part, each of which is a checkpoint too.
    patience : evaluations without improvement before training stops (2017: every 10 epochs, stop after 10).
    """

    optimiser: str = "adam"
    learning_rate: float = 1e-3
    clip_norm: float = 10.0
    batch: int = 512
    epochs: int = 200
    least_steps: int = 50
    evaluate_every: int = 10
    patience: int = 10

    def __post_init__(self) -> None:
        need(self.optimiser in OPTIMISER_NAMES, "optimiser", f"one of {OPTIMISER_NAMES}", self.optimiser)
        need(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        need(self.clip_norm > 0, "clip_norm", "above 0", self.clip_norm)
        for key in ("batch", "epochs", "least_steps", "evaluate_every", "patience"):
            need(getattr(self, key) >= 1, key, "1 or more", getattr(self, key))
