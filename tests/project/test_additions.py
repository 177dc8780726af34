"""One baseline, likelihood, normalisation, cleaning step and score more, from a module that the project has not."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import tiny_study
from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.evaluation import intervals, scores
from semispectral.evaluation.score_names import SCORE_NAMES
from semispectral.figures.units import scale_of
from semispectral.inference import nets
from semispectral.models import settings_m1
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.report import tables
from semispectral.report.page import render
from semispectral.report.results import read_study
from semispectral.scans.instrument import Sensor
from semispectral.spectra import cleaning_settings
from semispectral.spectra.cleaning import STEPS, clean
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.scaling import fit_scaler
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.methods import METHODS

MODULE = """
import numpy as np

from semispectral.classifiers.baseline_settings import baseline
from semispectral.evaluation.score_names import ScoreName
from semispectral.inference.nets import Likelihood
from semispectral.spectra.cleaning import Spectra, step
from semispectral.spectra.normalisations.known_normalisations import Normalisation
from semispectral.study.cleaning_steps import CleaningStep
from semispectral.study.methods import BANDS, Method


@baseline("nearest")
def nearest(x_labelled, label_labelled, x_unlabelled, x_query, *, classes, shares, seed, settings):
    distance = np.square(x_query[:, None] - x_labelled[None]).sum(axis=-1)
    return np.eye(classes, dtype=np.float32)[label_labelled[distance.argmin(axis=1)]]


@step("clip")
def clip(found, settings):
    return Spectra(np.minimum(found.x, 2), found.sample, found.sensor)


METHOD = Method(method="nearest", features=BANDS, title="nearest labelled pixel", colour="green", marker="p")
STEP = CleaningStep()
NORMALISATION = Normalisation(
    lambda x, windows: {"median": np.median(x, axis=0).astype(np.float32)},
    lambda x, arrays: x - arrays["median"],
    lambda x, arrays: x + arrays["median"],
    value_label="value above the median",
)
LIKELIHOOD = Likelihood(
    lambda x, output, scaled: np.sum(-np.abs(x - output) / scaled() - np.log(2 * scaled()), axis=-1),
    np.asarray,
    lambda output, scaled, random: random.laplace(output, scaled()),
)
SCORE = ScoreName(short="error", words="share of wrong pixels", higher=False, report=True)


def error(confusion):
    total = confusion.sum(axis=(-2, -1))
    return 1 - np.trace(confusion, axis1=-2, axis2=-1) / total
"""


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The temporary module, its rows in the tables for the time of a test."""
    for table, name in ((BASELINES, "nearest"), (STEPS, "clip")):
        monkeypatch.setitem(table, name, None)  # what the module registers is taken out again
    path = tmp_path / "added.py"
    path.write_text(MODULE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("added", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_baseline_and_a_score_stand_in_the_report(
    added: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The baseline is fitted, named by its title, and scored; the score has its column with values of its own."""
    monkeypatch.setitem(METHODS, "nearest", added.METHOD)
    monkeypatch.setitem(SCORE_NAMES, "error", added.SCORE)
    known = scores.scores_of_confusion
    for module in (scores, intervals):
        monkeypatch.setattr(module, "scores_of_confusion", lambda c: known(c) | {"error": added.error(c)})
    x, label = np.eye(3, dtype=np.float32), np.arange(3)
    shares, settings = np.full(3, 1 / 3), BaselineConfig()
    found = BASELINES["nearest"](x, label, x, x + 0.1, classes=3, shares=shares, seed=1, settings=settings)
    np.testing.assert_array_equal(found, np.eye(3))
    monkeypatch.setattr(tiny_study, "MODELS", (*tiny_study.MODELS, ("nearest", "bands")))
    study = read_study(tiny_study.write_study(tmp_path), tiny_study.CONFIG)
    assert "nearest labelled pixel" in render(study, {}, index=tmp_path / "index.html", root=tmp_path)
    table = tables.results(study)[0]
    column = [head for head, _ in table.head].index("error \N{DOWNWARDS ARROW}")
    accuracy = [head for head, _ in table.head].index("OA \N{UPWARDS ARROW}")
    for row in table.rows:
        assert float(row[column].text) == pytest.approx(1 - float(row[accuracy].text), abs=0.0011)
    assert "nearest labelled pixel" in [row[0].text for row in table.rows]


def test_a_normalisation_brings_its_undo_and_its_label(added: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure shows it on its own scale, and stored values come back."""
    monkeypatch.setitem(NORMALISATIONS, "median", added.NORMALISATION)
    x = np.random.default_rng(2).normal(10, 2, (30, 4)).astype(np.float32)
    scaler = fit_scaler(x, method="median")
    assert scale_of(scaler, None).value_label == "value above the median"
    np.testing.assert_allclose(scaler.restored(scaler.transform(x), x), x, rtol=1e-5)


def test_a_cleaning_step_is_taken(added: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a name that the configuration accepts, and it is applied in its turn."""
    monkeypatch.setitem(CLEANING_STEPS, "clip", added.STEP)
    settings = cleaning_settings.CleanConfig(steps=("clip", "scale"))
    found = clean(np.array([[1.0, 5.0]]), sample=np.zeros(1, int), sensor=Sensor(3.0), settings=settings)
    np.testing.assert_array_equal(found.x, [[3.0, 6.0]])


@pytest.mark.usefixtures("eager")
def test_a_likelihood_trains_m1(added: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """M1 is trained with it, its sigma is noted, and its NumPy twin gives what training maximised."""
    from tensorflow_probability import distributions as tfd

    from semispectral.models import likelihoods
    from semispectral.training.run import Run
    from semispectral.training.train_m1 import train_m1

    class Laplace(likelihoods.Gaussian):
        """Laplace distribution with one scale per band."""

        def __call__(self, output: object) -> tfd.Distribution:
            return tfd.Laplace(output, self.sigma())

    monkeypatch.setitem(likelihoods.LIKELIHOODS, "laplace", Laplace)
    monkeypatch.setitem(nets.LIKELIHOODS, "laplace", added.LIKELIHOOD)
    x = np.random.default_rng(3).normal(size=(40, 5)).astype(np.float32)
    settings = settings_m1.M1Config(
        latents=2,
        likelihood="laplace",
        dead_std=0.0,
        net=NetConfig(hidden=(8,)),
        fit=FitConfig(epochs=1, batch=20, least_steps=2, evaluate_every=1),
    )
    trained = train_m1(x, x[:10], settings=settings, run=Run(4, checkpoints=None))
    output = np.zeros_like(x)
    expected = tfd.Laplace(output, nets.sigma(trained.arrays, settings.sigma_floor)).log_prob(x).numpy().sum(axis=1)
    found = nets.log_likelihood("laplace", x, output, trained.arrays, settings.sigma_floor)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert "sigma" in trained.history.columns
