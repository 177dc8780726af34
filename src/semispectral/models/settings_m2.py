"""Settings of M2."""

from dataclasses import field
from typing import Annotated

from semispectral.inference.nets import LIKELIHOODS
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.study.setting_types import (
    Count,
    CountFromZero,
    NotNegative,
    OneOf,
    Positive,
    ShareBelowOne,
    settings_class,
)

PRIOR_NAMES = ("uniform", "frequency", "shrunk", "estimated")
SELECTION_NAMES = ("refit", "nll", "accuracy", "bound", "last")


@settings_class("m2")
class M2Config:
    """Settings of M2, the generative semi-supervised classifier, on bands or on M1's latents (M1+M2)."""

    latents: Count = 10
    """Width of z (z2 in M1+M2 of the paper)."""
    auxiliary: CountFromZero = 0
    """Width of the auxiliary variable a of the SDGM (Maaloe et al. 2016); 0 is M2 of the paper."""
    likelihood: Annotated[str, OneOf(LIKELIHOODS)] = "gaussian"
    """p(x|y, z): gaussian (one learned sigma per input), bernoulli (x in [0, 1]) or student_t."""
    sigma_floor: Positive = 0.1
    """Smallest sigma of an input, in units of the input."""
    alpha: NotNegative = 0.3
    """Weight of -log q(y|x) on labelled pixels; the bound beside it is a mean, counted per input. The paper's alpha
    divided by N (0.1 in its experiments) is this alpha times the number of inputs.
    """
    labelled_batch: Count = 128
    """Labelled pixels per step, drawn with equal probability from every class. If some classes have fewer labels than
    others, the bound also has pixels that q(y|x) gives to these classes, until all have as many.
    """
    supervised_epochs: CountFromZero = 5
    """Epochs at the start without the unlabelled term (the warm start of q(y|x))."""
    ramp: CountFromZero = 20
    """Epochs after the warm start over which the unlabelled term rises to its full weight."""
    pure_share: ShareBelowOne = 0.2
    """An unlabelled pixel counts in full if at least this share of the labelled pixels lie as near to a second class as
    it does, and in proportion below: a mixture lies between classes, where no labelled pixel does. 0 counts every pixel
    in full, as in the paper.
    """
    neighbours: bool = True
    """Whether unlabelled training pixels beside a labelled one, of the eight around it, are taken for its class, unless
    labels of another class lie beside them, too. They are labels for M2, and not for q(y|x) alone or other methods.
    """
    kl_warm_up: CountFromZero = 10
    """Epochs over which the weight of the KL term rises to 1."""
    prior: Annotated[str, OneOf(PRIOR_NAMES)] = "uniform"
    """p(y): uniform, frequency (of the labels), shrunk (half-way between them), or estimated (EM over the unlabelled
    pixels, shrunk towards uniform).
    """
    label_shift: CountFromZero = 2
    """EM steps that adapt q(y|x), trained on equal classes, to the class shares among the unlabelled pixels (Saerens
    et al. 2002); 0 turns them off.
    """
    drawn: NotNegative = 0.3
    """Multiple of M1's posterior standard deviation with which x is drawn from q(z1|x): 1 as in the paper, 0 for the
    mean.
    """
    select: Annotated[str, OneOf(SELECTION_NAMES)] = "refit"
    """Weights to keep: refit (the last, after training again with the validation labels as labels); the best after the
    ramp by nll or accuracy of q(y|x) on the validation labels, or by the bound; or the last.
    """
    net: NetConfig = field(default_factory=lambda: NetConfig(hidden=(128,), activation="relu"))
    """Networks of q(z|x, y) and p(x|y, z)."""
    classifier: NetConfig = field(default_factory=lambda: NetConfig(hidden=(512,), activation="relu"))
    """Network of q(y|x)."""
    fit: FitConfig = field(
        default_factory=lambda: FitConfig(
            learning_rate=1e-2, batch=128, epochs=40, least_steps=25, most_steps=50, evaluate_every=5
        )
    )
    """Training loop."""
