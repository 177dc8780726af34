"""What can be set about M2."""

from dataclasses import dataclass, field

from semispectral.models.fit_settings import LIKELIHOOD_NAMES, FitConfig, NetConfig, need

PRIOR_NAMES = ("uniform", "frequency", "shrunk", "estimated")
SELECTION_NAMES = ("refit", "nll", "accuracy", "bound", "last")


@dataclass(frozen=True)
class M2Config:
    """M2: the generative semi-supervised classifier, on bands or on M1's latents (then M1+M2).

    Parameters
    ----------
    latents : width of z (the paper's z2 in M1+M2).
    auxiliary : width of the auxiliary variable a of the SDGM (Maaloe et al. 2016); 0 is the M2 of the paper.
    alpha : weight of -log q(y|x) on labelled pixels, against a mean bound counted per input; the paper's alpha over N
        (0.1 in its experiments) is this alpha times the number of inputs.
    labelled_batch : labelled pixels in each step, drawn with equal chances for every class.
    supervised_epochs : epochs at the start without the unlabelled term (the warm start of q(y|x)).
    ramp : epochs over which the unlabelled term rises to its full weight afterwards.
    kl_warm_up : epochs over which the weight of the KL term rises to 1.
    prior : p(y): uniform, frequency (of the labels), shrunk (half-way between them), or estimated (EM over the
        unlabelled pixels, shrunk towards uniform).
    label_shift : steps of EM by which q(y|x), trained on equal classes, is moved to the classes' shares among the
        unlabelled pixels (Saerens et al. 2002); 0 leaves it.
    drawn : share of M1's posterior deviation with which x is drawn anew from q(z1|x); 1 as in the paper, 0 its mean.
    select : which weights are kept: refit (the last, after training again with the validation labels as labels), the
        best after the ramp by nll or accuracy of q(y|x) on the validation labels, or by the bound; or the last.
    net : networks of q(z|x, y) and p(x|y, z). classifier : that of q(y|x).
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
