"""Wavelengths: units of every program, bands that have none, and unusual orders; one contract for all readers."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio

from cube_formats import write_envi_header, write_geotiff
from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.facts.wavelengths import read_wavelength_table
from semispectral.scans.readers import open_cube

BANDS = 4
CUBE = np.arange(3 * 2 * BANDS, dtype=np.uint16).reshape(3, 2, BANDS)
NM = np.array([1000.0, 1250.0, 2000.0, 2500.0])

Stating = Callable[[Path, np.ndarray, str], Path]


def in_envi(directory: Path, values: np.ndarray, unit: str) -> Path:
    (directory / "a.img").write_bytes(CUBE.tobytes())
    write_envi_header(
        directory / "a.hdr",
        samples=2,
        lines=3,
        bands=BANDS,
        data_type=12,
        interleave="bip",
        wavelength="{" + ", ".join(map(repr, np.asarray(values).tolist())) + "}",
        wavelength_units=unit,
    )
    return directory / "a.hdr"


def in_hdf5(directory: Path, values: np.ndarray, unit: str) -> Path:
    with h5py.File(directory / "a.h5", "w") as file:
        file["data"] = CUBE
        file["data"].attrs.update(Wavelength=values, Wavelength_Units=unit, units="reflectance")
    return directory / "a.h5"


def in_tags_of_bands(directory: Path, values: np.ndarray, unit: str) -> Path:
    write_geotiff(directory / "a.tif", CUBE.transpose(2, 0, 1))
    with quiet(), rasterio.open(directory / "a.tif", "r+") as raster:
        for band, value in enumerate(np.asarray(values).tolist(), start=1):
            raster.update_tags(band, wavelength=repr(value), wavelength_units=unit)
    return directory / "a.tif"


def in_tags_of_the_file(directory: Path, values: np.ndarray, unit: str) -> Path:
    write_geotiff(directory / "a.tif", CUBE.transpose(2, 0, 1))
    with quiet(), rasterio.open(directory / "a.tif", "r+") as raster:
        raster.update_tags(wavelength="{" + ", ".join(map(repr, np.asarray(values).tolist())) + "}")
        raster.update_tags(wavelength_units=unit)
    return directory / "a.tif"


def in_gdals_domain(directory: Path, values: np.ndarray, unit: str) -> Path:
    write_geotiff(directory / "a.tif", CUBE.transpose(2, 0, 1))
    with quiet(), rasterio.open(directory / "a.tif", "r+") as raster:
        text = "{" + ",\n".join(map(repr, np.asarray(values).tolist())) + "}"
        raster.update_tags(ns="ENVI", wavelength=text, wavelength_units=unit)
    return directory / "a.tif"


def in_a_header_beside(directory: Path, values: np.ndarray, unit: str) -> Path:
    header = in_envi(directory, values, unit)
    write_geotiff(directory / "b.tif", CUBE.transpose(2, 0, 1))
    header.rename(directory / "b.tif.hdr")
    return directory / "b.tif"


READERS = [in_envi, in_hdf5, in_tags_of_bands, in_tags_of_the_file, in_gdals_domain, in_a_header_beside]


@pytest.fixture(params=READERS)
def state(request: pytest.FixtureRequest) -> Stating:
    stating: Stating = request.param
    return stating


UNITS = {
    "Nanometers": 1.0,
    "nm (vacuum)": 1.0,
    "nm.": 1.0,
    "Nanometers ; of the centre": 1.0,
    "Micrometers": 1e3,
    "\u03bcm": 1e3,
    "Millimeters": 1e6,
    "Centimeters": 1e7,
    "Meters": 1e9,
    "meter": 1e9,
    "Angstroms": 0.1,
}


@pytest.mark.parametrize("unit", UNITS)
def test_units_that_are_lengths(state: Stating, tmp_path: Path, unit: str) -> None:
    """ENVI's own list of units, and what others put behind a unit, give nanometres in every reader."""
    with open_cube(state(tmp_path, NM / UNITS[unit], unit)) as cube:
        np.testing.assert_allclose(cube.wavelengths_nm, NM, rtol=1e-6)


@pytest.mark.parametrize(("unit", "product"), [("Wavenumber", 1e7), ("GHz", 299_792_458.0), ("MHz", 299_792_458e3)])
def test_units_that_count_waves(state: Stating, tmp_path: Path, unit: str, product: float) -> None:
    """Wavenumbers per cm, and frequencies, give the wavelength in vacuum."""
    with open_cube(state(tmp_path, product / NM, unit)) as cube:
        np.testing.assert_allclose(cube.wavelengths_nm, NM, rtol=1e-6)


@pytest.mark.parametrize("unit", ["Unknown", "unknown", "1", "none", ""])
def test_an_unknown_unit_is_nm_where_that_can_be(state: Stating, tmp_path: Path, unit: str) -> None:
    """Without a unit numbers that can be nanometres are; smaller ones are refused, with what to do."""
    with open_cube(state(tmp_path, NM, unit)) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    with pytest.raises(DataError, match=r"nanometres.*micrometres.*wavelength_um.*none"):
        open_cube(state(tmp_path, NM / 1000, unit))


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        (np.arange(1.0, BANDS + 1), "Index"),
        (NM, "furlongs"),
        (np.zeros(BANDS), "nm"),
        (np.full(BANDS, 800.0), "nm"),
        (np.full(BANDS, -1.0), "um"),
        (NM, "Meters"),
        (NM, "um"),
    ],
)
def test_what_is_of_no_use_is_said(
    state: Stating, tmp_path: Path, caplog: pytest.LogCaptureFixture, values: np.ndarray, unit: str
) -> None:
    """Numbers of bands, foreign units and one number for all bands are passed over with a word and a remedy."""
    with open_cube(state(tmp_path, values, unit)) as cube:
        assert cube.wavelengths_nm is None
    assert "passed over" in caplog.text
    assert "wavelength_nm" in caplog.text


@pytest.mark.parametrize("odd", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("places", [(0,), (0, 2), (3,)])
def test_a_band_without_a_wavelength_is_a_bad_band(
    state: Stating, tmp_path: Path, caplog: pytest.LogCaptureFixture, odd: float, places: tuple[int, ...]
) -> None:
    """0, a negative number or NaN is no wavelength: the band counts as bad, and the others keep theirs."""
    values = NM / 1000
    values[list(places)] = odd
    with open_cube(state(tmp_path, values, "um")) as cube:
        assert cube.extra["bad_bands"] == places
        assert cube.wavelengths_nm is not None
        np.testing.assert_allclose(np.delete(cube.wavelengths_nm, places), np.delete(NM, places))
        assert np.isnan(cube.wavelengths_nm[list(places)]).all()
    assert f"{len(places)} of {BANDS} bands have no wavelength" in caplog.text


def test_a_table_may_have_bands_without_a_wavelength(tmp_path: Path) -> None:
    """A table with 0 for a band that is not there marks that band as bad, beside those of the file."""
    path = in_envi(tmp_path, NM, "nm")
    path.write_text(path.read_text("utf-8") + "bbl = {1, 1, 1, 0}\n", "utf-8")
    (tmp_path / "bands.csv").write_text("wavelength_nm\n0\n1250\nnan\n2500\n", encoding="utf-8")
    with open_cube(path, wavelengths=str(tmp_path / "bands.csv")) as cube:
        assert cube.extra["bad_bands"] == (0, 2, 3)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (NM[::-1], "wavelengths fall, from 2500 to 1000 nm"),
        (NM[[0, 2, 1, 3]], "step back in 1 places (first from 2000 to 1250 nm)"),
        (NM[[0, 1, 1, 3]], "1 bands have the wavelength of another"),
        (NM, ""),
    ],
)
def test_an_unusual_order_is_kept_and_said(
    state: Stating, tmp_path: Path, caplog: pytest.LogCaptureFixture, values: np.ndarray, told: str
) -> None:
    """Bands keep the file's order; one that is not rising is said."""
    with open_cube(state(tmp_path, values, "nm")) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, values)
    assert (told in caplog.text) if told else not caplog.records


def test_names_of_bands_with_a_unit_are_wavelengths(tmp_path: Path) -> None:
    """Descriptions such as GDAL makes of ENVI headers are read, if each has a number with a unit."""
    write_geotiff(tmp_path / "a.tif", CUBE.transpose(2, 0, 1))
    names = ["Band 1 (1000.0 Nanometers)", "1250 nm", "2000 nm", "band 4: 2500.0 nm"]
    for given, expected in ((["450.5 Nanometers"] * 3 + [""], None), (names, None)):
        with quiet(), rasterio.open(tmp_path / "a.tif", "r+") as raster:
            for band, name in enumerate(given, start=1):
                raster.set_band_description(band, name)
        with open_cube(tmp_path / "a.tif") as cube:
            assert cube.wavelengths_nm is expected  # not all of them, or not one unit
    with quiet(), rasterio.open(tmp_path / "a.tif", "r+") as raster:
        for band, nm in enumerate(NM, start=1):
            raster.set_band_description(band, f"Band {band} ({nm / 1000} Micrometers)")
    with open_cube(tmp_path / "a.tif") as cube:
        np.testing.assert_allclose(cube.wavelengths_nm, NM)


def test_a_unit_behind_each_number_of_a_tag(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A tag like ``400.5 nm`` has its unit with it; one that is no number is passed over with a word."""
    path = in_tags_of_bands(tmp_path, NM, "um")
    with quiet(), rasterio.open(path, "r+") as raster:
        for band, nm in enumerate(NM, start=1):
            raster.update_tags(band, wavelength=f"{nm} nm")
    with open_cube(path) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    with quiet(), rasterio.open(path, "r+") as raster:
        raster.update_tags(2, wavelength="blue")
    with open_cube(path) as cube:
        assert cube.wavelengths_nm is None
    assert "'1000.0 nm'" in caplog.text


@pytest.mark.parametrize(("unit", "factor"), [("um", 1e-3), ("W/m2/sr/nm", 1.0), ("reflectance", 1.0), ("%", 1.0)])
def test_a_unit_that_may_be_that_of_the_values(tmp_path: Path, unit: str, factor: float) -> None:
    """The attribute or tag 'units' counts for wavelengths beside the values only if it is one of lengths."""
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["data"] = CUBE
        file["data"].attrs.update(wavelengths=NM * factor, UNITS=unit)
    tiff = in_tags_of_the_file(tmp_path, NM * factor, "")
    with quiet(), rasterio.open(tiff, "r+") as raster:
        raster.update_tags(wavelength_units="", units=unit)
    for path in (tmp_path / "b.h5", tiff):
        with open_cube(path) as cube:
            np.testing.assert_allclose(cube.wavelengths_nm, NM)


def test_what_scenes_tsv_names_must_be_right(tmp_path: Path) -> None:
    """A dataset that is named must have a known unit, and one number per band; that is asked before it is read."""
    path = in_hdf5(tmp_path, NM, "nm")
    with h5py.File(path, "a") as file:
        file["furlongs"], file["index"], file["short"] = NM, np.arange(4), NM[:3]
        file["furlongs"].attrs["UNITS"] = "furlongs"
        file["index"].attrs["unit"] = "Index"
        file["metres"] = NM
        file["metres"].attrs["units"] = "m"
        file.create_dataset("endless", (10**10,), "f8", chunks=(1000,))
    for key, error, told in (
        ("furlongs", DataError, r"must be one of nm.*'furlongs'.*none"),
        ("index", DataError, "numbers of bands.*none"),
        ("metres", DataError, "at most 100000, got 2.5e[+]12 by the unit 'm'"),
        ("short", ShapeError, r"\(4\), got 3"),
        ("endless", ShapeError, r"\(4\), got 10000000000"),
    ):
        with pytest.raises(error, match=told):
            open_cube(path, wavelengths=key)


def test_attributes_as_wavelengths(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A key like ``@name`` or ``group@name`` names an attribute, as in PRISMA; a wrong one lists the right ones."""
    path = in_hdf5(tmp_path, NM[:2], "nm")
    with h5py.File(path, "a") as file:
        del file["data"].attrs["Wavelength"]
        file.attrs["List_Cw_Swir"] = [0.0, 2000.0, 1250.0, 1000.0]
        file.create_group("S/T").attrs["nm"] = NM
    with open_cube(path, wavelengths="@List_Cw_Swir") as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm[1:], [2000, 1250, 1000])
        assert cube.extra["bad_bands"] == (0,)
    assert "a.h5, @List_Cw_Swir: 1 of 4 bands" in caplog.text
    with open_cube(path, wavelengths="S/T@nm") as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    with pytest.raises(FileNotFoundError, match=r"'List_Cw'.*has List_Cw_Swir"):
        open_cube(path, wavelengths="@List_Cw")


def test_a_table_of_wavelengths_counts_its_bands(tmp_path: Path) -> None:
    """Rows that a column of band numbers does not count one by one are refused; empty rows at the end are none."""
    table = tmp_path / "bands.csv"
    table.write_text("Band;wavelength_nm\n1;500\n2;600\n3;700\n;\n;\n", encoding="utf-8")
    assert read_wavelength_table(table).tolist() == [500, 600, 700]
    for text in ("2;600\n1;500\n3;700\n", "1;500\n3;700\n4;800\n"):
        table.write_text(f"Band;wavelength_nm\n{text}", encoding="utf-8")
        with pytest.raises(DataError, match="'band' does not count them one by one; sort the rows"):
            read_wavelength_table(table)
    table.write_text("wavelength_nm,wavelength_nm\n500,501\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="has 'wavelength_nm' more than once"):
        read_wavelength_table(table)
