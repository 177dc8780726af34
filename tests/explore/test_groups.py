"""Descriptions of groups: means and absorptions that are known, and studies without wavelengths."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import DataError
from semispectral.explore.group_files import read_groups, write_groups
from semispectral.explore.groups import describe
from semispectral.explore.sheet import _axis, _drawn
from semispectral.library.library_settings import LibraryConfig
from semispectral.scans.cube import Pixels
from semispectral.scans.sensor_bands import SensorBands

NM = np.linspace(2000.0, 2500.0, 101)


def spectra(*, wavelengths_nm: np.ndarray | None) -> Pixels:
    """Twenty pixels of two kinds: with an absorption at 2205 nm, and at 2340 nm."""
    middle = np.where(np.arange(20) < 12, 2205.0, 2340.0)[:, None]
    x = 0.5 * (1 - 0.3 * np.exp(-(((NM - middle) / 30) ** 2))) + np.linspace(-0.05, 0.05, 20)[:, None]
    number = np.arange(20)
    table = pd.DataFrame({"scene": "A_1", "hole": "A", "line": number, "sample": 0, "code": 0, "label": -1, "part": ""})
    return Pixels(x.astype(np.float32), table, wavelengths_nm)


def test_a_group_is_described_by_its_pixels() -> None:
    """Mean, percentiles, number of pixels, the place of the medoid, and the position of the absorption."""
    pixels = spectra(wavelengths_nm=NM)
    cluster = (np.arange(20) >= 12).astype(int)
    found = describe(pixels, cluster, np.array([5, 15]), name="group", unit="reflectance", suggestions=0)
    assert found.names == ("group 1", "group 2")
    first, second = found.groups
    assert (first.pixels, second.pixels) == (12, 8)
    np.testing.assert_allclose(first.mean, pixels.x[:12].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(second.low, np.percentile(pixels.x[12:], 10, axis=0), atol=1e-5)
    assert first.medoid == {"scene": "A_1", "line": 5, "sample": 0}
    assert first.absorptions[0]["nm"] == pytest.approx(2205, abs=1.5)
    assert second.absorptions[0]["nm"] == pytest.approx(2340, abs=1.5)


def test_without_wavelengths_a_group_has_a_number_only() -> None:
    """No quotient, no absorption and no name from the library."""
    cluster = np.zeros(20, int)
    found = describe(
        spectra(wavelengths_nm=None), cluster, np.array([0]), name="group", unit="stored values", suggestions=3
    )
    (only,) = found.groups
    assert (found.wavelengths_nm, list(only.hull_quotient), only.absorptions, only.matches) == (None, [], [], [])
    assert only.suggested == ""


def absorptions(x: np.ndarray, nm: np.ndarray) -> list[dict[str, float]]:
    """The absorptions of a group of one pixel."""
    table = spectra(wavelengths_nm=None).table.iloc[:1]
    only = Pixels(x, table, nm)
    return describe(only, np.zeros(1, int), np.array([0]), name="group", unit="", suggestions=0).groups[0].absorptions


def test_falling_wavelengths_give_the_same_absorptions() -> None:
    """The order in which a file stores its bands changes nothing."""
    x = spectra(wavelengths_nm=NM).x[:1]
    assert len(absorptions(x, NM)) == 1
    assert absorptions(x[:, ::-1], NM[::-1]) == absorptions(x, NM)


@pytest.mark.parametrize("other", [np.nan, NM[50]])
def test_a_band_without_a_wavelength_of_its_own_changes_no_absorption(other: float) -> None:
    """A band that has none, or that of another detector's band, is left out of the hull."""
    x = spectra(wavelengths_nm=NM).x[:1]
    assert absorptions(np.insert(x, 51, 0.01, axis=1), np.insert(NM, 51, other)) == absorptions(x, NM)


def test_a_sensor_that_the_library_does_not_cover_is_not_fatal() -> None:
    """The names are left out, and the rest is there."""
    pixels = spectra(wavelengths_nm=NM - 1600)
    found = describe(pixels, np.zeros(20, int), np.array([0]), name="group", unit="reflectance", suggestions=3)
    assert found.groups[0].matches == []


def own_library(path: Path) -> LibraryConfig:
    """A library with the two kinds of pixels, under names that are in no other."""
    kinds = spectra(wavelengths_nm=NM).x[[11, 12]]
    rows = ["wavelength_nm,first rock,second rock", *(f"{nm},{a},{b}" for nm, a, b in zip(NM, *kinds, strict=True))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return LibraryConfig(files=(str(path),))


def test_a_library_of_the_study_names_the_groups(tmp_path: Path) -> None:
    """The names are those of its entries, and of no built-in mineral."""
    library = own_library(tmp_path / "mine.csv")
    cluster = (np.arange(20) >= 12).astype(int)
    found = describe(
        spectra(wavelengths_nm=NM),
        cluster,
        np.array([5, 15]),
        name="group",
        unit="reflectance",
        suggestions=3,
        library=library,
    )
    assert [group.suggested for group in found.groups] == ["first rock", "second rock"]


def test_a_library_of_the_study_must_fit_the_sensor(tmp_path: Path) -> None:
    """Somebody asked for it: that it is of another range is an error, and not a line of the log."""
    library = own_library(tmp_path / "mine.csv")
    pixels, cluster = spectra(wavelengths_nm=NM - 1600), np.zeros(20, int)
    with pytest.raises(DataError, match=r"library\.windows"):
        describe(pixels, cluster, np.array([0]), name="group", unit="reflectance", suggestions=3, library=library)


def test_no_group_is_described_without_pixels() -> None:
    """A model that knows every group leaves an empty description."""
    none = spectra(wavelengths_nm=NM).where(np.zeros(20, bool))
    empty = np.zeros(0, int)
    found = describe(none, empty, empty, name="new group", unit="reflectance", suggestions=3)
    assert found.groups == ()


def test_groups_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Nothing is lost on disk."""
    pixels = spectra(wavelengths_nm=NM)
    found = describe(pixels, np.zeros(20, int), np.array([3]), name="new group", unit="reflectance", suggestions=2)
    write_groups(tmp_path / "groups.json", found)
    again = read_groups(tmp_path / "groups.json")
    assert again.names == ("new group 1",)
    assert again.groups[0].mean == found.groups[0].mean
    assert [dict(match) for match in again.groups[0].matches] == [dict(match) for match in found.groups[0].matches]


def test_spectra_of_several_sensors_are_drawn_sensor_by_sensor() -> None:
    """Lines go neither back to the first wavelength of the next sensor, nor are they lost where its steps are wider."""
    nm = np.concatenate(
        [np.linspace(380.0, 2500.0, 60), np.linspace(2000.0, 5350.0, 60), np.linspace(5375.0, 15000.0, 20)]
    )
    x = spectra(wavelengths_nm=None).x[:, :1] + np.linspace(0, 0.1, len(nm), dtype=np.float32)
    sensors = (SensorBands("swir", 60), SensorBands("mir", 60), SensorBands("tir", 20))
    pixels = Pixels(x, spectra(wavelengths_nm=None).table, nm, sensors=sensors)
    found = describe(pixels, np.zeros(20, int), np.array([0]), name="group", unit="reflectance", suggestions=0)
    assert found.starts == (0, 60, 120)
    drawn, _, _ = _drawn(found.groups[0], _axis(found), "reflectance")
    lines = [line.split() for line in re.findall(r'<polyline points="([^"]*)"', drawn)]
    assert [len(line) for line in lines] == [60, 60, 20]
    for line in lines:
        places = [float(point.partition(",")[0]) for point in line]
        assert places == sorted(places)
