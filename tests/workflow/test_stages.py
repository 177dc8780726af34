"""Stages without TensorFlow, called one after another as their adapters call them, on three tiny simulated holes."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from semispectral.census.census_files import read_codes
from semispectral.census.stage_census import run_census
from semispectral.census.stage_compare_scans import run_compare_scans
from semispectral.census.stage_labels import run_labels
from semispectral.classifiers.stage_baseline import run_baseline
from semispectral.classifiers.stage_choose_input import run_choose_input
from semispectral.classifiers.stage_match_library import run_match_library
from semispectral.classifiers.stage_predict import run_predict
from semispectral.classifiers.stage_train_lda import run_train_lda
from semispectral.classifiers.stage_train_svm import run_train_svm
from semispectral.downhole.stage_downhole import run_downhole
from semispectral.errors import DataError
from semispectral.evaluation.member_weight import CANDIDATES
from semispectral.evaluation.predictions import check_predictions, class_count
from semispectral.evaluation.score_files import read_scored
from semispectral.evaluation.stage_average import run_average
from semispectral.evaluation.stage_evaluate import run_evaluate
from semispectral.features.feature_files import read_features
from semispectral.features.stage_new_features import run_new_features
from semispectral.library.judged import read_judged
from semispectral.maps.bundle import read_bundle
from semispectral.maps.map_files import read_facts
from semispectral.maps.numbers import read_numbers
from semispectral.maps.stage_bundle import run_bundle
from semispectral.maps.stage_map import run_map
from semispectral.maps.stage_new_map import run_new_map
from semispectral.maps.stage_pack import run_pack
from semispectral.noise.stage_estimate_noise import run_estimate_noise
from semispectral.page.stage_new_pixels import run_new_pixels
from semispectral.page.stage_paint import run_paint
from semispectral.page.stage_pixels import run_pixels
from semispectral.pool.stage_draw import run_draw
from semispectral.sampling.stages.stage_choose_labels import run_choose_labels
from semispectral.sampling.stages.stage_fit_scaler import run_fit_scaler
from semispectral.sampling.stages.stage_sample import run_sample
from semispectral.sampling.stages.stage_sample_m1 import run_sample_m1
from semispectral.sampling.stages.stage_split import run_split, run_split_tested
from semispectral.scans.cube import Pixels
from semispectral.simulate.stage_simulate import run_simulate
from semispectral.spectra.cleaned_scans import open_as_trained
from semispectral.spectra.cleaning_settings import CleanConfig, scale_after
from semispectral.spectra.scaling import read_scaler
from semispectral.spectra.scaling_choice import read_choice
from semispectral.spectra.shards import read_latents, read_shard, write_shard
from semispectral.spectra.stage_encode import run_encode
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.config import complete, read_schema
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes
from semispectral.study.stage_settings import settings
from semispectral.tray.stage_learn_tray import run_learn_tray
from semispectral.workflow.rerun import stage_cfg
from tiny_models import tiny_m1

ROOT = Path(__file__).resolve().parents[2]
CLASSES_TSV = ROOT / "config/classes.tsv"
SCENES = ("DH1_1", "DH2_1", "DH3_1")
GIVEN = yaml.safe_load((ROOT / "tests/workflow/tiny.yaml").read_text(encoding="utf-8"))
CONFIG: dict[str, Any] = complete(GIVEN, read_schema(ROOT / "config/config.schema.yaml"))
SIMULATED = {key: value for key, value in CONFIG["simulate"].items() if key != "enabled"}
RUN = {"per_class": "5", "seed": 1}
LEGEND = ClassMap.read(CLASSES_TSV).to_dict()


def cfg(*sections: str, **own: Any) -> str:
    """Sections of the configuration, and others, as a rule passes them."""
    return stage_cfg(CONFIG | own, *sections, *own)


def rows(results: Path) -> dict[str, dict[str, Any]]:
    """The rows of the simulated scenes by name, each a tray of two metres."""
    table = read_scenes(ROOT / "tests/workflow/scenes.tsv", data_root=Path(), allow_outside=True)
    depths = {"depth_from_m": 10.0, "depth_to_m": 12.0}
    return {
        scene.name: asdict(scene) | depths | dict.fromkeys(("data", "labels"), str(results / f"scenes/{scene.name}.h5"))
        for scene in table
    }


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results up to the samples, on the scale of the models, with the labels of one run."""
    results = tmp_path_factory.mktemp("results")
    row = rows(results)
    used = {"cleaning": CONFIG["cleaning"]}
    for name in SCENES:
        scan = results / f"scenes/{name}.h5"
        counts, labels = results / f"census/{name}.parquet", results / f"labels/{name}.parquet"
        run_simulate(scan, scene=name, cfg=cfg(simulate=SIMULATED))
        for path in (counts, labels):
            path.parent.mkdir(exist_ok=True)
        run_census(counts, counts.with_suffix(".npy"), cfg=cfg(scene=row[name], **used))
        run_labels(
            labels,
            labels.with_suffix(".npy"),
            scans=[scan],
            census_file=counts,
            classes_file=CLASSES_TSV,
            cfg=cfg(scene=row[name], codes=[]),
        )
        for kind, codes in (("unlabelled", counts), ("labelled", labels)):
            shard = results / f"shards/{kind}/{name}.parquet"
            shard.parent.mkdir(parents=True, exist_ok=True)
            drawn = cfg("sample", "cleaning", scene=row[name])
            run_draw(shard, scans=[scan], codes_file=codes.with_suffix(".npy"), kind=kind, cfg=drawn)
    shards, unlabelled = (sorted(results.glob(f"shards/{kind}/*.parquet")) for kind in ("*", "unlabelled"))
    labelled = sorted(results.glob("labels/*.parquet"))
    learnt = [[path for path in found if path.stem != "DH3_1"] for found in (labelled, shards)]
    everything = list(row.values())
    of_training = [row[name] for name in SCENES if name != "DH3_1"]
    split = cfg("split", "sample", scenes=of_training, steps=[])
    training = results / "split/training"
    run_split(training, censuses=learnt[0], shards=learnt[1], classes_file=CLASSES_TSV, cfg=split)
    whole = cfg("split", "sample", scenes=everything, steps=[])
    run_split_tested(
        results / "split",
        training=training,
        censuses=labelled,
        shards=shards,
        classes_file=CLASSES_TSV,
        cfg=whole,
    )
    pixels = results / "split/pixels.parquet"
    run_choose_labels(
        results / "labels.parquet",
        pixels_file=training / "pixels.parquet",
        **RUN,
        cfg=cfg(runs={"labels_per_class": [5], "valid_share": 0.2}),
    )
    censuses = sorted(results.glob("census/*.parquet"))
    run_compare_scans(results / "scans.json", censuses=censuses, cfg=cfg(scenes=everything, steps=[]))
    seen = [path for path in censuses if path.stem != "DH3_1"]
    of_m1 = cfg("split", "sample", "cleaning", study=of_training, scenes=row)
    trained = [path for path in unlabelled if path.stem != "DH3_1"]
    run_sample_m1(results / "sample_m1", censuses=seen, shards=trained, cfg=of_m1)
    cleaned = cfg("cleaning", scenes=row)
    run_sample(results / "sample", censuses=censuses, shards=shards, pixels_file=pixels, cfg=cleaned)
    scale = cfg("cleaning", normalise={"method": "standardise"})
    seen_by_m1 = sorted(results.glob("sample_m1/*.parquet"))
    run_fit_scaler(results / "scaler", samples=seen_by_m1, choices=[], noises=[], cfg=scale)
    run_estimate_noise(results / "noise", samples=seen_by_m1)
    scale = cfg("cleaning", normalise={"method": "mnf", "mnf_components": 5})
    run_fit_scaler(results / "mnf", samples=seen_by_m1, choices=[], noises=[results / "noise"], cfg=scale)
    return results


@pytest.fixture(scope="module")
def predicted(sampled: Path) -> Path:
    """The same, with an SVM on bands and its predictions, those of a simpler method, and their scores."""
    seen = {"feature_files": sorted(sampled.glob("sample/*.parquet")), "scaler_directory": sampled / "scaler"}
    pixels, labels = sampled / "split/pixels.parquet", sampled / "labels.parquet"
    bands = {"features": "bands", "pixels_file": pixels, **RUN, **seen}
    known = sampled / "split/classes.json"
    svm, lda, majority, qda, mean = (
        sampled / f"predictions/{run}.parquet"
        for run in (
            "svm/bands/5/1",
            "lda_mnf/mnf/5/1",
            "majority/bands/5/1",
            "qda/mnf/5/1",
            "mean_of_four/predictions/5/1",
        )
    )
    for path in (svm, lda, majority, qda, mean):
        path.parent.mkdir(parents=True)
    run_train_svm(
        sampled / "svm", classes_file=known, labels_file=labels, beside_directories=[], cfg=cfg("svm"), **bands
    )
    run_predict(svm, model_directory=sampled / "svm", classes_file=known, method="svm", **bands)
    components = bands | {"features": "mnf", "scaler_directory": sampled / "mnf"}
    run_train_lda(sampled / "lda", classes_file=known, labels_file=labels, cfg=cfg("svm"), **components)
    run_predict(lda, model_directory=sampled / "lda", classes_file=known, method="lda_mnf", **components)
    quotas = {"quotas_file": sampled / "split/quotas.parquet", "labels_file": labels}
    sections = cfg("baselines", "svm")
    shutil.copytree(sampled / "scaler", sampled / "bands")
    scalers = {"scaler_directories": [sampled / "bands", sampled / "mnf"], "feature_files": seen["feature_files"]}
    run_baseline([majority, qda], cfg=sections, **scalers, **quotas, **RUN)
    run_average(mean, members=[svm, lda, qda], method="mean_of_four", features="predictions", weights=[2, 1, 1])
    where = {"split": "main", "method": "groups", "regime": "inductive"}
    run_evaluate(
        sampled / "evaluation",
        predictions=[svm, lda, majority, qda, mean],
        classes_file=CLASSES_TSV,
        known=known,
        cfg=cfg(evaluation={"resamples": 20, "seed": 1}, where=where),
    )
    return sampled


def learn_tray(results: Path) -> None:
    """Learn what the scenes of training ignore, from pixels that are not of it."""
    row = {name: found for name, found in rows(results).items() if name != "DH3_1"}
    core = results / "core"
    core.mkdir()
    for name in row:
        pixels = read_shard(results / f"sample_m1/{name}.parquet")
        codes = read_codes(results / f"labels/{name}.npy", scans=[])
        kept = codes[pixels.table["line"], pixels.table["sample"]] != 255
        write_shard(core / f"{name}.parquet", pixels.where(kept))
    run_learn_tray(
        results / "tray",
        samples=sorted(core.glob("*.parquet")),
        codes_files=[results / f"labels/{name}.npy" for name in row],
        scans=[results / f"scenes/{name}.h5" for name in row],
        cfg=cfg("cleaning", scenes=row),
    )


def bundle(results: Path, directory: Path, *, tray: Path) -> None:
    """Put the trained SVM into a folder, with what knows the tray."""
    scene = settings(Scene, rows(results)["DH1_1"])
    scale = scale_after(scene, settings(CleanConfig, CONFIG["cleaning"]))
    recipe = {"method": "svm", "features": "bands", "per_class": "5", "seed": 1, "false_alarm": 0.05}
    run_bundle(
        directory,
        parts={"scaler": results / "scaler", "m1": results / "m1", "tray": tray},
        classifiers=[results / "svm"],
        samples=sorted(results.glob("sample/*.parquet")),
        labels_file=results / "labels.parquet",
        known_file=results / "split/training/classes.json",
        cfg=cfg(
            "cleaning",
            "split",
            "sample",
            "svm",
            "m1",
            normalise={"method": "standardise"},
            recipe=recipe,
            weights=[],
            facts={"scale": scale, "references": True, "description": "SVM"},
        ),
    )


@pytest.fixture(scope="module")
def bundled(predicted: Path) -> Path:
    """The same, with a model for new scans, whose M1 is made of random arrays."""
    save_model(predicted / "m1", *tiny_m1(seed=1, bands=SIMULATED["bands"]))
    learn_tray(predicted)
    bundle(predicted, predicted / "bundle", tray=predicted / "tray")
    scored = predicted / "predictions/svm/bands/5/1.parquet"
    model = {"model_directory": predicted / "bundle", "predictions_file": scored}
    run_pack(predicted / "model", cfg=cfg(classes=LEGEND), **model)
    return predicted


@pytest.mark.slow
def test_the_model_knows_the_tray_of_another_hole(bundled: Path) -> None:
    """Most of the tray of a hole that training never saw, and little of its core."""
    tray = read_bundle(bundled / "model").tray
    assert tray is not None
    scene = settings(Scene, rows(bundled)["DH3_1"])
    codes = read_codes(bundled / "labels/DH3_1.npy", scans=[])
    with open_as_trained(scene, read_bundle(bundled / "model").cleaning) as cube:
        x = cube.read_lines(0, cube.shape[0])
    told = tray.is_tray(x.reshape(-1, x.shape[2])).reshape(codes.shape)
    assert told[codes == 255].mean() > 0.9
    assert told[codes != 255].mean() < 0.05


def test_a_tray_that_cannot_be_told_is_no_part_of_the_model(bundled: Path, tmp_path: Path) -> None:
    """What looks like core is not looked for in a scan, and nothing is said to be known of it."""
    arrays, facts = load_model(bundled / "tray")
    save_model(tmp_path / "tray", arrays | {"threshold": np.array([np.inf])}, facts | {"used": False})
    bundle(bundled, tmp_path / "bundle", tray=tmp_path / "tray")
    assert read_bundle(tmp_path / "bundle").tray is None


def test_training_and_test_pixels_are_of_other_holes(sampled: Path) -> None:
    """The third hole is in the test part and nowhere else, and M1 does not see it; the scale is of its pixels."""
    sample, pixels = (
        Pixels.concat([read_shard(path) for path in sorted(sampled.glob(f"{folder}/*.parquet"))])
        for folder in ("sample", "sample_m1")
    )
    assert set(sample.table.loc[sample.table["part"] == "test", "hole"]) == {"DH3"}
    assert "DH3" not in set(sample.table.loc[sample.table["part"] != "test", "hole"])
    table = pixels.table
    assert set(table["hole"]) == {"DH1", "DH2"}
    assert set(table["part"]) == {"train", "valid"}
    train = read_scaler(sampled / "scaler").transform(pixels.x[(table["part"] == "train").to_numpy()])
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-3)


LIBRARY = {"windows": [[1900, 2480]]}  # the tiny sensor has five bands or more there


def test_the_library_predicts_as_often_as_it_is_asked(sampled: Path, tmp_path: Path) -> None:
    """The same predictions for every number of labels and seed, of the pixels that others predict, by no label."""
    paths = [tmp_path / f"predictions/library/spectra/{run}.parquet" for run in ("5/1", "5/2", "all/1")]
    given = cfg(library=LIBRARY, minerals={}, scene=rows(sampled)["DH1_1"])
    samples = sorted(sampled.glob("sample/*.parquet"))
    known = sampled / "split/classes.json"
    run_match_library(paths, tmp_path / "judged.json", samples=samples, known_file=known, cfg=given)
    first, other, _ = (read_table(path) for path in paths)
    check_predictions(first)
    assert len(first) > 10
    assert set(first["part"]) <= {"valid", "test"}
    assert first.assign(seed=2).drop(columns="seed").equals(other.drop(columns="seed"))
    assert (first["predicted"] == first["label"]).mean() > 0.4
    judged = read_judged(tmp_path / "judged.json")
    assert set(judged.entries) == set(read_classes(known).names)
    assert judged.why == ""


def test_a_library_without_an_answer_leaves_empty_tables(sampled: Path, tmp_path: Path) -> None:
    """Windows beyond the sensor: no rows, which can be joined with those of others, and the reason in words."""
    path, judged = tmp_path / "library/spectra/5/1.parquet", tmp_path / "judged.json"
    given = {"scene": rows(sampled)["DH1_1"], "library": {"windows": [[300, 500]]}}
    seen = {"samples": sorted(sampled.glob("sample/*.parquet")), "known_file": sampled / "split/classes.json"}
    run_match_library([path], judged, cfg=cfg(minerals={}, **given), **seen)
    assert len(read_table(path)) == 0
    assert "300 to 500 nm" in read_judged(judged).why
    with pytest.raises(DataError, match="300 to 500 nm"):
        run_match_library([path], judged, cfg=cfg(minerals={"1": "kaolin"}, **given), **seen)


def test_a_scale_is_chosen_on_training_labels(sampled: Path, tmp_path: Path) -> None:
    """The choice has a score for each candidate, sees no test pixel, and the scale of the bands is the chosen one."""
    normalise = {"method": "auto", "candidates": ["snv_level", "hull"], "windows": LIBRARY["windows"]}
    choice = tmp_path / "choice.json"
    of_m1 = sorted(sampled.glob("sample_m1/*.parquet"))
    without_test = []
    for path in sorted(sampled.glob("sample/*.parquet")):
        pixels = read_shard(path)
        x = np.where((pixels.table["part"] == "test").to_numpy()[:, None], np.float32(1), pixels.x)
        without_test.append(tmp_path / path.name)
        write_shard(without_test[-1], replace(pixels, x=x))
    found = []
    for samples in (sorted(sampled.glob("sample/*.parquet")), without_test):
        run_choose_input(
            choice,
            samples=samples,
            samples_m1=of_m1,
            labels_file=sampled / "labels.parquet",
            **RUN,
            cfg=cfg("svm", normalise=normalise),
        )
        found.append(read_choice(choice))
    assert found[0].scores["input"].tolist() == ["snv_level", "hull"]
    assert found[0].scores["macro_f1"].between(0, 1).all()
    pd.testing.assert_frame_equal(found[0].scores, found[1].scores)
    scale = cfg("cleaning", normalise=normalise)
    run_fit_scaler(tmp_path / "scaler", samples=of_m1, choices=[choice], noises=[], cfg=scale)
    assert read_scaler(tmp_path / "scaler").method == found[0].chosen
    run_fit_scaler(tmp_path / "unlabelled", samples=of_m1, choices=[], noises=[], cfg=scale)
    assert read_scaler(tmp_path / "unlabelled").method == "snv_level"  # the first candidate, where nothing can choose


def test_m1_sees_no_label(sampled: Path) -> None:
    """No pixel of M1 says what lies there, and no unlabelled pixel of the classifiers does."""
    for folder in ("sample", "sample_m1"):
        table = pd.concat([read_shard(path).table for path in sorted(sampled.glob(f"{folder}/*.parquet"))])
        hidden = table if folder == "sample_m1" else table[table["label"] < 0]
        assert len(hidden)
        assert (hidden["label"] == -1).all()
        assert (hidden["code"] == 0).all()


def test_the_labels_are_what_was_asked(sampled: Path) -> None:
    """No class has more than five labels, those of the validation included."""
    table = read_table(sampled / "labels.parquet")
    assert table.groupby("label").size().max() == 5
    assert set(table["part"]) == {"train", "valid"}


def test_encoding_keeps_the_pixels_in_order(sampled: Path) -> None:
    """Each scene's latents have a row for each pixel of its draws, with the pixel's place and its row in its shard."""
    save_model(sampled / "m1_alone", *tiny_m1(seed=2, bands=SIMULATED["bands"]))
    pool = [sampled / f"shards/{kind}/{name}.parquet" for kind in ("unlabelled", "labelled") for name in SCENES]
    places = {"scaler_directory": sampled / "scaler", "m1_directory": sampled / "m1_alone"}
    given = {"shards": pool, "cfg": cfg(scenes=rows(sampled)), **places}
    for folder, scores in (("latents", []), ("latents_mnf", [sampled / "mnf"])):
        (sampled / folder).mkdir()
        files = [sampled / f"{folder}/{name}.parquet" for name in SCENES]
        run_encode(files, scores_directories=scores, **given)
    scale = read_scaler(sampled / "mnf").common_scale
    for name in SCENES:
        drawn = [read_shard(shard).table for shard in pool if shard.stem == name]
        expected = pd.concat([table.assign(row=np.arange(len(table))) for table in drawn], ignore_index=True)
        latents, both = (read_latents(sampled / f"{folder}/{name}.parquet") for folder in ("latents", "latents_mnf"))
        pd.testing.assert_frame_equal(latents.table, expected)
        pd.testing.assert_frame_equal(both.table, expected)
        width = latents.mean.shape[1]
        np.testing.assert_array_equal(both.mean[:, :width], latents.mean)
        np.testing.assert_array_equal(both.log_variance[:, :width], latents.log_variance)
        assert both.mean.shape[1] == width + len(scale)
        beside = np.exp(0.5 * both.log_variance[:, width:])
        np.testing.assert_allclose(beside, np.tile(1 / scale, (len(both), 1)), 1e-6)


def test_the_svm_beats_the_majority(predicted: Path) -> None:
    """Scores of both methods, on the same test pixels; the SVM knows more than which class is frequent."""
    scored = read_scored(predicted / "evaluation")
    scores = scored.scores
    test = scores[scores["part"] == "test"].set_index("method")
    assert set(test.index) == {"svm", "lda_mnf", "majority", "qda", "mean_of_four"}
    assert test.loc["svm", "aa"] > test.loc["majority", "aa"]
    assert set(scored.summary["part"]) == {"valid", "test"}
    assert len(scored.classes)
    assert scored.confusions["pixels"].sum() == test["pixels"].sum()


def test_an_svm_on_hull_quotients_has_no_say_where_no_sensor_sees_a_window(sampled: Path, tmp_path: Path) -> None:
    """Its model and its predictions are there, and say nothing; with a window it predicts as any other."""
    labels, pixels = sampled / "labels.parquet", sampled / "split/pixels.parquet"
    samples = sorted(sampled.glob("sample_m1/*.parquet"))
    known = {"classes_file": sampled / "split/classes.json", "pixels_file": pixels, "features": "hull", **RUN}
    for window, rows_of in (((2080, 2400), 60), ((9000, 9900), 0)):
        folder = tmp_path / str(window[0])
        scale = {"method": "hull", "windows": [window], "optional_windows": True}
        run_fit_scaler(folder / "hull", samples=samples, choices=[], noises=[], cfg=cfg("cleaning", normalise=scale))
        seen = {"feature_files": sorted(sampled.glob("sample/*.parquet")), "scaler_directory": folder / "hull"}
        beside = {"beside_directories": [sampled / "mnf"], "labels_file": labels}
        run_train_svm(folder / "svm", cfg=cfg("svm"), **beside, **known, **seen)
        run_predict(folder / "said.parquet", model_directory=folder / "svm", method="svm", **known, **seen)
        said = read_table(folder / "said.parquet")
        assert len(said) >= rows_of
        assert bool(len(said)) == bool(rows_of)
        assert class_count(said) == len(read_classes(known["classes_file"]))
        weight = load_model(folder / "svm")[1].get("weight")
        assert (weight in CANDIDATES) == bool(rows_of)
        assert said.get("weight", pd.Series(dtype=float)).eq(weight).all()


def test_a_packed_model_names_its_classes(bundled: Path) -> None:
    """The model to take away has the names and scores that the one of the study does without; their numbers agree."""
    bundle, model = (read_bundle(bundled / name) for name in ("bundle", "model"))
    assert bundle.classes.names == tuple(map(str, bundle.classes.codes))
    assert model.classes == ClassMap.read(CLASSES_TSV).select(bundle.classes.codes)
    assert model.threshold == bundle.threshold
    card, bare = ((bundled / folder / "README.md").read_text(encoding="utf-8") for folder in ("model", "bundle"))
    assert model.classes.names[0] in card
    assert "labelled pixels of the test part (DH3)" in card
    assert "there was no test part" in bare


@pytest.mark.slow
def test_a_scene_and_a_new_scan_are_mapped_alike(bundled: Path) -> None:
    """The map of a scene, its page and its log; the same scan as a new one has the same classes where both have one."""
    row = rows(bundled)["DH3_1"] | {"labels": bundled / "scenes/DH3_1.h5"}
    scan, model, folder = bundled / "scenes/DH3_1.h5", bundled / "bundle", bundled / "maps/DH3_1"
    smoothing, shown = {"smoothing": "none"}, {"classes": LEGEND, "run_share": 0.5}
    run_map(
        folder / "numbers.parquet",
        scans=[scan],
        model_directory=model,
        codes_file=bundled / "labels/DH3_1.npy",
        parts_files=[],
        threads=1,
        cfg=cfg(scene=row, tested=True, map=smoothing),
    )
    given = {"scene": row, "model": {"path": str(bundled / "model")}}
    new = bundled / "new/DH3_1"
    run_new_map(new / "numbers.parquet", threads=1, cfg=cfg("mask", map=smoothing, **given))
    maps = [read_numbers(path / "numbers.parquet").drawn.map for path in (folder, new)]
    both = maps[0].valid & maps[1].valid
    assert both.mean() > 0.3
    assert (maps[0].label[both] == maps[1].label[both]).all()

    numbers = folder / "numbers.parquet"
    collected = cfg(scene=row, page_mb=1)
    run_pixels(folder / "pixels", numbers_file=numbers, model_directory=model, features=[], cfg=collected)
    report = "../../report/index.html"
    painted = cfg(scene=row, report=report, **shown)
    run_paint(folder, numbers_file=numbers, pixels_directory=folder / "pixels", features=[], cfg=painted)
    assert report in (folder / "page.html").read_text(encoding="utf-8")
    assert read_facts(folder)["classes"]["names"][0] == LEGEND["names"][0]
    measured = cfg(features={"windows": [{"name": "clay", "from_nm": 1300, "to_nm": 2200}]}, **given)
    run_new_features(new, numbers_file=new / "numbers.parquet", threads=1, cfg=measured)
    found = read_features(new)
    assert found.windows[0].name == "clay"
    np.testing.assert_array_equal(np.isfinite(found.values[found.names.index("clay_depth")]), maps[1].valid)
    features = [new / "features.json"]
    run_new_pixels(new / "pixels", numbers_file=new / "numbers.parquet", features=features, cfg=cfg(page_mb=1, **given))
    files = {"numbers_file": new / "numbers.parquet", "pixels_directory": new / "pixels", "features": features}
    run_paint(new, cfg=cfg(scene=row, report="", **shown), **files)
    assert "DH3_1" in (new / "page.html").read_text(encoding="utf-8")
    assert "clay_position_nm" in (new / "page.html").read_text(encoding="utf-8")

    made = {"csv": "DH3.csv", "las": "DH3.las", "figure": "DH3.png"}
    made |= {"table": "DH3.parquet", "strip": "DH3.pdf", "picture": "DH3_hole.png"}
    logged = {f"{kind}_file": bundled / name for kind, name in made.items()}
    cut = cfg(scenes=[row], classes=LEGEND, downhole=CONFIG["map"]["downhole"], intervals={"length_m": 0.05})
    (bundled / "assays.csv").write_text("HoleID,From,To,Au\nDH3,0,0.03,1.5\nDH3,0.03,0.06,\n", encoding="utf-8")
    for table in ([], [bundled / "assays.csv"]):
        run_downhole(numbers_files=[numbers], features=[], intervals_files=table, hole="DH3", cfg=cut, **logged)
        found = pd.read_parquet(bundled / "DH3.parquet")
        assert found["Length"].unique().tolist() == pytest.approx([0.03 if table else 0.05])
    assert found["given_Au"].tolist()[0] == 1.5
    assert (bundled / "DH3.pdf").read_bytes().startswith(b"%PDF")
    assert len(pd.read_csv(bundled / "DH3.csv", comment="#"))
