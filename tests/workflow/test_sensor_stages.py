"""Stages on scenes of two sensors, one of which lacks the second, from the census to the map."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.metrics import cohen_kappa_score

from semispectral.census.census_files import read_census
from semispectral.census.stage_census import run_census
from semispectral.census.stage_labels import run_labels
from semispectral.check.problems import Problems
from semispectral.check.scenes import look_at_scenes
from semispectral.check.study import Study
from semispectral.classifiers.stage_train_svm import run_train_svm
from semispectral.explore.groups import describe
from semispectral.inference.views import join
from semispectral.maps.as_trained import open_for
from semispectral.maps.bundle import read_bundle
from semispectral.maps.numbers import read_numbers
from semispectral.maps.stage_bundle import run_bundle
from semispectral.maps.stage_map import run_map
from semispectral.maps.stage_new_map import run_new_map
from semispectral.page.stage_pixels import run_pixels
from semispectral.pool.stage_draw import run_draw
from semispectral.sampling.stages.stage_choose_labels import run_choose_labels
from semispectral.sampling.stages.stage_fit_scaler import run_fit_scaler
from semispectral.sampling.stages.stage_sample import run_sample
from semispectral.sampling.stages.stage_sample_m1 import run_sample_m1
from semispectral.sampling.stages.stage_split import run_split, run_split_tested
from semispectral.scans.cube import Pixels
from semispectral.scans.formats.scene_files import data_files
from semispectral.scans.sensor_bands import SensorBands
from semispectral.spectra.scaling import read_scaler
from semispectral.spectra.shards import read_latents, read_shard
from semispectral.spectra.stage_encode import run_encode
from semispectral.storage.model_files import save_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap
from semispectral.study.config import complete, read_schema
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes
from semispectral.study.sensors import with_sensors
from semispectral.workflow.rerun import stage_cfg
from tiny_models import tiny_m1
from tiny_sensors import OVERLAP, SPLIT_BAND, simulated_of, write_two_sensors

ROOT = Path(__file__).resolve().parents[2]
CLASSES_TSV = ROOT / "config/classes.tsv"
HOLES = {"DH1_1": "DH1", "DH2_1": "DH2", "DH3_1": "DH3"}
LACKING, TESTED = "DH1_1", "DH3_1"
GIVEN = yaml.safe_load((ROOT / "tests/workflow/tiny.yaml").read_text(encoding="utf-8"))
CONFIG: dict[str, Any] = complete(GIVEN, read_schema(ROOT / "config/config.schema.yaml"))
RUN = {"per_class": "5", "seed": 1}
NORMALISE = {"method": "views"}
SENSORS = (SensorBands("vnir", SPLIT_BAND + OVERLAP), SensorBands("swir", CONFIG["simulate"]["bands"] - SPLIT_BAND))
BANDS = sum(each.bands for each in SENSORS)


def cfg(*sections: str, **own: Any) -> str:
    """Sections of the configuration, and others, as a rule passes them."""
    return stage_cfg(CONFIG | own, *sections, *own)


def scenes_of(folder: Path) -> dict[str, Scene]:
    """The rows of the tables."""
    listed = read_scenes(folder / "scenes.tsv", data_root=folder)
    return {scene.name: scene for scene in with_sensors(listed, folder / "sensors.tsv", data_root=folder)}


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a tiny study: samples, a scale, latents of random networks, an SVM, its model, a map of each scene."""
    results = tmp_path_factory.mktemp("two_sensors")
    write_two_sensors(results, simulated_of(CONFIG), HOLES, without=LACKING)
    scenes = scenes_of(results)
    row = {name: asdict(scene) for name, scene in scenes.items()}
    for folder in ("census", "labels", "shards/unlabelled", "shards/labelled", "maps"):
        (results / folder).mkdir(parents=True)
    for name, scene in scenes.items():
        counts, labels = results / f"census/{name}.parquet", results / f"labels/{name}.parquet"
        scans = data_files(scene)
        run_census(counts, counts.with_suffix(".npy"), cfg=cfg("cleaning", scene=row[name]))
        given = {
            "scans": scans,
            "census_file": counts,
            "classes_file": CLASSES_TSV,
            "cfg": cfg(scene=row[name], codes=[]),
        }
        run_labels(labels, labels.with_suffix(".npy"), **given)
        for kind, codes in (("unlabelled", counts), ("labelled", labels)):
            drawn = cfg("sample", "cleaning", scene=row[name])
            shard = results / f"shards/{kind}/{name}.parquet"
            run_draw(shard, scans=scans, codes_file=codes.with_suffix(".npy"), kind=kind, cfg=drawn)
    shards, unlabelled = (sorted(results.glob(f"shards/{kind}/*.parquet")) for kind in ("*", "unlabelled"))
    censuses, labelled = (sorted(results.glob(f"{folder}/*.parquet")) for folder in ("census", "labels"))
    everything, pixels = list(row.values()), results / "split/pixels.parquet"
    learnt = [[path for path in found if path.stem != TESTED] for found in (labelled, shards)]
    of_training = [row[name] for name in HOLES if name != TESTED]
    training, classes = results / "split/training", {"classes_file": CLASSES_TSV}
    split = cfg("split", "sample", scenes=of_training, steps=[])
    run_split(training, censuses=learnt[0], shards=learnt[1], cfg=split, **classes)
    whole = {"censuses": labelled, "cfg": cfg("split", "sample", scenes=everything, steps=[])}
    run_split_tested(results / "split", training=training, shards=shards, **whole, **classes)
    few = cfg(runs={"labels_per_class": [5], "valid_share": 0.2})
    run_choose_labels(results / "labels.parquet", pixels_file=pixels, **RUN, cfg=few)
    of_m1 = cfg("split", "sample", "cleaning", study=everything, scenes=row)
    run_sample_m1(results / "sample_m1", censuses=censuses, shards=unlabelled, cfg=of_m1)
    run_sample(
        results / "sample", censuses=censuses, shards=shards, pixels_file=pixels, cfg=cfg("cleaning", scenes=row)
    )
    seen = sorted(results.glob("sample_m1/*.parquet"))
    run_fit_scaler(results / "scaler", samples=seen, choices=[], noises=[], cfg=cfg("cleaning", normalise=NORMALISE))
    _train(results)
    for name, scene in scenes.items():
        run_map(
            results / f"maps/{name}.parquet",
            scans=data_files(scene),
            model_directory=results / "bundle",
            codes_file=results / f"labels/{name}.npy",
            parts_files=[results / f"split/parts/{name}.npy"],
            threads=1,
            cfg=cfg(scene=row[name], tested=False, map={"smoothing": "none"}),
        )
    return results


def _train(results: Path) -> None:
    """An M1 of random networks, an SVM on the bands, and the model of both."""
    views = read_scaler(results / "scaler").views
    parts = [tiny_m1(seed=seed, bands=columns) for seed, columns in enumerate(views)]
    described = [(arrays, facts | {"bands": columns}) for (arrays, facts), columns in zip(parts, views, strict=True)]
    save_model(results / "m1", *join(described))
    bands = {"features": "bands", "pixels_file": results / "split/pixels.parquet", **RUN}
    bands |= {"feature_files": sorted(results.glob("sample/*.parquet")), "scaler_directory": results / "scaler"}
    known, labels = results / "split/classes.json", results / "labels.parquet"
    run_train_svm(
        results / "svm", classes_file=known, labels_file=labels, beside_directories=[], cfg=cfg("svm"), **bands
    )
    recipe = {"method": "svm", "features": "bands", "per_class": "5", "seed": 1, "false_alarm": 0.05}
    facts = {"scale": 1.0, "references": False, "description": "SVM"}
    saved = {"scaler": results / "scaler", "m1": results / "m1"}
    run_bundle(
        results / "bundle",
        parts=saved,
        classifiers=[results / "svm"],
        samples=sorted(results.glob("sample/*.parquet")),
        labels_file=labels,
        known_file=known,
        cfg=cfg(
            "cleaning", "split", "sample", "svm", "m1", normalise=NORMALISE, recipe=recipe, weights=[], facts=facts
        ),
    )


def test_all_scenes_have_the_bands_of_both_sensors(mapped: Path) -> None:
    """Census, shards and samples have one layout; what a scene lacks is NaN, and is no reason to leave out a pixel."""
    for name in HOLES:
        found = read_census(mapped / f"census/{name}.parquet")
        assert found.sensors == SENSORS
        sample = read_shard(mapped / f"sample/{name}.parquet")
        assert sample.sensors == SENSORS
        lacking = np.isnan(sample.x[:, SENSORS[0].bands :]).all(axis=1)
        assert lacking.all() if name == LACKING else lacking.mean() < 0.2
        assert len(sample) > 50


def test_the_map_lies_on_the_grid_of_the_first_sensor(mapped: Path) -> None:
    """Every scene is mapped, that which lacks a sensor too, better than by chance; novelty needs both sensors."""
    for name, scene in scenes_of(mapped).items():
        found = read_numbers(mapped / f"maps/{name}.parquet").drawn.map
        codes = np.load(mapped / f"labels/{name}.npy", allow_pickle=False)
        assert found.shape == codes.shape
        labelled = np.isin(codes, found.classes.codes) & found.valid
        right = np.asarray(found.classes.codes)[found.label[labelled]] == codes[labelled]
        assert right.mean() > 0.35
        known = np.isfinite(found.log_p[found.valid])
        assert not known.any() if scene.name == LACKING else known.mean() > 0.8
    assert read_bundle(mapped / "bundle").pipeline.scaler.sensors == SENSORS


def test_latents_of_a_lacking_sensor_are_those_of_the_prior(mapped: Path) -> None:
    """The latents of the views of the second sensor are 0, with variance 1; those of the first are not."""
    shards = [mapped / f"shards/{kind}/{LACKING}.parquet" for kind in ("unlabelled", "labelled")]
    row = asdict(scenes_of(mapped)[LACKING])
    folders = {"scaler_directory": mapped / "scaler", "m1_directory": mapped / "m1"}
    (mapped / "latents").mkdir()
    encoded = mapped / f"latents/{LACKING}.parquet"
    given = {"shards": shards, "scores_directories": []}
    run_encode([encoded], cfg=cfg(scenes={LACKING: row}), **given, **folders)
    latents = read_latents(encoded)
    half = latents.mean.shape[1] // 2
    assert (latents.mean[:, half:] == 0).all()
    assert (latents.log_variance[:, half:] == 0).all()
    assert latents.mean[:, :half].std() > 0.01


def test_a_new_scan_is_mapped_as_a_scene(mapped: Path, tmp_path: Path) -> None:
    """The same files as a new scan give the same classes; its own file alone agrees far more than by chance."""
    scene = scenes_of(mapped)["DH3_1"]
    sections = {"mask": {"method": "none"}, "map": {"smoothing": "none"}, "model": {"path": str(mapped / "bundle")}}
    of_map = read_numbers(mapped / "maps/DH3_1.parquet").drawn.map
    for row, agreement in ((scene, 0.999), (scene.alone, 0.15)):
        run_new_map(tmp_path / "new.parquet", threads=1, cfg=cfg(scene=asdict(row), **sections))
        found = read_numbers(tmp_path / "new.parquet").drawn.map
        both = found.valid & of_map.valid
        assert both.sum() > 500
        assert cohen_kappa_score(of_map.label[both], found.label[both]) >= agreement


def test_pixels_of_a_page_are_those_of_both_sensors(mapped: Path, tmp_path: Path) -> None:
    """The page of a scan that lacks a sensor can be made, with the bands of both."""
    scene = scenes_of(mapped)[LACKING]
    run_pixels(
        tmp_path / "pixels",
        numbers_file=mapped / f"maps/{LACKING}.parquet",
        model_directory=mapped / "bundle",
        features=[],
        cfg=cfg(scene=asdict(scene), page_mb=1.0),
    )
    with open_for(scene, read_bundle(mapped / "bundle")) as cube:
        assert cube.shape[2] == BANDS


def test_groups_are_described_sensor_by_sensor(mapped: Path) -> None:
    """A group without data of a sensor has no values there; the other one has a hull for each sensor."""
    pixels = Pixels.concat([read_shard(mapped / f"sample/{name}.parquet") for name in (LACKING, "DH2_1")])
    cluster = (pixels.table["scene"] != LACKING).to_numpy().astype(int)
    medoid = np.array([int(np.argmin(cluster)), int(np.argmax(cluster))])
    lacking, whole = describe(pixels, cluster, medoid, name="group", unit="reflectance", suggestions=0).groups
    assert lacking.mean[SENSORS[0].bands :] == [None] * SENSORS[1].bands
    assert None not in whole.mean
    assert max(whole.hull_quotient) <= 1 + 1e-6


def test_check_looks_at_both_sensors(mapped: Path) -> None:
    """Nothing is wrong; a file of a sensor that is gone is an error with its name."""
    scenes = scenes_of(mapped)
    study = Study(CONFIG | {"simulate": {"enabled": False}}, tuple(scenes.values()), ClassMap.read(CLASSES_TSV), {})
    problems = Problems()
    found = look_at_scenes(study, problems)
    assert not problems.found
    assert {each.bands for each in found} == {BANDS}
    assert len(read_table(mapped / "split/pixels.parquet"))
    gone = mapped / "DH2_1_swir.h5"
    gone.rename(gone.with_suffix(".away"))
    try:
        look_at_scenes(study, problems)
    finally:
        gone.with_suffix(".away").rename(gone)
    assert any("DH2_1_swir.h5" in error for error in problems.found)
