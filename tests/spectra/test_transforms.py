"""Repairs and transforms of spectra, against closed forms and other people's code."""

import numpy as np
import pytest
import spectral
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import signal

from semispectral.errors import DataError
from semispectral.spectra.transforms import (
    continuum,
    fill_bands,
    remove_continuum,
    resampling_weights,
    savitzky_golay,
    spikes,
    to_reflectance,
)

NM = np.linspace(1000.0, 2500.0, 40)


def noise(pixels: int, *, seed: int = 8) -> np.ndarray:
    """Wavy spectra, float64 [pixel, band]."""
    random = np.random.default_rng(seed)
    return (
        0.5 + 0.1 * np.sin(NM / 200 + random.uniform(0, 6, (pixels, 1))) + 0.02 * random.standard_normal((pixels, 40))
    )


def test_references_undo_a_known_sensor() -> None:
    """Counts made from a reflectance, a gain and a dark signal give the reflectance back; a dead element gives NaN."""
    random = np.random.default_rng(2)
    reflectance, dark, gain = random.random((9, 40)), random.random(40) * 50, 1000 + random.random(40)
    gain[3] = 0
    found = to_reflectance(reflectance * gain + dark, dark=dark, white=dark + 0.98 * gain, white_reflectance=0.98)
    assert np.isnan(found[:, 3]).all()
    np.testing.assert_allclose(np.delete(found, 3, 1), np.delete(reflectance, 3, 1), atol=1e-5)


def test_missing_bands_lie_on_the_line_between_good_ones() -> None:
    """Gaps, ends and lone good bands are filled as numpy interpolates; good values are not touched."""
    x = noise(60)
    missing = np.random.default_rng(4).random(x.shape) < 0.4
    missing[0], missing[1], missing[2] = True, False, True
    missing[2, 17] = False
    bands = np.arange(40)
    expected = x.copy()
    for row in range(1, 60):
        good = ~missing[row]
        expected[row] = np.interp(bands, bands[good], x[row, good])
    np.testing.assert_allclose(fill_bands(x, missing=missing), expected, atol=1e-12)


def test_spikes_are_found_and_smooth_spectra_are_not() -> None:
    """A value far from its neighbours is marked, alone; a smooth spectrum has no spike."""
    x = noise(50)
    assert not spikes(np.tile(NM / 2500, (3, 1)), threshold=8).any()
    x[7, 20] += 3
    marked = spikes(x, threshold=8)
    assert (marked[7, 20], marked.sum()) == (True, 1)


def test_resampling_is_linear_interpolation() -> None:
    """The weights give what numpy interpolates, also from bands that do not rise; a straight line stays one."""
    x, target = noise(5), np.linspace(1100, 2400, 17)
    turned = np.random.default_rng(1).permutation(40)
    expected = np.stack([np.interp(target, NM, row) for row in x])
    np.testing.assert_allclose(x[:, turned] @ resampling_weights(NM[turned], target), expected, atol=1e-12)
    np.testing.assert_allclose(NM @ resampling_weights(NM, target), target)


def test_bands_without_a_wavelength_have_no_part_in_resampling() -> None:
    """A band whose wavelength is NaN has the weight 0, and the others give what they give without it."""
    nm, target = np.array([np.nan, 700.0, 500.0, 600.0, np.nan]), np.array([500.0, 610.0, 700.0])
    weights = resampling_weights(nm, target)
    assert not weights[[0, 4]].any()
    np.testing.assert_array_equal(weights[1:4], resampling_weights(nm[1:4], target))


def test_resampling_never_leaves_the_sensors_range() -> None:
    """Targets outside the measured wavelengths are refused, not invented."""
    with pytest.raises(DataError, match="1000 to 2500 nm, got 900"):
        resampling_weights(NM, np.array([900.0, 1500.0]))


@pytest.mark.parametrize("derivative", [0, 1, 2])
def test_savitzky_golay_is_exact_on_its_polynomials(derivative: int) -> None:
    """A parabola is smoothed to itself, and differentiated per nm to its derivatives."""
    t = NM / 1000
    truth = (3 * t**2 - t, (6 * t - 1) / 1000, np.full(40, 6e-6))[derivative]
    found = savitzky_golay(
        truth_of := (3 * t**2 - t)[None], window=7, order=2, derivative=derivative, step_nm=NM[1] - NM[0]
    )
    assert found.dtype == truth_of.dtype
    np.testing.assert_allclose(found[0], truth, rtol=1e-8, atol=1e-12)


def test_savitzky_golay_is_scipys() -> None:
    """On noise it is scipy's filter."""
    found = savitzky_golay(noise(4), window=9, order=3, derivative=1, step_nm=10.0)
    np.testing.assert_allclose(found, signal.savgol_filter(noise(4), 9, 3, deriv=1, delta=10.0, axis=1))


def test_continuum_removal_is_that_of_spectral() -> None:
    """The vectorised removal equals the loop of the package spectral, for several scenes of noise."""
    for seed in range(5):
        x = noise(80, seed=seed)
        np.testing.assert_allclose(remove_continuum(x, NM), spectral.remove_continuum(x, NM), rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, (3, 12), elements=st.floats(0.01, 1.0)))
def test_the_continuum_is_an_upper_convex_hull(x: np.ndarray) -> None:
    """It lies nowhere below the spectrum, bends only downwards, and touches both ends."""
    nm = np.cumsum(np.arange(1.0, 13.0))
    hull = continuum(x, nm)
    assert (hull >= x - 1e-12).all()
    assert (np.diff(np.diff(hull, axis=1) / np.diff(nm), axis=1) <= 1e-9).all()
    np.testing.assert_allclose(hull[:, [0, -1]], x[:, [0, -1]])
