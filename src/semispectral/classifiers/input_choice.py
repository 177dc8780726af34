"""Choose among inputs of a classifier by nested validation: an SVM on each of them, on labels held out of training.

Only labels of the training part take part. The SVM is not tuned for each input: its first cost and width are used, so
that inputs differ in nothing else.
"""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.svm import SVC

from semispectral.classifiers.svm import SvmConfig, fit_quietly, kernel_width
from semispectral.classifiers.tuning import ALWAYS_TRAINING, balanced_sample, deal_folds
from semispectral.errors import ConfigError
from semispectral.sampling.training_set import Features
from semispectral.scans.cube import Pixels
from semispectral.spectra.hull_windows import Window
from semispectral.spectra.scaling import fit_scaler, without_gaps

log = logging.getLogger(__name__)

REPEATS = 5  # of the folds, for with few labels one division is a matter of luck
Inputs = Mapping[str, np.ndarray]


def input_scores(
    inputs: Inputs,
    label: np.ndarray,
    *,
    settings: SvmConfig,
    seed: int,
    groups: np.ndarray | None = None,
    repeats: int = REPEATS,
) -> pd.DataFrame:
    """Return the held-out macro-F1 of an SVM on each input.

    Parameters
    ----------
    inputs : float32 [pixel, column] by name; the same labelled pixels of the training part in all of them.
    label : int [pixel], 0 to K - 1.
    settings : SvmConfig, folds and tuning pixels.
    seed : int, seed of the folds.
    groups : [pixel], holes; folds then consist of whole holes where there are several.
    repeats : int, how often the pixels are dealt to folds.

    Returns
    -------
    DataFrame with one row per input, in their order: ``input``, ``macro_f1``, ``standard_error`` over the divisions,
    and ``pixels``, the number of labels that were held out in turn. The standard error of a single division is NaN, and
    so are scores where no label could be held out.
    """
    if not inputs:
        raise ConfigError("normalise.candidates: a choice needs an input, got none; name one")
    chosen = balanced_sample(label, limit=settings.tuning_pixels, seed=seed)
    known = label[chosen].astype(np.int64)
    among = None if groups is None else groups[chosen]
    dealt = [deal_folds(known, folds=settings.folds, seed=seed + place, groups=among) for place in range(repeats)]
    # Two holes divide in one way only: a division counts once.
    folds = list({frozenset(map(tuple, _members(fold))): fold for fold in dealt}.values())
    pixels = int(np.mean([(fold != ALWAYS_TRAINING).sum() for fold in folds]))
    rows = []
    for name, x in inputs.items():
        scores = [_held_out_f1(x[chosen], known, fold, settings) for fold in folds]
        error = float(np.std(scores, ddof=1) / np.sqrt(len(folds))) if len(folds) > 1 else np.nan
        rows.append({"input": name, "macro_f1": float(np.mean(scores)), "standard_error": error, "pixels": pixels})
    return pd.DataFrame(rows)


def normalisation_scores(
    train: Pixels,
    labelled: Features,
    *,
    candidates: Sequence[str],
    windows: Sequence[Window],
    settings: SvmConfig,
    seed: int,
) -> pd.DataFrame:
    """Return the scores of normalisations as inputs, from `input_scores`.

    Parameters
    ----------
    train : Pixels, cleaned training pixels, on which each normalisation is fitted.
    labelled : Features, labelled pixels of the training part, cleaned and not normalised.
    candidates : normalisations to score.
    windows : windows of the hull quotients, in nm.
    settings : SvmConfig.
    seed : int, seed of the folds.
    """
    axis = {"wavelengths_nm": train.wavelengths_nm, "windows": windows, "sensors": train.sensors}
    x = np.asarray(labelled.mean[:])
    scalers = {name: fit_scaler(train.x, method=name, **axis) for name in candidates}  # type: ignore[arg-type]
    inputs = {name: without_gaps(scaler.transform(x)) for name, scaler in scalers.items()}
    holes = labelled.table["hole"].astype(str).to_numpy()
    return input_scores(inputs, labelled.label.astype(np.int64), settings=settings, seed=seed, groups=holes)


def best_input(scores: pd.DataFrame) -> str:
    """Return the input with the largest score; the first one where no label could be held out, and of equal ones.

    Parameters
    ----------
    scores : DataFrame, from `input_scores`.
    """
    found = scores["macro_f1"].fillna(-1).to_numpy()
    return str(scores["input"].iloc[int(np.argmax(found))])


def _members(fold: np.ndarray) -> list[list[int]]:
    """Return the pixels of each fold, whatever its number."""
    return [np.flatnonzero(fold == number).tolist() for number in np.unique(fold)]


def _held_out_f1(x: np.ndarray, label: np.ndarray, fold: np.ndarray, settings: SvmConfig) -> float:
    """Return the macro-F1 over all held-out pixels; NaN without any."""
    held = np.flatnonzero(fold != ALWAYS_TRAINING)
    if not len(held):
        return float("nan")
    predicted = np.empty_like(label)
    for number in np.unique(fold[held]):
        inside, outside = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        machine = SVC(
            C=settings.cost[0], gamma=settings.gamma[0] * kernel_width(x[outside]), class_weight=settings.class_weight
        )
        fit_quietly(machine, x[outside], label[outside])
        predicted[inside] = machine.predict(x[inside])
    return float(
        f1_score(label[held], predicted[held], labels=np.unique(label[held]), average="macro", zero_division=0)
    )
