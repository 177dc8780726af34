"""Settings of M1."""

from dataclasses import dataclass, field

from semispectral.models.fit_settings import LIKELIHOOD_NAMES, FitConfig, NetConfig, need


@dataclass(frozen=True)
class M1Config:
    """Settings of M1, the latent-feature model.

    Attributes
    ----------
    latents : width of z.
    likelihood : p(x|z): gaussian (one learned sigma per band), bernoulli (x in [0, 1]) or student_t.
    sigma_floor : smallest sigma of a band, in units of the normalised spectrum.
    kl_warm_up : epochs over which the weight of the KL term rises to 1.
    dead_std : a latent whose posterior mean has a smaller standard deviation over the training pixels is dropped.
    net : networks of q(z|x) and p(x|z).
    fit : training loop.
    """

    latents: int = 30
    likelihood: str = "gaussian"
    sigma_floor: float = 0.02
    kl_warm_up: int = 10
    dead_std: float = 0.1
    net: NetConfig = field(default_factory=NetConfig)
    fit: FitConfig = field(default_factory=lambda: FitConfig(learning_rate=2e-3, batch=256, epochs=80))

    def __post_init__(self) -> None:
        need(self.latents >= 1, "m1.latents", "1 or more", self.latents)
        need(self.likelihood in LIKELIHOOD_NAMES, "m1.likelihood", f"one of {LIKELIHOOD_NAMES}", self.likelihood)
        need(self.sigma_floor > 0, "m1.sigma_floor", "above 0", self.sigma_floor)
        need(self.kl_warm_up >= 0, "m1.kl_warm_up", "0 or more", self.kl_warm_up)
        need(0 <= self.dead_std < 1, "m1.dead_std", "in [0, 1)", self.dead_std)
