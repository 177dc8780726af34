"""Settings of M2."""

from dataclasses import dataclass, field

from semispectral.models.fit_settings import LIKELIHOOD_NAMES, FitConfig, NetConfig, need

PRIOR_NAMES = ("uniform", "frequency", "shrunk", "estimated")
SELECTION_NAMES = ("refit", "nll", "accuracy", "bound", "last")


@dataclass(frozen=True)
class M2Config:
    """Settings of M2, the generative semi-supervised classifier, on bands or on M1's latents (M1+M2).

    Attributes
    ----------
    latents : width of z (z2 in M1+M2 of the paper).
    auxiliary : width of the auxiliary variable a of the SDGM (Maaloe et al. 2016); 0 is M2 of the paper.
    likelihood : p(x|y, z): gaussian (one learned sigma per input), bernoulli (x in [0, 1]) or student_t.
    sigma_floor : smallest sigma of an input, in units of the input.
    alpha : weight of -log q(y|x) on labelled pixels; the bound beside it is a mean, counted per input. The paper's
        alpha divided by N (0.1 in its experiments) is this alpha times the number of inputs.
    labelled_batch : labelled pixels per step, drawn with equal probability from every class.
    supervised_epochs : epochs at the start without the unlabelled term (the warm start of q(y|x)).
    ramp : epochs after the warm start over which the unlabelled term rises to its full weight.
    kl_warm_up : epochs over which the weight of the KL term rises to 1.
    prior : p(y): uniform, frequency (of the labels), shrunk (half-way between them), or estimated (EM over the
        unlabelled pixels, shrunk towards uniform).
    label_shift : EM steps that adapt q(y|x), trained on equal classes, to the class shares among the unlabelled pixels
        (Saerens et al. 2002); 0 turns them off.
    drawn : multiple of M1's posterior standard deviation with which x is drawn from q(z1|x): 1 as in the paper, 0 for
        the mean.
    select : weights to keep: refit (the last, after training again with the validation labels as labels); the best
        after the ramp by nll or accuracy of q(y|x) on the validation labels, or by the bound; or the last.
    net : networks of q(z|x, y) and p(x|y, z).
    classifier : network of q(y|x).
    fit : training loop.
    """

    latents: int = 10
    auxiliary: int = 0
    likelihood: str = "gaussian"
    sigma_floor: float = 0.1
    alpha: float = 0.3
    labelled_batch: int = 128
    supervised_epochs: int = 5
    ramp: int = 20
    kl_warm_up: int = 10
    prior: str = "uniform"
    label_shift: int = 2
    drawn: float = 0.3
    select: str = "refit"
    net: NetConfig = field(default_factory=lambda: NetConfig(hidden=(128,), activation="relu"))
    classifier: NetConfig = field(default_factory=lambda: NetConfig(hidden=(512,), activation="relu"))
    fit: FitConfig = field(
        default_factory=lambda: FitConfig(
            learning_rate=1e-2, batch=128, epochs=40, least_steps=25, most_steps=50, evaluate_every=5
        )
    )

    def __post_init__(self) -> None:
        need(self.latents >= 1, "m2.latents", "1 or more", self.latents)
        need(self.likelihood in LIKELIHOOD_NAMES, "m2.likelihood", f"one of {LIKELIHOOD_NAMES}", self.likelihood)
        need(self.sigma_floor > 0, "m2.sigma_floor", "above 0", self.sigma_floor)
        need(self.alpha >= 0, "m2.alpha", "0 or more", self.alpha)
        need(self.labelled_batch >= 1, "m2.labelled_batch", "1 or more", self.labelled_batch)
        for key in ("auxiliary", "supervised_epochs", "ramp", "kl_warm_up", "label_shift", "drawn"):
            need(getattr(self, key) >= 0, f"m2.{key}", "0 or more", getattr(self, key))
        need(self.prior in PRIOR_NAMES, "m2.prior", f"one of {PRIOR_NAMES}", self.prior)
        need(self.select in SELECTION_NAMES, "m2.select", f"one of {SELECTION_NAMES}", self.select)
