"""Fit each method of the benchmark: from labels and unlabelled pixels to class probabilities.

A fit is a function ``(data, query, *, classes, shares, seed, settings)``: a training set, inputs float32 [pixel, input]
to predict, the number of classes and their shares in the training part, and sections of the configuration. It returns
float32 [pixel, class].
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.by_sensor import Fitted, fit_by_sensor
from semispectral.classifiers.discriminants import fit_lda
from semispectral.classifiers.stage_train_svm import weight_of_hull
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.queries import every_label
from semispectral.library.class_entries import classifier_for
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.sensor_widths import stated_widths
from semispectral.sampling.training_set import TrainingSet
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings as as_settings

log = logging.getLogger(__name__)


def by_sensor(
    fit: Callable[..., Fitted],
    data: TrainingSet,
    query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: Mapping[str, Any],
) -> np.ndarray:
    """Fit an SVM or linear discriminants, tuned by cross-validation on all labels, and predict.

    Parameters
    ----------
    fit : what fits the classifier of one sensor.
    data : training set.
    query : float32 [pixel, input], pixels to predict.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds.
    settings : sections of the configuration.

    Returns
    -------
    float32 [pixel, class]; without a row if there is nothing to see: hull quotients of windows that no sensor sees.
    """
    if not query.shape[1]:
        return np.zeros((0, classes), np.float32)
    config = as_settings(SvmConfig, settings["svm"], where="svm")
    seen = data.labelled.sensors
    model = fit_by_sensor(fit, *every_label(data), sensors=seen, classes=classes, settings=config, seed=seed)
    return model.predict_proba(query)


def weight(
    hull: TrainingSet, scores: TrainingSet, *, classes: int, seed: int, settings: Mapping[str, Any]
) -> float | None:
    """Return how much an SVM on hull quotients counts in an average, as in a study.

    Parameters
    ----------
    hull : training set with hull quotients.
    scores : the same with noise-whitened components.
    classes : number of classes.
    seed : seed of the folds.
    settings : sections of the configuration.
    """
    config = as_settings(SvmConfig, settings["svm"], where="svm")
    return weight_of_hull(hull, scores, classes=classes, settings=config, seed=seed)


def baseline(
    name: str,
    data: TrainingSet,
    query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: Mapping[str, Any],
) -> np.ndarray:
    """Fit a baseline of `semispectral.classifiers.baselines`, and predict.

    Parameters
    ----------
    name : name of the baseline.
    data : training set.
    query : float32 [pixel, input], pixels to predict.
    classes : number of classes.
    shares : float64 [class], class shares in the training part.
    seed : seed of the fit.
    settings : sections of the configuration.

    Returns
    -------
    float32 [pixel, class].
    """
    config = as_settings(BaselineConfig, {"svm": settings["svm"]} | settings["baselines"], where="baselines")
    inputs = (*every_label(data), data.unlabelled.mean[:], query)
    return BASELINES[name](*inputs, classes=classes, shares=shares, seed=seed, settings=config)


def library(
    data: TrainingSet, query: np.ndarray, *, classes: int, shares: np.ndarray, seed: int, settings: Mapping[str, Any]
) -> np.ndarray:
    """Predict by the mineral library, which learns from no label.

    Parameters
    ----------
    data : not used.
    query : float32 [pixel, band], cleaned spectra to predict.
    classes : not used.
    shares : not used.
    seed : not used.
    settings : sections ``library`` and ``minerals`` of the configuration, ``wavelengths_nm`` and the ``classes``;
        ``scene``, the row of the scan that states the widths of the bands.

    Returns
    -------
    float32 [pixel, class]; without a row if the library has nothing to say.
    """
    known = settings["classes"]
    classifier, why = classifier_for(
        settings["wavelengths_nm"],
        as_settings(LibraryConfig, settings["library"], where="library"),
        names=known.names,
        minerals=[settings["minerals"].get(str(code), "") for code in known.codes],
        where="the scans",
        fwhm_nm=stated_widths(as_settings(Scene, settings["scene"], where="scenes.tsv"), settings["wavelengths_nm"]),
    )
    if classifier is None:
        log.warning("the mineral library has nothing to say: %s", why)
        return np.zeros((0, len(known)), np.float32)
    return classifier.predict_proba(query)


FITS: dict[str, Callable[..., np.ndarray]] = {
    "svm": partial(by_sensor, fit_svm),
    "lda_mnf": partial(by_sensor, fit_lda),
    "library": library,
    **{name: partial(baseline, name) for name in BASELINES},
}
