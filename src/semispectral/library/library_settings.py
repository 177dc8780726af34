"""Settings of the mineral library: which spectra it holds, and how spectra are compared with them."""

from typing import Annotated

from pydantic import Field

from semispectral.study.setting_types import ShareBelowOne, Unique, Windows, settings_class


@settings_class("library")
class LibraryConfig:
    """Reference spectra, and how a spectrum is matched with them."""

    files: Annotated[tuple[str, ...], Unique()] = ()
    """Libraries of your own, below data_root: ENVI spectral libraries, tables (.csv, .tsv), folders of USGS splib07 or
    ECOSTRESS text files. Empty: the built-in library."""
    windows: Windows = ((2080.0, 2400.0),)
    """Windows in nm in which spectra are compared, by the hull quotient over each."""
    mixture: Annotated[int, Field(ge=1, le=2)] = 2
    """Most entries that a spectrum may be a mixture of. It belongs to the entry with the larger part."""
    least_score: ShareBelowOne = 0.9
    """A match with a lower score (0 to 1) is none: the spectrum is like no entry."""
