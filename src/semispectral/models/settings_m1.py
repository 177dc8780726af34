"""Settings of M1."""

from dataclasses import field
from typing import Annotated

from semispectral.inference.nets import LIKELIHOODS
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.study.setting_types import Count, CountFromZero, OneOf, Positive, ShareBelowOne, settings_class


@settings_class("m1")
class M1Config:
    """Settings of M1, the latent-feature model."""

    latents: Count = 30
    """Width of z."""
    likelihood: Annotated[str, OneOf(LIKELIHOODS)] = "gaussian"
    """p(x|z): gaussian (one learned sigma per band), bernoulli (x in [0, 1]) or student_t."""
    sigma_floor: Positive = 0.02
    """Smallest sigma of a band, in units of the normalised spectrum."""
    kl_warm_up: CountFromZero = 10
    """Epochs over which the weight of the KL term rises to 1."""
    dead_std: ShareBelowOne = 0.1
    """A latent whose posterior mean has a smaller standard deviation over the training pixels is dropped."""
    net: NetConfig = field(default_factory=NetConfig)
    """Networks of q(z|x) and p(x|z)."""
    fit: FitConfig = field(default_factory=lambda: FitConfig(learning_rate=2e-3, batch=256, epochs=80))
    """Training loop."""
