"""Keys of steps that are off: none is forgotten, and what is left out changes no result."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.svm import SvmConfig
from semispectral.maps.smoothing import SMOOTHING_NAMES, SmoothConfig
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.split import METHODS, LabelRaster, SplitConfig, split
from semispectral.scans.instrument import Sensor
from semispectral.scans.tray_mask import MaskConfig
from semispectral.spectra.cleaning import clean
from semispectral.spectra.cleaning_settings import STEP_NAMES, CleanConfig
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.study import keys_in_use as in_use
from semispectral.study import methods
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.stage_settings import settings

BANDS = 40
NM = np.linspace(800.0, 2600.0, BANDS)
X = np.random.default_rng(6).integers(1000, 40_000, (3, BANDS)).astype(np.uint16)
SENSOR = Sensor(
    2e-5,
    NM,
    (0, 30),
    dark=np.full((3, BANDS), 100, np.float32),
    white=np.full((3, BANDS), 50_000, np.float32),
    dead=np.zeros((3, BANDS), bool),
    stripes=np.full((3, BANDS), 1.1, np.float32),
    smile=np.array([0.5, 0.0, -0.5]),
)
OTHER_CLEANING = {
    "white_reflectance": 0.5,
    "bad_bands": [3, 4],
    "bad_ranges_nm": [[1400.0, 1500.0]],
    "header_bad_bands": False,
    "spike_threshold": 2.0,
    "stripe_threshold": 9.0,
    "smile_ranges_nm": [[1400.0, 2500.0]],
    "resample_nm": [1100.0, 2400.0, 20.0],
    "window": 5,
    "order": 3,
    "derivative": 1,
}
OTHER_SPLIT = {"test_groups": ["A"], "test_share": 0.4, "block_lines": 4, "block_samples": 5, "buffer": 1}
BASELINES_SECTION = {
    "components": [4, 2],
    "cost": [10.0, 1.0],
    "forest_features": [0.5, 1.0],
    "forest_leaf": [1, 2],
    "trees": 10,
    "tuning_trees": 4,
    "neighbours": [5, 3],
    "spreading": [0.9, 0.5],
    "unlabelled_pixels": 40,
    "confidence": 0.7,
    "rounds": 2,
}
OTHER_BASELINES = {
    "components": [3],
    "cost": [5.0],
    "forest_features": [0.9],
    "forest_leaf": [3],
    "trees": 7,
    "tuning_trees": 3,
    "neighbours": [4],
    "spreading": [0.3],
    "unlabelled_pixels": 20,
    "confidence": 0.99,
    "rounds": 1,
}
SVM_SECTION = {"cost": [10.0, 1.0], "gamma": [1.0, 0.3], "folds": 3, "tuning_pixels": 100, "balanced": True}
OTHER_SVM = {"cost": [0.01], "gamma": [30.0], "folds": 2, "tuning_pixels": 10, "balanced": False}


def fields(cls: type) -> set[str]:
    """The names of a dataclass's fields."""
    return {field.name for field in dataclasses.fields(cls)}


def flat(table: dict[str, tuple[str, ...]]) -> set[str]:
    """All keys of a table."""
    return {key for keys in table.values() for key in keys}


def test_no_key_and_no_method_is_forgotten() -> None:
    """Each setting stands in the tables, and each step, method and baseline has its row."""
    of_steps = {key for row in CLEANING_STEPS.values() for key in row.keys} | set(in_use.ALWAYS)
    assert of_steps | {"sensors"} == fields(CleanConfig)  # where sensors have steps of their own, all keys count
    assert flat(in_use.OF_MASK) | {"method"} == fields(MaskConfig)
    assert flat(in_use.OF_SMOOTHING) | {"smoothing"} == fields(SmoothConfig)
    assert flat(in_use.OF_SPLIT) | {"method", "seed"} == fields(SplitConfig)
    used = [row.keys for row in methods.METHODS.values()]
    assert {key for own, _ in used for key in own} | {"svm"} == fields(BaselineConfig)
    assert {key for _, shared in used for key in shared} == fields(SvmConfig)
    everything = dict.fromkeys(fields(SampleConfig), 1)
    drawn = in_use.drawing(everything, "unlabelled") | in_use.drawing(everything, "labelled")
    assert in_use.quotas(everything) | drawn == everything
    assert set(in_use.OF_SMOOTHING) == set(SMOOTHING_NAMES)
    assert set(in_use.OF_SPLIT) == set(METHODS)
    assert set(methods.fitted_baselines()) == set(BASELINES)


def test_with_cleaning_of_single_sensors_all_keys_count() -> None:
    """A sensor may take a step that the others do not."""
    section = {"references": "named", "steps": [], "spike_threshold": 6.0, "sensors": {"vnir": {"steps": ["spikes"]}}}
    assert in_use.cleaning(section) == section


@pytest.mark.parametrize("references", ["named", "none"])
@pytest.mark.parametrize("off", STEP_NAMES)
def test_cleaning_does_not_read_the_keys_of_a_step_that_is_off(off: str, references: str) -> None:
    """Whatever stands there, the spectra are the same, and so is the text that reruns go by."""
    section = {"references": references, "steps": [step for step in STEP_NAMES if step != off], "window": 7, "order": 2}
    used = in_use.cleaning(section)
    other = {key: value for key, value in OTHER_CLEANING.items() if key in CLEANING_STEPS[off].keys}
    if off == "references" and references == "named":
        other = {}  # they come first all the same
    assert in_use.cleaning(section | other) == used
    for given in (section | other, used):
        found = clean(X, sample=np.arange(3), sensor=SENSOR, settings=settings(CleanConfig, given))
        expected = clean(X, sample=np.arange(3), sensor=SENSOR, settings=settings(CleanConfig, section))
        np.testing.assert_array_equal(found.x, expected.x)


def test_a_key_of_a_step_that_is_taken_counts() -> None:
    """With all steps, each key shows."""
    section: dict[str, Any] = {"references": "named", "steps": list(STEP_NAMES)}
    for key, value in OTHER_CLEANING.items():
        assert in_use.cleaning(section | {key: value}) == section | {key: value}


def rasters() -> list[LabelRaster]:
    """Three holes with labels in patches."""
    small = [np.random.default_rng(hole).integers(-1, 3, (24, 6)) for hole in range(3)]
    label = [np.repeat(np.repeat(each, 4, axis=0), 4, axis=1).astype(np.int16) for each in small]
    return [LabelRaster(hole, hole, each) for hole, each in zip("ABC", label, strict=True)]


@pytest.mark.parametrize("method", ["groups", "blocks", "leaky"])
def test_a_split_does_not_read_the_keys_of_another_method(method: str) -> None:
    """The parts are the same from the keys in use alone, and from others that are not in use."""
    section = {"method": method, "seed": 3, "test_groups": ["C"], "test_share": 0.2, "valid_share": 0.3}
    section |= {"block_lines": 8, "block_samples": 0, "buffer": 2}
    used = in_use.split(section)
    unused = {key: value for key, value in OTHER_SPLIT.items() if key not in used or used[key] != section[key]}
    assert unused
    assert in_use.split(section | unused) == used
    expected = split(rasters(), settings(SplitConfig, section))
    for given in (used, section | unused):
        parts = split(rasters(), settings(SplitConfig, given))
        assert all(np.array_equal(parts[name], expected[name]) for name in expected)


def test_named_holes_leave_no_share_to_test() -> None:
    """A share to validate on that leaves nothing beside the share to test is refused by neither."""
    section = {"method": "groups", "seed": 1, "test_groups": ["C"], "test_share": 0.1, "valid_share": 0.85}
    assert settings(SplitConfig, in_use.split(section)).valid_share == 0.85
    folds = section | {"name": "holes", "folds": 3}
    assert in_use.split(folds) == in_use.split(folds | {"test_groups": ["A"], "test_share": 0.05})
    assert in_use.split(section | {"test_groups": []})["test_share"] == 0.1


@pytest.mark.parametrize("name", BASELINES)
def test_a_control_does_not_read_the_keys_of_others(name: str) -> None:
    """Its probabilities are the same from its own keys alone, whatever the others say."""
    random = np.random.default_rng(2)
    label = np.tile([0, 1, 2], 12)
    x = (np.eye(3, 6)[label] + random.normal(0, 0.4, (36, 6))).astype(np.float32)
    more = random.normal(0, 0.6, (60, 6)).astype(np.float32)

    def probabilities(controls: dict[str, Any], svm: dict[str, Any]) -> np.ndarray:
        config = settings(BaselineConfig, {"svm": svm} | controls)
        run = {"classes": 3, "shares": np.full(3, 1 / 3), "seed": 4, "settings": config}
        return BASELINES[name](x, label, more, more, **run)

    used = methods.keys_of_baseline(name, baselines=BASELINES_SECTION, svm=SVM_SECTION)
    controls, svm = OTHER_BASELINES | used["baselines"], OTHER_SVM | used["svm"]
    assert methods.keys_of_baseline(name, baselines=controls, svm=svm) == used
    expected = probabilities(BASELINES_SECTION, SVM_SECTION)
    np.testing.assert_array_equal(probabilities(used["baselines"], used["svm"]), expected)
    np.testing.assert_array_equal(probabilities(controls, svm), expected)


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_windows_count_where_hull_quotients_are_taken(method: str) -> None:
    """Every normalisation with hull quotients depends on the windows, and no other does."""
    section = {"method": method, "m1_method": "snv", "windows": [[2080, 2400]]}
    assert ("windows" in in_use.normalise(section, "method")) == NORMALISATIONS[method].hull
    assert in_use.normalise(section, "m1_method") == {"method": "snv"}


def test_bands_and_m1_choose_among_candidates_of_their_own() -> None:
    """Neither scale depends on what the other one chooses among."""
    section = {"candidates": ["snv", "hull"], "m1_candidates": ["views", "hull"], "windows": [[2080, 2400]]}
    section |= {"method": "auto", "m1_method": "auto"}
    assert in_use.normalise(section, "method")["candidates"] == ["snv", "hull"]
    assert in_use.normalise(section, "m1_method")["candidates"] == ["views", "hull"]
