"""Make a bundle of trained models: what must be learnt from training pixels besides, and its provenance."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import ConfigError, DataError
from semispectral.evaluation.scores import score
from semispectral.maps.bundle import Bundle, pipeline_of
from semispectral.maps.bundle_check import Saved
from semispectral.maps.pipeline import Pipeline
from semispectral.sampling.training_set import KEY
from semispectral.scans.cube import Pixels
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import Scaler
from semispectral.storage.provenance import ROOT, commit, versions
from semispectral.study.classes import ClassMap
from semispectral.study.stage_settings import settings

GUIDE_COMPONENTS = 3
GUIDE_PIXELS = 20_000


@dataclass(frozen=True)
class Recipe:
    """Which of the trained models makes the maps, and how rarely it may call a known pixel unknown.

    Parameters
    ----------
    method : svm, m2 or qy.
    features : bands or latents.
    budget, seed : of the label budget.
    false_alarm : share of the validation pixels that may lie below the threshold on log p(x).
    """

    method: str
    features: str
    budget: str
    seed: int
    false_alarm: float

    def __post_init__(self) -> None:
        if not 0 < self.false_alarm < 1:
            raise ConfigError(f"map.false_alarm must lie between 0 and 1, got {self.false_alarm}")


def cleaned_scans(shards: Sequence[Path], scenes: Mapping[str, Any], cleaning: Mapping[str, Any]) -> Pixels:
    """The sampled pixels of all scenes; ``scenes`` has the rows of those that are cleaned, by name."""
    clean = settings(CleanConfig, cleaning, where="cleaning")
    return Pixels.concat([read_cleaned(path, scenes, clean) for path in shards])


def build_bundle(
    parts: dict[str, Saved],
    pixels: Pixels,
    budgets: pd.DataFrame,
    predictions: pd.DataFrame,
    *,
    classes: ClassMap,
    recipe: Recipe,
    facts: dict[str, Any],
) -> Bundle:
    """Make a bundle.

    Parameters
    ----------
    parts : saved scaler, classifier and perhaps m1 and scaler_m1.
    pixels : cleaned spectra of all scenes, of which the training part shapes the guide and the validation part the
        threshold.
    budgets : the labels that the classifier saw; class means are those of its training labels.
    predictions : of this model; the scores in the card are those of the test part.
    facts : more for model.json: the configuration; scale: reflectance = value x scale, or None where the training
        scans do not share one; references: whether all of them had white and dark references.
    """
    train, valid = (pixels.where((pixels.table["part"] == part).to_numpy()) for part in ("train", "valid"))
    guide = guide_of(Scaler.from_saved(*parts["scaler"]), train.x)
    pipeline = pipeline_of(parts, guide, method=recipe.method, features=recipe.features)
    chosen = {name: getattr(recipe, name) for name in ("method", "features", "budget", "seed", "false_alarm")}
    test = predictions[predictions["part"] == "test"]
    scores = {name: float(value) for name, value in score(test).items()} if len(test) else {}
    finite = {name: value for name, value in scores.items() if np.isfinite(value)}
    holes = {part: sorted(rows["hole"].unique()) for part, rows in pixels.table.groupby("part")}
    return Bundle(
        pipeline,
        classes,
        pixels.wavelengths_nm,
        class_means(train, budgets, classes=len(classes)),
        threshold_of(pipeline, valid if len(valid) else train, false_alarm=recipe.false_alarm),
        {**facts, **chosen, "scores": finite, "holes": holes, "provenance": provenance()},
    )


def guide_of(scaler: Scaler, raw: np.ndarray) -> dict[str, np.ndarray]:
    """Leading principal components of normalised training pixels, each with variance 1."""
    x = scaler.transform(raw[:: max(1, len(raw) // GUIDE_PIXELS)])
    mean = x.mean(axis=0)
    variance, vectors = np.linalg.eigh(np.cov(x - mean, rowvar=False).reshape(x.shape[1], x.shape[1]))
    leading = np.arange(x.shape[1])[::-1][:GUIDE_COMPONENTS]  # eigh gives them in ascending order
    scaled = vectors[:, leading] / np.sqrt(np.maximum(variance[leading], 1e-12))
    largest = scaled[np.abs(scaled).argmax(axis=0), np.arange(len(leading))]
    components = np.ascontiguousarray(scaled * np.sign(largest), np.float32)
    return {"guide_mean": mean.astype(np.float32), "guide_components": components}


def threshold_of(pipeline: Pipeline, pixels: Pixels, *, false_alarm: float) -> float:
    """The log_p below which a share ``false_alarm`` of these pixels lies; -inf where no model describes spectra."""
    if not pipeline.knows_novelty:
        return float("-inf")
    if not len(pixels):
        raise DataError("a threshold on log p(x) needs training or validation pixels, and there is none; see the plan")
    log_p = np.concatenate([pipeline.scores(pixels.x[i : i + 4096]).log_p for i in range(0, len(pixels), 4096)])
    return float(np.quantile(log_p.astype(np.float64), false_alarm))


def class_means(train: Pixels, budgets: pd.DataFrame, *, classes: int) -> np.ndarray:
    """Mean raw spectrum of the training labels of a budget, float32 [class, band]; NaN for a class without labels."""
    seen = pd.MultiIndex.from_frame(budgets.loc[budgets["part"] == "train", KEY].astype({"scene": str}))
    mine = np.asarray(pd.MultiIndex.from_frame(train.table[KEY].astype({"scene": str})).isin(seen))
    means = np.full((classes, train.x.shape[1]), np.nan, np.float32)
    for label in range(classes):
        spectra = train.x[mine & (train.label == label)]
        if len(spectra):
            means[label] = spectra.mean(axis=0, dtype=np.float64)
    return means


def provenance() -> dict[str, Any]:
    """Commit of the sources (empty outside a checkout), versions of what computes."""
    return {"commit": commit(ROOT), **versions()}


def checksums(paths: Sequence[str]) -> dict[str, str]:
    """SHA-256 of the files that a model was made from, by their last three names."""
    found = {}
    for path in map(Path, paths):
        with path.open("rb") as file:
            found["/".join(path.parts[-3:])] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
