"""What runs again after what change, by dry runs in a copy of the finished tiny study."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from checkout import ROOT, SOURCES, TINY, copy_sources, copy_study, environment
from PIL import Image

from forks import Forks
from semispectral.study.config import defaults, read_schema

pytestmark = pytest.mark.slow

SCENES = ("DH1_1", "DH2_1", "DH3_1")

SCORES = {"evaluate", "report"}
ASKED = {"predict", *SCORES}
LOGS = {"downhole", "intervals", "hole_page"}
PLACED = {"paint", *LOGS, "report"}
COLOURED = {"pack", *PLACED}
SHOWN = {"map", "pixels", *PLACED}
MAPS = {"bundle", *COLOURED, *SHOWN}
M2 = {"train_m2", *ASKED, *MAPS}
M1 = {"train_m1", "encode", "encode_tested", "train_svm", "learning_curve", *M2}
M1_FITTED = {"fit_scaler", *M1}
FITTED = {"fit_scaler", "baseline", "train_svm", "train_m2", *ASKED}
CHOSEN = {"choose_labels", "baseline", "train_svm", *M2}
# What takes other labelled pixels from the pool, and reads no scan.
DEALT = {"split", "split_tested", "sample", "sample_tested", "learning_curve", *CHOSEN}
SPLIT = {
    *DEALT,
    "sample_m1",
    "learn_tray",
    *FITTED,
    *M1_FITTED,
}  # what deals the pool anew, to M1 too, and reads no scan
DRAWN = {"draw", *SPLIT}
COUNTED = {"census", "compare_scans", "labels", *DRAWN, "features"}
EVERYTHING = {"simulate", *COUNTED}
# One scene by itself, which nothing is learnt from: its map and page, and the log and the page of its hole.
MAPPED = {"census", "compare_scans", "features", "map", "pixels", *PLACED}
# What is said of the test part anew. The baselines are fitted where they are scored, and keep nothing.
TESTED_ANEW = {"split_tested", "sample_tested", "encode_tested", "baseline", "learning_curve", "pack", *ASKED}
OF_TEST = {"labels", "draw", *MAPPED, *TESTED_ANEW}
TRAINS = {
    "train_m1",
    "train_m2",
    "train_svm",
    "fit_scaler",
    "sample_m1",
    "sample",
    "split",
    "choose_labels",
    "bundle",
    "learn_tray",
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, finished_study: Path) -> Path:
    """A copy of the project in which the tiny study has run."""
    folder = tmp_path_factory.mktemp("project")
    copy_study(finished_study, folder)
    return folder


WouldRun = Callable[..., dict[str, int]]


@pytest.fixture(scope="module")
def would_run(done: Path, forks: Forks) -> WouldRun:
    """A function that says which rules a dry run would run, with their numbers of jobs, without the target."""

    def dry_run(*arguments: str, config: str = TINY) -> dict[str, int]:
        status, text = forks.call(done, "--cores", "2", "-n", "--configfile", config, *arguments)
        assert status == 0, text[-4000:]
        stats = text.partition("Job stats:")[2].partition("\ntotal")[0]
        counts = {name: int(count) for name, count in re.findall(r"^(\w+)\s+(\d+)\s*$", stats, flags=re.MULTILINE)}
        assert counts or "Nothing to be done" in text, text[-4000:]
        counts.pop("all", None)
        return counts

    return dry_run


@contextmanager
def changed(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """A text file that says something else for a while; afterwards it is as before, time stamp included."""
    before, stamp = path.read_text(), path.stat()
    after = change(before)
    assert after != before, f"nothing to change in {path}"
    path.write_text(after)
    try:
        yield
    finally:
        path.write_text(before)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def with_config(folder: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """A changed copy of the tiny configuration; its path."""
    config = yaml.safe_load((folder / TINY).read_text())
    change(config)
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path.name


def setting(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one key, written like ``m1.fit.epochs``."""

    def change(config: dict[str, Any]) -> None:
        *sections, key = path.split(".")
        for section in sections:
            config = config.setdefault(section, {})
        config[key] = value

    return change


def with_column(text: str, column: str, scene: str, value: str) -> str:
    """A table of scenes with another value in one cell; the column is added where it is not there."""
    header, *rows = (line.split("\t") for line in text.splitlines())
    if column not in header:
        header.append(column)
        rows = [[*row, ""] for row in rows]
    for row in rows:
        if row[0] == scene:
            row[header.index(column)] = value
    return "\n".join("\t".join(row) for row in [header, *rows]) + "\n"


def touch_everything(folder: Path) -> None:
    """Give every source file a new time stamp."""
    for name in SOURCES:
        for path in [folder / name, *(folder / name).rglob("*")]:
            path.touch()


def test_a_second_run_has_nothing_to_do(done: Path, would_run: WouldRun) -> None:
    """All outputs are there, the report has the score of the model of the maps, and the same command runs nothing."""
    said = (done / "results/report/index.html").read_text(encoding="utf-8")
    assert "M1+M2, which makes the maps, reaches macro-F1" in said
    assert would_run() == {}


def test_stamps_and_copies_do_not_count(done: Path, would_run: WouldRun) -> None:
    """A touched tree, and then a fresh copy of all sources, rerun nothing."""
    touch_everything(done)
    assert would_run() == {}
    copy_sources(done)
    assert would_run() == {}


def test_style_of_the_configuration_does_not_count(done: Path, would_run: WouldRun) -> None:
    """Reordered keys, whole numbers as floats and defaults written out rerun nothing."""
    assumed = defaults(read_schema(done / "config/config.schema.yaml"))

    def restyle(config: dict[str, Any]) -> None:
        for name, section in list(config.items()):
            if isinstance(section, dict):
                config[name] = dict(reversed(section.items()))
        for section, key in (("m1", "dead_std"), ("m2", "alpha"), ("svm", "balanced"), ("split", "valid_share")):
            config[section][key] = assumed[section][key]
        config["m1"]["latents"] = float(config["m1"]["latents"])

    assert would_run(config=with_config(done, restyle)) == {}


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("simulate.snr", 50, EVERYTHING),
        ("split.buffer", 2, SPLIT),
        ("sample.cap_per_class", 50, DEALT),
        ("sample.class_per_scene", 50, {"draw", "encode", "encode_tested", *DEALT}),
        ("runs.valid_share", 0.4, CHOSEN),
        ("normalise.method", "snv", FITTED),
        ("normalise.m1_method", "snv", M1_FITTED),
        ("normalise.m1_method", "snv_level", M1),
        ("m1.net.hidden", [12], M1),
        ("m2.fit.epochs", 5, M2),
        ("svm.folds", 3, {"train_svm", "baseline", *ASKED}),
        ("baselines.trees", 10, {"report"}),
        ("cleaning.spike_threshold", 5, {"report"}),
        ("mask.smallest", 20, {"report"}),
        ("split.test_share", 0.3, {"report"}),
        ("sample.clusters", 4, DRAWN),
        ("evaluation.resamples", 10, SCORES),
        ("map.smoothing", "none", SHOWN),
        ("map.radius", 3, SHOWN),
    ],
)
def test_a_changed_section_reruns_what_uses_it(
    done: Path, would_run: WouldRun, path: str, value: Any, rules: set[str]
) -> None:
    """A section's own stages and everything below them, and nothing else."""
    assert set(would_run(config=with_config(done, setting(path, value)))) == rules


def test_bands_and_latents_have_a_scale_each(done: Path, would_run: WouldRun) -> None:
    """Another scale of the bands trains what sees bands; another one of M1, M1 and what sees its latents."""
    bands = would_run(config=with_config(done, setting("normalise.method", "snv")))
    latents = would_run(config=with_config(done, setting("normalise.m1_method", "snv")))
    trained = {"train_svm": 1, "train_m2": 1, "predict": 2}
    assert {rule: bands[rule] for rule in trained} == {rule: latents[rule] for rule in trained} == trained
    assert bands["baseline"] == 1


def test_a_map_of_bands_needs_both_scales(done: Path, would_run: WouldRun) -> None:
    """M1, on its own scale, says what is novel beside a classifier of bands, whose learning curve is drawn."""
    both = with_config(done, setting("map.features", "bands"))
    assert set(would_run(config=both)) == {"learning_curve", *MAPS}


def test_more_seeds_and_methods_leave_the_old_ones_alone(done: Path, would_run: WouldRun) -> None:
    """A second seed trains its own models; a method taken out trains nothing, one put in itself."""
    counts = would_run(config=with_config(done, setting("runs.seeds", [1, 2])))
    one_seed = {"choose_labels": 1, "train_m1": 1, "encode": 1, "encode_tested": 1, "train_svm": 2, "train_m2": 2}
    assert counts == {**one_seed, "predict": 4, "baseline": 1, "evaluate": 1, "report": 1}
    assert set(would_run(config=with_config(done, setting("compare.models", ["m2"])))) == SCORES
    counts = would_run(config=with_config(done, setting("compare.models", ["svm", "m2", "qy"])))
    assert counts == {"train_qy": 2, "predict": 2, "evaluate": 1, "report": 1}


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("census/look.py", COUNTED),
        ("models/m1.py", M1),
        ("inference/m2_inference.py", M2),
        ("evaluation/scores.py", {"learning_curve", "pack", *SCORES, *SHOWN}),
        ("workflow/logs.py", set()),
    ],
)
def test_an_edited_module_reruns_the_stages_that_use_it(
    done: Path, would_run: WouldRun, module: str, rules: set[str]
) -> None:
    """A changed module reruns exactly the stages that import it and what is below them.

    Which stages import it is tried with more modules, and without a run, in test_rerun.py.
    """
    with changed(done / "src/semispectral" / module, lambda text: text + "\nCHANGED = 1\n"):
        assert set(would_run()) == rules


def test_comments_do_not_count(done: Path, would_run: WouldRun) -> None:
    """A comment and a docstring in a module that everything uses rerun nothing; nor does one in an adapter."""
    src, scripts = done / "src/semispectral", done / "workflow/scripts"
    comment = "\n# said anew\n"
    with (
        changed(src / "scans/cube.py", lambda text: text + comment),
        changed(src / "study/stage_settings.py", lambda text: text.replace('"""From plain', '"""Out of plain', 1)),
        changed(scripts / "train_m1.py", lambda text: text + comment),
    ):
        assert would_run() == {}


def test_an_edited_adapter_reruns_its_stages(done: Path, would_run: WouldRun) -> None:
    """Without the trigger `code`, the adapter counts through its hash, in every rule that uses it."""
    with changed(done / "workflow/scripts/fit_scaler.py", lambda text: text + "\nCHANGED = 1\n"):
        assert set(would_run()) == {*FITTED, *M1_FITTED}


def test_retraining_m1_reruns_all_below_it(done: Path, would_run: WouldRun) -> None:
    """`-R train_m1` takes M1, its latents and what is made from them; what sees bands only stays."""
    counts = would_run("-R", "train_m1")
    assert set(counts) == M1
    assert counts["train_m2"] == counts["train_svm"] == 1
    assert counts["encode"] == 1


def test_colours_and_names_are_for_showing(done: Path, would_run: WouldRun) -> None:
    """A new colour or name reaches what shows it, and no rule that reads a scan or trains; a new code is a new plan."""
    classes = done / "config/classes.tsv"
    with changed(classes, lambda text: text.replace("#c47304", "#c47305")):
        assert set(would_run()) == COLOURED
    with changed(classes, lambda text: text.replace("muscovite", "white mica")):
        assert set(would_run()) == {"evaluate", *COLOURED}
    with changed(classes, lambda text: text + "98\tnew\t#010203\n"):
        assert set(would_run()) == COUNTED - {"census", "compare_scans"}


def test_depths_and_sizes_of_pixels_are_for_showing(done: Path, would_run: WouldRun) -> None:
    """A corrected depth writes a log, rasters and a page anew; the size of a pixel is in rasters of features, too."""
    scenes = done / "tests/workflow/scenes.tsv"
    with changed(scenes, lambda text: with_column(text, "pixel_mm", "DH2_1", "1.5")):
        assert would_run() == dict.fromkeys(("features", "pixels", *PLACED), 1)
    with changed(scenes, lambda text: with_column(text, "depth_from_m", "DH2_1", "12.5")):
        assert would_run() == dict.fromkeys(PLACED, 1)


def test_a_table_that_is_saved_anew_reruns_nothing(done: Path, would_run: WouldRun) -> None:
    """Rows in another order, quotes and line ends of a spreadsheet say the same."""
    classes, scenes = done / "config/classes.tsv", done / "tests/workflow/scenes.tsv"

    def saved(text: str) -> str:
        header, *rows = text.splitlines()
        return "\r\n".join([header, *reversed(rows), ""])

    with changed(classes, saved), changed(scenes, saved):
        assert would_run() == {}


def added(text: str, scene: str, hole: str, **cells: str) -> str:
    """A table of scenes with one row more: the file more.h5, and else as the third scene."""
    row = next(line for line in text.splitlines() if line.startswith("DH3_1"))
    more = row.replace("DH3_1\tDH3\tresults/scenes/DH3_1.h5", f"{scene}\t{hole}\tmore.h5")
    text += more + "\n"
    for column, value in cells.items():
        text = with_column(text, column, scene, value)
    return text


@pytest.mark.parametrize(
    ("scene", "hole", "cells", "rules"),
    [
        ("DH3_2", "DH3", {}, OF_TEST),
        ("DH3_2", "DH3", {"labels_key": ""}, MAPPED),
        ("AAA", "DH3", {"labels_key": "", "map_only": "yes"}, MAPPED),
        ("DH1_2", "DH1", {"map_only": "yes"}, {"labels", *MAPPED}),
        ("DH4_1", "DH4", {"labels_key": "", "map_only": "yes"}, MAPPED),
        ("DH1_2", "DH1", {}, COUNTED),
        ("DH1_2", "DH1", {"labels_key": ""}, COUNTED - {"labels"}),
        ("DH4_1", "DH4", {}, COUNTED),
    ],
)
def test_what_an_added_scene_reruns(
    done: Path, would_run: WouldRun, scene: str, hole: str, cells: dict[str, str], rules: set[str]
) -> None:
    """One of a test hole trains nothing; without labels or only mapped it scores nothing; others redraw its own pixels.

    The other scenes' census and draws stay.
    """
    shutil.copyfile(done / "results/scenes/DH3_1.h5", done / "more.h5")
    with changed(done / "tests/workflow/scenes.tsv", lambda text: added(text, scene, hole, **cells)):
        counts = would_run()
    assert set(counts) == rules
    assert counts["census"] == counts["features"] == 1
    assert counts.get("draw", 0) == (0 if rules <= {"labels", *MAPPED} else 2 if "labels" in rules else 1)
    if not TRAINS & rules:
        assert counts["map"] == counts["paint"] == counts["downhole"] == 1


def test_a_scene_that_is_taken_out_reruns_what_it_taught(done: Path, would_run: WouldRun) -> None:
    """Training has one scene less; no scan is read again but for the maps."""
    with changed(done / "tests/workflow/scenes.tsv", lambda text: without_row(text, "DH2_1")):
        assert set(would_run()) == {"compare_scans", *SPLIT}


def without_row(text: str, scene: str) -> str:
    """A table of scenes without one of them."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"{scene}\t"))


def test_edited_labels_count_where_they_lie(done: Path, would_run: WouldRun) -> None:
    """Other labels of a test hole score anew and train nothing; of another hole, what sees labels is trained.

    The scenes ignore the codes of the tray, so that labels say what may be drawn, and M1 has other pixels.
    """
    shutil.copyfile(done / "results/scenes/DH3_1.h5", done / "more.h5")
    scenes = done / "tests/workflow/scenes.tsv"
    with changed(scenes, lambda text: with_column(text, "labels", "DH3_1", "more.h5")):
        counts = would_run()
    assert set(counts) == OF_TEST - {"census", "compare_scans"}
    assert counts["map"] == counts["labels"] == 1
    with changed(scenes, lambda text: with_column(text, "labels", "DH1_1", "more.h5")):
        assert set(would_run()) == COUNTED - {"census", "compare_scans"}


def test_a_changed_row_counts_for_its_scene(done: Path, would_run: WouldRun) -> None:
    """The row of one scene reruns that scene's census."""
    with changed(done / "tests/workflow/scenes.tsv", lambda text: text.replace("2.5e-05", "3e-05", 1)):
        counts = would_run()
    assert counts["census"] == 1
    assert set(counts) == COUNTED


def test_a_painted_mask_counts_for_its_scene(done: Path, would_run: WouldRun) -> None:
    """A mask that a scene is given reruns its census and what uses that; the other scenes' draws and features stay."""
    with Image.new("L", (32, 64), 255) as mask:
        mask.save(done / "painted.png")
    with changed(done / "tests/workflow/scenes.tsv", lambda text: with_column(text, "mask", "DH1_1", "painted.png")):
        ran = would_run()
    counts = {name: ran[name] for name in ("mask", "census", "labels", "draw", "features")}
    assert counts == {"mask": 1, "census": 1, "labels": 1, "draw": 2, "features": 1}
    assert "simulate" not in ran


def test_a_painted_mask_of_a_test_hole_trains_nothing(done: Path, would_run: WouldRun) -> None:
    """A mask of a scene of the named test hole reruns what is of that scene, and what is scored."""
    with Image.new("L", (32, 64), 255) as mask:
        mask.save(done / "painted.png")
    with changed(done / "tests/workflow/scenes.tsv", lambda text: with_column(text, "mask", "DH3_1", "painted.png")):
        counts = would_run()
    assert set(counts) == {"mask", *OF_TEST}
    own = {"mask": 1, "census": 1, "labels": 1, "draw": 2, "encode_tested": 1, "features": 1, "map": 1, "paint": 1}
    assert {name: counts[name] for name in own} == own


def test_a_changed_file_counts_for_its_scene(done: Path, would_run: WouldRun) -> None:
    """New content of one scene's file reruns its census, and what is below; the same content again does not."""
    path = done / "results/scenes/DH2_1.h5"
    before, stamp = path.read_bytes(), path.stat()
    path.write_bytes(before)
    assert would_run() == {}
    path.write_bytes(before + b"0")
    try:
        counts = would_run()
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert counts["census"] == 1
    assert set(counts) == COUNTED


@pytest.mark.parametrize(
    ("program", "given", "words"),
    [
        ("soundness/reruns.py", ("--study", "STUDY", "--keys", "m2.alpha"), "1 tried, 1 good"),
        ("soundness/soundness.py", ("--study", "STUDY", "--flips", "1", "--cuts", "1"), "swaps"),
        ("gpu/demo_arrays.py", ("STUDY/results", "STUDY/arrays.npz"), ""),
    ],
)
def test_a_program_that_measures_a_finished_study_runs(
    done: Path, program: str, given: tuple[str, ...], words: str
) -> None:
    """It ends well and prints what it is for."""
    arguments = [word.replace("STUDY", str(done)) for word in given]
    command = [sys.executable, str(ROOT / "measurements" / program), *arguments]
    run = subprocess.run(command, env=environment(ROOT), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert words in run.stdout


def test_a_broken_scene_is_said_in_words(done: Path, forks: Forks) -> None:
    """A stage that fails names the file and what to do, on the terminal, without a traceback."""
    path = done / "results/scenes/DH2_1.h5"
    before, stamp = path.read_bytes(), path.stat()
    path.write_bytes(before[:100])
    try:
        status, text = forks.call(done, "--cores", "2", "--configfile", TINY, "--", "results/census/DH2_1.parquet")
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert status != 0
    said = [line for line in text.splitlines() if "census DH2_1: " in line]
    assert len(said) == 2
    assert "DH2_1.h5" in said[0]
    assert "its log is results/logs/census/DH2_1.log" in said[1]
    assert "Traceback" not in text


def test_params_are_json_with_the_sections_that_a_rule_names(done: Path) -> None:
    """What Snakemake recorded of train_m1 is the section m1 and a hash, nothing more."""
    records = (json.loads(path.read_text()) for path in (done / ".snakemake/metadata").rglob("*") if path.is_file())
    params = next(record["params"] for record in records if record["rule"] == "train_m1")
    texts = sorted(text.strip("'") for text in params)
    assert re.fullmatch(r"[0-9a-f]{64}", texts[0])
    assert list(json.loads(texts[1])) == ["m1"]


def trained_files(folder: Path) -> dict[Path, int]:
    """The files that training wrote, with their time stamps."""
    results = folder / "results"
    return {
        path: path.stat().st_mtime_ns for name in ("m1", "m2", "svm", "bundle") for path in (results / name).rglob("*")
    }


def test_a_scan_is_mapped_too_without_training(tmp_path: Path, finished_study: Path, forks: Forks) -> None:
    """Its map, the log and the page of its hole, and the report come without training, and then all is done.

    Its depths are corrected, and what has them is drawn again, both by measurements/scale/changes.py. Then it gets
    into the test part, whose scores follow, and then into training, of which the run says why.
    """
    copy_study(finished_study, tmp_path)
    scenes = tmp_path / "tests/workflow/scenes.tsv"
    before = trained_files(tmp_path)
    run = ("--cores", "2", "--configfile", TINY)

    program = str(ROOT / "measurements/scale/changes.py")
    status, said = forks.call(tmp_path, *run, "--shape", "64", "32", "24", program=program, runs_snakemake=True)
    assert status == 0, said[-4000:]
    more, corrected = (
        set(re.findall(r"^  (\S+): ", each, flags=re.MULTILINE)) for each in said.split("a corrected depth: ")
    )
    assert {f"{rule}/ADDED_1" for rule in ("map", "pixels", "paint", "features")} | {"downhole/ADDED", "report"} <= more
    assert {"paint/ADDED_1", "downhole/ADDED", "hole_page/ADDED", "report"} <= corrected
    assert "map/ADDED_1" not in corrected
    assert (tmp_path / "results/maps/ADDED_1/page.html").is_file()
    assert "ADDED_1" in (tmp_path / "results/report/index.html").read_text(encoding="utf-8")
    assert trained_files(tmp_path) == before
    _, said = forks.call(tmp_path, *run, "-n")
    assert "Nothing to be done" in said

    scenes.write_text(with_column(scenes.read_text(), "hole", "ADDED_1", "DH3"))
    scenes.write_text(with_column(scenes.read_text(), "map_only", "ADDED_1", ""))
    status, said = forks.call(tmp_path, *run)
    assert status == 0, said[-4000:]
    assert "trained again" not in said
    assert trained_files(tmp_path) == before
    scored = pd.read_parquet(tmp_path / "results/predictions/main/inductive/m2/latents/5/1.parquet")
    assert {"DH3_1", "ADDED_1"} <= set(scored.loc[scored["part"] == "test", "scene"])
    _, said = forks.call(tmp_path, *run, "-n")
    assert "Nothing to be done" in said

    scenes.write_text(with_column(scenes.read_text(), "hole", "ADDED_1", "DH1"))
    (tmp_path / "ADDED_1.h5").write_bytes(b"no scan")  # so that the run ends before it trains
    status, said = forks.call(tmp_path, *run)
    assert status != 0
    assert "what was trained is trained again (train_m1 1, train_m2 2, train_svm 2)" in said
    assert "new among the scans that are learnt from: ADDED_1" in said
    assert "changed files: ADDED_1.h5" in said
