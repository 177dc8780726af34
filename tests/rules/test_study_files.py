"""The files that rules name by the scenes and settings of a study."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from snakemake.exceptions import WorkflowError

from semispectral.rules.benchmark_jobs import BenchmarkJobs, names_of
from semispectral.rules.map_run import MapRun
from semispectral.rules.read_study import read_study
from semispectral.rules.slices import Slices
from semispectral.rules.snakemake_run import SnakemakeRun
from semispectral.rules.study_files import COMPARED, NOISE, OF_LIBRARY, StudyFiles
from semispectral.study.classes import ClassMap
from semispectral.study.config import complete, read_schema
from semispectral.study.methods import METHODS
from semispectral.study.scenes import read_scenes

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = read_schema(ROOT / "config/config.schema.yaml")
KNOWN = ClassMap((1, 2), ("talc", "calcite"), ("#ff0000", "#00ff00"))
HEADER = "scene hole data data_key labels labels_key axes wavelengths scale nodata use ignore depth_from_m depth_to_m"
ROWS = (
    "DH1_1 DH1 a.h5 x a.h5 y line,sample,band . 1 . . . . .",
    "DH1_2 DH1 b.h5 x b.h5 y line,sample,band . 1 . . 9 . .",
    "DH2_1 DH2 c.h5 x . . line,sample,band . 1 . . . 1 2",
)


@pytest.fixture
def files_of(tmp_path: Path) -> Any:
    """A function that gives the files of a study: DH1 with labels, DH2_1 without, in a hole of known depths."""

    def files(**sections: Any) -> StudyFiles:
        table = tmp_path / "scenes.tsv"
        lines = ["\t".join("" if cell == "." else cell for cell in row.split()) for row in (HEADER, *ROWS)]
        table.write_text("\n".join(lines) + "\n")
        scenes = {scene.name: scene for scene in read_scenes(table, data_root=tmp_path, allow_outside=True)}
        return StudyFiles(Slices(complete(sections, SCHEMA), scenes, KNOWN))

    return files


def job(**wildcards: str) -> SimpleNamespace:
    """A job with these wildcards."""
    return SimpleNamespace(**wildcards)


def test_what_counts_a_scene_follows_its_labels(files_of: Any) -> None:
    """A scene with labels is counted with them, another by the census; what ignores no code needs no labels."""
    files = files_of()
    assert files.counted(["DH1_1", "DH2_1"], "npy") == ["<results>/labels/DH1_1.npy", "<results>/census/DH2_1.npy"]
    assert files.codes_of(job(scene="DH2_1")) == "<results>/census/DH2_1.npy"
    ignored = [files.codes_to_ignore(job(scene=name)) for name in ("DH1_1", "DH1_2", "DH2_1")]
    assert ignored == ["<results>/census/DH1_1.npy", "<results>/labels/DH1_2.npy", "<results>/census/DH2_1.npy"]
    assert files.pool_of(["DH2_1", "DH1_1"]) == [
        "<results>/shards/unlabelled/DH1_1.parquet",
        "<results>/shards/labelled/DH1_1.parquet",
        "<results>/shards/unlabelled/DH2_1.parquet",
    ]


def test_named_test_holes_are_no_scenes_of_training(files_of: Any) -> None:
    """Training reads the other holes; a classifier is asked about what has labels there, too."""
    files = files_of(split={"method": "groups", "test_groups": ["DH1"]})
    assert files.of_training("<results>/{scene}/{kept}") == ["<results>/DH2_1/{kept}"]
    assert files.parts_of(job(scene="DH1_1")) == []
    seen = job(features="latents", seed="3")
    assert files.learnt_from(seen) == ["<results>/latents/3/DH2_1.parquet"]
    assert files.asked_of(seen) == [f"<results>/latents/3/{name}.parquet" for name in ("DH1_1", "DH1_2", "DH2_1")]


def test_scales_are_shared_where_they_are_the_same(files_of: Any) -> None:
    """M1 has a scale of its own, unless its method is that of the bands; noise whitens where a method asks for it."""
    own = files_of(normalise={"method": "snv", "m1_method": "standardise"})
    assert (own.scalers["bands"], own.scalers["latents"]) == ("<results>/scaler/bands", "<results>/scaler/m1")
    shared = files_of(normalise={"method": "snv", "m1_method": "snv"})
    assert shared.scaler_of(job(features="latents_mnf")) == "<results>/scaler/bands"
    assert shared.noises_of(job(scale="bands")) == []
    assert shared.noises_of(job(scale="mnf")) == [NOISE]
    chosen = files_of(normalise={"method": "auto"})
    assert [bool(chosen.choices_of(job(scale=scale))) for scale in ("bands", "m1")] == [True, False]


def test_m1_chooses_among_candidates_of_its_own(files_of: Any) -> None:
    """Both scales are chosen, each in a file of its own; the same candidates make one scale, and one choice."""
    both = files_of(normalise={"method": "auto", "m1_method": "auto"})
    assert both.choices() == ["<results>/input/bands.json", "<results>/input/m1.json"]
    assert both.scalers["latents"] == "<results>/scaler/m1"
    one = files_of(normalise={"method": "auto", "m1_method": "auto", "m1_candidates": ["snv_level", "hull"]})
    assert one.choices() == ["<results>/input/bands.json"]
    assert one.scalers["latents"] == "<results>/scaler/bands"


def test_every_run_has_its_predictions(files_of: Any) -> None:
    """One file for each method and what it sees, number of labels and seed; an average sees one thing only."""
    runs = {"labels_per_class": [5, "all"], "seeds": [1, 2]}
    compare = {"models": ["svm", "m2_svm"], "features": ["bands", "latents"], "baselines": ["lda", "library"]}
    files = files_of(runs=runs, compare=compare)
    found = files.compared()
    assert len(found) == len(set(found)) == 4 * (2 + 1 + 1 + 1)
    assert "<results>/predictions/main/inductive/m2_svm/latents_mnf/all/2.parquet" in found
    assert OF_LIBRARY.format(per_class=5, seed=1) in found
    assert files.trained("m2") == []
    assert files.trained("svm")[:2] == ["<results>/svm/bands/5/1", "<results>/svm/latents/5/1"]
    assert (files.most_labels, files.first_seed) == ("all", 1)


def test_a_hole_has_the_files_of_its_scenes(files_of: Any) -> None:
    """Only a hole whose depths are known is logged; features are files where they are measured."""
    files = files_of()
    assert files.logged == {"DH2": ["DH2_1"]}
    assert files.measured_in_hole("features.tif")(job(hole="DH2")) == ["<results>/features/DH2_1/features.tif"]
    assert files.measured_in_scene("features.tif", folder="new")(job(scene="X")) == ["<results>/new/X/features.tif"]
    assert files_of(features={"enabled": False}).measured("features.tif", ["DH2_1"]) == []


def test_the_jobs_of_the_benchmark(files_of: Any) -> None:
    """Its table of splits begins with that of the main line; members of an average are those of the same seeds."""
    benchmark = {"seeds": [1, 2, 3], "seeds_per_job": 2, "splits": [{"name": "fields", "method": "blocks"}]}
    jobs = BenchmarkJobs(files_of(benchmark=benchmark))
    assert list(jobs.splits) == ["main", *jobs.names] == ["main", "fields"]
    assert jobs.splits_of(job(split="fields", seeds="1-2")) == [f"<results>/splits/fields/{seed}" for seed in (1, 2)]
    of_job = job(split="fields", regime="transductive", method="m2_svm", features="latents_mnf", runs="1-2")
    folder = "<results>/predictions/fields/transductive"
    assert jobs.members_of(of_job) == [f"{folder}/m2/latents_mnf/1-2.parquet", f"{folder}/svm/mnf/1-2.parquet"]
    assert jobs.scored_in(of_job)[0].startswith("<results>/predictions/fields/")
    assert len(jobs.scored_in(of_job)) == len(jobs.methods) * len(jobs.seeds)
    assert jobs.classes_of(job(split="main")) == "<results>/splits/main/classes.json"
    assert jobs.classes_of(of_job) == "<results>/splits/fields/1"
    assert names_of([]) == "none"
    assert set(names_of(METHODS).split("|")) == {row.method for row in METHODS.values()}


def test_what_a_fit_uses_is_in_its_slice(files_of: Any) -> None:
    """A setting of M2 changes the fits of M2, and not those of an SVM."""
    m2, svm = job(method="m2", features="latents"), job(method="svm", features="mnf")
    before, after = (BenchmarkJobs(files_of(m2={"alpha": alpha})) for alpha in (0.1, 0.2))
    assert before.fit_cfg(m2) != after.fit_cfg(m2)
    assert before.fit_cfg(svm) == after.fit_cfg(svm)
    with pytest.raises(WorkflowError, match="lda sees latents"):
        before.fit_cfg(job(method="lda", features="latents"))


def test_the_run_of_the_maps(files_of: Any) -> None:
    """By default that with the most labels and the first seed; an average is made of its members' models."""
    runs = {"labels_per_class": [5, 50], "seeds": [4, 7]}
    of_map = MapRun(files_of(runs=runs))
    assert of_map.path("{method}/{per_class}/{seed}") == "m2_svms_lda/50/4"
    assert of_map.classifiers() == [
        "<results>/m2/latents_mnf/50/4",
        "<results>/svm/mnf/50/4",
        "<results>/lda_mnf/mnf/50/4",
        "<results>/svm/hull/50/4",
    ]
    with pytest.raises(WorkflowError, match="config, map: m2_svms_lda is an average"):
        MapRun(files_of(map={"features": "bands"})).classifiers()
    with pytest.raises(WorkflowError, match="predict_new needs a trained model"):
        of_map.of_model(lambda path: (_ for _ in ()).throw(_missing(path)))


def _missing(path: str) -> Exception:
    from semispectral.errors import ConfigError

    return ConfigError(f"predict_new needs a trained model; got {path!r}")


def test_a_study_is_read_and_what_is_wrong_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in study is read from the workflow's folder; a misspelt key is Snakemake's own error, in a sentence."""
    monkeypatch.chdir(tmp_path)
    study = read_study({}, lambda path: str(ROOT / path))
    assert study.classes_file == str(ROOT / "config/classes.tsv")
    assert set(study.slices.scenes) == {f"DH{hole}_{scene}" for hole in (1, 2, 3) for scene in (1, 2)}
    assert study.with_labels(COMPARED)(job()) == COMPARED
    with pytest.raises(WorkflowError, match="sed"):
        read_study({"runs": {"sed": 1}}, lambda path: str(ROOT / path))
    nowhere = read_study({"split": {"test_groups": ["DH9"]}}, lambda path: str(ROOT / path))
    with pytest.raises(WorkflowError, match="DH9"):
        nowhere.with_holes(COMPARED)(job())


def test_threads_and_gpus_follow_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here two jobs share the cores, and a GPU is asked for where there is one; elsewhere the cluster decides."""
    monkeypatch.setattr("semispectral.rules.snakemake_run.has_gpu", lambda: False)
    here = SimpleNamespace(remote_exec=False, local_exec=True, cores=6)
    run = SnakemakeRun(here, source=lambda path: str(ROOT / path))
    assert [run.at_most(threads)(job()) for threads in (2, 4)] == [2, 3]
    assert run.gpu_if_any(job()) == 0
    there = SnakemakeRun(SimpleNamespace(remote_exec=True, local_exec=False, cores=1), source=str)
    assert (there.at_most(4)(job()), there.gpu_if_any(job())) == (4, 1)
    assert [run.as_many_as(threads)(job()) for threads in (2, 4, 40)] == [2, 4, 6]
    assert there.as_many_as(40)(job()) == 40
    assert run.code("census")(job()) == run.code("census")(job()) != run.code("draw")(job())
