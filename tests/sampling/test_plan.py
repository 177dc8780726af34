"""The plan: classes that occur, parts and quotas that agree with them."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.errors import DataError
from semispectral.sampling.plan import Plan, plan
from semispectral.sampling.quotas import SampleConfig
from semispectral.sampling.split import SplitConfig
from semispectral.study.classes import UNLABELLED, ClassMap, CodeSet
from semispectral.study.scene import Scene

CLASSES = ClassMap((2, 3, 7, 9), ("a", "b", "c", "d"), ("#000000", "#111111", "#222222", "#333333"))


def scene_of(name: str, hole: str, *, use: str = "1-99") -> Scene:
    """A scene whose files are never opened."""
    use_set, ignore = CodeSet.parse(use, where="test"), CodeSet.parse("200", where="test")
    file = Path(f"{name}.h5")
    return Scene(name, hole, file, "", file, "", "line,sample,band", "", 1.0, None, use_set, ignore)


def codes_of(seed: int) -> np.ndarray:
    """Codes in patches of 5 x 5: classes 2, 3, 7, lithology 150, tray 200, nothing 0."""
    small = np.random.default_rng(seed).choice([0, 0, 2, 3, 7, 150, 200], (16, 6))
    return np.repeat(np.repeat(small, 5, axis=0), 5, axis=1).astype(np.int32)


SCENES = (scene_of("A-1", "A"), scene_of("A-2", "A"), scene_of("B-1", "B"), scene_of("C-1", "C"))
CODES = {scene.name: codes_of(number) for number, scene in enumerate(SCENES)}
SPLIT = SplitConfig(method="groups", seed=2, test_groups=("C",), block_lines=10, buffer=2)
SAMPLE = SampleConfig(seed=2, cap_per_class=40, unlabelled=300)


def example_plan() -> Plan:
    """The plan of these scenes."""
    return plan(SCENES, CODES, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)


def test_only_classes_that_occur_are_kept() -> None:
    """A class of classes.tsv without a pixel gets no label, so that no prior is spent on it."""
    assert example_plan().classes.codes == (2, 3, 7)


def test_a_code_counts_only_where_it_is_used() -> None:
    """A class that no scene uses does not occur, and its pixels are unlabelled."""
    scenes = [scene_of(s.name, s.hole, use="1-3") for s in SCENES]
    found = plan(scenes, CODES, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)
    assert found.classes.codes == (2, 3)
    unlabelled = found.quotas.query("label == -1 and scene == 'C-1'")["available"].sum()
    assert unlabelled == np.isin(CODES["C-1"], [0, 7, 150]).sum()


def test_every_pixel_of_interest_in_a_test_hole_is_available() -> None:
    """No guard is lost in a hole that is all test."""
    rows = example_plan().quotas.query("scene == 'C-1'").groupby("label")["available"].sum()
    for label, code in enumerate((2, 3, 7)):
        assert rows[label] == (CODES["C-1"] == code).sum()


def test_caps_hold_over_the_collection() -> None:
    """Each class gives at most the cap in each part, and unlabelled pixels at most their number."""
    totals = example_plan().quotas.groupby(["label", "part"])["quota"].sum()
    assert totals.loc[0:].max() <= SAMPLE.cap_per_class
    assert totals[UNLABELLED, "train"] == SAMPLE.unlabelled
    assert totals[UNLABELLED, "test"] == SAMPLE.unlabelled // 10


def test_the_order_of_scenes_does_not_matter() -> None:
    """Files were once taken in the order in which a directory listed them: here any order gives the same plan."""
    again = plan(SCENES[::-1], CODES, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)
    first = example_plan()
    assert first.quotas.equals(again.quotas)
    assert all(np.array_equal(first.parts[name], again.parts[name]) for name in first.parts)


def test_warnings_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What the plan warns of also stands in the log, in words."""
    codes = {**CODES, "C-1": np.where(CODES["C-1"] == 3, 9, CODES["C-1"])}
    found = plan(SCENES, codes, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)
    assert any("class d (code 9) is only in test" in text for text in found.warnings)
    assert set(found.warnings) <= {record.getMessage() for record in caplog.records}


def test_a_code_without_a_class_is_refused() -> None:
    """A used code that classes.tsv does not name is an error, with the code."""
    codes = {**CODES, "A-1": np.where(CODES["A-1"] == 3, 55, CODES["A-1"])}
    with pytest.raises(DataError, match="55"):
        plan(SCENES, codes, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)


@pytest.mark.parametrize("codes", [None, np.zeros(3, np.int32), np.zeros((3, 3))])
def test_a_scene_without_a_codes_raster_is_refused(codes: np.ndarray | None) -> None:
    """Missing codes, another shape or floats are refused, naming the scene."""
    others = {name: raster for name, raster in CODES.items() if name != "B-1"}
    given = others if codes is None else {**others, "B-1": codes}
    with pytest.raises(DataError, match="B-1"):
        plan(SCENES, given, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)
