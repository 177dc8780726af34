"""Mineral spectra: closed forms, known absorption positions, physical bounds."""

import csv
from pathlib import Path

import numpy as np
import pytest

from semispectral.errors import ConfigError
from semispectral.simulate.lithologies import LITHOLOGIES, TRAY_CODE
from semispectral.simulate.minerals import FEATURES, Mineral, get_mineral, load_minerals

WAVELENGTHS_NM = np.arange(1000.0, 2490.5, 0.5)


def lowest_nm(name: str, low: float, high: float) -> float:
    """Wavelength of the deepest point between two wavelengths, below the straight line that joins them."""
    inside = (low <= WAVELENGTHS_NM) & (high >= WAVELENGTHS_NM)
    wavelengths_nm, spectrum = WAVELENGTHS_NM[inside], get_mineral(name).reflectance(WAVELENGTHS_NM)[0, inside]
    line = np.interp(wavelengths_nm, [low, high], spectrum[[0, -1]])
    return float(wavelengths_nm[np.argmin(spectrum / line)])


def one_gaussian(continuum: float, centre_nm: float, width_nm: float, depth: float) -> Mineral:
    """A mineral with a flat continuum and one absorption."""
    nodes_nm = np.array([420.0, 1000.0, 2490.0])
    values = [np.array([value]) for value in (centre_nm, width_nm, depth)]
    return Mineral("made", 1, nodes_nm, np.full(3, continuum), *values)


def test_one_gaussian_is_the_closed_form() -> None:
    """At its centre a Gaussian takes its depth, at half its width from there half of it."""
    mineral = one_gaussian(0.8, 2200.0, 40.0, 0.5)
    seen = mineral.reflectance(np.array([2200.0, 2180.0, 2220.0]), path=[1.0, 2.0], albedo=[1.0, 0.5])
    depths = np.array([0.5, 0.25, 0.25])
    expected = [0.8 * np.exp(-depths), 0.8**0.5 * np.exp(-2 * depths)]
    np.testing.assert_allclose(seen, expected, rtol=1e-12)


def test_centre_shift_moves_the_spectrum() -> None:
    """A shift of the centre is a shift of the whole absorption."""
    mineral = one_gaussian(0.8, 2200.0, 40.0, 0.5)
    moved = mineral.reflectance(WAVELENGTHS_NM + 7.0, centre_shift_nm=7.0)
    np.testing.assert_allclose(moved, mineral.reflectance(WAVELENGTHS_NM), rtol=1e-12)


def test_samples_do_not_depend_on_each_other() -> None:
    """Many samples at once give what each gives alone."""
    mineral = get_mineral("chlorite")
    composition, path, albedo = np.array([0.0, 0.4, 1.0]), np.array([0.8, 1.0, 1.3]), np.array([1.2, 1.0, 0.7])
    shifts = mineral.composition_shifts_nm(composition)
    together = mineral.reflectance(WAVELENGTHS_NM, path=path, albedo=albedo, centre_shift_nm=shifts)
    for sample in range(3):
        alone = mineral.reflectance(
            WAVELENGTHS_NM, path=path[sample], albedo=albedo[sample], centre_shift_nm=shifts[sample]
        )
        np.testing.assert_allclose(together[sample], alone[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "low", "high", "position"),
    [("kaolinite", 2140, 2185, 2165), ("kaolinite", 2185, 2230, 2205), ("calcite", 2290, 2370, 2338)],
)
def test_absorptions_are_where_nature_has_them(name: str, low: float, high: float, position: float) -> None:
    """The doublet of kaolinite and the carbonate band of calcite lie within 5 nm of their textbook positions."""
    assert lowest_nm(name, low, high) == pytest.approx(position, abs=5)


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_composition_spans_the_natural_range(name: str) -> None:
    """The end members put each feature at the ends of its range, and nothing else moves."""
    mineral = get_mineral(name)
    ends = mineral.composition_shifts_nm([0.0, 1.0])
    still = np.ones(mineral.centres_nm.size, dtype=bool)
    for feature in FEATURES[name]:
        moved = np.isin(mineral.centres_nm, feature.gaussians_nm)
        still &= ~moved
        assert moved.sum() == len(feature.gaussians_nm)
        expected = np.array([[feature.low_nm], [feature.high_nm]]) - feature.position_nm
        np.testing.assert_allclose(ends[:, moved], np.broadcast_to(expected, (2, moved.sum())))
    assert not ends[:, still].any()


def test_every_mineral_reflects_between_nothing_and_all() -> None:
    """Library samples reflect more than 0 and at most 1 at every wavelength."""
    spectra = np.concatenate([mineral.reflectance(WAVELENGTHS_NM) for mineral in load_minerals().values()])
    assert len(spectra) == 27
    assert spectra.min() > 0
    assert spectra.max() <= 1


def test_unknown_mineral_names_the_known_ones() -> None:
    """A misspelt mineral is refused with the list of names."""
    with pytest.raises(ConfigError, match="kaolinite"):
        get_mineral("kaolin")


def test_classes_table_has_every_code_once() -> None:
    """The class table names every mineral, lithology and the tray by the simulator's code, in distinct colours."""
    table = Path(__file__).parents[2] / "config" / "classes.tsv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    expected = {mineral.code: name for name, mineral in load_minerals().items()}
    expected |= {lithology.code: name for name, lithology in LITHOLOGIES.items()} | {TRAY_CODE: "tray"}
    assert {int(row["code"]): row["name"] for row in rows} == expected
    assert len({row["colour"] for row in rows}) == len(rows) == len(expected)
