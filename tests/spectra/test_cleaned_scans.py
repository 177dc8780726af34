"""Shards and open scenes are cleaned by one function: training and maps see the same spectra."""

from dataclasses import asdict, replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from semispectral.scans.cube import COLUMNS, Pixels
from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaned_scans import clean_pixels, data_holder, open_as_trained, open_cleaned, read_cleaned
from semispectral.spectra.cleaning import STEPS
from semispectral.spectra.cleaning_settings import STEP_NAMES, CleanConfig, is_cleaned, scale_after
from semispectral.spectra.scaling import Scaler, fit_scaler
from semispectral.spectra.shards import write_shard
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

LINES, SAMPLES, BANDS = 9, 6, 20
NM = np.linspace(1000.0, 2000.0, BANDS)
RANDOM = np.random.default_rng(9)
REFLECTANCE = RANDOM.uniform(0.1, 0.9, (LINES, SAMPLES, BANDS))
DARK = RANDOM.uniform(90, 110, (SAMPLES, BANDS))
GAIN = np.array([1.0, 0.9, 1.1, 0.0, 1.2, 1.0])[:, None] * np.ones(BANDS)  # the fourth column is dead
WHITE = DARK + 40_000 * GAIN
COUNTS = np.rint(DARK + 40_000 * GAIN * REFLECTANCE).astype(np.uint16)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scene on disk with references, one element of which is broken; its first line is nodata."""
    path = tmp_path / "s.h5"
    counts, white = COUNTS.copy(), WHITE.copy()
    counts[0] = 0
    white[1, 7] = DARK[1, 7] - 5
    with h5py.File(path, "w") as file:
        file["data"], file["nm"], file["white"], file["dark"] = counts, NM, white, DARK
    keys = {"white_key": "white", "dark_key": "dark"}
    row = (path, "data", path, "labels", "line,sample,band", "nm", 2.5e-5, 0.0)
    return Scene("s", "h", *row, CodeSet(((1, 9),)), CodeSet(()), **keys)


def pixels_of() -> Pixels:
    """All pixels of the scene."""
    line, sample = (place.ravel() for place in np.indices((LINES, SAMPLES)))
    table = pd.DataFrame({name: np.zeros(len(line), int) for name in COLUMNS})
    counts = COUNTS.astype(np.float32)
    counts[0] = np.nan
    return Pixels(counts.reshape(-1, BANDS), table.assign(line=line, sample=sample), NM)


def read(scene: Scene, config: CleanConfig) -> tuple[np.ndarray, np.ndarray | None]:
    with open_cleaned(scene, config) as cube:
        assert cube.dtype == np.float32
        blocks = [values for _, values in cube.blocks(max_bytes=2000)]
        return np.concatenate(blocks), cube.wavelengths_nm


EVERYTHING = CleanConfig(
    steps=("scale", "drop_bands", "dead_columns", "spikes", "resample", "savitzky_golay", "continuum"),
    bad_bands=(0,),
    bad_ranges_nm=((1500.0, 1550.0),),
    resample_nm=(1100.0, 1900.0, 25.0),
)


@pytest.mark.parametrize("config", [CleanConfig(), CleanConfig(steps=("drop_bands",), bad_bands=(3,)), EVERYTHING])
def test_shards_and_maps_see_the_same_spectra(scene: Scene, config: CleanConfig) -> None:
    """What a shard's pixels become is what the open scene gives at their places, in any blocks, with the same nm."""
    x, nm = read(scene, config)
    found = clean_pixels(pixels_of(), scene, config)
    np.testing.assert_array_equal(nm, found.wavelengths_nm)
    assert np.isnan(x[0]).all()
    alive = np.delete(np.arange(SAMPLES), 3)
    cleaned = found.x.reshape(LINES, SAMPLES, -1)
    np.testing.assert_allclose(x[1:, alive], cleaned[1:, alive], rtol=2e-5, atol=1e-6)
    assert np.isfinite(x[1:, alive]).all()


def test_references_even_the_detector_and_keep_the_scale(scene: Scene) -> None:
    """Cleaned values times the scene's scale are reflectance; a broken element is bridged, a dead column is not."""
    x, _ = read(scene, CleanConfig())
    given = np.isfinite(REFLECTANCE)
    given[0], given[:, 3], given[:, 1, 7] = False, False, False
    np.testing.assert_allclose((x * scene.scale)[given], REFLECTANCE[given], atol=2e-5)
    bridge = (REFLECTANCE[1:, 1, 6] + REFLECTANCE[1:, 1, 8]) / 2
    np.testing.assert_allclose(x[1:, 1, 7] * scene.scale, bridge, atol=2e-5)
    assert np.isnan(x[:, 3]).all()


def test_what_is_drawn_from_is_what_gives_a_spectrum(scene: Scene) -> None:
    """A pixel may be drawn just where cleaning leaves a spectrum: not in the dead column, nor in the line of nodata."""
    plain = replace(scene, white_key="", dark_key="", nodata=None)
    sample = np.arange(SAMPLES)
    with open_scene(scene) as cube, open_scene(plain) as whole:
        values = cube.read_lines(1, 2)[0]
        alive = [True] * 3 + [False] + [True] * 2
        assert data_holder(scene, cube, CleanConfig())(values, sample).tolist() == alive
        assert data_holder(scene, cube, CleanConfig(references="none"))(values, sample).all()
        assert not data_holder(scene, cube, CleanConfig(references="none"))(cube.read_lines(0, 1)[0], sample).any()
        assert data_holder(plain, whole, CleanConfig())(whole.read_lines(0, 1)[0], sample).all()


def test_without_cleaning_a_scene_stays_as_it_is(scene: Scene) -> None:
    """No step, no references and no value that is none: the very same cube and pixels, in the file's dtype."""
    config, scene = CleanConfig(references="none"), replace(scene, nodata=None)
    assert not is_cleaned(scene, config)
    pixels = replace(pixels_of(), x=COUNTS.reshape(-1, BANDS))
    assert clean_pixels(pixels, scene, config) is pixels
    with open_cleaned(scene, config) as cube:
        assert cube.dtype == np.uint16


@pytest.mark.parametrize("shared", [False, True])
def test_a_band_that_one_scan_lacks_is_bridged_for_models(scene: Scene, tmp_path: Path, shared: bool) -> None:
    """The models need it, unless those scans lack it too that they were trained on: then it is left out."""
    counts, row = COUNTS.astype(np.float32), replace(scene, data=tmp_path / "lacking.h5", white_key="", dark_key="")
    counts[:, :, 7] = 0
    with h5py.File(row.data, "w") as file:
        file["data"], file["nm"] = counts, NM
    config = CleanConfig(bad_bands=(7,) if shared else ())
    with open_as_trained(row, config) as cube:
        seen = np.concatenate([values for _, values in cube.blocks(max_bytes=2000)])
    assert seen.shape[-1] == BANDS - shared
    if not shared:
        between = (COUNTS[:, :, 6].astype(np.float32) + COUNTS[:, :, 8]) / 2
        np.testing.assert_allclose(seen[:, :, 7], between, rtol=1e-5)
    values = np.where(counts == 0, np.float32(np.nan), counts).reshape(-1, BANDS)
    found = clean_pixels(replace(pixels_of(), x=values), row, config)
    np.testing.assert_allclose(found.x, seen.reshape(-1, BANDS - shared), rtol=1e-6)
    assert read(row, CleanConfig())[0].shape[-1] == BANDS - 1


def test_the_scale_that_is_left() -> None:
    """After the step `scale` values are reflectance."""
    row = (Path("s.h5"), "", Path("s.h5"), "", "line,sample,band", "", 2.5e-5, None)
    scene = Scene("s", "h", *row, CodeSet(()), CodeSet(()))
    assert scale_after(scene, CleanConfig(steps=("scale",))) == 1
    assert scale_after(scene, CleanConfig()) == 2.5e-5


def test_the_settings_travel_with_the_scaler(scene: Scene) -> None:
    """What the scaler's file says about cleaning is what cleaned the pixels it was fitted on."""
    config = {"references": "named", "steps": ["drop_bands"], "bad_bands": [2, 3]}
    pixels = clean_pixels(pixels_of().where(np.arange(6, 8)), scene, settings(CleanConfig, config))
    scaler = replace(fit_scaler(pixels.x, method="snv_standardise"), cleaning=config)
    again = Scaler.from_saved(*scaler.to_saved())
    assert settings(CleanConfig, again.cleaning) == CleanConfig(steps=("drop_bands",), bad_bands=(2, 3))
    assert again.bands == BANDS - 2


def test_a_shard_is_cleaned_where_its_scene_is_listed(scene: Scene, tmp_path: Path) -> None:
    """Scenes that cleaning does not change need no row, and their files are not opened."""
    path = tmp_path / "s.parquet"
    write_shard(path, replace(pixels_of(), x=COUNTS.reshape(-1, BANDS)).where(np.arange(6, 9)))
    assert read_cleaned(path, {}, CleanConfig()).x.dtype == np.uint16
    row = asdict(scene) | {"data": str(scene.data), "labels": str(scene.labels)}
    assert read_cleaned(path, {"s": row}, CleanConfig()).x.dtype == np.float32


def test_two_sensors_become_one(scene: Scene) -> None:
    """A scene of other bands gives the same wavelengths after resampling."""
    config = CleanConfig(references="none", steps=("resample",), resample_nm=(1100.0, 1900.0, 50.0))
    with h5py.File(scene.data, "a") as file:
        file["data2"], file["nm2"] = COUNTS[:, :, ::2], NM[::2]
    _, first = read(scene, config)
    x, second = read(replace(scene, data_key="data2", wavelengths="nm2", white_key="", dark_key=""), config)
    np.testing.assert_array_equal(first, second)
    assert x.shape == (LINES, SAMPLES, 17)


def test_the_table_of_steps_is_the_list_of_names() -> None:
    """The settings, which a Snakefile reads, know just the steps that there are."""
    assert tuple(STEPS) == STEP_NAMES
