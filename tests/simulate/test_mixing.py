"""Mixtures: Hapke's relation and its inverse, and the limits of mixing."""

import numpy as np
import pytest

from semispectral.simulate.minerals import get_mineral
from semispectral.simulate.mixing import (
    COS_EMERGENCE,
    COS_INCIDENCE,
    Mixture,
    albedo_to_reflectance,
    mix,
    reflectance_to_albedo,
)

WAVELENGTHS_NM = np.linspace(1000.0, 2490.0, 60)
MINERALS = [get_mineral("calcite"), get_mineral("biotite")]


def mixture(fraction: list[list[float]], *, intimate: bool) -> Mixture:
    """Pixels of calcite and biotite in these shares."""
    count = len(fraction)
    ones = np.ones(count)
    return Mixture(
        np.tile([0, 1], (count, 1)), np.array(fraction), ones, ones, ones / 2, np.full(count, intimate, dtype=bool)
    )


def blend(fraction: list[list[float]], *, intimate: bool) -> np.ndarray:
    """Their reflectance, without any shift."""
    return mix(MINERALS, mixture(fraction, intimate=intimate), WAVELENGTHS_NM, np.zeros(2))


def test_hapke_round_trip() -> None:
    """Reflectance to single-scattering albedo and back changes nothing, at the ends of the range too."""
    reflectance = np.concatenate([[0.0, 0.999], np.linspace(0.001, 0.99, 200)])
    albedo = reflectance_to_albedo(reflectance)
    assert albedo.min() >= 0
    assert albedo.max() <= 1
    np.testing.assert_allclose(albedo_to_reflectance(albedo), reflectance, atol=1e-12)


@pytest.mark.parametrize("albedo", [0.1, 0.5, 0.95])
def test_hapke_is_the_product_of_h_functions(albedo: float) -> None:
    """The forward relation is w H(mu0) H(mu) / (H-normalised), written out with Hapke's H functions."""
    gamma = np.sqrt(1 - albedo)

    def h_function(cosine: float) -> float:
        return float((1 + 2 * cosine) / (1 + 2 * cosine * gamma))

    white = (1 + 2 * COS_INCIDENCE) * (1 + 2 * COS_EMERGENCE)
    expected = albedo * h_function(COS_INCIDENCE) * h_function(COS_EMERGENCE) / white
    assert albedo_to_reflectance(np.array(albedo)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("intimate", [False, True])
def test_a_pure_pixel_is_its_mineral(intimate: bool) -> None:
    """A mixture of one mineral alone has the spectrum of that mineral, however it is mixed."""
    pure = blend([[0.0, 1.0]], intimate=intimate)
    np.testing.assert_allclose(pure, MINERALS[1].reflectance(WAVELENGTHS_NM), rtol=1e-9)


def test_linear_mixing_is_the_weighted_mean() -> None:
    """Areal mixtures are means of reflectance, weighted by the shares."""
    pure = blend([[1.0, 0.0], [0.0, 1.0]], intimate=False)
    np.testing.assert_allclose(blend([[0.3, 0.7]], intimate=False)[0], 0.3 * pure[0] + 0.7 * pure[1], rtol=1e-12)


def test_dark_grains_darken_intimate_mixtures_more() -> None:
    """Half calcite, half biotite is darker when the grains are mixed than side by side."""
    assert np.all(blend([[0.5, 0.5]], intimate=True) < blend([[0.5, 0.5]], intimate=False))
