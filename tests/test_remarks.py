"""What is said of the bands of a scene."""

import numpy as np

from semispectral.remarks import band_names


def test_bands_are_named_by_ranges_with_the_wavelengths_that_they_have() -> None:
    """A range of bands has its wavelengths behind it, unless one of its ends has none (NaN in the scan)."""
    nm = np.array([np.nan, 500.0, 510.0, 520.0, np.nan])
    assert band_names([1, 2], nm) == "1 to 2, 500 to 510 nm"
    assert band_names([0, 3, 4], nm) == "0; 3 to 4"
    assert band_names([0, 1], None) == "0 to 1"
