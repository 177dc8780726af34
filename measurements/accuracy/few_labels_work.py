"""One task with one seed of choices.py and trust.py: settings, normalised bands, the latents of its M1."""

import json
import os
import time
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from few_labels_problems import Problem, RunLabels
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.noise.covariance import Noise, estimate_noise
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.noise_scores import with_scores
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.scaling import Scaler, fit_scaler
from semispectral.storage.atomic import write_atomically
from semispectral.training.run import Run, Trained
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2

BANDS = "snv_level"  # the scale of bands
MNF = "mnf"  # that of noise-whitened components
HULL, WINDOWS = "hull", ((2080.0, 2400.0),)  # that of hull quotients, and their windows in nm
OURS = "views"  # that on which M1 sees spectra
M1_SETTINGS = M1Config()
M2_SETTINGS = replace(M2Config(), select="last")  # every label of the run is trained on, as `refit` ends
CALIBRATED_SETTINGS = M2Config()
MOST_WATCHED = 2000  # pixels of the valid part by which M1 keeps its best weights


@dataclass(frozen=True)
class Settings:
    """What is trained: all settings of the models."""

    m1: M1Config = M1_SETTINGS
    m2: M2Config = M2_SETTINGS
    calibrated: M2Config = CALIBRATED_SETTINGS

    def quick(self) -> "Settings":
        """Very few epochs: to see that the benchmark runs, not how good anything is."""
        m1 = replace(self.m1, fit=replace(self.m1.fit, epochs=2))
        short = replace(self.m2.fit, epochs=2, least_steps=2)
        return Settings(m1, replace(self.m2, fit=short), replace(self.calibrated, fit=short))


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a small file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(content, indent=1).encode())


def markdown(rows: list[list[str]]) -> str:
    """A table, whose first row is the head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


@dataclass(frozen=True)
class Work:
    """One task with one seed, and what its methods share."""

    task: str
    seed: int
    problem: Problem
    settings: Settings
    output: Path
    normalise: str = OURS

    @property
    def run(self) -> Run:
        """Training without checkpoints: a method that is stopped starts anew."""
        return Run(seed=self.seed, checkpoints=None, code="")

    def scaler(self, method: str) -> Scaler:
        """The scale of the train part."""
        noise = self.noise.covariance if NORMALISATIONS[method].noise else None
        axis = {"wavelengths_nm": self.problem.wavelengths_nm, "windows": WINDOWS}
        return fit_scaler(self.problem.x[self.problem.train], method=method, noise=noise, **axis)

    @cached_property
    def noise(self) -> Noise:
        """The noise of the train part, from its neighbouring pixels, whatever their labels."""
        train = self.problem.train
        return estimate_noise(Pixels(self.problem.x[train], self.problem.place.iloc[train].assign(code=0)))

    @cached_property
    def seen(self) -> Features:
        """All pixels as M1 sees them."""
        return self._features(self.normalise)

    def _features(self, method: str) -> Features:
        x = self.scaler(method).transform(self.problem.x)
        return Features(x, np.zeros((len(x), 1), np.float32), self.problem.place.assign(label=self.problem.label))

    @cached_property
    def bands(self) -> Features:
        """Normalised bands of all pixels."""
        return self._features(BANDS)

    @cached_property
    def mnf(self) -> Features:
        """Noise-whitened components of all pixels."""
        return self._features(MNF)

    @cached_property
    def hull(self) -> Features:
        """Hull quotients of all pixels."""
        return self._features(HULL)

    @cached_property
    def latents(self) -> Features:
        """q(z1|x) of all pixels, from the M1 of this task and seed."""
        path = self.output / "m1" / f"{self.task}-{self.seed}.npz"
        if not path.is_file():
            self._train_latents(path)
        with np.load(path) as saved:
            return Features(saved["mean"], saved["std"], self.bands.table)

    @cached_property
    def latents_with_scores(self) -> Features:
        """q(z1|x) of all pixels, with their noise-whitened scores beside it."""
        return self.with_scores(self.latents)

    def with_scores(self, latents: Features) -> Features:
        """Latents of all pixels with their noise-whitened scores beside them."""
        table = self.problem.place.assign(code=0)
        given = Latents(latents.mean, 2 * np.log(latents.std), table)
        both = with_scores(given, self.scaler(MNF), self.problem.x)
        return Features(both.mean, np.exp(0.5 * both.log_variance), self.bands.table)

    def _train_latents(self, path: Path) -> None:
        started = time.perf_counter()
        trained = self.train_m1(self.problem.train)
        mean, log_variance = M1Inference(trained.arrays, trained.description).encode(self.seen.mean)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{os.getpid()}.{path.name}")
        facts = {"live": mean.shape[1], "epochs": len(trained.history), "seconds": time.perf_counter() - started}
        write_json(path.with_suffix(".json"), {"task": self.task, "seed": self.seed, **facts})
        np.savez(beside, mean=mean, std=np.exp(0.5 * log_variance))
        beside.replace(path)

    def train_m1(self, train: np.ndarray) -> Trained:
        """M1 on some pixels; the first of the valid part show which weights are best."""
        x, watched = self.seen.mean, np.flatnonzero(self.problem.part == "valid")[:MOST_WATCHED]
        views = self.scaler(self.normalise).views
        return train_m1(x[train], x[watched], settings=self.settings.m1, run=self.run, views=views)

    def train_m2(self, features: Features, run_labels: RunLabels) -> M2Inference:
        """M2 on all labels of a run, for prediction."""
        data = self.training_set(features, run_labels, hold_out=False)
        trained = train_m2(data, settings=self.settings.m2, run=self.run, classes=self.problem.classes)
        return M2Inference(trained.arrays, trained.description)

    def training_set(self, features: Features, run_labels: RunLabels, *, hold_out: bool) -> TrainingSet:
        """The labels of a run; their validation labels are held out, or trained on as the others are."""
        labelled, valid = (run_labels.train, run_labels.valid) if hold_out else (run_labels.both, run_labels.both[:0])
        chosen = (labelled, self.unlabelled(run_labels), valid)
        return TrainingSet(*(_rows(features, index) for index in chosen))

    def unlabelled(self, run_labels: RunLabels) -> np.ndarray:
        """The train part without the labels that the run may see."""
        return np.setdiff1d(self.problem.train, run_labels.both)


def _rows(features: Features, index: np.ndarray) -> Features:
    return Features(features.mean[index], features.std[index], features.table.iloc[index].reset_index(drop=True))


def settings_of(settings: Settings) -> dict[str, Any]:
    """Everything that the scores of an output folder have in common, as JSON gives it back."""
    scales = {"normalise": {"method": BANDS, "m1_method": OURS}}
    content: dict[str, Any] = json.loads(json.dumps(asdict(settings) | scales))
    return content
