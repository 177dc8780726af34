"""The slices of the configuration: what a rule does not use changes no slice, and what it uses changes it."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from semispectral.library.built_in import built_in_names
from semispectral.rules.slices import Slices
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.config import complete, read_schema
from semispectral.study.scene import LabelSource
from semispectral.study.scenes import read_scenes

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = read_schema(ROOT / "config/config.schema.yaml")
KNOWN = ClassMap((1, 2), ("talc", "calcite"), ("#ff0000", "#00ff00"))
RUN = {"method": "svm", "features": "bands", "per_class": 5, "seed": 1}
LOGS = {"downhole", "hole_page"}
SHOWN = {"pack", "paint", *LOGS, "scan_page"}
DRAWS = {"draw unlabelled", "draw labelled"}
JOB = SimpleNamespace(scene="DH1_1", per_class="20", method="majority", keys=lambda: ["scene"])


def of_draw(kind: str) -> SimpleNamespace:
    """A job of a draw."""
    return SimpleNamespace(scene="DH1_1", kind=kind)


def slices(classes: ClassMap = KNOWN, **sections: dict[str, Any]) -> Slices:
    """Slices of a study of three scenes with other values in some sections."""
    table = read_scenes(ROOT / "tests/workflow/scenes.tsv", data_root=Path(), allow_outside=True)
    return Slices(complete(dict(sections), SCHEMA), {scene.name: scene for scene in table}, classes)


def texts(cut: Slices) -> dict[str, str]:
    """The slice of every rule, for one job of it."""
    return {
        "mask": cut.mask(JOB),
        "census": cut.census(JOB),
        "labels": cut.labels(JOB),
        "draw unlabelled": cut.draw(of_draw("unlabelled")),
        "draw labelled": cut.draw(of_draw("labelled")),
        "split": cut.split(),
        "sample_m1": cut.sample_m1(),
        "choose_labels": cut.choose_labels(JOB),
        "baseline": cut.baseline([JOB.method]),
        "learn_tray": cut.learn_tray(["DH1_1"]),
        "bundle": cut.bundle(RUN),
        "pack": cut.pack(),
        "map": cut.map(JOB),
        "features": cut.features(JOB),
        "mixtures": cut.mixtures(JOB),
        "pixels": cut.pixels(JOB),
        "paint": cut.paint(JOB),
        "scan_page": cut.scan_page(JOB),
        "downhole": cut.downhole(["DH1_1"]),
        "hole_page": cut.hole_page(["DH1_1"], {"map": "../../maps/{scene}"}),
        "simulate": cut.simulate(),
    }


def changed(first: Slices, second: Slices) -> set[str]:
    """The rules whose slices differ."""
    before, after = texts(first), texts(second)
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("sections", "rules"),
    [
        ({"split": {"buffer": 7}}, {"split", "sample_m1", "bundle"}),
        ({"split": {"method": "blocks", "buffer": 7}}, {"split", "sample_m1", "bundle"}),
        ({"sample": {"cap_per_class": 7}}, {"split", "bundle"}),
        ({"sample": {"unlabelled": 7}}, {"split", "sample_m1", "bundle"}),
        ({"sample": {"class_per_scene": 7}}, {"draw labelled", "bundle"}),
        ({"sample": {"unlabelled_per_scene": 7}}, {"draw unlabelled", "bundle"}),
        ({"sample": {"clusters": 7}}, {"draw unlabelled", "bundle"}),
        ({"cleaning": {"steps": ["spikes"]}}, {"sample_m1", "learn_tray", "bundle", "features", "scan_page"}),
        (
            {"cleaning": {"steps": ["dead_columns"]}},
            {
                "census",
                "draw unlabelled",
                "draw labelled",
                "sample_m1",
                "learn_tray",
                "bundle",
                "features",
                "scan_page",
            },
        ),
        ({"map": {"smoothing": "none"}}, {"map"}),
        ({"features": {"least_depth": 0.2}}, {"features"}),
        ({"map": {"downhole": {"run_share": 0.9}}}, {"paint", *LOGS}),
        ({"intervals": {"length_m": 0.5}}, {"downhole"}),
        ({"intervals": {"dip_down": "positive"}}, set()),
        ({"map": {"page_mb": 9}}, {"pixels"}),
        ({"simulate": {"enabled": False}}, set()),
        ({"runs": {"valid_share": 0.4}}, {"choose_labels"}),
        ({"m2": {"latents": 9}}, set()),
    ],
)
def test_a_section_changes_the_rules_that_use_it(sections: dict[str, Any], rules: set[str]) -> None:
    """One key changes the slices of the rules that use it, and of no other."""
    assert changed(slices(), slices(**sections)) == rules


def test_the_order_of_scenes_changes_nothing() -> None:
    """Scenes in another order give the same slices."""
    cut = slices()
    assert changed(cut, replace(cut, scenes=dict(reversed(cut.scenes.items())))) == set()


def test_a_scene_of_another_row_reruns_no_job_of_this_one() -> None:
    """A row that changes is seen by the rules of all scenes only; what spectra do not need, by no cleaning."""
    cut = slices()
    other = replace(cut.scenes["DH3_1"], hole="X", use=CodeSet.parse("5", where="test"))
    assert changed(cut, replace(cut, scenes={**cut.scenes, "DH3_1": other})) == {"split", "sample_m1"}


def test_m1_does_not_depend_on_labels_where_test_holes_are_named() -> None:
    """Another label file, other classes in use: the draw of labels and the split see it, M1 does not."""
    cut = slices(split={"test_groups": ["DH3"]})
    scenes = {name: replace(scene, ignore=CodeSet(())) for name, scene in cut.scenes.items()}
    cut = replace(cut, scenes=scenes)
    labelled = replace(scenes["DH1_1"], labels=Path("new.png"), labels_key="", use=CodeSet.parse("5", where="test"))
    other = replace(cut, scenes={**scenes, "DH1_1": labelled})
    assert changed(cut, other) - {"map", "pixels", *SHOWN} == {"labels", "draw labelled", "split"}
    by_labels = replace(cut, config={**cut.config, "split": {**cut.config["split"], "test_groups": []}})
    assert "sample_m1" in changed(by_labels, replace(by_labels, scenes=other.scenes))


def test_training_depends_on_no_scene_of_a_named_test_hole() -> None:
    """Its scenes with labels are tested; those without, and scenes only to be mapped, are in no part of the split."""
    named, chosen = slices(split={"test_groups": ["DH3"]}), slices(split={"test_groups": []})
    assert named.scenes_of_training == ["DH1_1", "DH2_1"]
    assert named.scenes_tested == ["DH3_1"]
    assert named.scenes_scored == chosen.scenes_of_training == sorted(chosen.scenes)
    assert chosen.scenes_tested == []
    blocks = slices(split={"method": "blocks", "test_groups": ["DH3"]})
    assert blocks.scenes_of_training == sorted(named.scenes)
    bare = replace(named, scenes={**named.scenes, "DH3_1": named.scenes["DH3_1"].without_labels()})
    assert (bare.scenes_tested, bare.scenes_studied) == ([], sorted(named.scenes))
    mapped = replace(named, only_mapped=frozenset({"DH2_1", "DH3_1"}))
    assert mapped.scenes_of_training == mapped.scenes_scored == mapped.scenes_studied == ["DH1_1"]


TRAINED = {"split", "sample_m1", "bundle", "choose_labels", "draw labelled", "draw unlabelled", "labels"}


@pytest.mark.parametrize("hole", ["DH1", "DH3"])
@pytest.mark.parametrize("only_mapped", [False, True])
def test_what_an_added_scene_changes(hole: str, only_mapped: bool) -> None:
    """One of a test hole, or only to be mapped, changes no slice of training; one of another hole does."""
    cut = slices(split={"test_groups": ["DH3"]})
    added = replace(cut.scenes["DH3_1"], name="A_9", hole=hole, data=Path("a.h5"))
    more = replace(cut, scenes={"A_9": added, **cut.scenes}, only_mapped=frozenset({"A_9"} if only_mapped else ()))
    trains = hole == "DH1" and not only_mapped
    assert changed(cut, more) & TRAINED == ({"split", "sample_m1"} if trains else set())
    assert (cut.split_tested() != more.split_tested()) == (not only_mapped)
    assert cut.compare_scans() != more.compare_scans()
    assert (cut.library() != more.library()) == trains


def test_names_of_classes_are_for_showing() -> None:
    """Another name or colour changes what is shown; the order of the rows changes nothing; another code does."""
    assert changed(slices(), slices(replace(KNOWN, names=("a", "b")))) == SHOWN
    assert changed(slices(), slices(replace(KNOWN, colours=("#000000", "#ffffff")))) == SHOWN
    turned = ClassMap(*(tuple(reversed(values)) for values in (KNOWN.codes, KNOWN.names, KNOWN.colours)))
    assert changed(slices(), slices(turned)) == set()
    assert changed(slices(), slices(replace(KNOWN, codes=(1, 3)))) == {"labels", "split", *SHOWN}


@pytest.mark.parametrize("place", [{"pixel_mm": 3.0}, {"depth_from_m": 7.0}, {"depth_from_m": 7.0, "depth_to_m": 9.0}])
def test_depths_and_sizes_are_for_showing(place: dict[str, float]) -> None:
    """They reach the log and what is painted, and no rule that reads a scan; but a size may place polygons."""
    cut = slices()
    other = replace(cut, scenes={**cut.scenes, "DH1_1": replace(cut.scenes["DH1_1"], **place)})
    of_rasters = {"features", "mixtures"} if "pixel_mm" in place else set()
    assert changed(cut, other) == {"paint", *LOGS, *of_rasters}
    polygons = replace(cut.scenes["DH1_1"], labels=Path("labels.gpkg"))
    cut = replace(cut, scenes={**cut.scenes, "DH1_1": polygons})
    other = replace(cut, scenes={**cut.scenes, "DH1_1": replace(polygons, **place)})
    reached = {"labels"} if "pixel_mm" in place else set()
    assert changed(cut, other) == {"paint", *LOGS, *reached, *of_rasters}


def test_labels_per_class_hold_the_smaller_numbers() -> None:
    """The labels of a run depend on fewer per class, and not on larger ones; "all" depends on none."""
    cut = slices(runs={"labels_per_class": [5, 20, 100, "all"]})
    assert json.loads(cut.choose_labels(JOB))["runs"]["labels_per_class"] == [5, 20]
    assert json.loads(cut.choose_labels(SimpleNamespace(per_class="all")))["runs"]["labels_per_class"] == ["all"]


def test_a_new_scan_depends_on_its_model() -> None:
    """Map and spectra of a new scan are those of a scene, and of the model's content."""
    cut = slices()
    model = {"path": "model", "sha256": "ab"}
    new = json.loads(cut.new_map(JOB, model=model))
    assert new["model"] == json.loads(cut.pixels(JOB, model=model))["model"] == model
    assert json.loads(cut.map(JOB))["map"] == new["map"]
    named = {"codes": [1], "names": ["gold"], "colours": ["#ffff00"]}
    assert json.loads(cut.paint(JOB, classes=named))["classes"] == named


def test_labels_of_a_new_scan_are_read_where_codes_are_to_be_ignored(tmp_path: Path) -> None:
    """Label files are inputs if some of their codes mark pixels to leave out; else none is, nor one beside them."""
    cut = slices()
    labels = {str(tmp_path / name) for name in ("drawn.shp", "drawn.shx", "drawn.dbf")}
    for path in map(Path, labels):
        path.touch()
    scene = replace(cut.scenes["DH1_1"], labels=tmp_path / "drawn.shp")
    without = replace(scene, ignore=CodeSet(()))
    assert labels < set(replace(cut, scenes={"DH1_1": scene}).new_scene_files(JOB))
    assert replace(cut, scenes={"DH1_1": without}).new_scene_files(JOB) == [str(scene.data)]


def test_the_page_of_a_bare_scan_does_not_depend_on_its_labels() -> None:
    """Labels that come, and a file of labels that changes, make no page of a scan again."""
    cut = slices()
    labelled = replace(
        cut.scenes["DH1_1"], labels=Path("new.tif"), labels_key="", labels_over=(LabelSource(Path("q.tsv")),)
    )
    later = replace(cut, scenes={**cut.scenes, "DH1_1": labelled})
    assert later.scan_page(JOB) == cut.scan_page(JOB)
    assert later.scan_files(JOB) == cut.scan_files(JOB) == ["results/scenes/DH1_1.h5"]


def test_a_painted_mask_reaches_its_own_rule_alone() -> None:
    """The file and its name are seen by the rule `mask`, by whose result the census knows; settings no longer count."""
    cut = slices(mask={"method": "otsu"})
    painted = replace(cut, scenes={**cut.scenes, "DH1_1": replace(cut.scenes["DH1_1"], mask=Path("m.png"))})
    assert changed(cut, painted) == {"mask"}
    assert "m.png" in painted.files_of_mask(JOB)
    assert "m.png" not in painted.scan_files(JOB)
    assert "m.png" in painted.new_scene_files(JOB)
    assert json.loads(painted.new_map(JOB, model={}))["scene"]["mask"] == "m.png"
    otherwise = replace(painted, config={**painted.config, "mask": {**painted.config["mask"], "method": "spectra"}})
    assert changed(painted, otherwise) == set()
    bare = slices()
    assert (bare.is_masked("DH1_1"), cut.is_masked("DH1_1")) == (False, True)
    assert replace(bare, scenes=painted.scenes).is_masked("DH1_1")


def test_the_library_is_of_its_own_rule() -> None:
    """Its windows and the minerals of the classes change its slice, and no other."""
    plain, other = slices(), slices(library={"windows": [[2100, 2400]]})
    assert texts(plain) == texts(other)
    assert plain.library() != other.library()
    named = replace(plain, minerals={1: "white mica"})
    assert texts(named) == texts(plain)
    assert json.loads(named.library())["minerals"] == {"1": "white mica"}


def test_groups_are_named_by_the_library_of_the_study() -> None:
    """Its settings and its files are those that the descriptions of groups depend on."""
    plain, other = slices(), slices(library={"files": ["mine.csv"]})
    assert plain.groups() != other.groups()
    assert "mine.csv" in other.groups_files(JOB)


def test_a_library_applies_where_a_class_has_an_entry() -> None:
    """By its name, by its mineral, or by files of the study's own; a class of crops has none."""
    crops = ClassMap((1,), ("corn",), ("#ff0000",))
    assert slices().has_minerals
    assert not slices(crops).has_minerals
    assert replace(slices(crops), minerals={1: "talc"}).has_minerals
    mine = slices(crops, library={"files": ["mine.csv"]})
    assert mine.has_minerals
    assert "mine.csv" in mine.library_files(JOB)


def test_whether_a_library_applies_is_told_without_spectra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each start of the workflow asks: what interpolates spectra is not imported for it."""
    monkeypatch.setitem(sys.modules, "scipy.interpolate", None)
    built_in_names.cache_clear()
    assert slices().has_minerals


def test_labels_of_a_scene_do_not_change_the_library() -> None:
    """The scan is looked into for the widths of its bands alone."""
    plain = slices()
    first = min(plain.scenes)
    labelled = replace(plain.scenes[first], hole="DH9", depth_from_m=3.0)
    assert replace(plain, scenes={**plain.scenes, first: labelled}).library() == plain.library()
