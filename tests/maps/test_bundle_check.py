"""A bundle of a stranger: whatever in it cannot be used is refused in one sentence that names the file."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models as tiny
from semispectral.classifiers.by_sensor import fit_by_sensor
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.errors import DataError
from semispectral.maps.bundle import read_bundle
from semispectral.scans.sensor_bands import SensorBands, Sensors
from semispectral.spectra.scaling import Scaler
from semispectral.storage.model_files import fill_model, load_model

Arrays = dict[str, np.ndarray]
Change = Callable[[Arrays, dict[str, Any]], object]


def changed(directory: Path, part: str, change: Change) -> None:
    """Change one part (or the whole, called ``.``) of a bundle, and put all checksums right again."""
    arrays, description = load_model(directory / part)
    arrays = {name: array.copy() for name, array in arrays.items()}
    change(arrays, description)
    fill_model(directory / part, arrays, description)
    if part != ".":
        whole, said = load_model(directory)
        said["parts"][part] = load_model(directory / part)[1]["weights_sha256"]
        fill_model(directory, whole, said)


def put(*path: Any) -> Change:
    """Set a value in the description, by its path; the last of ``path`` is the value."""

    def change(_: Arrays, description: dict[str, Any]) -> None:
        *keys, last, value = path
        for key in keys:
            description = description[key]
        description[last] = value

    return change


def drop(key: str) -> Change:
    """Take a key from the description."""
    return lambda _, description: description.pop(key)


def array(name: str, make: Callable[[np.ndarray], np.ndarray]) -> Change:
    """Replace an array by what is made of it."""
    return lambda arrays, _: arrays.update({name: make(arrays[name])})


def filled(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """An array of the same shape, full of one value."""
    return lambda given: np.full_like(given, value)


def every(value: float) -> Change:
    """All arrays full of one value."""
    return lambda arrays, _: arrays.update({name: np.full_like(each, value) for name, each in arrays.items()})


NAMES: tuple[tuple[str, str], ...] = (
    ("a\nfile type = evil", "printed"),
    ("\x1b[2J", "printed"),
    ("a\0b", "printed"),
    ("\u202eevil", "printed"),
    ("=1+1", "formula"),
    ("@cmd", "formula"),
    ("", "printed"),
    ("a" * 100_000, "letters"),
)
WRONG: tuple[tuple[str, Change, str], ...] = (
    *((".", put("classes", "names", 1, name), words) for name, words in NAMES),
    (".", put("classes", "names", 1, "kaolinite"), "duplicate name"),
    (".", put("classes", "names", ["a", "b"]), "3 codes"),
    (".", put("classes", "names", 0, 7), "classes.names.0"),
    (".", put("classes", "codes", [0, 4, 9]), "0 means"),
    (".", put("classes", "codes", [1, 4, 2**40]), "32 bits"),
    (".", put("classes", "codes", [1, 4, "9"]), "classes.codes.2"),
    (".", put("classes", "colours", 0, "red"), "colour"),
    (".", put("classes", None), "classes"),
    (".", put("scale", "1"), "scale"),
    (".", put("scale", math.nan), "scale"),
    (".", put("scale", -1.0), "scale"),
    (".", drop("scale"), "scale"),
    (".", put("features", "everything"), "features"),
    (".", put("method", "forest"), "method"),
    (".", drop("parts"), "parts"),
    (".", lambda _, description: description["parts"].pop("classifier"), "classifier"),
    (".", put("parts", "../evil", "x"), "evil"),
    (".", lambda arrays, _: arrays.pop("threshold"), "threshold"),
    (".", array("threshold", filled(math.nan)), "threshold"),
    (".", array("threshold", filled(math.inf)), "threshold"),
    (".", array("threshold", lambda given: np.zeros(2)), "threshold"),
    (".", array("class_means", lambda given: given[:, 1:]), "class_means"),
    (".", array("class_means", lambda given: given[:2]), "class_means"),
    (".", array("class_means", lambda given: given.ravel()), "class_means"),
    (".", array("class_means", filled(math.inf)), "class_means"),
    (".", array("guide_mean", filled(math.nan)), "guide_mean"),
    (".", array("guide_components", lambda given: given[1:]), "guide_components"),
    (".", array("wavelengths_nm", lambda given: given[1:]), "wavelengths_nm"),
    ("scaler", put("method", "magic"), "magic"),
    ("scaler", put("bands", 10**9), "bands|class_means"),
    ("scaler", put("bands", True), "bands"),
    ("scaler", put("cleaning", {"steps": ["evil"]}), "evil"),
    ("scaler", put("cleaning", "x"), "cleaning"),
    ("scaler", array("mean", lambda given: given[:1]), "mean"),
    ("scaler", array("scale", filled(0)), "above 0"),
    ("scaler", every(math.nan), "finite"),
    ("m1", put("settings", "latents", 10**9), "latents"),
    ("m1", put("settings", "latents", "4"), "latents"),
    ("m1", put("live", [0, 2, 77]), "77"),
    ("m1", put("live", [0, 2]), "fit together|shape"),
    ("m1", put("settings", "net", "activation", "__import__('os').system('id')"), "activation"),
    ("m1", put("settings", "likelihood", "cauchy"), "likelihood"),
    ("m1", put("settings", "sigma_floor", 0), "sigma_floor"),
    ("m1", drop("settings"), "settings"),
    ("m1", every(math.nan), "finite"),
    ("m1", array("q_z_mean/bias", lambda given: given[:1]), "q_z_mean"),
    ("m1", lambda arrays, _: arrays.pop("q_z_mean/kernel_0"), "fit together"),
    ("m1", array("p_x_hidden_0/kernel_0", lambda given: given.astype(bool)), "numbers are needed"),
    ("tray", every(math.nan), "finite"),
    ("tray", drop("used"), "used"),
    ("tray", array("axes", lambda given: given[1:]), "axes"),
    ("tray", array("core/root", lambda given: given[:, 1:]), "core/root"),
    ("tray", array("tray/weight", filled(0)), "above 0"),
    ("tray", array("threshold", filled(math.inf)), "finite"),
    ("tray", lambda arrays, _: arrays.pop("brightness"), "brightness"),
    ("classifier", every(math.inf), "finite"),
    ("classifier", put("labels", [0, 1, 9]), "labels below 3"),
    ("classifier", put("classes", 4), "3 classes"),
    ("classifier", put("classes", 10**9), "3 classes"),
    ("classifier", put("temperature", math.nan), "temperature"),
    ("classifier", put("temperature", 0), "temperature"),
    ("classifier", array("q_y_hidden_0/kernel_0", lambda given: given[1:]), "fit together"),
    ("classifier", array("prior/log_prior", lambda given: given[:1]), "log_prior"),
    ("classifier", array("likelihood/log_sigma", lambda given: given[:1]), "log_sigma"),
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, to be copied."""
    directory = tmp_path_factory.mktemp("sound") / "model"
    tiny.tiny_bundle(directory, seed=1)
    return directory


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_cannot_be_used_is_refused_in_one_sentence(sound: Path, tmp_path: Path, number: int) -> None:
    """Names, settings, numbers and shapes of a stranger's bundle, whose checksums are all right."""
    part, change, words = WRONG[number]
    shutil.copytree(sound, tmp_path / "model")
    changed(tmp_path / "model", part, change)
    with pytest.raises(DataError, match=words) as caught:
        read_bundle(tmp_path / "model")
    said = str(caught.value)
    assert said.startswith(str(tmp_path / "model"))
    assert said.isprintable()
    assert len(said) < 700


OF_SVM: tuple[tuple[Change, str], ...] = (
    (put("class_count", 10**9), "3 classes"),
    (put("gamma", math.nan), "gamma"),
    (put("kind", "m2"), "kind"),
    (array("classes", lambda given: given + 2), "labels below 3"),
    (array("support", lambda given: given[:, 1:]), "as in training"),
    (array("coefficients", filled(math.nan)), "finite"),
    (array("intercepts", lambda given: given[:1]), "intercepts"),
    (array("counts", lambda given: given + 1), "coefficients|support"),
)


def bundle_of_svm(directory: Path, sensors: Sensors = ()) -> None:
    """Write a bundle whose classifier is an SVM on bands, of one sensor or of several."""
    tiny.tiny_bundle(directory, seed=1, method="qy", features="bands")
    pixels = tiny.tiny_pixels(seed=1)
    known = pixels.where(pixels.label >= 0)
    x = Scaler.from_saved(*load_model(directory / "scaler")).transform(known.x)
    given = {"classes": 3, "settings": SvmConfig(cost=(1.0,), gamma=(1.0,), folds=2), "seed": 1}
    svm = fit_by_sensor(fit_svm, x, known.label.astype(int), sensors=sensors, **given)
    fill_model(directory / "classifier", *svm.to_saved())
    changed(directory, ".", put("method", "svm"))
    changed(directory, "classifier", lambda *_: None)


@pytest.mark.parametrize(("change", "words"), OF_SVM)
def test_an_svm_is_checked_too(tmp_path: Path, change: Change, words: str) -> None:
    """Its classes, its numbers, and that its machine is of its support vectors."""
    bundle_of_svm(tmp_path / "model")
    assert read_bundle(tmp_path / "model").classes == tiny.NAMES
    changed(tmp_path / "model", "classifier", change)
    with pytest.raises(DataError, match=words) as caught:
        read_bundle(tmp_path / "model")
    assert str(caught.value).startswith(str(tmp_path / "model"))


def known_in_part() -> Arrays:
    """What makes the SVM of each sensor know one class alone, and not the same."""
    return {"vnir/classes": np.array([0]), "swir/classes": np.array([1])}


OF_SENSORS: tuple[tuple[Change, str], ...] = (
    (put("sensors", [["vnir", 4]]), "sensors"),
    (put("sensors", [["vnir", 4], ["tir", tiny.BANDS - 4]]), "vnir, tir are needed"),
    (put("sensors", [["vnir", 5], ["swir", tiny.BANDS - 5]]), "swir/support"),
    (put("sensors", [["vnir", 4], ["swir", tiny.BANDS - 4], ["tir", 3]]), "as in training"),
    (put("by_sensor", {}), "by_sensor"),
    (put("by_sensor", "swir", "gamma", math.nan), "gamma"),
    (put("by_sensor", "swir", "class_count", 4), "3 classes"),
    (array("swir/classes", lambda given: given + 2), "labels below 3"),
    (lambda arrays, _: arrays.update(known_in_part()), "must know all classes"),
    (array("swir/support", lambda given: given[:, 1:]), "swir/support"),
    (array("vnir/intercepts", lambda given: given[:1]), "intercepts"),
    (array("vnir/coefficients", filled(math.nan)), "finite"),
    (lambda arrays, _: arrays.pop("vnir/support"), "vnir/support"),
    (lambda arrays, _: arrays.update({"tir/support": np.ones((1, 1))}), "tir"),
)


@pytest.mark.parametrize(("change", "words"), OF_SENSORS)
def test_svms_of_several_sensors_are_checked_too(tmp_path: Path, change: Change, words: str) -> None:
    """Each as if it were alone, and that it is of a sensor and sees that one's columns."""
    bundle_of_svm(tmp_path / "model", (SensorBands("vnir", 4), SensorBands("swir", tiny.BANDS - 4)))
    assert read_bundle(tmp_path / "model").classes == tiny.NAMES
    changed(tmp_path / "model", "classifier", change)
    with pytest.raises(DataError, match=words) as caught:
        read_bundle(tmp_path / "model")
    assert str(caught.value).startswith(str(tmp_path / "model"))


OF_AVERAGES: tuple[tuple[Change, str], ...] = (
    (put("members", "m2", "labels", [0, 1, 9]), "labels below 3"),
    (put("members", "m2", "classes", 4), "3 classes"),
    (put("members", "svm", "gamma", math.nan), "gamma"),
    (put("members", "svm", None), "members"),
    (put("members", "forest", {}), "forest"),
    (put("members", {}), "members"),
    (put("kind", "m2"), "kind"),
    (array("svm/intercepts", lambda given: given[:1]), "intercepts"),
    (array("svm/scale", filled(math.nan)), "finite"),
    (array("svm/scale", lambda given: given[1:]), "as in training|fit together"),
    (array("m2/q_y_hidden_0/kernel_0", lambda given: given[1:]), "fit together"),
    (array("m2/likelihood/log_sigma", lambda given: given[:1]), "log_sigma"),
    (lambda arrays, _: arrays.update({"forest/trees": np.ones(1)}), "forest"),
    (put("members", "lda_mnf", "temperature", 0.0), "temperature"),
    (put("members", "lda_mnf", "kind", "svm"), "kind"),
    (array("lda_mnf/weights", lambda given: given[:, 1:]), "weights"),
    (array("lda_mnf/weights", lambda given: given[1:]), "as in training|fit together"),
    (array("lda_mnf/bias", lambda given: given[:1]), "bias"),
    (lambda arrays, _: arrays.pop("lda_mnf/bias"), "bias"),
    (put("weights", {"m2": 2, "svm": 1}), "weights: a number is needed for each of lda_mnf, m2, svm, got m2, svm"),
    (put("weights", {"m2": 2, "svm": 1, "lda_mnf": 0}), "weights"),
    (put("inputs", None), "inputs"),
    (put("inputs", {"m2": [0, 3], "svm": [0, 3]}), "inputs: two numbers are needed for each of lda_mnf, m2, svm, got"),
    (put("inputs", "svm", [0]), "inputs"),
    (put("inputs", "svm", [-1, 3]), "inputs"),
    (put("inputs", "m2", [1, 4]), "fit together"),
)


@pytest.mark.parametrize(("change", "words"), OF_AVERAGES)
def test_the_members_of_an_average_are_checked_too(tmp_path: Path, change: Change, words: str) -> None:
    """Each as if it were alone, and that there are two at least, of known kinds."""
    seen = {"features": "latents_mnf", "scaling": "mnf", "scaling_m1": "views"}
    tiny.tiny_bundle(tmp_path / "model", seed=1, method="m2_svm_lda", **seen)
    changed(tmp_path / "model", "classifier", change)
    with pytest.raises(DataError, match=words) as caught:
        read_bundle(tmp_path / "model")
    assert str(caught.value).startswith(str(tmp_path / "model"))


OF_WINDOWS: tuple[tuple[Change, str], ...] = (
    (array("hull_band", lambda given: given + 1000), "hull_band: bands from 0"),
    (array("hull_band", lambda given: given[1:]), "hull_window"),
    (array("hull_nm", lambda given: given[::-1]), "rising wavelengths"),
    (array("hull_window", lambda given: given[:-1]), "hull_window"),
)


@pytest.mark.parametrize(("change", "words"), OF_WINDOWS)
def test_windows_of_hull_quotients_are_checked_too(tmp_path: Path, change: Change, words: str) -> None:
    """Their bands are bands of the model, with rising wavelengths."""
    tiny.tiny_bundle(tmp_path / "model", seed=1, scaling="hull")
    changed(tmp_path / "model", "scaler", change)
    with pytest.raises(DataError, match=words):
        read_bundle(tmp_path / "model")


def test_a_bundle_that_was_not_changed_is_read(sound: Path, tmp_path: Path) -> None:
    """Putting the checksums right is no change, and neither are facts that nobody uses."""
    shutil.copytree(sound, tmp_path / "model")
    changed(tmp_path / "model", "m1", put("best_score", math.inf))
    changed(tmp_path / "model", ".", put("scores", {"oa": 0.5}))
    assert json.loads((tmp_path / "model/model.json").read_text())["scores"] == {"oa": 0.5}
    assert read_bundle(tmp_path / "model").classes == tiny.NAMES
