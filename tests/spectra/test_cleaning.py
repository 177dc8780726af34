"""The table of cleaning steps: settings, what each step asks for, and a whole chain."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.scans.instrument import Sensor, dead_elements, sensor_of
from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaning import STEPS, clean
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

BANDS, SAMPLES = 31, 5
NM = np.linspace(1000.0, 2500.0, BANDS)
SENSOR = Sensor(2e-5, NM)
SAMPLE = np.array([0, 2, 4])
X = np.random.default_rng(6).integers(1000, 40_000, (3, BANDS)).astype(np.uint16)


def run(*steps: str, sensor: Sensor = SENSOR, **options: object) -> tuple[np.ndarray, np.ndarray | None]:
    found = clean(X, sample=SAMPLE, sensor=sensor, settings=CleanConfig(steps=steps, **options))
    return found.x, found.sensor.wavelengths_nm


def test_no_step_changes_nothing_but_the_dtype() -> None:
    """Without steps the values stay and become float32."""
    x, nm = run()
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(nm, NM)


def test_scale() -> None:
    """Counts times the scene's scale."""
    np.testing.assert_allclose(run("scale")[0], X * 2e-5, rtol=1e-6)


def test_bands_are_dropped_by_number_range_and_header() -> None:
    """The three ways of naming bad bands add up, named as a step or not, and wavelengths go with their bands."""
    sensor = replace(SENSOR, bad_bands=(0, 30))
    x, nm = run("drop_bands", sensor=sensor, bad_bands=(5,), bad_ranges_nm=((1400.0, 1500.0),))
    keep = ~(np.isin(np.arange(BANDS), [0, 5, 30]) | ((NM >= 1400) & (NM <= 1500)))
    np.testing.assert_array_equal(x, X[:, keep])
    np.testing.assert_array_equal(nm, NM[keep])
    np.testing.assert_array_equal(run(sensor=sensor, bad_bands=(5,), bad_ranges_nm=((1400.0, 1500.0),))[0], x)


def test_references_belong_to_the_pixels_own_column() -> None:
    """Each pixel is divided by the white of the column that saw it."""
    white = np.arange(1, SAMPLES + 1)[:, None] * np.full((SAMPLES, BANDS), 10_000.0)
    sensor = replace(SENSOR, dark=np.zeros((SAMPLES, BANDS)), white=white)
    np.testing.assert_allclose(run("references", sensor=sensor)[0], X / white[SAMPLE] / SENSOR.scale, rtol=1e-5)


def test_dead_elements_are_bridged_before_and_after_dropping_bands() -> None:
    """A dead element is filled from its neighbours in the spectrum, also once other bands are gone."""
    dead = np.zeros((SAMPLES, BANDS), bool)
    dead[2, 10] = True
    sensor = replace(SENSOR, dead=dead)
    expected = (float(X[1, 9]) + X[1, 11]) / 2
    assert run("dead_columns", sensor=sensor)[0][1, 10] == pytest.approx(expected)
    x, _ = run("drop_bands", "dead_columns", sensor=replace(sensor, bad_bands=(0, 30)))
    assert x[1, 9] == pytest.approx(expected)


def test_a_line_that_was_lost_is_no_data() -> None:
    """A spectrum of one value in all bands is none, whatever the value; without the step it is taken."""
    counts = X.copy()
    counts[1] = 65_535
    for steps, lost in (((), False), (("dropped_lines",), True)):
        found = clean(counts, sample=SAMPLE, sensor=SENSOR, settings=CleanConfig(steps=steps))
        assert np.isnan(found.x[1]).all() == lost
        assert np.isfinite(found.x[[0, 2]]).all()


def test_stripes_belong_to_the_pixels_own_column() -> None:
    """Each pixel is divided by the factors of its column, without the bands that are dropped."""
    factor = np.arange(1, SAMPLES + 1)[:, None] * np.linspace(1, 2, BANDS, dtype=np.float32)
    x, _ = run("stripes", sensor=replace(SENSOR, stripes=factor, bad_bands=(0,)))
    np.testing.assert_allclose(x, (X / factor[SAMPLE])[:, 1:], rtol=1e-6)


def test_resampling_brings_two_sensors_together() -> None:
    """Two sensors that saw the same smooth spectrum agree after resampling."""
    config = CleanConfig(steps=("resample",), resample_nm=(1050.0, 2450.0, 50.0))
    first, second = (
        clean((nm / 1000)[None], sample=np.zeros(1, int), sensor=Sensor(wavelengths_nm=nm), settings=config)
        for nm in (NM, np.linspace(990.0, 2510.0, 77))
    )
    np.testing.assert_allclose(first.x, second.x, rtol=1e-5)
    np.testing.assert_allclose(first.sensor.wavelengths_nm, np.arange(1050, 2451, 50))


def test_the_whole_chain_runs_in_any_sensible_order() -> None:
    """All steps in a row give finite spectra of the new bands, at most 1 after continuum removal."""
    sensor = replace(
        SENSOR,
        dark=np.zeros((SAMPLES, BANDS)),
        white=np.full((SAMPLES, BANDS), 40_000.0),
        dead=np.zeros((SAMPLES, BANDS), bool),
    )
    steps = ("references", "drop_bands", "dead_columns", "spikes", "resample", "savitzky_golay", "continuum")
    x, nm = run(*steps, sensor=sensor, resample_nm=(1100.0, 2400.0, 20.0))
    assert x.shape == (3, 66) == (3, len(nm))
    assert np.isfinite(x).all()
    assert x.max() <= 1 + 1e-6


@pytest.mark.parametrize("step", ["references", "dead_columns", "stripes", "smile", "resample", "continuum"])
def test_a_step_says_what_it_misses(step: str) -> None:
    """A step without what it needs is an error that names the step."""
    with pytest.raises(DataError, match=f"'{step}' needs"):
        run(step, sensor=Sensor())


def test_derivatives_need_even_bands() -> None:
    """A derivative over uneven wavelengths is refused; smoothing is not."""
    uneven = Sensor(wavelengths_nm=np.cumsum(np.arange(1.0, BANDS + 1)) + 1000)
    with pytest.raises(DataError, match="equal distances"):
        run("savitzky_golay", sensor=uneven, derivative=1)
    assert run("savitzky_golay", sensor=uneven)[0].shape == (3, BANDS)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"steps": ("scale", "polish")}, "steps.*got 'polish'"),
        ({"white_reflectance": 0}, "white_reflectance"),
        ({"bad_ranges_nm": ((1500, 1400),)}, "rise"),
        ({"spike_threshold": 0}, "spike_threshold"),
        ({"resample_nm": (2500, 1000, 10)}, "first < last"),
        ({"window": 6}, "odd"),
        ({"derivative": 3}, "derivative"),
    ],
)
def test_wrong_settings(options: dict[str, object], told: str) -> None:
    """Each setting has its range, and the message says which section and what came."""
    with pytest.raises(ConfigError, match=rf"^cleaning.*{told}"):
        CleanConfig(**options)


def test_no_band_left() -> None:
    """Dropping every band is refused, and so is a band that is not there."""
    with pytest.raises(DataError, match="no band is left"):
        run("drop_bands", bad_ranges_nm=((0.0, 9999.0),))
    with pytest.raises(DataError, match="0 to 30 for this scene, got 99"):
        run("drop_bands", bad_bands=(99,))


def test_every_step_of_the_table_is_documented_by_a_test() -> None:
    """The table holds the steps that this file tests."""
    assert list(STEPS) == [
        *(
            "references",
            "scale",
            "drop_bands",
            "dropped_lines",
            "repeated_lines",
            "dead_columns",
            "spikes",
            "stripes",
            "smile",
        ),
        *("resample", "savitzky_golay", "continuum"),
    ]


def scene_file(directory: Path, **more: np.ndarray) -> Scene:
    data = np.random.default_rng(3).integers(1, 60_000, (20, SAMPLES, BANDS)).astype(np.uint16)
    data[:, 3, 7] = 0
    path = directory / "s.h5"
    with h5py.File(path, "w") as file:
        for name, values in ({"data": data, "nm": NM} | more).items():
            file[name] = values
    none = CodeSet(())
    return Scene(
        *("s", "h", path, "data", path, "labels", "line,sample,band", "nm", 2e-5, None, none, none),
        white_key="white",
        dark_key="dark",
    )


@pytest.mark.parametrize("shape", [(SAMPLES, BANDS), (4, SAMPLES, BANDS), (BANDS,)])
def test_the_sensor_of_a_scene(tmp_path: Path, shape: tuple[int, ...]) -> None:
    """References of one frame, of several lines or of one spectrum are read, and dead elements are found."""
    scene = scene_file(tmp_path, white=np.full(shape, 500, np.uint16), dark=np.zeros(shape))
    with open_scene(scene) as cube:
        sensor = sensor_of(scene, cube)
    assert sensor.white is not None
    assert sensor.white.shape == (SAMPLES, BANDS)
    assert sensor.dead is not None
    assert np.argwhere(sensor.dead).tolist() == [[3, 7]]
    assert sensor.scale == 2e-5


def test_a_reference_of_another_shape(tmp_path: Path) -> None:
    """A reference that does not fit the detector is refused with both shapes."""
    scene = scene_file(tmp_path, white=np.zeros((SAMPLES, 3)), dark=np.zeros((SAMPLES, BANDS)))
    with open_scene(scene) as cube, pytest.raises(ShapeError, match=r"\(5, 31\).*\(5, 3\)"):
        sensor_of(scene, cube)


def test_one_line_shows_no_dead_element() -> None:
    """With a single line nothing can be told from constancy."""
    assert not dead_elements(np.zeros((1, 2, 3))).any()


def test_ranges_in_micrometres_are_refused() -> None:
    """They would leave out no band; a range from 0 is one in nm."""
    with pytest.raises(ConfigError, match=r"must end at 100 nm or more, got .*write micrometres times 1000"):
        CleanConfig(bad_ranges_nm=((0.0, 450.0), (1.35, 1.45)))
    assert CleanConfig(bad_ranges_nm=((0.0, 450.0),)).bad_ranges_nm == ((0.0, 450.0),)
