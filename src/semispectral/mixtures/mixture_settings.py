"""Settings of the mixtures."""

from typing import Annotated

from pydantic import Field

from semispectral.study.setting_types import Seed, settings_class


@settings_class("mixtures")
class MixtureConfig:
    """Shares of the classes in every pixel, beside its class, where spectra mix by area."""

    enabled: bool = False
    """Whether to compute them."""
    resamples: Annotated[int, Field(ge=0, le=1000)] = 20
    """Bootstrap resamples of the labelled pixels of each class, by which the error of a share is known; 0: no error."""
    seed: Seed = 1
    """Seed of the bootstrap."""
