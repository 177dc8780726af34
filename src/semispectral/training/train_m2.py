"""Train M2, or its baseline q(y|x) on the labels alone."""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from semispectral.inference.calibration import most_probable_temperature
from semispectral.inference.label_shift import log_label_shift
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.m2 import M2
from semispectral.models.sdgm import Sdgm
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.even_classes import evened, unequal
from semispectral.sampling.interval_set import IntervalSet
from semispectral.sampling.neighbours import given_labels, with_neighbours
from semispectral.sampling.share_labels import known_labels, weighed
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.storage.disk_rows import Rows
from semispectral.training.batches import evenly
from semispectral.training.compiled import lent
from semispectral.training.fit import Fit
from semispectral.training.interval_task import IntervalTask
from semispectral.training.m2_task import M2Task, QyTask
from semispectral.training.run import Run, Trained, no_picture, values_of
from semispectral.training.task import summary

log = logging.getLogger(__name__)

USUAL_TEMPERATURE, TEMPERATURE_SPREAD = 5.0, 0.5  # docs/decisions/0004-few-labels.md
LOOKED_AT = 20_000  # unlabelled pixels by which the shares of the classes are estimated, and that even out the classes


def train_m2(
    data: TrainingSet, *, settings: M2Config, run: Run, classes: int, intervals: IntervalSet | None = None
) -> Trained:
    """Train M2 on bands, or on M1's latents (M1+M2), and adapt q(y|x) to the class shares among the unlabelled pixels.

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels. With ``neighbours``, unlabelled pixels beside labelled ones are
        taken for their class (`semispectral.sampling.neighbours`). Where people gave some classes more labels than
        others, q(y|x) is trained first, and its pixels even out the classes (`semispectral.sampling.even_classes`).
    settings : settings of M2.
    run : seed, checkpoints and pictures of the run.
    classes : number of classes.
    intervals : labels of intervals, whose pixels are among the unlabelled ones; None: there are none.
    """
    data = with_neighbours(data) if settings.neighbours else data
    train = partial(_train_evened, settings=settings, run=run, classes=classes, intervals=intervals)
    trained = _calibrated(train, data, settings)
    return with_label_shift(trained, shift_sample(data), settings)


def shift_sample(data: TrainingSet) -> np.ndarray:
    """Return the unlabelled pixels used to estimate class shares, float32 [pixel, input].

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels.
    """
    return np.asarray(data.unlabelled.mean[evenly(len(data.unlabelled), LOOKED_AT)])


def with_label_shift(trained: Trained, sample: np.ndarray, settings: M2Config) -> Trained:
    """Return M2 with q(y|x) adapted to the class shares among unlabelled pixels.

    Parameters
    ----------
    trained : the trained M2.
    sample : float32 [pixel, input], unlabelled pixels.
    settings : settings of M2.
    """
    log_q_y = M2Inference(trained.arrays, trained.description).log_q_y(sample)
    shift = log_label_shift(np.exp(log_q_y), steps=settings.label_shift)
    return Trained({**trained.arrays, "prior/log_shift": shift}, trained.description, trained.history)


def m2_of(inputs: int, classes: int, settings: M2Config, *, seed: int) -> M2:
    """Return an untrained M2, or an SDGM if the settings have an auxiliary variable.

    Parameters
    ----------
    inputs : number of inputs per pixel.
    classes : number of classes.
    settings : settings of M2.
    seed : seed of the initial weights.
    """
    return (Sdgm if settings.auxiliary else M2)(inputs, classes, settings, seed=seed)


def train_qy(data: TrainingSet, *, settings: M2Config, run: Run, classes: int) -> Trained:
    """Train q(y|x) on the labels alone, the baseline of M2.

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels; the unlabelled ones are not used.
    settings : settings of M2.
    run : seed, checkpoints and pictures of the run.
    classes : number of classes.
    """
    return _calibrated(partial(_train_alone, settings=settings, run=run, classes=classes), data, settings)


def _calibrated(train: Callable[[TrainingSet], Trained], data: TrainingSet, settings: M2Config) -> Trained:
    """Train a model and fit its temperature; with ``refit``, train once more on all labels."""
    trained = train(data)
    calibrated = temperature(trained.arrays, trained.description, data.valid)
    if settings.select == "refit" and len(data.valid):
        log.info("training again with the %d validation labels as labels", len(data.valid))
        trained = _after(trained, train(data.with_valid_labels()))
    trained.description["temperature"] = calibrated
    return trained


def _after(held: Trained, refit: Trained) -> Trained:
    """Return the refitted model with the validation figures of the first run, which held the validation labels out."""
    figures = [name for name in held.history.columns if str(name).endswith("_valid")]
    history = refit.history.drop(columns=figures, errors="ignore").join(held.history[figures])
    return Trained(refit.arrays, refit.description, history)


def _train_alone(data: TrainingSet, *, settings: M2Config, run: Run, classes: int) -> Trained:
    """Train q(y|x) without fitting its temperature."""
    return _train_once(QyTask, "qy", data, settings=settings, run=run, classes=classes)


def _train_evened(
    data: TrainingSet, *, settings: M2Config, run: Run, classes: int, intervals: IntervalSet | None
) -> Trained:
    """Train M2 without fitting its temperature; before it q(y|x), if classes are to be evened out."""
    counted = data.labelled
    if unequal(given_labels(data.labelled)) and len(data.unlabelled):
        log.info("some classes have more labels than others: q(y|x) is trained first, to even them out")
        unseen = replace(run, picture=no_picture)
        alone = _train_alone(data, settings=settings, run=unseen, classes=classes)
        counted = with_probable(data, M2Inference(alone.arrays, alone.description).predict_proba, seed=run.seed)
    task: Callable[..., M2Task] = partial(M2Task, evened=counted)
    if intervals is not None:
        task = partial(IntervalTask, evened=counted, intervals=intervals)
    facts: dict[str, Any] = {"settings": settings, "run": run, "classes": classes}
    return _train_once(task, "m2", data, counted.mean, **facts, intervals=intervals)


def with_probable(data: TrainingSet, q_y: Callable[[np.ndarray], np.ndarray], *, seed: int) -> Features:
    """Return the labelled pixels, and unlabelled ones that even out the classes.

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels.
    q_y : function from inputs to q(y|x), float32 [pixel, class].
    seed : seed of the choice.
    """
    rows = evenly(len(data.unlabelled), LOOKED_AT)
    mean = data.unlabelled.mean[rows]
    others = Features(mean, data.unlabelled.std[rows], data.unlabelled.table.iloc[rows])
    counted = evened(data.labelled, others, q_y(mean), given=given_labels(data.labelled), seed=seed)
    log.info("%d unlabelled pixels even out the classes", len(counted) - len(data.labelled))
    return counted


def _train_once(
    make: Callable[..., M2Task | QyTask],
    kind: str,
    data: TrainingSet,
    *more: Rows,
    settings: M2Config,
    run: Run,
    classes: int,
    intervals: IntervalSet | None = None,
) -> Trained:
    """Train a model on data, and maybe more pixels, without fitting its temperature."""
    more_labels = np.empty(0, np.int64) if intervals is None else intervals.labels
    known = np.union1d(known_labels(data.labelled), more_labels).astype(np.int64)
    labels = known if len(known) else np.arange(classes)
    prior = log_prior(np.searchsorted(labels, data.labelled.label), len(labels), settings.prior)
    description: dict[str, Any] = {
        "kind": kind,
        "inputs": data.labelled.mean.shape[1],
        "classes": classes,
        "labels": labels.tolist(),
        "settings": asdict(settings),
        "seed": run.seed,
        "pixels": {"labelled": len(data.labelled), "unlabelled": len(data.unlabelled), "valid": len(data.valid)},
    }

    def picture(epoch: int) -> None:
        run.picture(values_of(model.arrays()), description, epoch)

    with lent(m2_of, data.labelled.mean.shape[1], len(labels), settings, seed=run.seed) as model:
        model.log_prior.assign(prior)
        task = make(model, data, labels, settings, seed=run.seed)
        of_intervals = [] if intervals is None else intervals.arrays
        checkpoint = run.checkpoint(kind, settings, [*content_of(data), *more, *of_intervals])
        fit = Fit(task, settings.fit, seed=run.seed, checkpoint=checkpoint, on_evaluation=picture)
        history = fit.run()
        arrays = {**values_of(model.arrays()), "prior/log_shift": np.zeros(len(labels), np.float32)}
    return Trained(arrays, description | summary(fit.state), history)


def temperature(arrays: dict[str, np.ndarray], description: dict[str, Any], valid: Features) -> float:
    """Fit the temperature of q(y|x) on the validation labels; the usual temperature without such labels.

    Parameters
    ----------
    arrays : arrays of the model.
    description : description of the model.
    valid : validation pixels with labels.
    """
    places = np.searchsorted(description["labels"], valid.label).clip(max=len(description["labels"]) - 1)
    known = np.asarray(description["labels"])[places] == valid.label
    log_q_y = M2Inference(arrays, description).log_q_y(valid.mean[known])
    usual = {"median": USUAL_TEMPERATURE, "spread": TEMPERATURE_SPREAD}
    return most_probable_temperature(log_q_y, places[known], **usual)


def content_of(data: TrainingSet) -> list[Rows]:
    """Return the arrays that identify the data of a run, for its hash.

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels.
    """
    parts = (data.labelled, data.unlabelled, data.valid)
    return [array for part in parts for array in (part.mean, part.std, part.label, *weighed(part))]


def log_prior(place: np.ndarray, classes: int, prior: str) -> np.ndarray:
    """Return the initial log p(y), float32 [class].

    Parameters
    ----------
    place : int [pixel], class index of the labelled pixels.
    classes : number of classes.
    prior : uniform, frequency (of the labels), shrunk (half-way between them), or estimated (starts uniform).
    """
    uniform = np.full(classes, 1.0 / classes)
    frequency = np.bincount(place, minlength=classes) / max(len(place), 1)
    table = {"uniform": uniform, "estimated": uniform, "frequency": frequency, "shrunk": (uniform + frequency) / 2}
    return np.log(table[prior]).astype(np.float32)
