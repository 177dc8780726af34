"""A scene of several sensors is read as one cube, and each sensor is cleaned by itself."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from semispectral.errors import ConfigError, DataError, SemispectralError
from semispectral.scans.cube import COLUMNS, Pixels
from semispectral.scans.sensor_bands import SensorBands
from semispectral.spectra.cleaned_scans import clean_pixels, data_holder, open_cleaned
from semispectral.spectra.cleaning import clean
from semispectral.spectra.cleaning_settings import CleanConfig, SensorCleaning
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.spectra.several_sensors import open_sensors, remarks_of_scene
from semispectral.study.classes import CodeSet
from semispectral.study.scene import OtherSensor, Scene, TiePoint

RANDOM = np.random.default_rng(11)
LINES, SAMPLES = 12, 8
VNIR_NM, SWIR_NM = np.linspace(400, 1000, 13), np.linspace(950, 2450, 16)
VNIR = RANDOM.integers(1000, 9000, (LINES, SAMPLES, 13)).astype(np.uint16)
REFLECTANCE = RANDOM.uniform(0.2, 0.8, (LINES // 2, SAMPLES // 2, 16))
DARK, WHITE = np.full((SAMPLES // 2, 16), 100.0), np.linspace(20_000, 30_000, 16) * np.ones((SAMPLES // 2, 1))
HALF = (0.5, 0.0, -0.25, 0.0, 0.5, -0.25)
NONE = CodeSet(())


def row(path: Path, **other: object) -> Scene:
    return Scene("s", "h", path, "data", path, "", "line,sample,band", "nm", None, None, NONE, NONE, **other)  # type: ignore[arg-type]


def write(path: Path, **arrays: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scene in visible light, and counts of short waves with references, in pixels twice as large."""
    counts = np.rint(DARK + REFLECTANCE * (WHITE - DARK)).astype(np.uint16)
    swir = write(tmp_path / "swir.h5", data=counts, nm=SWIR_NM, white=WHITE, dark=DARK)
    vnir = row(write(tmp_path / "vnir.h5", data=VNIR, nm=VNIR_NM), sensor="vnir")
    other = OtherSensor("swir", replace(row(swir, white_key="white", dark_key="dark"), hole=""), HALF)
    return replace(vnir, scale=1e-4, others=(other,))


def expected_swir() -> np.ndarray:
    """Reflectance on the grid, by SciPy."""
    from scipy.ndimage import map_coordinates

    lines, samples = np.indices((LINES, SAMPLES))
    at = [0.5 * lines - 0.25, 0.5 * samples - 0.25]
    bands = [map_coordinates(REFLECTANCE[:, :, band], at, order=1, mode="nearest") for band in range(16)]
    return np.stack(bands, axis=-1)


def test_a_cube_has_the_bands_of_all_sensors_on_one_grid(scene: Scene) -> None:
    """First the scene's own values times its scale, then the reflectance of the other, between its pixels."""
    with open_sensors(scene, CleanConfig()) as cube:
        assert cube.shape == (LINES, SAMPLES, 29)
        assert cube.sensors == (SensorBands("vnir", 13), SensorBands("swir", 16))
        np.testing.assert_array_equal(cube.wavelengths_nm, np.concatenate([VNIR_NM, SWIR_NM]))
        values = np.concatenate([block for _, block in cube.blocks(max_bytes=3000)])
    np.testing.assert_allclose(values[:, :, :13], VNIR * 1e-4, rtol=1e-6)
    np.testing.assert_allclose(values[:, :, 13:], expected_swir(), atol=2e-4)


def test_each_sensor_is_cleaned_by_itself(scene: Scene) -> None:
    """The bands of a sensor are what cleaning makes of them alone, with its own settings."""
    settings = CleanConfig(
        steps=("spikes",), bad_bands=(1, 14), sensors={"swir": SensorCleaning(steps=("savitzky_golay",), window=5)}
    )
    with open_sensors(scene, settings) as cube:
        raw = cube.read_lines(0, LINES).reshape(-1, 29)
        found = clean_pixels(_pixels(raw, cube.wavelengths_nm, cube.sensors), scene, settings)
    with open_cleaned(scene, settings) as cleaned:
        np.testing.assert_array_equal(cleaned.read_lines(0, LINES).reshape(-1, 27), found.x)
        assert cleaned.sensors == found.sensors == (SensorBands("vnir", 12), SensorBands("swir", 15))
    alone = CleanConfig(steps=("savitzky_golay",), window=5, bad_bands=(1,))
    with open_sensors(scene, settings) as cube:
        sensor = replace(sensor_for(scene, cube, settings), wavelengths_nm=SWIR_NM, sensors=())
    of_swir = clean(raw[:, 13:], sample=np.zeros(len(raw), int), sensor=sensor, settings=alone)
    np.testing.assert_array_equal(found.x[:, 12:], of_swir.x)
    np.testing.assert_array_equal(found.wavelengths_nm[12:], np.delete(SWIR_NM, 1))  # type: ignore[index]


def _pixels(x: np.ndarray, nm: np.ndarray | None, sensors: tuple[SensorBands, ...]) -> Pixels:
    table = pd.DataFrame({name: np.zeros(len(x), int) for name in COLUMNS})
    return Pixels(x, table, nm, sensors=sensors)


def test_a_scene_without_a_sensor_has_its_bands_without_values(scene: Scene) -> None:
    """The bands are those of the scene that lent the row, and NaN; its pixels hold data all the same."""
    lacking = replace(scene, others=(replace(scene.others[0], affine=(), absent=True),))
    settings = CleanConfig()
    with open_sensors(lacking, settings) as cube:
        values = cube.read_lines(0, 4)
        holds = data_holder(lacking, cube, settings)
        assert holds(values.reshape(-1, 29), np.zeros(4 * SAMPLES, int)).all()
        sensor = sensor_for(lacking, cube, settings)
        assert "swir: the scene lacks it" in [
            remark.text for remark in remarks_of_scene(lacking, cube, sensor, settings, fate="", table="scenes.tsv")
        ]
    assert np.isnan(values[:, :, 13:]).all()
    assert np.isfinite(values[:, :, :13]).all()


def test_remarks_say_how_tie_points_fit(scene: Scene) -> None:
    """The residual of the tie points stands among the remarks on a scene, under the sensor's name."""
    points = tuple(
        TiePoint(line / 2 - 0.25 + move, sample / 2 - 0.25, line, sample)
        for line, sample, move in [(0, 0, 0.2), (0, 6, 0), (10, 0, 0), (10, 6, 0), (5, 3, 0)]
    )
    tied = replace(scene, others=(replace(scene.others[0], affine=(), tie_points=points),))
    with open_sensors(tied, CleanConfig()) as cube:
        said = remarks_of_scene(
            tied, cube, sensor_for(tied, cube, CleanConfig()), CleanConfig(), fate="", table="scenes.tsv"
        )
    assert any(each.text.startswith("swir: it lies on the scene by 5 tie points") for each in said)


def test_a_file_of_a_sensor_that_cannot_be_read_is_named(scene: Scene, tmp_path: Path) -> None:
    """An error of a sensor's file names the file."""
    gone = replace(scene.others[0].row, data=tmp_path / "gone.h5")
    with pytest.raises(SemispectralError, match=r"gone\.h5"):
        open_sensors(replace(scene, others=(replace(scene.others[0], row=gone),)), CleanConfig())


def test_wavelengths_are_needed_of_all_sensors_or_none(scene: Scene) -> None:
    """A sensor without wavelengths beside one that has some is refused."""
    without = replace(scene.others[0], row=replace(scene.others[0].row, wavelengths="none"))
    with pytest.raises(DataError, match="but swir has none"):
        open_sensors(replace(scene, others=(without,)), CleanConfig())


def test_cleaning_of_an_unknown_sensor_is_refused(scene: Scene) -> None:
    """A misspelt name in cleaning.sensors would change nothing without a word."""
    with pytest.raises(ConfigError, match="must name sensors of the study, vnir, swir, got swri"):
        open_sensors(scene, CleanConfig(sensors={"swri": SensorCleaning(window=9)}))


def test_settings_of_a_sensor_are_checked_together() -> None:
    """A window that the order does not fit is refused with the sensor's name."""
    with pytest.raises(ConfigError, match=r"cleaning\.sensors\.swir: .*window must be odd"):
        CleanConfig(sensors={"swir": SensorCleaning(window=4)})
