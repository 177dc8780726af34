"""What files state of their values: nodata, scale, gain, offset and time are applied alike, whatever the format."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rasterio
import scipy.io

from cube_formats import write_envi_header, write_geotiff
from semispectral.errors import DataError
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.facts.stated_values import Time, conversion, from_attributes, integration_time
from semispectral.scans.readers import open_scene
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 6, 4, 5
TRUTH = np.random.default_rng(3).uniform(0.1, 0.9, (LINES, SAMPLES, BANDS))
GAIN = np.array([1e-4, 2e-4, 1e-4, 5e-5, 1e-4])
OFFSET = np.array([0.0, 0.05, -0.02, 0.0, 0.1])
NODATA = -9999
Write = Callable[[Path, np.ndarray, dict[str, Any]], Path]


def write_envi(folder: Path, stored: np.ndarray, fields: dict[str, Any]) -> Path:
    """ENVI, pixel-interleaved."""
    (folder / "s.img").write_bytes(stored.tobytes())
    size = {"lines": LINES, "samples": SAMPLES, "bands": BANDS, "interleave": "bip", "byte_order": 0}
    write_envi_header(folder / "s.hdr", **size, data_type=2, **fields)
    return folder / "s.hdr"


def write_hdf5(folder: Path, stored: np.ndarray, attributes: dict[str, Any]) -> Path:
    """HDF5 with attributes."""
    with h5py.File(folder / "s.h5", "w") as file:
        file["data"] = stored
        file["data"].attrs.update(attributes)
    return folder / "s.h5"


def write_matlab(folder: Path, stored: np.ndarray, attributes: dict[str, Any]) -> Path:
    """MATLAB 7.3, whose axes are turned."""
    with h5py.File(folder / "s.mat", "w", userblock_size=512) as file:
        file["data"] = stored.transpose(2, 1, 0)
        file["data"].attrs.update(attributes)
    return folder / "s.mat"


def write_tiff(folder: Path, stored: np.ndarray, more: dict[str, Any]) -> Path:
    """GeoTIFF, with scales and offsets of its bands."""
    scales, offsets = more.pop("scales", None), more.pop("offsets", None)
    write_geotiff(folder / "s.tif", stored.transpose(2, 0, 1), **more)
    with quiet(), rasterio.open(folder / "s.tif", "r+") as raster:
        if scales is not None:
            raster.scales, raster.offsets = scales, offsets
    return folder / "s.tif"


def listed(values: np.ndarray) -> str:
    """A list of ENVI."""
    return "{" + ", ".join(map(str, values)) + "}"


def scene_of(path: Path, **cells: Any) -> Scene:
    """A row of scenes.tsv for a file."""
    none = CodeSet(())
    row = Scene("s", "h", path, "", path, "", "line,sample,band", "none", None, None, none, none)
    return replace(row, **cells)


def values_of(path: Path, **cells: Any) -> np.ndarray:
    """All values of a scan, as `open_scene` gives them."""
    with open_scene(scene_of(path, **cells)) as cube:
        return cube.read_lines(0, LINES)


FACTORS = {
    "envi": (write_envi, {"reflectance_scale_factor": 10000}),
    "envi, gains of reflectance": (write_envi, {"data_reflectance_gain_values": listed(np.full(BANDS, 1e-4))}),
    "hdf5, netCDF": (write_hdf5, {"scale_factor": 1e-4}),
    "hdf5, NEON": (write_hdf5, {"Scale_Factor": np.array([10000.0])}),
    "hdf5, one per band": (write_hdf5, {"scale_factor": np.full(BANDS, 1e-4)}),
    "matlab": (write_matlab, {"scale_factor": 1e-4}),
    "geotiff": (write_tiff, {"scales": (1e-4,) * BANDS, "offsets": (0.0,) * BANDS}),
}
LINEAR = {
    "envi": (write_envi, {"data_gain_values": listed(GAIN), "data_offset_values": listed(OFFSET)}),
    "hdf5": (write_hdf5, {"scale_factor": GAIN, "add_offset": OFFSET}),
    "matlab": (write_matlab, {"scale_factor": GAIN, "add_offset": OFFSET}),
    "geotiff": (write_tiff, {"scales": tuple(GAIN), "offsets": tuple(OFFSET)}),
}


@pytest.mark.parametrize("name", FACTORS)
def test_a_scale_factor_is_applied_where_no_scale_is_given(tmp_path: Path, name: str) -> None:
    """With the cell empty values are reflectance; with the same factor given they are as stored."""
    write, fields = FACTORS[name]
    stored = np.round(TRUTH * 1e4).astype("<i2")
    path = write(tmp_path, stored, dict(fields))
    np.testing.assert_allclose(values_of(path), TRUTH, atol=6e-5)
    np.testing.assert_array_equal(values_of(path, scale=1e-4), stored)


@pytest.mark.parametrize("name", LINEAR)
def test_gains_and_offsets_are_applied_band_by_band(tmp_path: Path, name: str) -> None:
    """What is read is stored x gain + offset; one scale cannot stand for them and is refused."""
    write, fields = LINEAR[name]
    path = write(tmp_path, np.round((TRUTH - OFFSET) / GAIN).astype("<i2"), dict(fields))
    np.testing.assert_allclose(values_of(path), TRUTH, atol=2e-4)
    with pytest.raises(DataError, match="cannot stand for them; leave the scale empty"):
        values_of(path, scale=1e-4)


@pytest.mark.parametrize(
    ("write", "fields"),
    [
        (write_envi, {"data_ignore_value": NODATA, "reflectance_scale_factor": 10000}),
        (write_hdf5, {"_FillValue": NODATA, "scale_factor": 1e-4}),
        (write_matlab, {"_FillValue": NODATA, "scale_factor": 1e-4}),
        (write_tiff, {"nodata": NODATA, "scales": (1e-4,) * BANDS, "offsets": (0.0,) * BANDS}),
    ],
)
def test_nodata_is_a_stored_value_and_none_after_scaling(tmp_path: Path, write: Write, fields: dict[str, Any]) -> None:
    """Values that are nodata are NaN one by one, and the others are scaled."""
    stored = np.round(TRUTH * 1e4).astype("<i2")
    stored[1, 2, 3] = stored[4, :, 0] = NODATA
    found = values_of(write(tmp_path, stored, fields))
    np.testing.assert_array_equal(np.isnan(found), stored == NODATA)
    np.testing.assert_allclose(found[stored != NODATA], TRUTH[stored != NODATA], atol=6e-5)


def test_formats_that_state_nothing_take_the_tables_nodata(tmp_path: Path) -> None:
    """NumPy and MATLAB 5 hold values alone: nodata of scenes.tsv is NaN, and goes before a file's own."""
    stored = np.round(TRUTH * 1e4).astype("<i2")
    stored[0, 0] = NODATA
    np.save(tmp_path / "s.npy", stored)
    scipy.io.savemat(tmp_path / "s5.mat", {"data": stored})
    for path in (tmp_path / "s.npy", tmp_path / "s5.mat"):
        assert np.isnan(values_of(path, nodata=float(NODATA))).sum() == BANDS
        assert values_of(path).dtype == np.int16
    own = write_envi(tmp_path, stored, {"data_ignore_value": 7})
    assert np.isnan(values_of(own, nodata=float(NODATA))).sum() == BANDS


@pytest.mark.parametrize("gain", [np.nan, 0.0, [1.0, 2.0], "auto"])
def test_a_gain_without_sense_is_said_and_passed_over(gain: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Optional metadata is never fatal."""
    assert conversion(gain, 0, bands=BANDS, words="the gain", where="s.h5") is None
    assert "s.h5: the gain needs one number, or one per band (5); it is not applied" in caplog.text


def test_what_changes_nothing_is_no_conversion() -> None:
    """Gain 1 and offset 0 leave the values in their dtype."""
    assert from_attributes({"scale_factor": 1.0, "add_offset": 0}, bands=BANDS, where="s.h5") == {}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"tint": "8.0"}, Time(8.0, "")),
        ({"integration time": "{4.5}"}, Time(4.5, "")),
        ({"Integration_Time_ms": [3]}, Time(3.0, "ms")),
        ({"exposure_us": 250.0}, Time(250.0, "us")),
        ({"tint": "none"}, None),
        ({"tint": -1.0}, None),
        ({"hint": 4.0}, None),
    ],
)
def test_integration_times_are_found_whatever_the_writing(fields: dict[str, Any], found: Time | None) -> None:
    """The name may be written in any way, and end with a unit."""
    time = integration_time(fields, bands=3)
    assert (time and (time.value, time.unit)) == (found and (found.value, found.unit))


def test_times_are_compared_in_their_units() -> None:
    """Times of known units are converted, of the same unknown unit divided, and else not compared."""
    assert Time(8, "ms").over(Time(4000, "us")) == pytest.approx(2)
    assert Time(8, "").over(Time(4, "")) == 2
    assert Time(8, "").over(Time(4, "ms")) is None
