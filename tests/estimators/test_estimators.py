"""The estimators as their users meet them: labels, scikit-learn's tools, files, and what the models learn."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_moons
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from semispectral.errors import ConfigError, DataError, IntegrityError
from semispectral.estimators import SemiSupervisedVAE, SpectralVAE, StackedVAE, options, rows
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2

STEPS = {"least_steps": 3}
M1_STEPS: dict[str, Any] = {"dead_std": 0.0, "fit": {**STEPS, "learning_rate": 0.1}}
M2_ONCE: dict[str, Any] = {"select": "last", "fit": STEPS}  # not a second time, on the labels held out as well
M2_TWICE: dict[str, Any] = {"fit": STEPS}


def _tiny(name: str, **changes: Any) -> Any:
    """An estimator that trains each model once, for three steps."""
    tiny = {
        "SpectralVAE": SpectralVAE(3, (4,), epochs=1, settings=M1_STEPS),
        "SemiSupervisedVAE": SemiSupervisedVAE(2, (4,), epochs=1, learning_rate=0.3, settings=M2_ONCE),
        "StackedVAE": StackedVAE(
            4, 2, m1_hidden=(), m2_hidden=(), m1_epochs=1, m2_epochs=1, learning_rate=0.3,
            m1_settings=M1_STEPS, m2_settings=M2_ONCE,
        ),
    }  # fmt: skip
    return tiny[name].set_params(random_state=3, **changes)


def _blobs(seed: int, *, per_class: int = 40, columns: int = 5) -> tuple[np.ndarray, np.ndarray]:
    centres = np.random.default_rng(8).normal(0, 4, (3, columns))
    return make_blobs([per_class] * 3, centers=centres, random_state=seed)


def _partly(y: np.ndarray, per_class: int, *, mark: Any = -1) -> np.ndarray:
    """y with so many labels per class, and the mark everywhere else."""
    kept = np.concatenate([np.flatnonzero(y == value)[:per_class] for value in np.unique(y)])
    partly = np.full(len(y), mark, np.result_type(y, np.asarray(mark)))
    partly[kept] = y[kept]
    return partly


CLASSIFIERS = ["SemiSupervisedVAE", "StackedVAE"]
ALL = ["SpectralVAE", *CLASSIFIERS]


# Labels


@pytest.mark.parametrize(
    ("y", "unlabelled", "classes", "label"),
    [
        (np.array([5, -1, 2]), -1, [2, 5], [1, -1, 0]),
        (np.array([5.0, -1.0, 2.0]), -1, [2, 5], [1, -1, 0]),
        (np.array(["b", "a", -1]), -1, ["a", "b"], [1, 0, -1]),
        (np.array(["b", "a", -1], object), -1, ["a", "b"], [1, 0, -1]),
        (np.array(["b", "", "a"]), "", ["a", "b"], [1, -1, 0]),
        (np.array([1, -1]), None, [-1, 1], [1, 0]),
        (np.array([True, False]), -1, [False, True], [1, 0]),
    ],
)
def test_rows_without_a_label_are_told_by_their_mark(y: Any, unlabelled: Any, classes: list[Any], label: Any) -> None:
    """Numbers and text alike: -1, its text beside strings, or a mark of one's own; none where all are labelled."""
    found, place = rows.encode_labels(y, unlabelled)
    assert found.tolist() == classes
    assert_array_equal(place, label)


MISSING = [
    np.array([5, np.nan, 2]),
    np.array([5.0, np.nan, 2.0, -1.0])[:3],
    np.array([[5], [np.nan], [2]]),
    [5, None, 2],
    np.array([5, None, 2], object),
    pd.array([5, None, 2], dtype="Int64"),
    pd.Series([5, pd.NA, 2], dtype="Int16", index=[9, 8, 7]),
    pd.Series([5, None, 2], dtype="category"),
]
MISSING_TEXT = [
    np.array(["b", None, "a"], object),
    ["b", float("nan"), "a"],
    pd.Series(["b", None, "a"]),
    pd.Series(["b", pd.NA, "a"], dtype="string"),
    pd.Series(["b", None, "a"], dtype="category"),
    pd.array(["b", None, "a"], dtype="str"),
]


@pytest.mark.parametrize("mark", [-1, np.nan, pd.NA, "", 7])
@pytest.mark.parametrize(
    ("y", "classes"), [(y, [2, 5]) for y in MISSING] + [(y, ["a", "b"]) for y in MISSING_TEXT], ids=str
)
def test_a_missing_label_is_no_label(y: Any, classes: list[Any], mark: Any) -> None:
    """NaN, None and NA of any container mark a row without a label, whatever other mark there may be."""
    filled, there = rows.without_missing(y, mark)
    found, place = rows.encode_labels(np.ravel(np.asarray(filled)), mark, there=there)
    assert found.tolist() == classes
    assert_array_equal(place, [1, -1, 0])


def test_missing_and_marked_stand_side_by_side() -> None:
    """Both are rows without a label."""
    filled, there = rows.without_missing(pd.Series([3, None, -1, 4], dtype="Int64"), -1)
    assert rows.encode_labels(np.asarray(filled), -1, there=there)[1].tolist() == [0, -1, -1, 1]


@pytest.mark.parametrize(
    ("y", "unlabelled", "told"),
    [
        (np.array([1, np.nan, 2]), None, r"1 of 3 labels are missing .* keep unlabelled=-1"),
        (pd.Series([None, "a"]), None, "give those rows a class"),
        (np.array([np.nan, np.nan]), -1, "all unlabelled"),
        ([None, None], np.nan, "all unlabelled"),
        (np.array(["a", np.nan, "b"]), -1, 'class "nan", which NumPy makes of NaN'),
    ],
)
def test_missing_labels_that_cannot_be_meant_are_refused(y: Any, unlabelled: Any, told: str) -> None:
    """The message says how many there are and what to do."""
    with pytest.raises(DataError, match=told):
        rows.without_missing(y, unlabelled)


def test_text_that_numpy_made_of_nan_can_be_the_mark() -> None:
    """Named as the mark, it is one."""
    y = np.array(["a", np.nan, "b"])
    for mark in (np.nan, "nan"):
        filled, there = rows.without_missing(y, mark)
        assert rows.encode_labels(filled, mark, there=there)[1].tolist() == [0, -1, 1]


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_missing_labels_train_score_and_are_saved(name: str, tmp_path: Path) -> None:
    """A fit on missing labels is the fit on -1, its score counts the others, and the mark survives on disk."""
    X, y = _blobs(1)
    marked = _partly(y, 10)
    missing = pd.Series(marked).replace(-1, None).astype("Int64")
    fitted = _tiny(name, unlabelled=np.nan).fit(X, missing)
    expected = _tiny(name).fit(X, marked)
    assert_array_equal(fitted.predict_proba(X), expected.predict_proba(X))
    assert fitted.score(X, missing) == expected.score(X, marked)
    fitted.save(tmp_path / "model")
    again = type(fitted).load(tmp_path / "model")
    assert np.isnan(again.unlabelled)
    assert again.score(X, missing) == fitted.score(X, missing)


def test_only_a_class_with_enough_labels_gives_some_to_validation() -> None:
    """A fifth of each class, rounded down; a class with four labels keeps them."""
    label = np.repeat([0, 1, 2, -1], [10, 5, 4, 50])
    held = rows.held_labels(label, 0.2, seed=1)
    assert np.bincount(label[held], minlength=3).tolist() == [2, 1, 0]
    assert not rows.held_labels(np.repeat([0, 1], [10, 4]), 0.2, seed=1).any()
    assert not rows.held_labels(label, 0.0, seed=1).any()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_without_any_label_the_error_says_what_to_use(name: str) -> None:
    """A classifier needs one label; M1 needs none."""
    X, y = _blobs(1)
    with pytest.raises(DataError, match=r"all unlabelled \(y = -1\); without labels, use SpectralVAE"):
        _tiny(name).fit(X, np.full_like(y, -1))


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_string_labels_come_back(name: str) -> None:
    """Classes are the strings that are no mark, and predictions are among them."""
    X, y = _blobs(1)
    names = np.array(["talc", "quartz", "calcite"])[y]
    fitted = _tiny(name).fit(X, _partly(names, 10, mark="-1"))
    assert fitted.classes_.tolist() == ["calcite", "quartz", "talc"]
    assert set(fitted.predict(X)) <= set(names)
    assert fitted.score(X, names) > 0.5


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_all_labelled_and_one_class_train(name: str) -> None:
    """Without unlabelled rows, and with one class alone, there is still a model."""
    X, y = _blobs(1)
    assert _tiny(name).fit(X, y).predict_proba(X).shape == (120, 3)
    one = _tiny(name).fit(X, np.where(y == 2, 7, -1))
    assert (one.predict(X) == 7).all()
    assert_allclose(one.predict_proba(X), 1)


@pytest.mark.usefixtures("eager")
def test_one_row_trains_m2_and_is_too_few_for_m1() -> None:
    """M2 learns the one class; what M1 needs is said."""
    X = np.array([[1.0, 2.0]])
    assert _tiny("SemiSupervisedVAE").fit(X, ["a"]).predict(X) == ["a"]
    for name in ("SpectralVAE", "StackedVAE"):
        with pytest.raises(ValueError, match="minimum of 2"):
            _tiny(name).fit(X, ["a"])


@pytest.mark.usefixtures("eager")
def test_score_counts_labelled_rows_only() -> None:
    """Rows without a label have no say; where none has one, score says so."""
    X, y = _blobs(1)
    fitted = _tiny("SemiSupervisedVAE").fit(X, y)
    partly = _partly(y, 5)
    known = partly >= 0
    assert fitted.score(X, partly) == np.mean(fitted.predict(X)[known] == y[known])
    with pytest.raises(DataError, match="one labelled row"):
        fitted.score(X, np.full_like(y, -1))


# Settings


def test_the_defaults_are_those_of_the_workflow() -> None:
    """An estimator as it is built without arguments has the settings of M1Config() and M2Config()."""
    parameters = SemiSupervisedVAE().get_params()
    chosen = {key: parameters[key] for key in ("latents", "hidden", "likelihood", "alpha", "prior", "epochs", "batch")}
    assert options.config_of(options.M2_DEFAULTS, chosen, None, where="M2") == options.M2_DEFAULTS
    stacked = StackedVAE()
    assert options.config_of(options.M1_DEFAULTS, stacked._chosen("m1"), None, where="M1") == options.M1_DEFAULTS
    assert options.config_of(options.M2_DEFAULTS, stacked._chosen("m2"), None, where="M2") == options.M2_DEFAULTS


def test_settings_have_the_last_word_and_numpy_values_are_taken() -> None:
    """A grid's NumPy scalars become Python's; the overlay changes one nested setting and leaves its neighbours."""
    overlay = {"ramp": 7, "fit": {"patience": np.int64(2)}}
    chosen = {"latents": np.int64(3), "hidden": [np.int64(9)], "alpha": np.float64(2), "epochs": 400}
    config = options.config_of(options.M2_DEFAULTS, chosen, overlay, where="M2")
    assert (config.latents, config.net.hidden, config.alpha, config.ramp) == (3, (9,), 2.0, 7)
    assert (config.fit.patience, config.fit.epochs, config.fit.batch) == (2, 400, options.M2_DEFAULTS.fit.batch)


def test_warm_start_and_ramp_take_at_most_two_thirds_of_a_short_run() -> None:
    """Ten epochs leave four in which unlabelled rows count in full."""
    config = options.config_of(options.M2_DEFAULTS, {"epochs": 10}, None, where="M2")
    assert 0 < config.supervised_epochs + config.ramp <= 6
    assert config.kl_warm_up <= 6


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (SpectralVAE(settings={"latent": 3}), "did you mean 'latents'"),
        (SpectralVAE(normalise="snv"), "normalise must be one of auto, views, standardise"),
        (SemiSupervisedVAE(normalise="views"), "normalise must be one of auto, standardise"),
        (SpectralVAE(valid_share=0.9), "valid_share must be 0 to 0.5"),
        (SemiSupervisedVAE(likelihood="poisson"), "likelihood must be one of"),
        (StackedVAE(m1_latents=0), "m1.latents must be 1 or more"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_by_fit(estimator: Any, message: str) -> None:
    """As in scikit-learn the constructor only stores, and fit raises a ValueError."""
    X, y = _blobs(1)
    with pytest.raises(ValueError, match=message):
        estimator.fit(X, y)


def test_bernoulli_needs_data_in_0_to_1() -> None:
    """The error names what came and what to set."""
    X, y = _blobs(1)
    with pytest.raises(DataError, match=r'needs X in \[0, 1\], got -.*normalise="minmax"'):
        _tiny("SemiSupervisedVAE", likelihood="bernoulli").fit(X, y)


# One implementation


@pytest.mark.usefixtures("eager")
def test_stacked_is_the_workflow_by_hand() -> None:
    """The weights, the probabilities and the temperature are those of train_m1 and train_m2 called one by one."""
    X, y = _blobs(1)
    y = _partly(y, 10)
    fitted = _tiny("StackedVAE", m2_settings=M2_TWICE).fit(X, y)
    run = Run(fitted.seed_, None)
    x = fitted.scaler_.transform(X)
    assert_allclose(x[:, 7:], (X - X.mean(0)) / X.std(0), rtol=1e-4, atol=1e-5)
    apart = rows.held_rows(len(x), 0.2, seed=run.seed)
    m1_config = options.config_of(options.M1_DEFAULTS, fitted._chosen("m1"), M1_STEPS, where="m1")
    m1 = train_m1(x[~apart], x[apart], settings=m1_config, run=run, views=(7, 5))
    mean, log_variance = M1Inference(m1.arrays, m1.description).encode(x)
    held = rows.held_labels(y, 0.2, seed=run.seed)
    data = rows.training_set(mean, y, held, np.exp(0.5 * log_variance))
    assert (len(data.labelled), len(data.unlabelled), len(data.valid)) == (24, 90, 6)
    m2_config = options.config_of(options.M2_DEFAULTS, fitted._chosen("m2"), M2_TWICE, where="m2")
    m2 = train_m2(data, settings=m2_config, run=run, classes=3)
    for ours, theirs in ((fitted.m1_, m1), (fitted.m2_, m2)):
        for name, array in theirs.arrays.items():
            assert_array_equal(ours.arrays[name], array)
    by_hand = M2Inference(m2.arrays, m2.description).predict_proba(mean)
    assert_allclose(fitted.predict_proba(X), by_hand, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_joint_epochs_train_both_models_on() -> None:
    """M1 and M2 leave the weights that they had alone, and say so in their descriptions."""
    x, y = _blobs(1)
    one_view = {"normalise": "standardise"}
    alone, both = (_tiny("StackedVAE", joint_epochs=epochs, **one_view).fit(x, _partly(y, 4)) for epochs in (0, 1))
    for part, array in (("m1_", "q_z_mean/bias"), ("m2_", "q_y_logits/bias")):
        before, after = getattr(alone, part), getattr(both, part)
        assert not np.array_equal(before.arrays[array], after.arrays[array])
        assert "jointly" in after.description
        assert "jointly" not in before.description
    assert both.predict_proba(x).shape == (len(x), 3)
    with pytest.raises(ConfigError, match="joint_epochs=1 needs an M1 of one view, got 2"):
        _tiny("StackedVAE", joint_epochs=1).fit(x, y)


@pytest.mark.usefixtures("eager")
def test_a_random_state_repeats_a_fit_and_another_changes_it() -> None:
    """The same int gives the same weights bit for bit; a RandomState object is taken too."""
    X, _ = _blobs(1)
    one, same = (_tiny("SpectralVAE").fit(X).transform(X) for _ in range(2))
    assert_array_equal(one, same)
    other = _tiny("SpectralVAE").set_params(random_state=np.random.RandomState(4)).fit(X)
    assert not np.array_equal(one, other.transform(X))


@pytest.mark.usefixtures("eager")
def test_checkpoints_are_kept_only_where_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default fit writes nothing; with a directory, the state of training lies in it, one for each view."""
    monkeypatch.chdir(tmp_path)
    X, _ = _blobs(1)
    _tiny("SpectralVAE").fit(X)
    assert list(tmp_path.iterdir()) == []
    _tiny("SpectralVAE", checkpoints="kept").fit(X)
    assert len(list((tmp_path / "kept").rglob("state.safetensors"))) == 2


@pytest.mark.usefixtures("eager")
def test_training_speaks_only_when_it_is_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    """A line per epoch goes to stderr with verbose, and nothing without."""
    X, _ = _blobs(1)
    _tiny("SpectralVAE").fit(X)
    assert "epoch 1/1" not in capsys.readouterr().err
    _tiny("SpectralVAE", verbose=True).fit(X)
    assert "epoch 1/1" in capsys.readouterr().err


# scikit-learn's tools


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_grid_search_over_a_pipeline_with_partly_labelled_rows(name: str) -> None:
    """Parameters are reached by name, and the best is chosen by the labelled rows of each fold."""
    X, y = _blobs(1)
    pipeline = make_pipeline(FunctionTransformer(np.tanh), _tiny(name))
    search = GridSearchCV(pipeline, {f"{name.lower()}__alpha": np.array([0.1, 1.0])}, cv=2, error_score="raise")
    search.fit(X, _partly(y, 12))
    assert search.best_params_[f"{name.lower()}__alpha"] in (0.1, 1.0)
    assert search.predict(X).shape == (120,)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_m1_in_a_pipeline_names_its_latents_and_is_chosen_by_its_bound() -> None:
    """Latents of both views have names, and the dead ones none; GridSearchCV maximises the mean bound."""
    X, _ = _blobs(1)
    search = GridSearchCV(_tiny("SpectralVAE"), {"latents": [1, 3]}, cv=2, error_score="raise").fit(X)
    scores = search.cv_results_["mean_test_score"]
    assert search.best_score_ == scores.max()
    names = make_pipeline(_tiny("SpectralVAE")).fit(X)[:].get_feature_names_out()
    assert names.tolist() == [f"spectralvae{latent}" for latent in range(6)]


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_cross_val_predict_with_groups() -> None:
    """Whole groups are predicted by models that never saw them; a class that a fold lacks is no error."""
    X, y = _blobs(1)
    y = _partly(np.array(["a", "b", "c"])[y], 12, mark="-1")
    groups = np.where(y == "c", 0, np.arange(len(y)) % 3)
    predicted = cross_val_predict(_tiny("SemiSupervisedVAE"), X, y, groups=groups, cv=GroupKFold(3))
    assert set(predicted[groups == 0]) <= {"a", "b"}
    assert set(predicted) <= {"a", "b", "c"}


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", ALL)
def test_clone_and_joblib_keep_what_they_should(name: str, tmp_path: Path) -> None:
    """A clone has the parameters and no model; a copy through joblib scores the same."""
    X, y = _blobs(1)
    fitted = _tiny(name).fit(X, y)
    assert not hasattr(clone(fitted), "seed_")
    joblib.dump(fitted, tmp_path / "fitted.joblib")
    assert_array_equal(joblib.load(tmp_path / "fitted.joblib").score_samples(X), fitted.score_samples(X))


# Files


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", ALL)
def test_what_is_saved_is_what_is_loaded(name: str, tmp_path: Path) -> None:
    """Parameters, classes, histories, scores and samples are the same; there is no pickle in the directory."""
    X, y = _blobs(1)
    fitted = _tiny(name).fit(X, np.array(["c", "a", "b"])[y])
    fitted.save(tmp_path / "model")
    loaded = type(fitted).load(tmp_path / "model")
    assert loaded.get_params() == fitted.get_params()
    assert_array_equal(loaded.score_samples(X), fitted.score_samples(X))
    if name == "SpectralVAE":
        assert_array_equal(loaded.transform(X), fitted.transform(X))
        assert_array_equal(loaded.sample(4), fitted.sample(4))
    else:
        assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
        assert loaded.classes_.dtype == fitted.classes_.dtype
        assert_array_equal(loaded.sample(4, "a")[0], fitted.sample(4, "a")[0])
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".safetensors", ".json", ".parquet"}


@pytest.mark.usefixtures("eager")
def test_save_spares_other_files_and_load_refuses_other_models(tmp_path: Path) -> None:
    """A directory with someone's files stays; another class, or damaged weights, are named."""
    X, _ = _blobs(1)
    fitted = _tiny("SpectralVAE").fit(X)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="name a new directory"):
        fitted.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    fitted.save(tmp_path / "model")
    fitted.save(tmp_path / "model")
    with pytest.raises(DataError, match="a saved StackedVAE is needed, got 'SpectralVAE'"):
        StackedVAE.load(tmp_path / "model")
    weights = tmp_path / "model/m1/weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(IntegrityError):
        SpectralVAE.load(tmp_path / "model")


@pytest.mark.usefixtures("eager")
def test_loading_and_predicting_import_no_tensorflow(tmp_path: Path) -> None:
    """In a process of its own: the estimators, a loaded M1+M2, its predictions, scores and samples."""
    X, y = _blobs(1)
    _tiny("StackedVAE").fit(X, y).save(tmp_path / "model")
    program = (
        "import sys, numpy as np; from semispectral.estimators import StackedVAE;"
        f"m = StackedVAE.load({str(tmp_path / 'model')!r}); X = np.zeros((2, 5));"
        "m.predict(X), m.score_samples(X), m.sample(2, 1);"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# Scale, samples and scores


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", ALL)
def test_the_unit_of_the_data_changes_log_p_by_its_log_alone(name: str) -> None:
    """Counts instead of reflectance: the same predictions, and per column log 4096 nats less."""
    X, y = _blobs(1)
    one, other = _tiny(name).fit(X, y), _tiny(name).fit(4096 * X, y)
    assert_allclose(other.score_samples(4096 * X), one.score_samples(X) - 5 * np.log(4096), rtol=1e-4)
    if name in CLASSIFIERS:
        assert_allclose(other.predict_proba(4096 * X), one.predict_proba(X), atol=1e-4)
        assert_allclose(other.sample(6, 2)[0], 4096 * one.sample(6, 2)[0], rtol=1e-3)


@pytest.mark.usefixtures("eager")
def test_rows_come_back_by_the_view_of_the_columns() -> None:
    """Of both views, what is reconstructed is the second, in the units of the data; a Bernoulli M1 has one view."""
    X, _ = _blobs(1)
    fitted = _tiny("SpectralVAE").fit(X)
    assert fitted.scaler_.views == (7, 5)
    back = fitted.m1_.decode(fitted.transform(X))[:, 7:]
    assert_allclose(fitted.inverse_transform(fitted.transform(X)), back * X.std(0) + X.mean(0), rtol=1e-3, atol=1e-3)
    assert fitted.sample(3).shape == (3, 5)
    assert _tiny("SpectralVAE", likelihood="bernoulli").fit(np.abs(X) / np.abs(X).max()).scaler_.views == (5,)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_samples_have_the_classes_that_were_asked_for(name: str) -> None:
    """One class for all, one for each, or drawn from p(y); an unknown one is refused."""
    X, y = _blobs(1)
    fitted = _tiny(name).fit(X, np.array(["a", "b", "c"])[y])
    sample, classes = fitted.sample(5, "b")
    assert sample.shape == (5, 5)
    assert classes.tolist() == ["b"] * 5
    assert fitted.sample(2, ["c", "a"])[1].tolist() == ["c", "a"]
    assert set(fitted.sample(200)[1]) == {"a", "b", "c"}
    assert not np.array_equal(fitted.sample(5, "b", random_state=8)[0], sample)
    with pytest.raises(DataError, match="must hold classes of the model"):
        fitted.sample(2, "dolomite")


@pytest.mark.usefixtures("eager")
def test_bernoulli_samples_are_0_or_1_and_means_in_between() -> None:
    """Data in [0, 1] keep their scale: what is drawn is binary, what is expected is a probability."""
    X = np.random.default_rng(2).random((60, 4))
    fitted = _tiny("SpectralVAE", likelihood="bernoulli").fit(X)
    assert set(np.unique(fitted.sample(50))) == {0.0, 1.0}
    expected = fitted.inverse_transform(fitted.transform(X))
    assert expected.min() > 0
    assert expected.max() < 1


# What the models learn


@pytest.fixture(scope="module")
def moons() -> tuple[SemiSupervisedVAE, np.ndarray, np.ndarray]:
    """M2 on two moons with 3 labels each, in a scale far from one."""
    X, y = make_moons(600, noise=0.08, random_state=1)
    X = X * 1000 + 5000
    model = SemiSupervisedVAE(
        2, (48,), epochs=60, batch=100, learning_rate=5e-3, random_state=1, settings={"sigma_floor": 0.05}
    )
    return model.fit(X, _partly(y, 3)), X, y


@pytest.mark.slow
def test_three_labels_per_moon_are_better_than_chance(moons: Any) -> None:
    """Most of the rows without a label are told apart."""
    model, X, y = moons
    assert model.score(X, y) > 0.7


@pytest.mark.slow
def test_a_sample_of_a_moon_is_taken_for_that_moon(moons: Any) -> None:
    """p(x|y) and q(y|x) agree."""
    model, _, _ = moons
    sample, classes = model.sample(400, np.repeat([0, 1], 200))
    assert (model.predict(sample) == classes).mean() > 0.8


@pytest.mark.slow
def test_rows_far_from_the_data_score_low(moons: Any) -> None:
    """Every row a moon's width away from all data scores less than nearly all data."""
    model, X, _ = moons
    angle = np.linspace(0, 2 * np.pi, 30)
    far = X.mean(0) + 6 * X.std(0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert model.score_samples(far).max() < np.quantile(model.score_samples(X), 0.02)
    assert model.novelty(far).min() > np.quantile(model.novelty(X), 0.98)


@pytest.fixture(scope="module")
def factors() -> tuple[SpectralVAE, np.ndarray, Any]:
    """M1 on data of a normal distribution with two factors, and that distribution."""
    random = np.random.default_rng(3)
    loadings = 3 * random.normal(size=(2, 8))
    truth = multivariate_normal(np.arange(8.0), loadings.T @ loadings + 0.25 * np.eye(8))
    X = truth.rvs(3000, random_state=4)
    model = SpectralVAE(4, (32,), normalise="standardise", epochs=60, batch=200, learning_rate=5e-3, random_state=1)
    return model.fit(X[:2000]), X[2000:], truth


@pytest.mark.slow
def test_m1_scores_are_a_bound_near_the_true_density(factors: Any) -> None:
    """On rows it never saw, the mean bound is below the closed form of log p(x), by less than 2 nats."""
    model, X, truth = factors
    evidence = truth.logpdf(X).mean()
    assert evidence - 2 < model.score(X) < evidence + 0.05


@pytest.mark.slow
def test_m1_keeps_what_the_latents_can_tell(factors: Any) -> None:
    """Decoding the posterior means leaves about the noise; the latents that died are not given out."""
    model, X, _ = factors
    z = model.transform(X)
    assert 2 <= z.shape[1] == len(model.m1_.live) <= 4
    assert np.mean((model.inverse_transform(z) - X) ** 2) < 0.5


@pytest.mark.slow
def test_samples_of_m1_have_the_moments_of_the_data(factors: Any) -> None:
    """Means and covariances of 20 000 samples are near those of the distribution."""
    model, _, truth = factors
    sample = model.sample(20_000)
    scale = np.sqrt(np.diag(truth.cov))
    assert (np.abs(sample.mean(0) - truth.mean) < 0.2 * scale).all()
    assert_allclose(np.cov(sample.T) / np.outer(scale, scale), truth.cov / np.outer(scale, scale), atol=0.25)
