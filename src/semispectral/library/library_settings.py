"""Settings of the mineral library: which spectra it holds, and how spectra are compared with them."""

from typing import Annotated

from pydantic import Field

from semispectral.errors import ConfigError
from semispectral.study.setting_types import Positive, ShareBelowOne, Unique, settings_class

Bounds = Annotated[tuple[Positive, Positive], Field()]


@settings_class("library")
class LibraryConfig:
    """Reference spectra, and how a spectrum is matched with them."""

    files: Annotated[tuple[str, ...], Unique()] = ()
    """Libraries of your own, below `data_root`: ENVI spectral libraries, tables (.csv), folders of USGS splib07 or
    ECOSTRESS text files. Empty: the built-in library."""
    windows: Annotated[tuple[Bounds, ...], Field(min_length=1), Unique()] = ((2080.0, 2400.0),)
    """Windows in nm in which spectra are compared, by the hull quotient over each window."""
    mixture: Annotated[int, Field(ge=1, le=2)] = 2
    """Most entries that a spectrum may be a mixture of: 1 or 2. It belongs to the one with the larger part."""
    least_score: ShareBelowOne = 0.9
    """A match with a lower score is none: the spectrum is like no entry."""

    def __post_init__(self) -> None:
        for low, high in self.windows:
            if low >= high:
                raise ConfigError(
                    f"library.windows: a window is its first and its last wavelength in nm, got {low:g}, {high:g}"
                )
