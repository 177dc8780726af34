"""What a file declares to be none, under any of its names, is none; what it states of its values is applied or said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from cube_formats import write_envi_header, write_geotiff
from semispectral.scans.cube import Cube
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.facts.stated_marks import Marks, stated_marks
from semispectral.scans.facts.stated_values import good_values, integration_time
from semispectral.scans.readers import open_scene
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 4, 3, 5
STORED = np.random.default_rng(8).integers(100, 9000, (LINES, SAMPLES, BANDS)).astype(np.uint16)
NM = np.array([1000.0, 1010, 1020, 1030, 1040])
ENVI_TYPES = {"u2": 12, "i4": 3, "i8": 14, "u8": 15, "f4": 4}


def envi(folder: Path, stored: np.ndarray = STORED, **fields: Any) -> Path:
    """An ENVI file, pixel-interleaved."""
    (folder / "s.img").write_bytes(stored.tobytes())
    size = {"lines": LINES, "samples": SAMPLES, "bands": BANDS, "interleave": "bip", "byte_order": 0}
    write_envi_header(folder / "s.hdr", **size, data_type=ENVI_TYPES[stored.dtype.str[1:]], **fields)
    return folder / "s.hdr"


def hdf5(folder: Path, stored: np.ndarray = STORED, change: Callable[[Any], None] | None = None, **stated: Any) -> Path:
    """An HDF5 file with attributes at its array, and what else changes it."""
    with h5py.File(folder / "s.h5", "w") as file:
        file["g/data"] = stored
        file["g/data"].attrs.update(stated)
        if change:
            change(file)
    return folder / "s.h5"


def tiff(folder: Path, stored: np.ndarray = STORED, change: Callable[[Any], None] | None = None) -> Path:
    """A GeoTIFF, changed while it is open."""
    write_geotiff(folder / "s.tif", stored.transpose(2, 0, 1))
    with quiet(), rasterio.open(folder / "s.tif", "r+") as raster:
        if change:
            change(raster)
    return folder / "s.tif"


def opened(path: Path, wavelengths: str = "") -> tuple[np.ndarray, Cube]:
    """Values of a file as a study reads them, and the cube."""
    none, key = CodeSet(()), "g/data" if path.suffix == ".h5" else ""
    with open_scene(
        Scene("a", "A", path, key, path, "", "line,sample,band", wavelengths, None, None, none, none)
    ) as cube:
        return cube.read_lines(0, LINES), cube


def with_marks(dtype: str, *marks: Any) -> np.ndarray:
    """The scan with a mark in each of its first bands."""
    found = STORED.astype(dtype)
    for band, mark in enumerate(marks):
        found[..., band] = mark
    return found


NODATA: dict[str, Callable[[Path], Path]] = {
    "the largest of 64 bits": lambda d: envi(d, with_marks("u8", 2**64 - 1, 2**64 - 1), data_ignore_value=2**64 - 1),
    "the second smallest": lambda d: envi(d, with_marks("i8", 1 - 2**63, 1 - 2**63), data_ignore_value=1 - 2**63),
    "a list in braces": lambda d: envi(d, with_marks("u2", 65535, 65534), data_ignore_value="{65535, 65534}"),
    "another name of ENVI's": lambda d: envi(d, with_marks("i4", -1, -1), nodata_value=-1),
    "two numbers of an attribute": lambda d: hdf5(d, with_marks("u2", 1, 2), _FillValue=[1, 2]),
    "two attributes": lambda d: hdf5(d, with_marks("u2", 1, 2), _FillValue=1, missing_value=2),
    "an unusual name": lambda d: hdf5(d, with_marks("u2", 7, 7), Invalid_Value=7),
    "beyond a valid range": lambda d: hdf5(d, with_marks("u2", 60000, 65535), valid_range=[0, 10000]),
    "above a valid maximum": lambda d: hdf5(d, with_marks("i4", 60000, 99999), valid_max=10000),
    "below a valid minimum": lambda d: hdf5(d, with_marks("i4", -2, -90), valid_min=0),
    "a tag of a file": lambda d: tiff(d, with_marks("u2", 7, 7), lambda raster: raster.update_tags(_FillValue="7")),
    "tags of the bands": lambda d: tiff(
        d,
        with_marks("u2", 7, 7),
        lambda raster: [raster.update_tags(band, missing_value="7") for band in raster.indexes],
    ),
}


@pytest.mark.parametrize("write", NODATA.values(), ids=NODATA)
def test_what_a_file_marks_is_no_value(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    """Two bands hold what the file says is none; the others keep their values."""
    values, _ = opened(write(tmp_path))
    assert np.isnan(values[..., :2]).all()
    np.testing.assert_array_equal(values[..., 2:], STORED[..., 2:])


def test_the_row_of_a_table_goes_before_the_nodata_of_the_file_but_not_before_its_range(tmp_path: Path) -> None:
    """With nodata in scenes.tsv the file's marks are values, and what is outside its valid range is none."""
    path, none = hdf5(tmp_path, with_marks("u2", 1, 2, 3, 60000), _FillValue=[1, 2], valid_max=10000), CodeSet(())
    row = Scene("a", "A", path, "g/data", path, "", "line,sample,band", "", None, 3.0, none, none)
    with open_scene(row) as cube:
        values = cube.read_lines(0, 1)
    np.testing.assert_array_equal(values[0, 0], [1, 2, np.nan, np.nan, STORED[0, 0, 4]])


def test_what_a_tiff_masks_is_no_value(tmp_path: Path) -> None:
    """Lines under the mask of a GeoTIFF hold nothing; the others keep their values."""
    keep = np.repeat(np.array([[0], [0], [255], [255]], np.uint8), SAMPLES, axis=1)
    values, cube = opened(tiff(tmp_path, STORED, lambda raster: raster.write_mask(keep)))
    assert np.isnan(values[:2]).all()
    np.testing.assert_array_equal(values[2:], STORED[2:])
    assert cube.extra["stored"] == np.uint16
    assert cube.extra["saturated"].tolist() == [65535] * BANDS


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_an_alpha_band_is_no_band_of_the_scan(tmp_path: Path, dtype: str) -> None:
    """Programs that lay a scan on the ground add it: the names of the other bands hold their wavelengths."""
    stored = (STORED % 100).astype(dtype)
    alpha = np.full((LINES, SAMPLES, 1), 255, dtype)
    alpha[0] = 0

    def describe(raster: Any) -> None:
        raster.colorinterp = [ColorInterp.gray, *[ColorInterp.undefined] * (BANDS - 1), ColorInterp.alpha]
        for band, nm in enumerate(NM, start=1):
            raster.set_band_description(band, f"{nm} nm")

    values, cube = opened(tiff(tmp_path, np.concatenate([stored, alpha], axis=2), describe))
    assert cube.shape == (LINES, SAMPLES, BANDS)
    np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    assert np.isnan(values[0]).all()
    np.testing.assert_array_equal(values[1:], stored[1:])


CONVERSIONS: dict[str, tuple[Callable[[Path], Path], float, float]] = {
    "a divisor below 1, of ENVI": (lambda d: envi(d, reflectance_scale_factor=1e-4), 1e-4, 0),
    "a short name of ENVI's": (lambda d: envi(d, scale_factor=10000), 1e-4, 0),
    "percent": (lambda d: hdf5(d, units="percent"), 0.01, 0),
    "percent after a factor": (lambda d: hdf5(d, scale_factor=0.01, add_offset=-1.0, units="%"), 1e-4, -0.01),
    "a factor of Sentinel's kind": (lambda d: hdf5(d, Quantification_Value=10000), 1e-4, 0),
    "tags of a GeoTIFF": (lambda d: tiff(d, STORED, lambda r: r.update_tags(Scale_Factor="10000")), 1e-4, 0),
    "tags of its bands": (
        lambda d: tiff(
            d, STORED, lambda r: [r.update_tags(band, scale_factor="2e-4", add_offset="-0.1") for band in r.indexes]
        ),
        2e-4,
        -0.1,
    ),
}


@pytest.mark.parametrize(("write", "gain", "offset"), CONVERSIONS.values(), ids=CONVERSIONS)
def test_a_conversion_is_applied_however_it_is_written(
    tmp_path: Path, write: Callable[[Path], Path], gain: float, offset: float
) -> None:
    """Each of these files states the same kind of conversion in its own way."""
    values, _ = opened(write(tmp_path))
    np.testing.assert_allclose(values, STORED * gain + offset, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("text", ["10,000", "-9999,5"])
def test_a_number_with_a_comma_is_passed_over_with_a_warning(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It would be a factor of 10 or a mark of -9999 that nobody meant."""
    values, _ = opened(envi(tmp_path, reflectance_scale_factor=text, data_ignore_value=text))
    np.testing.assert_array_equal(values, STORED)
    assert "'data ignore value' must be one number" in caplog.text
    assert "'reflectance scale factor' must be one number" in caplog.text


@pytest.mark.parametrize("stated", [{"gain": 1e-4}, {"Offset": "-0.1"}, {"scale": [2.0] * BANDS}])
def test_what_may_be_a_conversion_is_told(tmp_path: Path, stated: dict[str, Any]) -> None:
    """A gain of 1 says nothing; any other, and an offset, may belong to the camera or to the values."""
    _, cube = opened(hdf5(tmp_path, **stated))
    assert next(iter(stated)) in cube.extra["unclear"]
    _, cube = opened(hdf5(tmp_path, gain=1, offset=0))
    assert "unclear" not in cube.extra


def _good_beside(file: Any) -> None:
    file["g/wavelengths"], file["g/good_wavelengths"] = NM, [1.0, 0, 1, 1, 1]
    file["g/wavelengths"].attrs["units"] = "nm"


BAD_BANDS: dict[str, Callable[[Path], tuple[Path, str]]] = {
    "an attribute": lambda d: (hdf5(d, bbl=[1, 0, 1, 1, 1]), ""),
    "beside the wavelengths": lambda d: (hdf5(d, change=_good_beside), "g/wavelengths"),
    "a tag": lambda d: (tiff(d, STORED, lambda raster: raster.update_tags(bbl="{1, 0, 1, 1, 1}")), ""),
    "tags of the bands": lambda d: (
        tiff(d, STORED, lambda r: [r.update_tags(n, bbl="False" if n == 2 else "True") for n in r.indexes]),
        "",
    ),
    "a number below 0": lambda d: (envi(d, bbl="{1, -1, 1, 1, 1}"), ""),
}


@pytest.mark.parametrize("write", BAD_BANDS.values(), ids=BAD_BANDS)
def test_a_list_of_bad_bands_is_read_in_every_format(tmp_path: Path, write: Callable[[Path], tuple[Path, str]]) -> None:
    """Band 1 is marked as bad."""
    assert opened(*write(tmp_path))[1].extra["bad_bands"] == (1,)


def _packed(file: Any) -> None:
    file["g/wavelengths"] = np.r_[0, NM[1:] * 10].astype(np.int32)
    file["g/wavelengths"].attrs.update({"units": "nm", "scale_factor": 0.1, "_FillValue": 0})


def _on_axis(file: Any) -> None:
    _packed(file)
    file["g/wavelengths"].make_scale("wavelengths")
    file["g/data"].dims[2].attach_scale(file["g/wavelengths"])


@pytest.mark.parametrize(("change", "key"), [(_packed, "g/wavelengths"), (_on_axis, "")], ids=["named", "on the axis"])
def test_packed_wavelengths_are_unpacked_also_those_of_an_axis(
    tmp_path: Path, change: Callable[[Any], None], key: str
) -> None:
    """NetCDF packs them as it packs data, and attaches them to the axis of the bands."""
    _, cube = opened(hdf5(tmp_path, change=change), key)
    np.testing.assert_allclose(cube.wavelengths_nm, [np.nan, *NM[1:]])
    assert cube.extra["bad_bands"] == (0,)


@pytest.mark.parametrize("place", ["/", "g"])
def test_a_time_of_the_whole_file_is_that_of_its_arrays(tmp_path: Path, place: str) -> None:
    """A camera states it once, at the file or at a group."""
    path = hdf5(tmp_path, change=lambda file: file[place].attrs.update({"tint": 8.0}))
    assert str(opened(path)[1].extra["integration_time"]) == "8"


@pytest.mark.parametrize("text", ["8000 us", "{8 ms}", "0.008 [s]", "8 milliseconds", b"8e3 \xc2\xb5s"])
def test_a_unit_behind_an_integration_time_counts(text: Any) -> None:
    """All of these are 8 ms."""
    found, other = integration_time({"exposure time": text}, bands=1), integration_time({"tint_ms": 8}, bands=1)
    assert found is not None
    assert other is not None
    assert found.is_as(other)


def test_marks_say_what_they_are() -> None:
    """In words of the remark that check prints; a range that is none is no range."""
    assert str(Marks((7.0,), 0.0, 1.0)) == "7 and what is outside 0 to 1"
    assert not Marks()
    assert not stated_marks({"valid_range": [5, 1]})[1]


def test_a_mark_is_compared_as_it_was_read() -> None:
    """The largest whole numbers of 64 bits have no float64 of their own: the nearest one is meant."""
    values = np.array([2**63 - 1, 2**63 - 2, 5], np.int64)
    np.testing.assert_array_equal(good_values(values, nodata=float(2**63 - 1)), [False, False, True])


@pytest.mark.parametrize(("dtype", "stated", "held"), [("u2", -9999, 55537), ("i2", 65535, -1), ("u1", -1, 255)])
def test_nodata_that_the_numbers_cannot_hold_is_that_of_the_same_bits(
    tmp_path: Path, dtype: str, stated: int, held: int
) -> None:
    """Programs that write -9999 into unsigned numbers leave 55537 there: it is none, and other values stay."""
    stored = (STORED % 100).astype(dtype)
    stored[..., :2] = held
    values, _ = opened(hdf5(tmp_path, stored, _FillValue=stated))
    assert np.isnan(values[..., :2]).all()
    np.testing.assert_array_equal(values[..., 2:], stored[..., 2:])


@pytest.mark.parametrize("unit", ["Reflectance (%)", "reflectance [%]", "% reflectance", "Percent"])
def test_percent_are_read_however_they_are_written(tmp_path: Path, unit: str) -> None:
    """What a unit calls percent becomes a share."""
    values, _ = opened(hdf5(tmp_path, units=unit))
    np.testing.assert_allclose(values, STORED / 100, rtol=1e-6)


@pytest.mark.parametrize("factor", [-1, -10000, 0])
def test_a_scale_factor_that_means_none_is_not_applied(tmp_path: Path, factor: int) -> None:
    """Headers write 0 or -1 where no factor was set."""
    values, _ = opened(envi(tmp_path, reflectance_scale_factor=factor))
    np.testing.assert_array_equal(values, STORED)
