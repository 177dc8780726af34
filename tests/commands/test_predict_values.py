"""The map of a scan hangs on its values and not on how they are stored; what the file states is said or refused."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rasterio

import tiny_models as tiny
from semispectral.commands.main import main
from semispectral.errors import DataError
from semispectral.maps.bundle import read_bundle
from semispectral.maps.new_scans import map_new
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.tray_mask import MaskConfig
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

pytestmark = pytest.mark.usefixtures("undrawn")

REFLECTANCE = np.random.default_rng(4).uniform(0.2, 0.8, (tiny.LINES, tiny.SAMPLES, tiny.BANDS))
SCALE = 2.5e-5  # of the tiny bundle's training scans


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    tiny.tiny_bundle(folder, seed=1, scaling="snv_level")
    return folder


def write_envi(path: Path, values: np.ndarray, kind: int, **fields: object) -> Path:
    """A scan in ENVI, pixel-interleaved, with wavelengths."""
    lines, samples, bands = values.shape
    size = f"samples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = {kind}\ninterleave = bip\n"
    nm = f"wavelength units = Nanometers\nwavelength = {{{', '.join(map(str, tiny.WAVELENGTHS_NM))}}}\n"
    more = "".join(f"{name.replace('_', ' ')} = {value}\n" for name, value in fields.items())
    path.with_suffix(".hdr").write_text(f"ENVI\n{size}{nm}{more}")
    path.write_bytes(values.tobytes())
    return path


def class_map(scan: Path, model: Path, out: Path, *options: str) -> np.ndarray:
    """Classes of all pixels, 0 where there is none."""
    assert main(["predict", str(scan), "--model", str(model), "--out", str(out), "--threads", "1", *options]) == 0
    with quiet(), rasterio.open(out / "class.tif") as raster:
        return raster.read(1)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, model: Path) -> np.ndarray:
    """The map of the scan as reflectance in floats."""
    folder = tmp_path_factory.mktemp("expected")
    scan = write_envi(folder / "float.img", REFLECTANCE.astype("<f4"), 4)
    return class_map(scan, model, folder / "float", "--scale", "1")


def listed(values: np.ndarray) -> str:
    """A list of ENVI."""
    return "{" + ", ".join(map(str, values.tolist())) + "}"


GAIN = np.linspace(5e-5, 2e-4, tiny.BANDS)
OFFSET = np.linspace(-0.1, 0.1, tiny.BANDS)
STORED: dict[str, tuple[np.ndarray, int, dict[str, object], tuple[str, ...]]] = {
    "scale": (np.round(REFLECTANCE * 1e4).astype("<i2"), 2, {}, ("--scale", "1e-4")),
    "factor": (np.round(REFLECTANCE * 3e4).astype("<u2"), 12, {"reflectance_scale_factor": 30000}, ()),
    "gains": (
        np.round((REFLECTANCE - OFFSET) / GAIN).astype("<i4"),
        3,
        {"data_gain_values": listed(GAIN), "data_offset_values": listed(OFFSET)},
        (),
    ),
    "training": (np.round(REFLECTANCE / SCALE).astype("<u2"), 12, {}, ()),
}


@pytest.mark.parametrize("name", STORED)
def test_the_map_is_that_of_the_reflectance(name: str, tmp_path: Path, model: Path, expected: np.ndarray) -> None:
    """Whole numbers with a scale, a factor, gains and offsets, or the scale of training give the same classes."""
    values, kind, fields, options = STORED[name]
    found = class_map(write_envi(tmp_path / "a.img", values, kind, **fields), model, tmp_path / "out", *options)
    assert (found == expected).mean() > 0.98


@pytest.fixture(scope="module")
def bridged(tmp_path_factory: pytest.TempPathFactory, model: Path) -> np.ndarray:
    """The map of the scan whose band 6 is the line between its neighbours."""
    folder, values = tmp_path_factory.mktemp("bridged"), REFLECTANCE.copy()
    values[:, :, 6] = (REFLECTANCE[:, :, 5] + REFLECTANCE[:, :, 7]) / 2
    scan = write_envi(folder / "sound.img", values.astype("<f4"), 4)
    return class_map(scan, model, folder / "out", "--scale", "1")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -9999.0])
def test_a_bad_band_is_bridged_and_said(
    bad: float, tmp_path: Path, model: Path, bridged: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    """One band without a value is the line between its neighbours, and a line says which band it is."""
    values = REFLECTANCE.astype("<f4")
    values[:, :, 6] = bad
    scan = write_envi(tmp_path / "bad.img", values, 4, data_ignore_value=-9999)
    with caplog.at_level(logging.INFO):
        found = class_map(scan, model, tmp_path / "out", "--scale", "1")
    np.testing.assert_array_equal(found, bridged)
    assert "1 of 12 bands hold no value (6, 1060 to 1060 nm): they are bridged" in caplog.text


def test_a_marked_band_is_no_value(tmp_path: Path, model: Path) -> None:
    """What stands in a band that the file marks as bad does not reach the map."""
    good = [1] * tiny.BANDS
    good[3] = 0
    maps = []
    for number, noise in enumerate((0.0, 50.0)):
        values = REFLECTANCE.astype("<f4")
        values[:, :, 3] = noise
        scan = write_envi(tmp_path / f"{number}.img", values, 4, bbl=listed(np.array(good)))
        maps.append(class_map(scan, model, tmp_path / f"out{number}", "--scale", "1"))
    np.testing.assert_array_equal(*maps)


def test_pixels_with_too_many_gaps_are_left_out(tmp_path: Path, model: Path, expected: np.ndarray) -> None:
    """Of twelve bands one may be missing, not two; the other pixels keep their classes."""
    values = np.round(REFLECTANCE * 1e4).astype("<i2")
    values[0, :, 4:6] = values[1, 2] = -9999
    scan = write_envi(tmp_path / "a.img", values, 2, data_ignore_value=-9999)
    found = class_map(scan, model, tmp_path / "out", "--scale", "1e-4")
    left_out = np.zeros(found.shape, bool)
    left_out[0], left_out[1, 2] = True, True
    np.testing.assert_array_equal(found == 0, left_out)
    assert (found == expected)[~left_out].mean() > 0.98


def refused(scan: Path, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, *options: str) -> str:
    """What is said of a scan that is not mapped; nothing is written."""
    with caplog.at_level(logging.INFO):
        status = main(["predict", str(scan), "--model", str(model), "--out", str(tmp_path / "no"), *options])
    assert status == 1
    assert not (tmp_path / "no/class.tif").exists()
    return caplog.text


def test_nothing_to_map_is_an_error_that_names_the_bands(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where more bands are missing than can be bridged, no map is written and the bands are named."""
    values = REFLECTANCE.astype("<f4")
    values[:, :, 2:6] = np.nan
    said = refused(write_envi(tmp_path / "a.img", values, 4), model, tmp_path, caplog, "--scale", "1")
    assert "no pixel can be mapped, for 4 of its 12 bands" in said
    assert "(2 to 5, 1020 to 1050 nm)" in said


def test_a_scale_that_contradicts_the_file_is_refused_or_said(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused where only the file's makes reflectance of the values, and said where both do."""
    values = np.round(REFLECTANCE * 1e4).astype("<i2")
    scan = write_envi(tmp_path / "a.img", values, 2, reflectance_scale_factor=10000)
    said = refused(scan, model, tmp_path, caplog, "--scale", "1")
    assert "the command line says that the scale is 1, and the file that it is 0.0001" in said
    assert "leave the scale empty" in said
    class_map(scan, model, tmp_path / "out", "--scale", "1.1e-4")
    assert "the former is used" in caplog.text


def write_hdf5(path: Path, **times: dict[str, Any]) -> Path:
    """Counts of white 20 000 over a dark of 100, with references; attributes by dataset."""
    with h5py.File(path, "w") as file:
        file["data"] = np.round(100 + 20_000 * REFLECTANCE).astype("<u2")
        file["white"], file["dark"] = np.full(tiny.BANDS, 20_100.0), np.full(tiny.BANDS, 100.0)
        file["nm"] = tiny.WAVELENGTHS_NM
        for name, attributes in times.items():
            file[name].attrs.update(attributes)
    return path


KEYS = ("--key", "data", "--wavelengths", "nm", "--white-key", "white", "--dark-key", "dark")


def test_integration_times_scale_reflectance(
    tmp_path: Path, model: Path, expected: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    """A white reference of half the time counts for twice as much; a time of one side alone is said."""
    scan = write_hdf5(tmp_path / "a.h5", data={"integration_time_ms": 8.0}, white={"integration_time_us": 4000.0})
    with h5py.File(scan, "a") as file:
        file["white"][...] = 100 + 10_000
    with caplog.at_level(logging.INFO):
        assert (class_map(scan, model, tmp_path / "out", *KEYS) == expected).mean() > 0.98
    assert "its reflectance is divided by 2" in caplog.text
    one_side = write_hdf5(tmp_path / "b.h5", data={"tint": 8.0})
    class_map(one_side, model, tmp_path / "other", *KEYS)
    assert "an integration time is stated of the scan (8), and none in the same unit of the other" in caplog.text


def test_raw_counts_are_said(tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whole numbers far above reflectance without a white reference are a warning in words."""
    scan = write_envi(tmp_path / "a.img", np.round(REFLECTANCE * 3e4).astype("<u2"), 12)
    class_map(scan, model, tmp_path / "out", "--scale", "1")
    assert "are they raw counts? Name white and dark references, or give the scale" in caplog.text


def test_a_scan_without_the_references_of_training_is_refused(tmp_path: Path, model: Path) -> None:
    """Where all training scans had references, counts without are refused, and a scan with a scale is taken."""
    found = read_bundle(model)
    bundle = replace(found, facts=found.facts | {"references": True})
    scan = write_envi(tmp_path / "a.img", np.round(REFLECTANCE * 1e4).astype("<i2"), 2)
    scene = Scene("a", "a", scan, "", scan, "", "line,sample,band", "", None, None, CodeSet(()), CodeSet(()))
    how = {"mask": MaskConfig(), "smooth": SmoothConfig(), "threads": 1}
    with pytest.raises(DataError, match=r"was trained on scans with white and dark references.*white_key and dark_key"):
        map_new(scene, bundle, **how)
    assert map_new(replace(scene, scale=1e-4), bundle, **how).drawn.map.valid.any()
