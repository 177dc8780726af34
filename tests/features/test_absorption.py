"""Absorption features: against hulls by brute force, polynomials by NumPy, and Gaussians whose shape is known."""

import numpy as np
import pytest

from semispectral.errors import DataError
from semispectral.features.absorption import absorptions, feature, measure, plan_for
from semispectral.features.feature_settings import KINDS, USUAL_WINDOWS, FeaturesConfig, Formula, Window

NM = np.arange(2100.0, 2300.0, 5.0)
SENSOR = np.linspace(1000, 2500, 301)


def gaussian(nm: np.ndarray, centre: float, depth: float, sigma: float) -> np.ndarray:
    """A spectrum of a sloping continuum with one absorption."""
    return (0.3 + nm / 10_000) * (1 - depth * np.exp(-(((nm - centre) / sigma) ** 2) / 2))


def hull_by_chords(x: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """The upper hull of a spectrum: over each band the highest chord between any two bands."""
    hull = x.copy()
    for i in range(len(nm)):
        for k in range(i + 1, len(nm)):
            chord = x[i] + (x[k] - x[i]) * (nm[i : k + 1] - nm[i]) / (nm[k] - nm[i])
            hull[i : k + 1] = np.maximum(hull[i : k + 1], chord)
    return hull


def one(x: np.ndarray, nm: np.ndarray, *, least_depth: float = 0.01) -> dict[str, float]:
    """The feature of one spectrum, by kind."""
    return dict(zip(KINDS, feature(x[None], nm, least_depth=least_depth)[0].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_position_depth_and_area_are_those_of_brute_force(seed: int) -> None:
    """Unevenly spaced bands with noise: a hull of all chords and the parabola that NumPy fits give the same."""
    random = np.random.default_rng(seed)
    nm = np.sort(random.uniform(2100, 2300, 40))
    x = gaussian(nm, 2200, 0.4, 20) + random.normal(0, 0.01, 40)
    quotient = x / hull_by_chords(x, nm)
    lowest = int(quotient.argmin())
    a, b, c = np.polyfit(nm[lowest - 1 : lowest + 2] - nm[lowest], quotient[lowest - 1 : lowest + 2], 2)
    found = one(x, nm)
    assert found["position_nm"] == pytest.approx(nm[lowest] - b / (2 * a), abs=1e-6)
    assert found["depth"] == pytest.approx(1 - (c - b**2 / (4 * a)), abs=1e-9)
    assert found["area_nm"] == pytest.approx(np.trapezoid(1 - quotient, nm), abs=1e-9)


@pytest.mark.parametrize("centre", [2190.0, 2201.3, 2212.5])
def test_a_gaussian_on_a_slope_is_found(centre: float) -> None:
    """Position within a twentieth of a band, and depth, width and symmetry are those of the Gaussian."""
    found = one(gaussian(NM, centre, 0.3, 18), NM)
    assert found["position_nm"] == pytest.approx(centre, abs=0.25)
    assert found["depth"] == pytest.approx(0.3, abs=0.003)
    assert found["width_nm"] == pytest.approx(18 * np.sqrt(8 * np.log(2)), rel=0.02)
    assert found["asymmetry"] == pytest.approx(0, abs=0.02)


def test_all_absorptions_of_a_spectrum_are_found_the_deepest_first() -> None:
    """Each is where, and as deep as, `feature` finds it in a window; those that are too shallow or too many are not."""
    depths = {2340.0: 0.4, 1400.0: 0.25, 2200.0: 0.1, 1900.0: 0.005}
    quotient = np.prod([1 - depth * np.exp(-(((SENSOR - nm) / 15) ** 2) / 2) for nm, depth in depths.items()], axis=0)
    found = absorptions(quotient, SENSOR, least_depth=0.02, most=5)
    assert [round(nm) for nm, _ in found] == [2340, 1400, 2200]
    assert absorptions(quotient, SENSOR, least_depth=0.02, most=2) == found[:2]
    window = np.abs(SENSOR - 1400) < 80
    alone = one(quotient[window], SENSOR[window])
    assert found[1] == pytest.approx((alone["position_nm"], alone["depth"]), abs=1e-6)


def test_asymmetry_has_the_sign_of_the_longer_side() -> None:
    """A feature with a tail to longer wavelengths is above 0, its mirror image below 0 by as much."""
    sigma = np.where(NM < 2190, 8, 25)
    x = 1 - 0.4 * np.exp(-(((NM - 2190) / sigma) ** 2) / 2)
    right, left = one(x, NM)["asymmetry"], one(x[::-1], NM)["asymmetry"]
    assert right > 0.3
    assert left == pytest.approx(-right, abs=0.03)


def test_brightness_changes_nothing() -> None:
    """Counts and reflectance give the same features."""
    x = gaussian(NM, 2203, 0.2, 15)
    assert one(x * 30_000, NM) == pytest.approx(one(x, NM), rel=1e-9)


def test_a_shallow_feature_has_a_depth_only() -> None:
    """Below the least depth there is no position, width and asymmetry; a straight line has depth 0."""
    found = one(gaussian(NM, 2200, 0.05, 15), NM, least_depth=0.1)
    assert np.isnan([found["position_nm"], found["width_nm"], found["asymmetry"]]).all()
    assert found["depth"] == pytest.approx(0.05, abs=0.001)
    flat = one(0.2 + NM / 5000, NM, least_depth=0)
    assert flat["depth"] == pytest.approx(0, abs=1e-12)
    assert np.isnan(flat["position_nm"])


@pytest.mark.parametrize("bad", [np.nan, 0.0, -0.1, np.inf])
def test_a_spectrum_with_a_gap_has_no_feature(bad: float) -> None:
    """A value that is missing or not above 0 leaves that window empty, and the spectrum beside it as it was."""
    x = np.stack([gaussian(NM, 2200, 0.3, 15)] * 2)
    x[0, 7] = bad
    found = feature(x, NM, least_depth=0.01)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()


def test_windows_and_formulas_stand_side_by_side() -> None:
    """A scan gets the values of each window that its sensor sees, and the formulas made of them."""
    settings = FeaturesConfig(formulas=(Formula("ratio", "(aloh_2200_depth - 1) / (2 * water_1900_depth)"),))
    plan = plan_for(settings, SENSOR, where="a scan")
    assert [window.name for window in plan.windows] == [window.name for window in USUAL_WINDOWS[1:]]
    assert plan.left_out == ("iron_900 (750 to 1050 nm)",)
    x = gaussian(SENSOR, 2200, 0.3, 20) * gaussian(SENSOR, 1930, 0.2, 30)
    values = dict(zip(plan.names, measure(x[None].astype(np.float32), plan)[0].tolist(), strict=True))
    assert values["aloh_2200_position_nm"] == pytest.approx(2200, abs=0.5)
    ratio = (values["aloh_2200_depth"] - 1) / (2 * values["water_1900_depth"])
    assert values["ratio"] == pytest.approx(ratio, rel=1e-5)


def test_many_pixels_are_measured_as_one_is() -> None:
    """Pieces of pixels change nothing."""
    random = np.random.default_rng(3)
    plan = plan_for(FeaturesConfig(), SENSOR, where="a scan")
    x = random.uniform(0.1, 0.9, (2500, len(SENSOR))).astype(np.float32)
    np.testing.assert_array_equal(measure(x, plan)[[0, 2047, 2048, 2499]], measure(x[[0, 2047, 2048, 2499]], plan))
    assert measure(x[:0], plan).shape == (0, len(plan.names))


def test_a_window_of_the_users_own_must_be_seen() -> None:
    """A usual window that the sensor does not see is left out; one of the user's own is an error that names it."""
    own = FeaturesConfig(windows=(Window("mine", 2400, 2600),), formulas=())
    with pytest.raises(DataError, match=r"a scan, features.windows, mine: .*1000 to 2500 nm"):
        plan_for(own, SENSOR, where="a scan")
    with pytest.raises(DataError, match="need the wavelengths"):
        plan_for(own, None, where="a scan")
    assert plan_for(FeaturesConfig(), None, where="a scan").names == ()


def test_a_formula_of_the_users_own_must_be_seen() -> None:
    """A formula of a usual window that the sensor does not see is an error."""
    own = FeaturesConfig(formulas=(Formula("rust", "iron_900_depth * 2"),))
    with pytest.raises(DataError, match=r"rust: iron_900_depth is needed"):
        plan_for(own, SENSOR, where="a scan")


def test_derivatives_have_no_features() -> None:
    """Where cleaning differentiates, usual windows are left out and the user's own are refused."""
    assert plan_for(FeaturesConfig(), SENSOR, derivative=True, where="a scan").names == ()
    with pytest.raises(DataError, match="derivatives"):
        plan_for(
            FeaturesConfig(windows=(Window("mine", 2100, 2300),), formulas=()), SENSOR, derivative=True, where="a scan"
        )
