"""The split of a study: classes that occur, parts and quotas that agree with them, pixels dealt from the pool."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import DataError, IntegrityError
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.study_split import (
    DEALT,
    StudySplit,
    deal_for_m1,
    expected_split,
    rasters_of_codes,
    say_warnings,
    split_study,
    split_tested,
)
from semispectral.study.classes import UNLABELLED, ClassMap, CodeSet
from semispectral.study.scene import Scene
from tiny_pool import tiny_pool, unlabelled_draw

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


def split_of(
    scenes: Sequence[Scene] = SCENES, codes: Mapping[str, np.ndarray] = CODES, split: SplitConfig = SPLIT
) -> StudySplit:
    """The split of these scenes."""
    pool = tiny_pool(SCENES, CODES)
    return split_study(scenes, codes, pool, CLASSES, split_settings=split, sample_settings=SAMPLE)


def of_m1(
    codes: Mapping[str, np.ndarray] = CODES, split: SplitConfig = SPLIT, scenes: Sequence[Scene] = SCENES
) -> pd.DataFrame:
    """The pixels that M1 sees of these scenes, dealt from the unlabelled draw."""
    pool = unlabelled_draw(tiny_pool(SCENES, CODES))
    rasters = rasters_of_codes(scenes, codes)
    return deal_for_m1(rasters, scenes, pool, split_settings=split, sample_settings=SAMPLE)


def test_only_classes_that_occur_are_kept() -> None:
    """A class of classes.tsv without a pixel gets no label, so that no prior is spent on it."""
    assert split_of().classes.codes == (2, 3, 7)


def test_a_code_counts_only_where_it_is_used() -> None:
    """A class that no scene uses does not occur, and its pixels are unlabelled."""
    scenes = [scene_of(s.name, s.hole, use="1-3") for s in SCENES]
    found = split_of(scenes)
    assert found.classes.codes == (2, 3)
    unlabelled = found.quotas.query("label == -1 and scene == 'C-1'")["available"].sum()
    assert unlabelled == np.isin(CODES["C-1"], [0, 7, 150]).sum()


def test_every_pixel_of_interest_in_a_test_hole_is_available() -> None:
    """No buffer is lost in a hole that is all test."""
    rows = split_of().quotas.query("scene == 'C-1'").groupby("label")["available"].sum()
    for label, code in enumerate((2, 3, 7)):
        assert rows[label] == (CODES["C-1"] == code).sum()


def test_caps_hold_over_the_collection() -> None:
    """Each class gives at most the cap in each part, and unlabelled pixels at most their number."""
    totals = split_of().quotas.groupby(["label", "part"])["quota"].sum()
    assert totals.loc[0:].max() <= SAMPLE.cap_per_class
    assert totals[UNLABELLED, "train"] == SAMPLE.unlabelled
    assert totals[UNLABELLED, "test"] == SAMPLE.unlabelled // 10


def test_the_order_of_scenes_does_not_matter() -> None:
    """Files were once taken in the order in which a directory listed them: here any order gives the same split."""
    again = split_of(SCENES[::-1])
    first = split_of()
    assert first.quotas.equals(again.quotas)
    assert first.pixels.equals(again.pixels)
    assert all(np.array_equal(first.parts[name], again.parts[name]) for name in first.parts)


def test_warnings_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What the split warns of also stands in the log, in words."""
    codes = {**CODES, "C-1": np.where(CODES["C-1"] == 3, 9, CODES["C-1"])}
    found = split_of(codes=codes)
    assert any("class d (code 9) is only in test" in text for text in found.warnings)
    say_warnings(found.warnings)
    assert set(found.warnings) <= {record.getMessage() for record in caplog.records}


def test_a_code_without_a_class_is_refused() -> None:
    """A used code that classes.tsv does not name is an error, with the code."""
    codes = {**CODES, "A-1": np.where(CODES["A-1"] == 3, 55, CODES["A-1"])}
    with pytest.raises(DataError, match="55"):
        split_of(codes=codes)


@pytest.mark.parametrize("codes", [None, np.zeros(3, np.int32), np.zeros((3, 3))])
def test_a_scene_without_a_codes_raster_is_refused(codes: np.ndarray | None) -> None:
    """Missing codes, another shape or floats are refused, naming the scene."""
    others = {name: raster for name, raster in CODES.items() if name != "B-1"}
    given = others if codes is None else {**others, "B-1": codes}
    with pytest.raises(DataError, match="B-1"):
        split_of(codes=given)


def test_every_dealt_pixel_has_the_part_of_its_place() -> None:
    """Both draws are dealt by the same raster; labels follow the codes in the labelled draw, and there alone."""
    found = split_of()
    names = np.array(["none", "train", "valid", "test"])
    for scene, rows in found.pixels.groupby("scene"):
        at = rows["line"], rows["sample"]
        assert rows["part"].tolist() == names[found.parts[scene][at]].tolist()
        known = rows[rows["label"] >= 0]
        assert (np.array([2, 3, 7])[known["label"]] == CODES[scene][known["line"], known["sample"]]).all()
    hidden = found.pixels[found.pixels["label"] < 0]
    assert (hidden["code"] == 0).all()
    assert (found.pixels.groupby(["scene", "label", "part"]).size() == found.quotas.query("quota > 0").groupby(
        ["scene", "label", "part"])["quota"].sum()).all()  # fmt: skip


def test_parts_keep_their_distance_in_both_draws() -> None:
    """By brute force: no pixel of a part lies within the buffer of one of another, whatever draw they come from."""
    for _, rows in split_of().pixels.groupby("scene"):
        places = {part: mine[["line", "sample"]].to_numpy() for part, mine in rows.groupby("part")}
        for one, other in (("train", "valid"), ("train", "test"), ("valid", "test")):
            if one in places and other in places:
                apart = np.abs(places[one][:, None] - places[other][None]).max(axis=-1)
                assert apart.min() > SPLIT.buffer


def test_the_unlabelled_draw_is_dealt_whatever_its_labels() -> None:
    """Labelled and unlabelled ground gives unlabelled pixels in proportion: nothing asks what is there."""
    rows = split_of().pixels.query("label < 0 and part == 'train'")
    on_labels = [CODES[row.scene][row.line, row.sample] in (2, 3, 7) for row in rows.itertuples()]
    parts = split_of().parts
    ground = np.concatenate([CODES[s][(parts[s] == 1) & (CODES[s] != 200)] for s in parts])
    assert np.mean(on_labels) == pytest.approx(np.isin(ground, [2, 3, 7]).mean(), abs=0.12)


def test_a_larger_cap_keeps_the_pixels_of_a_smaller_one() -> None:
    """The pixels that were drawn first are taken first."""
    places = ["scene", "line", "sample", "label"]
    pool = tiny_pool(SCENES, CODES)
    small, large = (
        split_study(
            SCENES, CODES, pool, CLASSES, split_settings=SPLIT, sample_settings=SampleConfig(1, cap_per_class=cap)
        ).pixels[places]
        for cap in (10, 30)
    )
    assert len(small.merge(large)) == len(small) < len(large)


def test_m1_is_dealt_alike_before_and_after_labels_came() -> None:
    """With named test holes, or random pixels, the labels change no pixel of M1, and no test hole is among them."""
    hidden = {name: np.where(raster == 200, 200, 0).astype(np.int32) for name, raster in CODES.items()}
    for split in (SPLIT, SplitConfig(method="leaky", seed=4)):
        pd.testing.assert_frame_equal(of_m1(split=split), of_m1(hidden, split))
    found = of_m1()
    assert set(found.loc[found["part"] == "test", "hole"]) == {"C"}
    assert {"train", "valid"} <= set(found["part"])
    assert "C" not in set(found.loc[found["part"] != "test", "hole"])


def test_m1_is_dealt_alike_without_the_scenes_of_named_test_holes() -> None:
    """Training and validation pixels are the same whether the scenes of the test holes are there or not."""
    blank = {scene.name: np.zeros_like(CODES[scene.name]) for scene in SCENES}
    others = [scene for scene in SCENES if scene.hole != "C"]
    drawn = unlabelled_draw(tiny_pool(SCENES, CODES))
    pool = {scene.name: drawn[scene.name] for scene in others}
    without = deal_for_m1(
        rasters_of_codes(others, blank), SCENES, pool, split_settings=SPLIT.of_other_holes, sample_settings=SAMPLE
    )
    whole = of_m1(blank)
    pd.testing.assert_frame_equal(without, whole[whole["part"] != "test"].reset_index(drop=True))


def test_m1_sees_no_pixel_that_is_tested() -> None:
    """Where the labels decide what is tested, M1's parts are those of the labels: test pixels stay test pixels."""
    split = SplitConfig(method="blocks", seed=1, test_share=0.3, block_lines=10, buffer=2)
    parts, found = split_of(split=split).parts, of_m1(split=split)
    for row in found.itertuples():
        assert parts[row.scene][row.line, row.sample] == {"train": 1, "valid": 2, "test": 3}[row.part]


def test_without_labels_nothing_is_tested_where_they_would_decide() -> None:
    """M1 of a study without labels learns from all holes, one hole included, until labels say what is tested."""
    blank = {name: np.zeros_like(raster) for name, raster in CODES.items()}
    for method in ("groups", "blocks"):
        split = replace(SPLIT, method=method, test_groups=())
        assert set(of_m1(blank, split)["part"]) == {"train", "valid"}


def test_the_expected_split_is_near_the_split() -> None:
    """What `semispectral check` says before anything is drawn: parts as they will be, quotas within a few pixels."""
    expected = expected_split(SCENES, CODES, CLASSES, split_settings=SPLIT, sample_settings=SAMPLE)
    found = split_of()
    assert all(np.array_equal(expected.parts[name], found.parts[name]) for name in found.parts)
    assert expected.quotas["quota"].sum() == pytest.approx(found.quotas["quota"].sum(), rel=0.02)


def in_two_steps(scenes: Sequence[Scene] = SCENES, codes: Mapping[str, np.ndarray] = CODES) -> StudySplit:
    """The split of these scenes: of those that are learnt from, and then with those of the named test hole."""
    pool, settings = tiny_pool(SCENES, codes), {"sample_settings": SAMPLE}
    learnt, tested = ([scene for scene in scenes if (scene.hole == "C") == held] for held in (False, True))
    first = split_study(learnt, codes, pool, CLASSES, split_settings=SPLIT.of_other_holes, **settings)
    return split_tested(first, tested, codes, pool, CLASSES, method=SPLIT.method, **settings)


def test_a_split_in_two_steps_is_that_of_all_scenes_at_once() -> None:
    """Quotas, pixels, parts, classes and warnings are those of one step: named test holes change no other part."""
    whole, stepwise = split_of(), in_two_steps()
    assert stepwise.classes == whole.classes
    assert stepwise.quotas.equals(whole.quotas)
    assert stepwise.pixels[[*DEALT, "hash"]].equals(whole.pixels[[*DEALT, "hash"]])
    assert stepwise.warnings == whole.warnings
    assert (stepwise.method, stepwise.buffer) == (whole.method, whole.buffer)
    assert set(stepwise.parts) == set(whole.parts)
    assert all(np.array_equal(stepwise.parts[name], whole.parts[name]) for name in whole.parts)


def test_a_class_of_the_test_hole_alone_comes_last() -> None:
    """It changes no label of the classes that can be learnt, is warned about, and no pixel of it is to train."""
    codes = {**CODES, "C-1": np.where(CODES["C-1"] == 3, 1, CODES["C-1"])}
    classes = ClassMap((1, *CLASSES.codes), ("e", *CLASSES.names), ("#444444", *CLASSES.colours))
    pool, settings = tiny_pool(SCENES, codes), {"sample_settings": SAMPLE}
    first = split_study(SCENES[:3], codes, pool, classes, split_settings=SPLIT.of_other_holes, **settings)
    found = split_tested(first, SCENES[3:], codes, pool, classes, method="groups", **settings)
    assert found.classes.codes == (2, 3, 7, 1)
    learnt = found.pixels[found.pixels["hole"] != "C"].reset_index(drop=True)
    assert first.pixels[DEALT].equals(learnt[DEALT])
    assert set(found.pixels.loc[found.pixels["label"] == 3, "part"]) == {"test"}
    assert any("class e (code 1) is only in test" in text for text in found.warnings)
    assert len(found.quotas) == len(SCENES) * 5 * 3


def test_without_tested_scenes_the_split_is_whole() -> None:
    """A study that names no test hole, or has no labels in it, keeps its split."""
    pool, settings = tiny_pool(SCENES, CODES), {"sample_settings": SAMPLE}
    first = split_study(SCENES[:3], CODES, pool, CLASSES, split_settings=SPLIT.of_other_holes, **settings)
    found = split_tested(first, [], CODES, pool, CLASSES, method="groups", **settings)
    assert found.quotas.equals(first.quotas)
    assert found.pixels[DEALT].equals(first.pixels[DEALT])
    assert set(found.parts) == {"A-1", "A-2", "B-1"}
    assert any("the test part has no labelled pixel" in text for text in found.warnings)


def test_a_split_of_another_pool_is_refused() -> None:
    """The hashes by which copies are found are those of the drawn pixels: a pool that lacks some is another one."""
    pool, settings = tiny_pool(SCENES, CODES), {"sample_settings": SAMPLE}
    first = split_study(SCENES[:3], CODES, pool, CLASSES, split_settings=SPLIT.of_other_holes, **settings)
    other = {name: table.iloc[:5] for name, table in pool.items()}
    with pytest.raises(IntegrityError, match="run split again"):
        split_tested(first, [], CODES, other, CLASSES, method="groups", **settings)
