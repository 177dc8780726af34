"""The stage `train_svm`: an SVM on the labels of one run."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.classifiers.by_sensor import Fitted, fit_by_sensor
from semispectral.classifiers.discriminants import fit_lda
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.classifiers.tuning import balanced_sample, deal_folds, held_out
from semispectral.evaluation.member_weight import losses_of_last
from semispectral.evaluation.queries import every_label
from semispectral.inference.average import SILENT, WEIGHT
from semispectral.sampling.training_set import TrainingSet, read_bands, read_features, training_set
from semispectral.spectra.scaling import read_scaler
from semispectral.storage.model_files import save_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings

log = logging.getLogger(__name__)

REPEATS = 2  # divisions into folds


def run_train_svm(
    directory: str | Path,
    *,
    feature_files: Sequence[str | Path],
    scaler_directory: str | Path,
    beside_directories: Sequence[str | Path],
    pixels_file: str | Path,
    labels_file: str | Path,
    classes_file: str | Path,
    features: str,
    per_class: str,
    seed: int,
    cfg: str,
) -> None:
    """Fit an SVM on all labels of a run, on bands (one for each sensor) or on the latents of M1.

    On hull quotients the model says how much it should count in an average, from `weight_of_hull`. Of windows that no
    sensor sees there is nothing to fit: the model has no say.

    Parameters
    ----------
    directory : str or Path
        Folder to write the model to.
    feature_files : sequence of str or Path
        Cleaned sample of every scene that is learnt from, or the latents of its pool.
    scaler_directory : str or Path
        Scale of the bands; not used on latents.
    beside_directories : sequence of str or Path
        Scale of the noise-whitened components, on hull quotients; empty on others.
    pixels_file : str or Path
        Pixels of the split, by which latents are chosen; not used on bands.
    labels_file : str or Path
        Labels that the run may see.
    classes_file : str or Path
        Classes of the split, classes.json.
    features : str
        "bands", "latents", "mnf" or "hull".
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of the folds by which it is tuned.
    cfg : str
        JSON of the section ``svm``.
    """
    seen = read_features(feature_files, features=features, scaler_directory=scaler_directory, pixels_file=pixels_file)
    run = {"per_class": per_class, "seed": seed}
    data = training_set(seen, read_table(labels_file), **run)  # type: ignore[arg-type]
    x, label = every_label(data)
    settings = stage_settings(SvmConfig, cfg, "svm")
    classes = len(read_classes(Path(classes_file)))
    if not x.shape[1]:
        log.warning("no sensor sees the windows of the hull quotients (normalise.windows): the SVM on them has no say")
        save_model(Path(directory), {}, {"kind": SILENT})
        return
    svm = fit_by_sensor(fit_svm, x, label, sensors=seen.sensors, classes=classes, settings=settings, seed=seed)
    arrays, description = svm.to_saved()
    if beside_directories:
        scores = read_bands([Path(path) for path in sorted(feature_files, key=str)], read_scaler(beside_directories[0]))
        beside = training_set(scores, read_table(labels_file), **run)  # type: ignore[arg-type]
        weight = weight_of_hull(data, beside, classes=classes, settings=settings, seed=seed)
        description |= {} if weight is None else {WEIGHT: weight}
    save_model(Path(directory), arrays, description)


def weight_of_hull(
    hull: TrainingSet, scores: TrainingSet, *, classes: int, settings: SvmConfig, seed: int
) -> float | None:
    """Return how much an SVM on hull quotients should count, beside MNF + SVM and LDA on MNF, which count 1 each.

    It is the weight with which their average foretells labels best that are held out of training: whole holes of them,
    where there are several. So it counts much where the whole spectrum misleads and the absorptions do not, and little
    where minerals differ elsewhere. The SVMs are not tuned for it.

    Parameters
    ----------
    hull : TrainingSet, labels and their hull quotients.
    scores : TrainingSet, the same labels with their noise-whitened components.
    classes : number of classes.
    settings : SvmConfig, folds and tuning pixels.
    seed : seed of the folds.

    Returns
    -------
    The weight; None where no label could be held out.
    """
    plain = replace(settings, cost=settings.cost[:1], gamma=settings.gamma[:1])
    quotients, label = every_label(hull)
    components, _ = every_label(scores)
    chosen = balanced_sample(label, limit=settings.tuning_pixels, seed=seed)
    known = label[chosen].astype(np.int64)
    holes = pd.concat([part.table["hole"] for part in (hull.labelled, hull.valid)]).astype(str).to_numpy()[chosen]
    run = {"label": known, "classes": classes, "settings": plain, "seed": seed}
    members = [
        partial(_said_by_others, fit_svm, components[chosen], sensors=scores.labelled.sensors, **run),
        partial(_said_by_others, fit_lda, components[chosen], sensors=scores.labelled.sensors, **run),
        partial(_said_by_others, fit_svm, quotients[chosen], sensors=hull.labelled.sensors, **run),
    ]
    divisions = []
    for repeat in range(REPEATS):
        fold = deal_folds(known, folds=settings.folds, seed=seed + repeat, groups=holes)
        said = [found for found in (held_out(member, fold) for member in members) if found]
        divisions += [([probability for probability, _ in said], known[said[0][1]])] if said else []
    if not divisions:
        log.info("no label can be held out to choose how much the SVM on hull quotients counts")
        return None
    losses = losses_of_last(divisions, others=[1.0, 1.0])
    weight = min(losses, key=losses.__getitem__)
    words = ", ".join(f"{loss:.3f} with {each:g}" for each, loss in losses.items())
    log.info("in an average it counts %g times as much as MNF + SVM: log loss on held-out labels %s", weight, words)
    return weight


def _said_by_others(
    fit: Callable[..., Fitted],
    x: np.ndarray,
    learnt: np.ndarray,
    held: np.ndarray,
    *,
    label: np.ndarray,
    **given: Any,
) -> np.ndarray:
    """Return what a classifier of some pixels says of others, float32 [held-out, class]."""
    return fit_by_sensor(fit, x[learnt], label[learnt], **given).predict_proba(x[held])
