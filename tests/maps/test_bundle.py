"""A bundle: it gives the same map wherever it is read, knows what it is, and refuses what was changed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tiny_models as tiny
from semispectral.errors import ConfigError, DataError, IntegrityError, MissingFileError
from semispectral.inference.average import average
from semispectral.inference.lda_inference import LdaModel
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.svm_inference import SvmModel
from semispectral.maps.bundle import read_bundle
from semispectral.maps.bundle_build import Recipe, checksums, class_means, guide_of
from semispectral.maps.pipeline import m1_scores, m2_scores
from semispectral.maps.stage_bundle import classifier_of
from semispectral.scans.cube import Latents
from semispectral.spectra.noise_scores import with_scores
from semispectral.spectra.scaling import fit_scaler
from semispectral.storage.model_files import load_model, save_model
from semispectral.study.methods import first_row, trained_rows

MNF = {"features": "mnf", "scaling": "mnf"}
WITH_SCORES = {"features": "latents_mnf", "scaling": "mnf", "scaling_m1": "views"}
AVERAGE = {"method": "m2_svm_lda", **WITH_SCORES}
WITH_HULL = {"method": "m2_svms_lda", **WITH_SCORES}


@pytest.mark.parametrize("seen", [{"features": "bands"}, {"features": "latents"}, MNF, WITH_SCORES, AVERAGE, WITH_HULL])
def test_a_bundle_reads_back(tmp_path: Path, seen: dict[str, str]) -> None:
    """Scores, bands, classes, threshold and class means are those that were written."""
    written = tiny.tiny_bundle(tmp_path / "model", seed=1, **seen)
    read = read_bundle(tmp_path / "model")
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    for one, other in zip(written.pipeline.scores(raw), read.pipeline.scores(raw), strict=True):
        np.testing.assert_array_equal(one, other)
    assert read.classes == tiny.NAMES
    assert read.threshold == written.threshold
    assert read.bands == tiny.BANDS
    np.testing.assert_array_equal(read.wavelengths_nm, tiny.WAVELENGTHS_NM)
    np.testing.assert_array_equal(read.class_means, written.class_means)


@pytest.mark.parametrize("scaling", ["hull", "views_hull"])
def test_hull_quotients_of_a_trained_model_are_those_of_training(tmp_path: Path, scaling: str) -> None:
    """A new scan needs no windows: the model knows their bands."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, scaling=scaling)
    pipeline = read_bundle(tmp_path / "model").pipeline
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    window = (tiny.WAVELENGTHS_NM[1], tiny.WAVELENGTHS_NM[-2])
    train = tiny.tiny_pixels(seed=1).x
    scaler = fit_scaler(train, method=scaling, wavelengths_nm=tiny.WAVELENGTHS_NM, windows=[window])
    np.testing.assert_array_equal(pipeline.scaler.transform(raw), scaler.transform(raw))
    assert np.isfinite(pipeline.scores(raw).probability).all()


def test_m1_may_have_a_scale_of_its_own(tmp_path: Path) -> None:
    """q(y|x) on bands sees its scale and M1, which says what is novel, another; both are kept."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, method="qy", features="bands", scaling_m1="views")
    pipeline = read_bundle(tmp_path / "model").pipeline
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    found = pipeline.scores(raw)
    train = tiny.tiny_pixels(seed=1).x
    x, views = (fit_scaler(train, method=method).transform(raw) for method in ("snv_standardise", "views"))
    assert pipeline.m1 is not None
    np.testing.assert_array_equal(found.probability, pipeline.classifier.predict_proba(x))
    np.testing.assert_array_equal(found.log_p, m1_scores(pipeline.m1, views)[1])
    np.testing.assert_array_equal(found.guide, (x - pipeline.guide_mean) @ pipeline.guide_components)


def test_noise_scores_beside_the_latents_are_those_of_training(tmp_path: Path) -> None:
    """A map gives the classifier what encoding gave it: latents, then scores over their common scale."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, **WITH_SCORES)
    pipeline = read_bundle(tmp_path / "model").pipeline
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    train = tiny.tiny_pixels(seed=1)
    views = fit_scaler(train.x, method="views").transform(raw)
    mnf = fit_scaler(train.x, method="mnf", noise=tiny.NOISE, mnf_components=tiny.COMPONENTS)
    assert pipeline.m1 is not None
    assert pipeline.m2 is not None
    table = pd.DataFrame({"scene": "A", "line": 0, "sample": np.arange(len(raw)), "code": 0})
    seen = with_scores(Latents(*pipeline.m1.encode(views), table), mnf, raw).mean
    found = pipeline.scores(raw)
    np.testing.assert_array_equal(found.probability, pipeline.classifier.predict_proba(seen))
    np.testing.assert_array_equal(found.log_p, m2_scores(pipeline.m2, seen, found.probability))


def test_an_average_is_the_mean_of_what_its_members_say_of_their_own_inputs(tmp_path: Path) -> None:
    """M2, which counts half, sees latents and scores over their scale, the others scores in units of the noise."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, **AVERAGE)
    pipeline = read_bundle(tmp_path / "model").pipeline
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    saved = tmp_path / "model_parts"
    svm = SvmModel.from_saved(*load_model(saved / "svm/mnf/20/1"))
    lda = LdaModel.from_saved(*load_model(saved / "lda_mnf/mnf/20/1"))
    m2 = M2Inference(*load_model(saved / "m2/latents_mnf/20/1"))
    train = tiny.tiny_pixels(seed=1)
    scores = fit_scaler(train.x, method="mnf", noise=tiny.NOISE, mnf_components=tiny.COMPONENTS).transform(raw)
    assert pipeline.m1 is not None
    latents = pipeline.m1.encode(fit_scaler(train.x, method="views").transform(raw))[0]
    seen = np.concatenate([latents, scores / pipeline.scaler.common_scale], axis=1)
    found = pipeline.scores(raw)
    of_m2 = m2.predict_proba(seen)
    mean = average([of_m2, of_m2, svm.predict_proba(scores), lda.predict_proba(scores)])
    np.testing.assert_allclose(found.probability, mean, atol=1e-5)
    for other in (svm, lda):
        assert np.abs(other.predict_proba(scores) - of_m2).max() > 0.1
    np.testing.assert_allclose(found.log_p, m2_scores(m2, seen, found.probability), rtol=1e-5)


def test_a_member_on_hull_quotients_sees_them_beside_what_the_others_see(tmp_path: Path) -> None:
    """Its quotients are those of the same pixels; M2, and with it log p(x), sees none of them."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, **WITH_HULL)
    tiny.tiny_bundle(tmp_path / "without", seed=1, **AVERAGE)
    pipeline, without = (read_bundle(tmp_path / name).pipeline for name in ("model", "without"))
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    assert pipeline.hull is not None
    svm = SvmModel.from_saved(*load_model(tmp_path / "model_parts/svm/hull/20/1"))
    own = svm.predict_proba(pipeline.hull.transform(raw))
    others = without.scores(raw).probability
    np.testing.assert_allclose(pipeline.scores(raw).probability, average([others, own], [4, 2]), atol=1e-5)
    assert np.abs(own - others).max() > 0.1
    same = pipeline.scores(raw).probability.argmax(axis=1) == others.argmax(axis=1)
    np.testing.assert_array_equal(pipeline.scores(raw).log_p[same], without.scores(raw).log_p[same])


@pytest.mark.parametrize("weight", [8.0, 0.0])
def test_a_member_counts_as_much_as_its_model_says(tmp_path: Path, weight: float) -> None:
    """The weight that was chosen on labels stands in the model; with none it is left out."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, **WITH_HULL)
    saved = tmp_path / "model_parts"
    arrays, description = load_model(saved / "svm/hull/20/1")
    save_model(saved / "svm/hull/20/1", arrays, description | {"weight": weight})
    folders = [saved / method / features / "20/1" for method, features in trained_rows("m2_svms_lda", "latents_mnf")]
    parts = {name: load_model(saved / name) for name in ("scaler", "scaler_hull", "m1")}
    _, joined = classifier_of(folders, parts, first_row("m2_svms_lda").weights)
    others = {"m2": 2, "svm": 1, "lda_mnf": 1}
    assert joined["weights"] == (others | {"svm-hull": weight} if weight else others)
    assert joined["members"].keys() == joined["inputs"].keys() == joined["weights"].keys()


@pytest.mark.parametrize("scaling", ["snv_standardise", "views"])
def test_without_a_scale_of_its_own_m1_shares_the_classifiers(tmp_path: Path, scaling: str) -> None:
    """A bundle of a classifier of latents, and any of before M1 had a scale of its own, has one: one transform."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, scaling=scaling)
    facts = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    assert "scaler_m1" not in facts["parts"]
    pipeline = read_bundle(tmp_path / "model").pipeline
    assert pipeline.scaler_m1 is pipeline.scaler
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    assert pipeline.m1 is not None
    latents, _ = pipeline.m1.encode(fit_scaler(tiny.tiny_pixels(seed=1).x, method=scaling).transform(raw))
    np.testing.assert_array_equal(pipeline.scores(raw).probability, pipeline.classifier.predict_proba(latents))


@pytest.mark.parametrize(("method", "features"), [("m2", "latents"), ("m2", "bands"), ("qy", "latents")])
def test_what_is_novel_is_told_by_m2_of_what_it_sees_else_by_m1(tmp_path: Path, method: str, features: str) -> None:
    """M2 of latents in M1+M2, and of bands; M1 beside a classifier that describes nothing."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, method=method, features=features)
    pipeline = read_bundle(tmp_path / "model").pipeline
    raw = tiny.tiny_counts(seed=2).reshape(-1, tiny.BANDS)
    found, x = pipeline.scores(raw), pipeline.scaler.transform(raw)
    latents, by_m1 = (x, None) if pipeline.m1 is None else m1_scores(pipeline.m1, x)
    by_m2 = None if pipeline.m2 is None else m2_scores(pipeline.m2, latents, found.probability)
    assert (by_m2 is None) == (method == "qy")
    np.testing.assert_allclose(found.log_p, by_m1 if by_m2 is None else by_m2, rtol=1e-6)


def test_a_bundle_says_what_it_is(tmp_path: Path) -> None:
    """Configuration, scores, holes, checksums of its parts and versions stand in model.json; no file is a pickle."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    facts = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    assert facts["config"] == {"m1": {"latents": 4}}
    assert facts["holes"] == {"train": ["H1"], "valid": ["H1"], "test": ["H2"]}
    assert set(facts["parts"]) == {"scaler", "m1", "classifier", "tray"}
    assert {"commit", "numpy", "semispectral"} <= set(facts["provenance"])
    assert 0 <= facts["scores"]["macro_f1"] <= 1
    suffixes = {path.suffix for path in (tmp_path / "model").rglob("*") if path.is_file()}
    assert suffixes == {".safetensors", ".json", ".md"}


def test_the_card_warns(tmp_path: Path) -> None:
    """The model card names holes, classes, bands, the threshold and what it was set on."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=1)
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    for words in ("Holes: H1", "| 4 | talc, massive |", "1000.0 to 1110.0 nm", f"{bundle.threshold:.1f} nats", "5.0%"):
        assert words in card


def test_a_changed_part_is_refused(tmp_path: Path) -> None:
    """A part cut short, or one of another model, is not used."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    tiny.tiny_bundle(tmp_path / "other", seed=2)
    for name in ("weights.safetensors", "model.json"):
        content = (tmp_path / "other" / "m1" / name).read_bytes()
        (tmp_path / "model" / "m1" / name).write_bytes(content)
    with pytest.raises(DataError, match="m1 belong to another model"):
        read_bundle(tmp_path / "model")
    weights = tmp_path / "other" / "scaler" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(IntegrityError, match="scaler"):
        read_bundle(tmp_path / "other")


def test_another_directory_is_refused(tmp_path: Path) -> None:
    """A model that is no bundle, and a directory that is no model, say what to give instead."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    with pytest.raises(DataError, match="results/model"):
        read_bundle(tmp_path / "model" / "m1")
    with pytest.raises(MissingFileError, match="model directory"):
        read_bundle(tmp_path)


@pytest.mark.parametrize(
    ("kind", "words"), [("bundle 9", "9, by a newer version.*install"), ("bundle", "1, by an older")]
)
def test_a_model_of_another_format_is_said_in_a_sentence(tmp_path: Path, kind: str, words: str) -> None:
    """Both formats, and what to do, whichever of the two is newer."""
    save_model(tmp_path / "model", {"a": np.zeros(1)}, {"kind": kind})
    with pytest.raises(DataError, match=rf"model: this trained model is of format {words}"):
        read_bundle(tmp_path / "model")


def test_class_means_are_those_of_the_per_class(tmp_path: Path) -> None:
    """Only labels that the classifier saw count; a class without any has none."""
    pixels = tiny.tiny_pixels(seed=3)
    train = pixels.where((pixels.table["part"] == "train").to_numpy())
    per_class = train.table[train.label == 1].head(4)
    means = class_means(train, per_class, classes=3)
    rows = per_class.index
    np.testing.assert_allclose(means[1], train.x[rows].mean(axis=0), rtol=1e-6)
    assert np.isnan(means[[0, 2]]).all()


def test_guide_is_the_leading_components_with_unit_variance() -> None:
    """The projections are uncorrelated, of variance 1 and mean 0, and of a sign that does not depend on the library."""
    pixels = tiny.tiny_pixels(seed=3)
    scaler = fit_scaler(pixels.x, method="standardise")
    guide = guide_of(scaler, pixels.x)
    projected = (scaler.transform(pixels.x) - guide["guide_mean"]) @ guide["guide_components"]
    np.testing.assert_allclose(np.cov(projected, rowvar=False), np.eye(3), atol=1e-3)
    np.testing.assert_allclose(projected.mean(axis=0), 0, atol=1e-4)
    largest = np.abs(guide["guide_components"]).argmax(axis=0)
    assert (guide["guide_components"][largest, range(3)] > 0).all()


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_false_alarm_rate_out_of_range_is_refused(rate: float) -> None:
    """The message names the key."""
    with pytest.raises(ConfigError, match=r"map\.false_alarm"):
        Recipe("m2", "latents", "20", 1, rate)


def test_checksums_name_what_a_model_was_made_from(tmp_path: Path) -> None:
    """The SHA-256 of each file, by names that do not depend on where the project lies."""
    path = tmp_path / "results/shards/one.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksums([str(path)]) == {"results/shards/one.parquet": known}


def test_names_in_the_card_are_text(tmp_path: Path) -> None:
    """A name with the signs of Markdown or HTML makes no column, tag or link."""
    classes = replace(tiny.NAMES, names=("a|b", "<script>x</script>", "[c](d)"))
    tiny.tiny_bundle(tmp_path / "model", seed=1, classes=classes)
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    for row in (r"| 1 | a\|b | #ff0000 |", r"| 4 | \<script\>x\</script\> | #00ff00 |", r"| 9 | \[c\](d) | #0000ff |"):
        assert row in card
