"""Build the trained model for maps: guide, class means, threshold and provenance, from the training pixels."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import DataError
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
from semispectral.study.setting_types import InnerShare, settings_class
from semispectral.study.stage_settings import settings

GUIDE_COMPONENTS = 3
GUIDE_PIXELS = 20_000


@settings_class("map")
class Recipe:
    """Choice of the model that makes the maps, and its rate of false alarms."""

    method: str
    """Classifier: svm, m2 or qy."""
    features: str
    """What it sees: bands or latents."""
    budget: str
    """Its labels per class."""
    seed: int
    """Its seed."""
    false_alarm: InnerShare
    """Share of the validation pixels that may lie below the threshold on log p(x), between 0 and 1."""


def cleaned_scans(shards: Sequence[Path], scenes: Mapping[str, Any], cleaning: Mapping[str, Any]) -> Pixels:
    """Read and clean the sampled pixels of all scenes.

    Parameters
    ----------
    shards : files of sampled pixels, one per scene.
    scenes : rows of the scenes, by name.
    cleaning : section cleaning of the configuration.
    """
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
    """Build a trained model from its parts.

    Parameters
    ----------
    parts : arrays and description of scaler, classifier and, if present, m1 and scaler_m1.
    pixels : cleaned spectra of all scenes. The training part determines the guide, the validation part the threshold.
    budgets : labels that the classifier was trained on; they determine the class means.
    predictions : predictions of this model; the test part gives the scores of the model card.
    classes : classes in label order.
    recipe : choice of the model.
    facts : further entries of model.json: the configuration; description, of the method, for the model card; scale
        (reflectance = value x scale), None if the training scans differ in scale; references, True if all of them had
        white and dark references.
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
    """Return the leading principal components of normalised training pixels, each scaled to variance 1.

    Parameters
    ----------
    scaler : scaler of the bands.
    raw : float32 [pixel, band], stored values.

    Returns
    -------
    guide_mean float32 [column] and guide_components float32 [column, component].
    """
    x = scaler.transform(raw[:: max(1, len(raw) // GUIDE_PIXELS)])
    mean = x.mean(axis=0)
    variance, vectors = np.linalg.eigh(np.cov(x - mean, rowvar=False).reshape(x.shape[1], x.shape[1]))
    leading = np.arange(x.shape[1])[::-1][:GUIDE_COMPONENTS]  # eigh gives them in ascending order
    scaled = vectors[:, leading] / np.sqrt(np.maximum(variance[leading], 1e-12))
    # The sign of an eigenvector is arbitrary: make its largest entry positive, so that two runs agree.
    largest = scaled[np.abs(scaled).argmax(axis=0), np.arange(len(leading))]
    components = np.ascontiguousarray(scaled * np.sign(largest), np.float32)
    return {"guide_mean": mean.astype(np.float32), "guide_components": components}


def threshold_of(pipeline: Pipeline, pixels: Pixels, *, false_alarm: float) -> float:
    """Return the quantile ``false_alarm`` of log_p; -inf if no model describes the spectra.

    Parameters
    ----------
    pipeline : the pipeline.
    pixels : validation pixels.
    false_alarm : share of the pixels below the threshold.

    Raises
    ------
    DataError : there is no pixel.
    """
    if not pipeline.knows_novelty:
        return float("-inf")
    if not len(pixels):
        raise DataError("a threshold on log p(x) needs training or validation pixels, and there is none; see the plan")
    log_p = np.concatenate([pipeline.scores(pixels.x[i : i + 4096]).log_p for i in range(0, len(pixels), 4096)])
    return float(np.quantile(log_p.astype(np.float64), false_alarm))


def class_means(train: Pixels, budgets: pd.DataFrame, *, classes: int) -> np.ndarray:
    """Return the mean raw spectrum of each class's training labels, float32 [class, band]; NaN without labels.

    Parameters
    ----------
    train : pixels of the training part.
    budgets : labels that the classifier was trained on.
    classes : number of classes.
    """
    seen = pd.MultiIndex.from_frame(budgets.loc[budgets["part"] == "train", KEY].astype({"scene": str}))
    mine = np.asarray(pd.MultiIndex.from_frame(train.table[KEY].astype({"scene": str})).isin(seen))
    means = np.full((classes, train.x.shape[1]), np.nan, np.float32)
    for label in range(classes):
        spectra = train.x[mine & (train.label == label)]
        if len(spectra):
            means[label] = spectra.mean(axis=0, dtype=np.float64)
    return means


def provenance() -> dict[str, Any]:
    """Return the commit of the sources (empty outside a checkout) and the versions of the numerical packages."""
    return {"commit": commit(ROOT), **versions()}


def checksums(paths: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of the files that a model was made from, by the last three components of their paths.

    Parameters
    ----------
    paths : files.
    """
    found = {}
    for path in map(Path, paths):
        with path.open("rb") as file:
            found["/".join(path.parts[-3:])] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
