"""The check before a run: what it finds in a study, what it says, and that it refuses what the run would refuse."""

import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import yaml

from semispectral.check import training_time as training
from semispectral.check.dry_run import _reason, counted, jobs
from semispectral.check.estimate import Need, needs, sampled_pixels, wall_seconds, work_of
from semispectral.check.messages import classes, features, labels_per_class, listed, scenes, split, trained_again
from semispectral.check.plan import Planned, check_clusters, odd_of_scans, planned
from semispectral.check.problems import Problems
from semispectral.check.rates import FRESH_SECONDS, FRESH_TRAINING_SECONDS, RATES
from semispectral.check.run import _stages_silent
from semispectral.check.scenes import FETCHED, SIMULATED, Looked, look_at_scenes
from semispectral.check.study import Study, read_study
from semispectral.check.worth_knowing import warnings_of
from semispectral.commands.main import main
from semispectral.errors import DataError
from semispectral.models.fit_settings import FitConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.scans.readers import open_cube
from semispectral.storage.seal import write_json
from semispectral.study.scenes import REQUIRED, require_test_holes

ROOT = Path(__file__).resolve().parents[2]
LINES, SAMPLES, BANDS = 40, 12, 6
HOLES = {"a1": "A", "a2": "A", "b1": "B"}
CLASSES = "code\tname\tcolour\n1\ttalc\t#00ff00\n2\tcalcite\t#0000ff\n255\ttray\t#000000\n"
CONFIG: dict[str, Any] = {
    "scenes": "scenes.tsv",
    "classes": "classes.tsv",
    "split": {"test_groups": ["B"], "block_lines": 8, "buffer": 1},
    "runs": {"labels_per_class": [10, "all"]},
}


def row(name: str, **cells: str) -> str:
    """A row of scenes.tsv."""
    filled = {"scene": name, "hole": HOLES[name], "data": f"{name}.npy", "labels": f"{name}_labels.npy"}
    filled |= {"scale": "1", "use": "1-9", "ignore": "255", **cells}
    return "\t".join(filled.get(column, "") for column in REQUIRED)


def write_scene(name: str, *, seed: int) -> None:
    """A scene and its labels: talc, calcite, a tray at the border and, below, nothing."""
    random = np.random.default_rng(seed)
    np.save(f"{name}.npy", random.integers(1, 999, (LINES, SAMPLES, BANDS)).astype(np.uint16))
    codes = np.zeros((LINES, SAMPLES), np.uint8)
    codes[::4, 1:8], codes[2::8, 1:5], codes[:, -1] = 1, 2, 255
    np.save(f"{name}_labels.npy", codes)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of three scenes in two holes, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate(HOLES):
        write_scene(name, seed=seed)
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *map(row, HOLES)]) + "\n")
    Path("classes.tsv").write_text(CLASSES)
    Path("config").mkdir()
    Path("config/config.yaml").write_text(yaml.safe_dump(CONFIG))
    return tmp_path


def study_of(*overlays: Path) -> tuple[Study, Problems]:
    """The study in the working directory, and what is wrong with it."""
    problems = Problems()
    study = read_study(ROOT, overlays, problems)
    assert study is not None, problems.found
    return study, problems


def checked() -> tuple[Study, list[Looked], Planned | None, list[str]]:
    """All that is looked at besides the dry run."""
    study, problems = study_of()
    with problems.noted():
        require_test_holes(study.config["split"], study.scenes, where="split")
    looked = look_at_scenes(study, problems)
    return study, looked, planned(study, looked, problems), problems.found


@pytest.mark.usefixtures("project")
def test_a_sound_study_is_planned_as_the_run_would() -> None:
    """Labels, parts and labels per class are counted from the files; the tested hole gives nothing to train on."""
    study, looked, drawn, problems = checked()
    assert problems == []
    assert [each.labelled for each in looked] == [{1: 70, 2: 20}] * 3
    assert drawn is not None
    assert drawn.holes("test") == ["B"]
    assert drawn.part("test")["labelled"] == 90
    assert drawn.part("train")["labelled"] + drawn.part("valid")["labelled"] <= 180
    assert int(drawn.labels_per_class["10"].to_numpy().sum()) == 20
    said = "\n".join([*scenes(study, looked), *split(study, drawn, sound=True), *labels_per_class(study, drawn)])
    assert "Scenes: 3 from 2 holes" in said
    assert "90 labelled pixels (20.5 %) of 2 classes" in said
    assert "10: 20 labels, 16 to train and 4 to validate" in said
    assert "svm on bands and latents and mnf and hull, lda_mnf on mnf, m2 on bands and latents, qy on" in said
    assert "latents, m2_svms_lda, " in said  # a mean has its members, whatever they see


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"m1": {"latent": 3}}, "m1: unknown key 'latent'; did you mean 'latents'?"),
        ({"split": {"buffer": 20, "block_lines": 8}}, "split.buffer (20) must be smaller than a block"),
        (
            {"split": {"test_groups": ["b"]}},
            "split.test_groups names 'b', which no scene's column 'hole' does; did you",
        ),
        ({"map": {"downhole": {"coverage": 0.5, "interval_m": 1}}, "scenes": "none.tsv"}, "none.tsv"),
        ({"cleaning": {"steps": ["continuum"]}}, "wavelength"),
        ({"explore": {"clusters": 5000}}, "explore.clusters: 5000 clusters need as many pixels, but the scenes hold"),
        ({"explore": {"cluster": 40}}, "explore: unknown key 'cluster'; did you mean 'clusters'?"),
        ({"explore": {"method": "k-means"}}, "explore.method: must be one of kmeans, mixture, got 'k-means'"),
        (
            {"split": {"test_groups": ["A", "B"]}},
            "split.test_groups names all holes (A, B), and a hole to train on is needed",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_mistakes_in_the_configuration_are_found(change: dict[str, Any], words: str) -> None:
    """What a stage would refuse, hours later perhaps, is refused now."""
    Path("mine.yaml").write_text(yaml.safe_dump(change))
    problems = Problems()
    study = read_study(ROOT, [Path("mine.yaml")], problems)
    if study is not None:
        with problems.noted():
            require_test_holes(study.config["split"], study.scenes, where="split")
        looked = look_at_scenes(study, problems)
        with problems.noted():
            check_clusters(study, looked)
        planned(study, looked, problems)
    assert any(words in message for message in problems.found), problems.found


@pytest.mark.usefixtures("project")
def test_one_broken_scene_does_not_hide_the_next() -> None:
    """Labels of another shape, an unknown code and an absent file are three messages; no split is made."""
    np.save("a1_labels.npy", np.ones((LINES - 1, SAMPLES), np.uint8))
    np.save("a2_labels.npy", np.full((LINES, SAMPLES), 7, np.uint8))
    Path("b1.npy").unlink()
    _, looked, drawn, problems = checked()
    assert (looked, drawn) == ([], None)
    assert [next(name for name in HOLES if name in message) for message in problems] == list(HOLES)


@pytest.mark.usefixtures("project")
def test_scenes_are_counted_as_they_are_listed() -> None:
    """A broken one has its row too, and is not taken for a scene that is not there."""
    np.save("a2_labels.npy", np.full((LINES, SAMPLES), 7, np.uint8))
    study, looked, _, problems = checked()
    said = list(scenes(study, looked))
    assert said[0].startswith("Scenes: 3 from 2 holes, ")
    assert said[0].endswith("; 1 of them cannot be used")
    assert said[2] == "  a2  cannot be used: see the problems below"
    assert next(classes(study, looked)).startswith("Classes: 2, ")
    assert len(problems) == 1
    for name in HOLES:
        Path(f"{name}.npy").write_bytes(b"")
    study, looked, _, problems = checked()
    assert next(scenes(study, looked)) == "Scenes: 3 from 2 holes, none of them can be used"
    assert next(classes(study, looked)).startswith("Classes: none found: the usable scenes have no labelled pixel")
    assert list(scenes(replace(study, scenes=()), [])) == ["Scenes: none could be read: see the problems below"]


@pytest.mark.parametrize(
    "change",
    [
        {"cleaning": {"steps": ["resample"]}},
        {"cleaning": {"steps": ["continuum"]}},
        {"cleaning": {"steps": ["drop_bands"], "bad_bands": [99]}},
        {"cleaning": {"steps": ["savitzky_golay"], "window": 9}},
    ],
)
@pytest.mark.usefixtures("project")
def test_a_problem_names_its_scan(change: dict[str, Any]) -> None:
    """Settings that do not fit a scene are said of that scene, once for each."""
    Path("mine.yaml").write_text(yaml.safe_dump(change))
    study, problems = study_of(Path("mine.yaml"))
    look_at_scenes(study, problems)
    assert [message.partition(": ")[0] for message in problems.found] == list(HOLES)


@pytest.mark.usefixtures("project")
def test_overlays_are_laid_over_key_by_key() -> None:
    """A section of an overlay keeps the keys that it does not name; a list replaces a list."""
    Path("mine.yaml").write_text("split: {buffer: 2}\nruns: {labels_per_class: [5]}\n")
    study, _ = study_of(Path("mine.yaml"))
    assert study.config["split"]["buffer"] == 2
    assert study.config["split"]["test_groups"] == ["B"]
    assert study.config["runs"]["labels_per_class"] == [5]


@pytest.mark.parametrize(("text", "words"), [("m1: [", "must be YAML"), ("- 1\n", "needs keys with values")])
@pytest.mark.usefixtures("project")
def test_an_overlay_that_is_no_configuration_is_named(text: str, words: str) -> None:
    """The file is named, and what it should be."""
    Path("mine.yaml").write_text(text)
    problems = Problems()
    assert read_study(ROOT, [Path("mine.yaml")], problems) is None
    assert problems.found[0].startswith("mine.yaml: ")
    assert words in problems.found[0]


@pytest.mark.parametrize(
    ("name", "origin", "labelled"), [("config", SIMULATED, None), ("indian_pines", FETCHED, 10249)]
)
def test_scenes_that_are_not_there_yet_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, origin: str, labelled: int | None
) -> None:
    """What will be simulated or downloaded has its size, and its labels where the configuration knows them."""
    monkeypatch.chdir(tmp_path)
    study, problems = study_of(ROOT / f"config/{name}.yaml")
    looked = look_at_scenes(study, problems)
    assert problems.found == []
    assert {each.origin for each in looked} == {origin}
    assert all(each.pixels * each.bands > 1e6 for each in looked)
    assert (sum((looked[0].labelled or {}).values()) or None) == labelled
    assert sampled_pixels(study, looked, None)[0] > 1000


def test_a_scene_that_is_not_simulated_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for which the simulation has no scene would fail in the middle of the run."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("simulate: {holes: 2}\n")
    study, problems = study_of(Path("mine.yaml"))
    looked = look_at_scenes(study, problems)
    assert len(looked) == 4
    assert "DH3_1 is not a scene that the section simulate makes" in problems.found[0]


STATS = "Job stats:\njob       count\n------  -------\ncensus        3\nall           1\ntotal         4\n"


def dry_run(text: str, status: int) -> "subprocess.Popen[str]":
    """A process that says and ends as a dry run might."""
    script = f"import sys; sys.stdout.write({text!r}); sys.exit({status})"
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def test_jobs_are_those_that_snakemake_counts() -> None:
    """The table is read without its total; nothing to be done is no job."""
    assert counted(STATS) == {"census": 3}
    assert jobs(dry_run(STATS, 0), Problems()) == {"census": 3}
    assert counted("Nothing to be done (all requested files are present and up to date).\n") == {}


def test_a_dry_run_that_fails_is_a_problem() -> None:
    """Its reason is said without chatter, and not again where the check has said it."""
    text = "Building DAG of jobs...\nMissingInputException in rule census: x.h5\n"
    problems = Problems()
    assert jobs(dry_run(text, 1), problems) is None
    assert problems.found == ["snakemake: MissingInputException in rule census: x.h5"]
    known = Problems()
    known.add("MissingInputException in rule census: x.h5")
    assert jobs(dry_run(text, 1), known) is None
    assert len(known.found) == 1


MISSING_INPUT = """  Snakemake version: 9.27.1
  Python version: 3.11.7 (main)
Building DAG of jobs...
MissingInputException in rule census in file "scans.smk", line 53:
Missing input files for rule census:
    output: results/census/a.parquet
    wildcards: scene=a
    affected files:
        scans/a b.h5
        scans/a.hdr
"""


def test_a_missing_file_is_one_problem() -> None:
    """What the check has named is not said again by Snakemake; what it has not is one sentence without noise."""
    known = Problems()
    known.add("scans/a b.h5: a scene is needed, but nothing is there")
    known.add("scans/a.hdr: a header is needed, but nothing is there")
    assert jobs(dry_run(MISSING_INPUT, 1), known) is None
    assert len(known.found) == 2
    unknown = Problems()
    assert jobs(dry_run(MISSING_INPUT, 1), unknown) is None
    said = "snakemake: scans/a b.h5, scans/a.hdr: needed, but not there, and no rule makes it; check the paths"
    assert unknown.found == [said]


@pytest.mark.usefixtures("project")
def test_needs_grow_with_the_work() -> None:
    """More epochs take longer, more jobs take more disk, more cores less time; every rule has a rate."""
    study, looked, drawn, _ = checked()
    found = needs(study, looked, drawn, {"census": 3, "train_m1": 1})
    assert [(need.rule, need.jobs) for need in found] == [("census", 3), ("train_m1", 1)]
    slow = needs(study, looked, drawn, {"census": 3, "train_m1": 1}, slower=3.0)
    assert [need.seconds for need in slow] == pytest.approx([3 * need.seconds for need in found])
    assert [need.memory_mb for need in slow] == [need.memory_mb for need in found]
    more = needs(study, looked, drawn, {"census": 6})
    assert more[0].disk_mb == pytest.approx(2 * found[0].disk_mb)
    assert wall_seconds(found, cores=4) < wall_seconds(found, cores=1)
    long = M1Config(fit=FitConfig(epochs=800))
    seconds = [training.m1_seconds(config, pixels=5000, views=[6]) for config in (long, M1Config())]
    assert seconds[0] > 5 * seconds[1]


@pytest.mark.usefixtures("project")
def test_a_fresh_process_takes_longer_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates are those of forks; where jobs start fresh, each takes a start more, a training that of TensorFlow too."""
    study, looked, drawn, _ = checked()
    found = []
    for switch in ("on", "off"):
        monkeypatch.setenv("SEMISPECTRAL_WARM", switch)
        found.append([need.seconds for need in needs(study, looked, drawn, {"census": 3, "train_m1": 1})])
    assert np.subtract(found[1], found[0]).tolist() == pytest.approx([FRESH_SECONDS, FRESH_TRAINING_SECONDS])


@pytest.mark.usefixtures("project")
def test_what_has_run_here_is_forecast_by_it() -> None:
    """A stage that ran takes what it took; one through all scenes more, if there were fewer; others are as before.

    Memory is never forecast below the tables: a fork holds fewer pages of libraries than a fresh process.
    """
    study, looked, drawn, _ = checked()
    counted = {"census": 3, "split": 1, "pack": 1}
    before = {need.rule: need for need in needs(study, looked, drawn, counted, slower=2.0)}
    assert not any(need.own for need in before.values())
    for name in ("census/A", "split"):
        path = study.results / "resources" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\tmax_rss\n50\t{7777 if name == 'split' else 7}\n")
    found = {need.rule: need for need in needs(study, looked, drawn, counted, slower=2.0)}
    assert (found["census"].seconds, found["census"].own) == (50, True)
    assert found["census"].memory_mb == before["census"].memory_mb
    assert found["split"].memory_mb == 7777
    assert found["split"].seconds == pytest.approx(50 * len(looked))
    assert found["pack"] == before["pack"]


@pytest.mark.usefixtures("project")
def test_a_model_that_would_be_made_anew_is_told_with_its_reason() -> None:
    """Before anything starts: what trains again, and which scenes are new; nothing without a model or training."""
    study, *_ = checked()
    jobs = {"census": 1, "train_m1": 1, "train_m2": 2, "map": 3}
    assert list(trained_again(study, jobs)) == []
    (study.results / "model").mkdir(parents=True)
    assert list(trained_again(study, {"map": 3})) == []
    counted = study.results / "census"
    counted.mkdir()
    for scene in study.scenes[1:]:
        (counted / f"{scene.name}.parquet").touch()
    said = list(trained_again(study, jobs))
    assert said[0] == f"The trained model would be made anew (train_m1 1, train_m2 2): {study.scenes[0].name} is new."
    assert "map_only" in said[1]
    tested = replace(
        study, config={**study.config, "split": {"method": "groups", "test_groups": [study.scenes[0].hole]}}
    )
    assert "is new" not in next(trained_again(tested, jobs))
    (counted / f"{study.scenes[0].name}.parquet").touch()
    assert next(trained_again(study, jobs)).endswith("what it was trained with has changed.")


@pytest.mark.usefixtures("project")
def test_two_views_cost_m1_twice_the_columns() -> None:
    """What M1 sees is counted in its own columns; everything else is as before."""
    columns = {"snv": BANDS, "views": 2 * BANDS + 2}
    found = {}
    for method in columns:
        Path("mine.yaml").write_text(f"normalise: {{m1_method: {method}}}\n")
        study, problems = study_of(Path("mine.yaml"))
        found[method] = work_of(study, look_at_scenes(study, problems), sampled=1200, unlabelled=1000)
    ratio = found["views"].m1_sample_mb / found["snv"].m1_sample_mb
    assert ratio == pytest.approx(columns["views"] / columns["snv"])
    assert found["views"].sample_mb == found["snv"].sample_mb == found["snv"].m1_sample_mb


@pytest.mark.usefixtures("project")
def test_twice_the_bands_cost_what_measures_them_twice_as_much() -> None:
    """Absorption features follow the bytes of a scan; a learning curve its pixels, report and map no bands, either."""
    study, problems = study_of()
    looked = look_at_scenes(study, problems)
    wide = [replace(each, bands=each.bands + 1_000_000) for each in looked]
    jobs = {"features": 1, "learning_curve": 1, "report": 1, "map": 1}
    few, many = ({need.rule: need for need in needs(study, scans, None, jobs)} for scans in (looked, wide))
    more = RATES["features"].seconds[1] * (wide[0].megabytes - looked[0].megabytes)
    assert more > 1
    assert many["features"].seconds - few["features"].seconds == pytest.approx(more)
    assert all(many[rule] == few[rule] for rule in jobs if rule != "features")
    sampled, _ = sampled_pixels(study, looked, None)
    assert few["learning_curve"].seconds == pytest.approx(RATES["learning_curve"].seconds[1] * sampled / 1e3)


@pytest.mark.usefixtures("project")
def test_two_views_are_two_trainings_and_twice_the_latents() -> None:
    """Of M1, seconds add up but for its start; M2 and q(y|x) see the live latents of both."""
    found = {}
    for method in ("snv", "views"):
        overlay = {"normalise": {"m1_method": method}, "m1": {"latents": 10}, "compare": {"features": ["latents"]}}
        Path("mine.yaml").write_text(yaml.safe_dump(overlay))
        study, problems = study_of(Path("mine.yaml"))
        jobs = {"train_m1": 1, "train_m2": 1, "train_qy": 1}
        found[method] = {need.rule: need.seconds for need in needs(study, look_at_scenes(study, problems), None, jobs)}
        m1, m2 = study.settings["m1"], study.settings["m2"]
    run = {"pixels": sampled_pixels(study, look_at_scenes(study, problems), None)[1]}
    alone = [training.m1_seconds(m1, views=[columns], **run) for columns in (BANDS + 2, BANDS)]
    assert found["views"]["train_m1"] == pytest.approx(sum(alone) - training.START_SECONDS)
    assert found["snv"]["train_m1"] == pytest.approx(alone[1])
    of_m2 = {"unlabelled": run["pixels"], "classes": 2}
    for method, inputs in (("snv", 6), ("views", 12)):
        assert found[method]["train_m2"] == pytest.approx(training.m2_seconds(m2, inputs=inputs, **of_m2))
        assert found[method]["train_qy"] == pytest.approx(training.qy_seconds(m2, inputs=inputs, **of_m2))


def test_many_jobs_share_the_cores() -> None:
    """Five jobs of 10 s take 50 s on one core, 30 s on two; networks train one after the other."""
    assert wall_seconds([Need("census", 5, 10, 1, 1)], cores=1) == 50
    assert wall_seconds([Need("census", 5, 10, 1, 1)], cores=2) == 30
    assert wall_seconds([Need("train_m2", 2, 10, 1, 1)], cores=64) == 20


def test_training_again_on_all_labels_takes_twice() -> None:
    """Where the kept weights are those of a refit, M2 trains twice; q(y|x) alone is cheaper."""
    run = {"unlabelled": 5000, "inputs": 100, "classes": 10}
    once, twice = (training.m2_seconds(M2Config(select=select), **run) for select in ("last", "refit"))
    assert twice - training.START_SECONDS == pytest.approx(2 * (once - training.START_SECONDS))
    assert training.qy_seconds(M2Config(), **run) < twice


def test_every_rule_has_a_rate() -> None:
    """The table of rates knows the rules of the workflow, and no others but those that are asked for by name."""
    scripts = (ROOT / "workflow/scripts").glob("*.py")
    names = {path.stem for path in scripts if not path.stem.startswith("benchmark_")}  # the benchmark is not counted
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk")]
    names |= {name for text in texts for name in re.findall(r"^ *use rule \w+ as (\w+)", text, flags=re.MULTILINE)}
    assert {name for name in names if not name.startswith("new_")} - {"scan_page"} == set(RATES) - {"new_groups"}


@pytest.mark.slow
@pytest.mark.parametrize(("holes", "status"), [("B", 0), ("C", 1)])
@pytest.mark.usefixtures("project")
def test_the_command_says_it_all(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, holes: str, status: int
) -> None:
    """Exit status 0 and the jobs of a sound study; 1 and the problem of another; the working directory stays."""
    Path("mine.yaml").write_text(f"split: {{test_groups: [{holes}]}}\n")
    before = sorted(Path().iterdir())
    assert main(["check", "--config", "mine.yaml", "--workflow", str(ROOT), "--cores", "2"]) == status
    said = capsys.readouterr().out
    assert ("Jobs: " in said) == (status == 0)
    assert ("Nothing is wrong" in said) == (status == 0)
    assert ("names 'C'" in caplog.text) == (status == 1)
    shutil.rmtree(".snakemake", ignore_errors=True)
    assert sorted(Path().iterdir()) == before


@pytest.mark.slow
@pytest.mark.usefixtures("project")
def test_results_of_another_format_are_told(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Older ones are worth knowing; newer ones are one problem, with the version to install."""
    Path("results/census").mkdir(parents=True)
    assert main(["check", "--workflow", str(ROOT), "--cores", "2"]) == 0
    assert "results: these results are of version 0.1 (format 1), which is older" in capsys.readouterr().out
    write_json(Path("results/format.json"), {"format": 99, "version": "9.1.0"})
    assert main(["check", "--workflow", str(ROOT), "--cores", "2"]) == 1
    assert caplog.text.count("install semispectral 9.1.0") == 1


@pytest.mark.slow
@pytest.mark.usefixtures("project")
def test_a_study_without_labels_is_checked_for_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Its jobs are those that look for groups; nothing is said of classes, a split or methods, which it has not."""
    rows = [row(name, labels="", use="", ignore="") for name in HOLES]
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *rows]) + "\n")
    Path("classes.tsv").unlink()
    Path("mine.yaml").write_text("split: {test_groups: [B]}\n")
    assert main(["check", "--config", "mine.yaml", "--workflow", str(ROOT), "--cores", "2"]) == 0
    said = capsys.readouterr().out
    assert re.search("^  contact_sheet +1 ", said, re.MULTILINE)
    assert "No scene has labels: semispectral run explore --configfile mine.yaml shows" in said
    assert not any(word in said for word in ("Split:", "Classes:", "Methods:", "serves as unlabelled only"))


@pytest.mark.parametrize("rule", ["all", "explore"])
def test_what_a_rule_refuses_is_one_sentence(rule: str) -> None:
    """Of what Snakemake says around an error of this workflow, its sentence remains."""
    said = (
        f'Using profile x.\nInputFunctionException in rule {rule} in file "/a/Snakefile", line 65:\nError:\n'
        "  WorkflowError:\n    the scenes need\n    a hole\nWildcards:\n\nTraceback:\n  File b\n"
    )
    assert _reason(said) == "the scenes need a hole"


@pytest.mark.usefixtures("project")
def test_what_is_odd_is_said_and_no_more_than_a_person_reads() -> None:
    """A mask is not looked at, and the check says so; a long list ends with how many there are more."""
    Path("mine.yaml").write_text("mask: {method: otsu}\n")
    study, problems = study_of(Path("mine.yaml"))
    said = warnings_of(study, look_at_scenes(study, problems), None)
    assert said[0] == "the mask (otsu) needs a whole pass over each scene: what it takes is still counted here"
    assert said[1].startswith("no downhole log is made of A, B: ")
    assert "are they raw counts?" in said[2]
    assert len(said) == 3
    listing = list(listed("Worth knowing", [f"note {number}" for number in range(9)], most=4))
    assert len(listing) == 1 + 4 + 1
    assert "and 5 more" in listing[-1]


@pytest.mark.usefixtures("project")
def test_a_tray_of_which_nothing_says_what_is_core_is_said() -> None:
    """Dark strips along the lines are, until a code to ignore or a method of the mask tells what they are."""
    for name in HOLES:
        counts = np.load(f"{name}.npy")
        counts[:] += 20_000
        counts[:, :2] = counts[:, -2:] = 900
        np.save(f"{name}.npy", counts)
    for ignore, method, wanted in (("", "none", True), ("255", "none", False), ("", "otsu", False)):
        rows = [row(name, ignore=ignore) for name in HOLES]
        Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *rows]) + "\n")
        Path("mine.yaml").write_text(yaml.safe_dump(CONFIG | {"mask": {"method": method}}))
        study = read_study(ROOT, [Path("mine.yaml")], Problems())
        assert study is not None
        warnings = warnings_of(study, look_at_scenes(study, Problems()), None)
        assert any(text.startswith("a1, a2, b1: strips along the lines are dark") for text in warnings) == wanted


@pytest.mark.usefixtures("project")
def test_colours_that_a_map_cannot_show_apart_are_said() -> None:
    """Two classes of one colour, and a class in a colour of the map's own, are worth knowing; the tray's is not."""
    text = "code\tname\tcolour\n1\ttalc\t#00ff0A\n2\tcalcite\t#00FF0a\n3\tpyrite\t#000000\n4\topal\t#FF00FF\n"
    Path("classes.tsv").write_text(text + "255\ttray\t#000000\n")
    study, problems = study_of()
    said = [line for line in warnings_of(study, look_at_scenes(study, problems), None) if "classes.tsv" in line]
    assert said == [
        "classes.tsv: talc, calcite have one colour, #00ff0a: maps and figures cannot show them apart",
        "classes.tsv: pyrite has the colour #000000, in which maps show what is no core or has no data",
        "classes.tsv: opal has the colour #ff00ff, in which maps show 'none of the known'",
    ]


@pytest.mark.usefixtures("project")
def test_the_order_of_boxes_without_depths_is_said() -> None:
    """Whoever gives no depths is told in which order the scans of a hole follow each other."""
    header = [*REQUIRED, "pixel_mm"]
    rows = [f"{row(name)}\t1.2" for name in HOLES]
    Path("scenes.tsv").write_text("\n".join(["\t".join(header), *rows]) + "\n")
    study, problems = study_of()
    (said,) = [line for line in warnings_of(study, look_at_scenes(study, problems), None) if "depth" in line]
    assert "A: a1, a2; B: b1" in said


@pytest.mark.usefixtures("project")
def test_holes_without_a_log_are_named() -> None:
    """Where a scan has no length of core, nobody waits for the log of its hole; one scene alone is no hole."""
    pixel_mm = {"a1": "1.2", "a2": "", "b1": "1.2"}

    def said_of(names: Iterable[str]) -> list[str]:
        rows = [f"{row(name)}\t{pixel_mm[name]}" for name in names]
        Path("scenes.tsv").write_text("\n".join(["\t".join([*REQUIRED, "pixel_mm"]), *rows]) + "\n")
        study, problems = study_of()
        return [line for line in warnings_of(study, look_at_scenes(study, problems), None) if "no downhole log" in line]

    (said,) = said_of(pixel_mm)
    assert said.startswith("no downhole log is made of A: ")
    assert said.endswith(", and does not know that of a2")
    assert said_of(["a2"]) == []


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("hole", ["A", "B"])
def test_a_copy_of_a_scan_under_another_name_is_refused(hole: str) -> None:
    """The same spectra in a second scene, here with other labels and as another type, stop the study."""
    np.save("b1.npy", np.load("a1.npy").astype(np.float32))
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), row("a1"), row("a2"), row("b1", hole=hole)]) + "\n")
    *_, drawn, problems = checked()
    assert drawn is None
    assert any("a1 (hole A) and b1" in problem and "copy" in problem for problem in problems)


@pytest.mark.usefixtures("project")
def test_scans_of_other_bands_are_refused_without_labels_too() -> None:
    """A study without labels is not sent to a run that cannot join its scans; where they fit, nothing is refused."""
    rows = [row(name, labels="", use="", ignore="") for name in HOLES]
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *rows]) + "\n")
    study, problems = study_of()
    assert ["raw counts" in text for text in odd_of_scans(study, look_at_scenes(study, problems))] == [True]
    np.save("b1.npy", np.random.default_rng(9).integers(1, 999, (LINES, SAMPLES, BANDS + 2)).astype(np.uint16))
    with pytest.raises(DataError, match=r"write one of them into scenes\.tsv and the others into a table of sensors"):
        odd_of_scans(study, look_at_scenes(study, problems))
    assert problems.found == []


@pytest.mark.usefixtures("project")
def test_windows_that_a_sensor_does_not_see_are_told_or_refused() -> None:
    """Usual windows are left out in a line of the summary; one of the user's own is a problem that names it."""
    study, problems = study_of()
    said = list(features(study, look_at_scenes(study, problems)))
    assert "iron_900 (750 to 1050 nm)" in said[1]
    assert not problems.found
    windows = "features: {windows: [{name: mine, from_nm: 5000, to_nm: 6000}], formulas: []}\n"
    Path("mine.yaml").write_text(windows)
    study, problems = study_of(Path("mine.yaml"))
    look_at_scenes(study, problems)
    assert problems.found
    assert all("features.windows, mine" in each for each in problems.found)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            "windows: [{name: a, from_nm: 2100, to_nm: 2300}, {name: a, from_nm: 2200, to_nm: 2400}]",
            "got 'a' more than once",
        ),
        ("windows: [{name: a, from_nm: 2300, to_nm: 2100}], formulas: []", "must begin before it ends"),
        ("formulas: [{name: x, formula: aloh_2200_depth ** 2}]", "features.formulas, x: a formula has only"),
        ("formulas: [{name: x, formula: aloh_2200_dept}]", "did you mean 'aloh_2200_depth'"),
    ],
)
def test_features_that_cannot_be_are_problems(text: str, match: str) -> None:
    """Windows of one name, windows that end before they begin and other formulas are one line each."""
    Path("mine.yaml").write_text(f"features: {{{text}}}\n")
    problems = Problems()
    read_study(ROOT, (Path("mine.yaml"),), problems)
    assert len(problems.found) == 1
    assert match in problems.found[0]


def _envi(folder: Path) -> Path:
    (folder / "s.img").write_bytes(np.ones((2, 2, 2), "<u2").tobytes())
    size = "samples = 2\nlines = 2\nbands = 2\ndata type = 12\ninterleave = bip\nbyte order = 0\n"
    (folder / "s.hdr").write_text(f"ENVI\n{size}data ignore value = none\n")
    return folder / "s.hdr"


def _hdf5(folder: Path) -> Path:
    with h5py.File(folder / "s.h5", "w") as file:
        file["data"] = np.ones((2, 2, 2), np.uint16)
        file["data"].attrs["_FillValue"] = "none"
    return folder / "s.h5"


@pytest.mark.parametrize("write", [_envi, _hdf5])
def test_check_keeps_what_the_readers_of_any_format_warn_of(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    """Stages are silent while a study is looked at, and what a reader passes over still reaches the summary."""
    path = write(tmp_path)
    with _stages_silent() as kept, open_cube(path, key="", axes="line,sample,band"):
        logging.getLogger("semispectral.census").warning("a stage says something")
    (said,) = kept.messages
    assert said.startswith(str(tmp_path / "s."))
    assert "passed over" in said


@pytest.mark.usefixtures("project")
def test_a_range_that_leaves_out_no_band_is_said() -> None:
    """A range between two bands, or beside them; one that has a band is not said."""
    Path("bands.csv").write_text("wavelength_nm\n" + "\n".join(map(str, range(1000, 1600, 100))) + "\n")
    rows = [row(name, wavelengths="bands.csv") for name in HOLES]
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *rows]) + "\n")
    ranges = {"cleaning": {"bad_ranges_nm": [[1110, 1190], [1190, 1210], [1700, 1800]]}}
    Path("config/config.yaml").write_text(yaml.safe_dump(CONFIG | ranges))
    study, problems = study_of()
    said = [line for line in warnings_of(study, look_at_scenes(study, problems), None) if "bad_ranges_nm" in line]
    assert problems.found == []
    assert [line.partition("lies from ")[2] for line in said] == [
        "1110 to 1190 nm: correct the range",
        "1700 to 1800 nm: correct the range",
    ]


@pytest.mark.usefixtures("project")
def test_labels_that_one_scene_does_not_use_are_said() -> None:
    """A class that other scenes use counts as unlabelled where `use` leaves it out; one that none uses is left out."""
    rows = [row("a1", use="1"), row("a2", ignore="2,255", use="1"), row("b1")]
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *rows]) + "\n")
    study, problems = study_of()
    said = [line for line in warnings_of(study, look_at_scenes(study, problems), None) if "column use" in line]
    number = int((np.load("a1_labels.npy") == 2).sum())
    assert said == [
        f"a1: {number} labelled pixels count as unlabelled, for its column use leaves out codes that other scenes use "
        f"(2 in {number}): add them to use, or to ignore"
    ]


@pytest.mark.usefixtures("project")
def test_one_raster_of_labels_in_two_rows_is_said() -> None:
    """It lies over one scan; a table of labels serves many."""
    Path("both.csv").write_text("scene,line,sample,class\na1,0,0,talc\na2,1,0,talc\n")
    rows = [row(name, labels=f"{file}_labels.npy; both.csv") for name, file in (("a1", "a1"), ("a2", "./a1"))]
    Path("scenes.tsv").write_text("\n".join(["\t".join(REQUIRED), *rows, row("b1")]) + "\n")
    study, problems = study_of()
    said = [line for line in warnings_of(study, look_at_scenes(study, problems), None) if "same raster" in line]
    assert said == ["a1, a2 have the same raster of labels, a1_labels.npy: it can lie over one scan alone"]
