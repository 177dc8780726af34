"""References in files of their own: any format, any number of lines, other integration times, panels, faults."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cube_formats import write_envi_header, write_geotiff
from semispectral.errors import ConfigError, DataError, MissingFileError, ShapeError
from semispectral.scans.formats.scene_files import scene_files
from semispectral.scans.instrument import Sensor, sensor_of
from semispectral.scans.readers import open_cube, open_scene
from semispectral.scans.references import robust_mean
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.remarks import remarks
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 12, 6, 20
NM = np.linspace(1000.0, 2000.0, BANDS)
RANDOM = np.random.default_rng(3)
REFLECTANCE = RANDOM.uniform(0.1, 0.9, (LINES, SAMPLES, BANDS))
DARK = np.rint(RANDOM.uniform(90, 110, (SAMPLES, BANDS)))
SIGNAL = np.rint(RANDOM.uniform(20_000, 30_000, (SAMPLES, BANDS)))  # of the white panel, at the scan's integration time
COUNTS = np.rint(DARK + SIGNAL * REFLECTANCE)
NOTHING = CodeSet(())


def write_bil(path: Path, counts: np.ndarray, **fields: object) -> Path:
    """Write raw counts [line, sample, band] as a camera does: uint16, band after band of each line, and a header."""
    lines, samples, bands = counts.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(counts.transpose(0, 2, 1).astype("<u2").tobytes())
    shape = {"samples": samples, "lines": lines, "bands": bands}
    kind = {"data_type": 12, "interleave": "bil", "byte_order": 0, "wavelength_units": "Nanometers"}
    nm = "{" + ", ".join(f"{value:.2f}" for value in NM[:bands]) + "}"
    write_envi_header(path.with_suffix(".hdr"), **shape, **kind, wavelength=nm, **fields)
    return path


def lines_of(frame: np.ndarray, lines: int) -> np.ndarray:
    """A frame [sample, band] on so many lines."""
    return np.repeat(frame[None], lines, axis=0)


def scene_of(folder: Path, **more: Any) -> Scene:
    """A scan of tint 8 ms in ENVI, with what else its row says."""
    path = write_bil(folder / "box.raw", COUNTS, tint=8.0, acquisition_date="DATE(yyyy-mm-dd): 2024-05-03")
    row = (path, "", path, "", "line,sample,band", "", None, None)
    return Scene("box", "DH1", *row, NOTHING, NOTHING, **more)


def reflectance_of(scene: Scene, **settings: Any) -> np.ndarray:
    """All blocks of the cleaned scene, a few lines at a time."""
    with open_cleaned(scene, CleanConfig(**settings)) as cube:
        return np.concatenate([values for _, values in cube.blocks(max_bytes=3 * cube.line_bytes)])


def said_of(scene: Scene) -> tuple[Sensor, str]:
    """The sensor of a scene, and what is said of it."""
    settings = CleanConfig()
    with open_scene(scene) as cube:
        sensor = sensor_of(scene, cube)
        return sensor, "\n".join(r.text for r in remarks(scene, cube, sensor, settings, fate="", table="scenes.tsv"))


def test_reflectance_by_files_of_other_lines_and_times(tmp_path: Path) -> None:
    """A white of 4 ms and 30 lines, and a dark of 5 lines, give the reflectance that the scan was made of."""
    white = write_bil(tmp_path / "WHITE.raw", lines_of(DARK + SIGNAL / 2, 30), tint=4.0)
    dark = write_bil(tmp_path / "DARK.raw", lines_of(DARK, 5), tint=8.0)
    scene = scene_of(tmp_path, white=white, dark=dark)
    np.testing.assert_allclose(reflectance_of(scene), REFLECTANCE, atol=1e-4)
    _, said = said_of(scene)
    assert "8, its white reference at 4: its reflectance is divided by 2" in said
    assert "the white reference (WHITE.raw, 30 lines averaged)" in said
    companions = {tmp_path / name for name in ("WHITE.raw", "WHITE.hdr", "DARK.raw", "DARK.hdr", "box.raw", "box.hdr")}
    assert set(scene_files(scene)) == companions


def _npy(folder: Path, role: str, frame: np.ndarray) -> dict[str, Any]:
    np.save(folder / f"{role}.npy", frame)
    return {role: folder / f"{role}.npy"}


def _npy_lines(folder: Path, role: str, frame: np.ndarray) -> dict[str, Any]:
    np.save(folder / f"{role}.npy", lines_of(frame, 3))
    return {role: folder / f"{role}.npy"}


def _hdf5(folder: Path, role: str, frame: np.ndarray) -> dict[str, Any]:
    with h5py.File(folder / "references.h5", "a") as file:
        file[f"all/{role}"] = lines_of(frame, 4)
    return {role: folder / "references.h5", f"{role}_key": f"/all/{role}"}


def _hdf5_frame(folder: Path, role: str, frame: np.ndarray) -> dict[str, Any]:
    with h5py.File(folder / "references.h5", "a") as file:
        file[role] = frame
    return {role: folder / "references.h5", f"{role}_key": role}


def _tiff(folder: Path, role: str, frame: np.ndarray) -> dict[str, Any]:
    write_geotiff(folder / f"{role}.tif", lines_of(frame, 3).transpose(2, 0, 1).astype(np.uint16))
    return {role: folder / f"{role}.tif"}


@pytest.mark.parametrize("write", [_npy, _npy_lines, _hdf5, _hdf5_frame, _tiff])
def test_references_of_every_format(tmp_path: Path, write: Any) -> None:
    """One frame or several lines, with a key or without: the same reflectance."""
    row = write(tmp_path, "white", DARK + SIGNAL) | write(tmp_path, "dark", DARK)
    np.testing.assert_allclose(reflectance_of(scene_of(tmp_path, **row)), REFLECTANCE, atol=1e-4)


def test_shutter_frames_at_the_end_of_the_scan(tmp_path: Path) -> None:
    """Lines of the scan that are its dark and its white make reflectance of the others, and hold no rock themselves."""
    path = write_bil(tmp_path / "box.raw", np.concatenate([COUNTS, lines_of(DARK + SIGNAL, 3), lines_of(DARK, 4)]))
    row = (path, "", path, "", "line,sample,band", "", None, None, NOTHING, NOTHING)
    scene = Scene("box", "DH1", *row, white_lines="12-14", dark_lines="last 4")
    found = reflectance_of(scene)
    np.testing.assert_allclose(found[:LINES], REFLECTANCE, atol=1e-4)
    assert np.isnan(found[LINES:]).all()
    with pytest.raises(ConfigError, match="has 19 lines"):
        open_scene(replace(scene, dark_lines="last 40"))
    with pytest.raises(DataError, match=r"line 14 is both in white_lines \(12-14\) and dark_lines \(14-18\)"):
        reflectance_of(replace(scene, dark_lines="14-18"))


def test_a_dark_of_the_white_reference(tmp_path: Path) -> None:
    """A dark that grows with the integration time is taken from the white reference's own dark."""
    white = write_bil(tmp_path / "w.raw", lines_of(DARK + 300 + SIGNAL * 2, 3), tint=16)
    dark, own = (write_bil(tmp_path / f"{n}.raw", lines_of(DARK + n, 3)) for n in (0, 300))
    scene = scene_of(tmp_path, white=white, dark=dark, white_dark=own)
    np.testing.assert_allclose(reflectance_of(scene), REFLECTANCE, atol=1e-4)


def test_times_of_two_detectors(tmp_path: Path) -> None:
    """Each detector's bands are scaled by its own integration time."""
    ends = {"vimg1": "{1, 8}", "vimg2": f"{{9, {BANDS}}}"}
    factor = np.where(np.arange(BANDS) < 8, 0.5, 0.25)
    path = write_bil(tmp_path / "box.raw", COUNTS, tint1=18.0, tint2=4.0, **ends)
    white = write_bil(tmp_path / "w.raw", lines_of(np.rint(DARK + SIGNAL * factor), 2), tint1=9.0, tint2=1.0, **ends)
    dark = write_bil(tmp_path / "d.raw", lines_of(DARK, 2))
    scene = replace(scene_of(tmp_path / "other", white=white, dark=dark), data=path)
    np.testing.assert_allclose(reflectance_of(scene), REFLECTANCE, rtol=1e-3)
    assert "18 and 4, its white reference at 9 and 1: its reflectance is divided by 2 and 4" in said_of(scene)[1]


def test_a_panel_by_wavelength(tmp_path: Path) -> None:
    """A table of the panel is interpolated to the bands, and stands before the one number of the configuration."""
    with (tmp_path / "panel.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("wavelength_nm", "reflectance"), (1000, 0.9), (1500, 0.5), (1900, 0.5)])
    row = _npy(tmp_path, "white", DARK + SIGNAL) | _npy(tmp_path, "dark", DARK)
    scene = scene_of(tmp_path, panel=tmp_path / "panel.csv", **row)
    expected = REFLECTANCE * np.interp(NM, [1000, 1500, 1900], [0.9, 0.5, 0.5])
    np.testing.assert_allclose(reflectance_of(scene, white_reflectance=0.99), expected, atol=1e-4)
    assert "2 of 20 bands lie beyond the ends" in said_of(scene)[1]
    (tmp_path / "panel.csv").write_text("wavelength_nm,reflectance\n1000,99\n2000,98\n")
    with open_scene(scene) as cube, pytest.raises(DataError, match="divide percent by 100"):
        sensor_of(scene, cube)
    (tmp_path / "panel.csv").write_text("wavelength_nm,reflectance\n1000,0.9\n2000,0;9\n")
    with open_scene(scene) as cube, pytest.raises(DataError, match="row 3: column 'reflectance' must hold numbers"):
        sensor_of(scene, cube)


def test_the_mean_of_lines_is_robust(tmp_path: Path) -> None:
    """Spikes and a foreign object on a few of many noisy lines do not change the mean; noise is averaged out."""
    noisy = DARK + SIGNAL + RANDOM.normal(0, 20, (200, SAMPLES, BANDS))
    noisy[3, 2, 5], noisy[50:70, :3] = 60_000, 500
    np.save(tmp_path / "w.npy", noisy.astype(np.uint16))
    with open_cube(tmp_path / "w.npy") as cube:
        mean, _, outliers = robust_mean(cube, 0, 200)
    assert np.abs(mean - DARK - SIGNAL).max() < 20 * 5 / np.sqrt(180)
    assert outliers == pytest.approx(20 * 3 * BANDS / noisy.size, abs=2e-3)


@pytest.mark.parametrize("lines", [3, 5, 8, 20])
def test_noise_alone_is_no_outlier(tmp_path: Path, lines: int) -> None:
    """Few lines tell little of one element's noise: that of the others of its band counts too, and all lines stay."""
    noise = np.random.default_rng(5).normal(0, 3, (lines, 40, 30))
    np.save(tmp_path / "dark.npy", (100 + noise).round().astype(np.uint16))
    with open_cube(tmp_path / "dark.npy") as cube:
        _, _, outliers = robust_mean(cube, 0, lines)
    assert outliers < 0.002


@pytest.mark.parametrize("mark", [np.nan, np.inf, -3.4e38, -9999.0])
def test_values_of_a_reference_that_are_no_data(tmp_path: Path, mark: float) -> None:
    """Marks on most lines of an element do not count, and an element of marks alone is a gap and spares its band."""
    frames = {"white": lines_of(DARK + SIGNAL, 5), "dark": lines_of(DARK, 5)}
    for frame in frames.values():
        frame[:3, 2, 5] = mark
    frames["dark"][:, 1, 7] = mark
    row: dict[str, Any] = {}
    with h5py.File(tmp_path / "references.h5", "w") as file:
        for role, frame in frames.items():
            file.create_dataset(role, data=frame.astype(np.float32)).attrs["_FillValue"] = np.float32(-9999)
            row |= {role: tmp_path / "references.h5", f"{role}_key": role}
    found = reflectance_of(scene_of(tmp_path, **row))
    bridged = REFLECTANCE.copy()
    bridged[:, 1, 7] = (bridged[:, 1, 6] + bridged[:, 1, 8]) / 2
    np.testing.assert_allclose(found, bridged, atol=1e-4)


def test_saturated_and_dead_elements_are_gaps_and_said(tmp_path: Path) -> None:
    """An element at the converter's end and one without signal are bridged, and their places are named."""
    white = DARK + SIGNAL
    white[1, 7], white[4, 2] = 65_535, DARK[4, 2]
    scene = scene_of(tmp_path, **_npy(tmp_path, "white", white.astype(np.uint16)), **_npy(tmp_path, "dark", DARK))
    found = reflectance_of(scene)
    np.testing.assert_allclose(found[:, 1, 7], (found[:, 1, 6] + found[:, 1, 8]) / 2, rtol=1e-5)
    _, said = said_of(scene)
    assert "the white reference is saturated in 1 of 120 detector elements (samples 1; bands 7)" in said
    assert "hardly brighter than the dark in 1 of 120 detector elements (samples 4; bands 2)" in said


def test_a_panel_that_is_too_narrow_is_said(tmp_path: Path) -> None:
    """Samples beside the panel are named."""
    signal = SIGNAL.copy()
    signal[0] = 0.1 * SIGNAL[0]
    row = _npy(tmp_path, "white", DARK + signal) | _npy(tmp_path, "dark", DARK)
    assert "less than half as bright as elsewhere in 1 of 6 samples (0)" in said_of(scene_of(tmp_path, **row))[1]


def test_a_reference_of_another_day_or_camera_is_said(tmp_path: Path) -> None:
    """Days between scan and reference, and another camera, are worth a word."""
    fields = {"acquisition_date": "DATE(yyyy-mm-dd): 2024-05-13", "sensorid": 7}
    white = write_bil(tmp_path / "w.raw", lines_of(DARK + SIGNAL, 2), **fields)
    dark = write_bil(tmp_path / "d.raw", lines_of(DARK, 2))
    scene = scene_of(tmp_path, white=white, dark=dark)
    header = tmp_path / "box.hdr"
    header.write_text(header.read_text() + "sensorid = 8\n")
    _, said = said_of(scene)
    assert "the white reference was taken 10.0 days after the scan (2024-05-13 and 2024-05-03)" in said
    assert "was taken with the camera 7, the scan with 8" in said


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"white": "narrow.npy"}, ShapeError, r"samples and bands of the scan .*\(6, 20\).*\(5, 20\)"),
        ({"white": "bands.npy"}, ShapeError, r"\(6, 19\)"),
        ({"white": "absent.npy"}, MissingFileError, "absent.npy"),
        ({"white": "dark.npy", "dark": "white.npy"}, DataError, "are the two exchanged"),
        ({"white": "other.raw"}, DataError, "band 0 is 1100.00 nm here and 1000.00 nm there"),
        ({"white_lines": "5-9"}, ConfigError, "the array has 1 lines"),
    ],
)
def test_references_that_do_not_fit(tmp_path: Path, change: dict[str, Any], error: type[Exception], words: str) -> None:
    """Another width, other bands, no file, exchanged or missing lines are refused, with what was needed."""
    frames = {"white": DARK + SIGNAL, "dark": DARK, "narrow": DARK[:5], "bands": DARK[:, :19]}
    for name, frame in frames.items():
        np.save(tmp_path / f"{name}.npy", frame)
    write_bil(tmp_path / "other.raw", lines_of(DARK + SIGNAL, 2))
    header = tmp_path / "other.hdr"
    header.write_text(header.read_text().replace("{1000.00", "{1100.00"))
    row = {"white": "white.npy", "dark": "dark.npy"} | change
    row = {name: tmp_path / text if name in ("white", "dark") else text for name, text in row.items()}
    scene = scene_of(tmp_path, **row)
    with open_scene(scene) as cube, pytest.raises(error, match=words):
        sensor_of(scene, cube)


def test_counts_without_references_are_said(tmp_path: Path) -> None:
    """Whole numbers without references and without a scale are a warning, however small they are."""
    path = write_bil(tmp_path / "box.raw", COUNTS % 4)
    row = (path, "", path, "", "line,sample,band", "", None, None, NOTHING, NOTHING)
    scene = Scene("box", "DH1", *row)
    assert "are they raw counts? Name white and dark references" in said_of(scene)[1]
    assert "raw counts" not in said_of(replace(scene, scale=1e-4))[1]
