"""The response of a sensor's bands to spectra that are sampled more finely, more coarsely, or with gaps."""

import numpy as np
import pytest
from scipy.integrate import quad

from semispectral.library.band_response import FWHM_TO_SIGMA, band_widths, responses


@pytest.mark.parametrize("step_nm", [1.0, 7.0, 40.0])
def test_weights_are_the_integral_of_a_line_times_a_gaussian(step_nm: float) -> None:
    """A band's value is that of numerical integration, for channels finer and coarser than the band."""
    channels = np.arange(2000.0, 2401.0, step_nm)
    values = np.random.default_rng(3).uniform(0.2, 0.8, len(channels))
    centre, width = 2203.0, 12.0
    weights, cover = responses(channels, np.array([centre]), np.array([width]))
    sigma = width * FWHM_TO_SIGMA

    def integrand(nm: float) -> float:
        gaussian = np.exp(-0.5 * ((nm - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
        return float(np.interp(nm, channels, values) * gaussian)

    inside = channels[(channels > centre - 8 * sigma) & (channels < centre + 8 * sigma)]
    wanted, _ = quad(integrand, centre - 8 * sigma, centre + 8 * sigma, points=inside.tolist(), limit=400)
    assert weights[0] @ values == pytest.approx(wanted, abs=1e-7)
    assert cover[0] == pytest.approx(1)


def test_a_spectrum_without_curves_is_seen_as_it_is() -> None:
    """Bands see a straight line at their centres, whatever their widths."""
    channels = np.linspace(1000, 2500, 301)
    centres, widths = np.array([1400.0, 2200.0]), np.array([5.0, 30.0])
    weights, _ = responses(channels, centres, widths)
    assert weights @ (1e-3 * channels) == pytest.approx(1e-3 * centres)


def test_cover_falls_at_the_end_and_in_a_gap() -> None:
    """A band at the last channel is covered by one half, one in a gap that is too long not at all."""
    channels = np.array([2000.0, 2005.0, 2010.0, 2100.0, 2105.0, 2110.0])
    _, cover = responses(channels, np.array([2050.0, 2110.0]), np.array([4.0, 4.0]), longest_step_nm=20)
    assert cover[0] == pytest.approx(0, abs=1e-9)
    assert cover[1] == pytest.approx(0.5, abs=0.01)


def test_widths_are_stated_or_the_spacing() -> None:
    """A band without a stated width takes the spacing of its neighbours; the order of bands does not matter."""
    centres = np.array([2020.0, 2000.0, 2010.0])
    assert band_widths(centres).tolist() == [10, 10, 10]
    assert band_widths(centres, np.array([12.0, np.nan, 0.0])).tolist() == [12, 10, 10]
