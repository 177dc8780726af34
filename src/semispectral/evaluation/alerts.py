"""Alerts on suspect scores, and checks that refuse invalid splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.evaluation.predictions import check_predictions, class_count
from semispectral.evaluation.scores import confusion_matrix, scores, scores_of_confusion
from semispectral.study.methods import constant, supervised_twins

ONE_CLASS_SHARE = 0.8
HARDLY = 0.05  # predicted pixels of a class, per pixel that has it, up to which it is as good as never predicted
MODEL = ["method", "features", "per_class", "part"]


@dataclass(frozen=True)
class Alert:
    """Alert on the predictions of one model.

    Attributes
    ----------
    message : a sentence for the report, with the class histogram if it matters.
    severity : "error": do not trust the scores; "warning": do not quote them without the message.
    method : method of the model.
    features : features of the model: bands or latents.
    per_class : labels per class.
    part : part of the split on which the model was scored.
    seeds : seeds with this fault.
    """

    message: str
    severity: str
    method: str
    features: str
    per_class: str
    part: str
    seeds: tuple[int, ...]


def alerts(predictions: pd.DataFrame, *, class_names: Sequence[str] | None = None) -> list[Alert]:
    """Return the alerts on the scores of each model, worst first.

    A model gets an alert if one class has over 80 % of its predictions but not of the true labels; if its overall
    accuracy is not above the share of the largest class; if it never or hardly ever predicts one of the true classes;
    or if it does not beat its supervised baseline.

    Parameters
    ----------
    predictions : table of predictions, as of `prediction_table`.
    class_names : name of each label; None names them "class 3".

    Raises
    ------
    DataError : the number of names differs from the number of classes.
    """
    check_predictions(predictions)
    names = list(class_names or [f"class {index}" for index in range(class_count(predictions))])
    if len(names) != class_count(predictions):
        raise DataError(
            f"a name for each of {class_count(predictions)} predicted classes is needed, got {len(names)} names"
        )
    trained = predictions[~predictions["method"].isin(constant())]
    found: list[Alert] = []
    for model, table in trained.groupby(MODEL):
        identity = {name: str(value) for name, value in zip(MODEL, model, strict=True)}
        matrices = _confusion_by_seed(table)
        for severity, check in CHECKS:
            said = {seed: message for seed, matrix in matrices.items() if (message := check(matrix, names))}
            if said:
                first = next(iter(said))
                where = f"{len(said)} of {len(matrices)} seeds; seed {first}"
                found.append(Alert(f"{said[first]} ({where})", severity, **identity, seeds=tuple(said)))
    return sorted([*found, *not_better(scores(_paired(trained)))], key=lambda alert: alert.severity)


def _paired(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of models whose supervised baseline is present, and of that baseline."""
    there = set(predictions["method"].unique())
    pairs = [pair for pair in supervised_twins().items() if there.issuperset(pair)]
    return predictions[predictions["method"].isin({method for pair in pairs for method in pair})]


def _confusion_by_seed(table: pd.DataFrame) -> dict[int, np.ndarray]:
    """Return the confusion matrix int64 [true class, predicted class] of one model for each seed."""
    classes = class_count(table)
    seeds, label, predicted = (table[name].to_numpy() for name in ("seed", "label", "predicted"))
    chosen = {int(seed): seeds == seed for seed in np.unique(seeds)}
    return {seed: confusion_matrix(label[rows], predicted[rows], classes) for seed, rows in chosen.items()}


def histogram_in_words(confusion: np.ndarray, names: Sequence[str], *, most: int = 8) -> str:
    """Describe the predicted and true shares of the most frequent classes.

    Parameters
    ----------
    confusion : int [true class, predicted class], counts.
    names : name of each class.
    most : largest number of classes to list.
    """
    truth, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    total = max(confusion.sum(), 1)
    order = np.argsort(-np.maximum(truth, predicted), kind="stable")[:most]
    shares = [f"{names[k]} {predicted[k] / total:.0%} (truth {truth[k] / total:.0%})" for k in order]
    return ", ".join(shares) + (", ..." if np.count_nonzero(truth + predicted) > most else "")


def _one_class(confusion: np.ndarray, names: Sequence[str]) -> str:
    """Detect a map of a single class."""
    total = confusion.sum()
    share, truth = confusion.sum(axis=0) / total, confusion.sum(axis=1) / total
    largest = int(share.argmax())
    if share[largest] <= ONE_CLASS_SHARE or truth[largest] > ONE_CLASS_SHARE:
        return ""
    return f"nearly everything is predicted as {names[largest]}: {histogram_in_words(confusion, names)}"


def _not_above_majority(confusion: np.ndarray, names: Sequence[str]) -> str:
    """Detect an accuracy that is not above the share of the largest class."""
    share = confusion.sum(axis=1) / confusion.sum()
    accuracy, largest = float(scores_of_confusion(confusion)["oa"]), int(share.argmax())
    if accuracy > share[largest] or share[largest] == 1:
        return ""
    return (
        f"accuracy {accuracy:.3f} does not beat calling every pixel {names[largest]} ({share[largest]:.3f}): "
        f"{histogram_in_words(confusion, names)}"
    )


def _hardly_predicted(confusion: np.ndarray, names: Sequence[str]) -> str:
    """Detect true classes that are never predicted, or much more seldom than they are there."""
    truth, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    missing = np.flatnonzero((truth > 0) & (predicted <= HARDLY * truth))
    said = [f"{names[int(k)]} ({predicted[k]} pixels; truth {truth[k]})" for k in missing]
    return f"never or hardly ever predicted, though in the truth: {', '.join(said)}" if said else ""


CHECKS = (("error", _one_class), ("error", _not_above_majority), ("warning", _hardly_predicted))


def not_better(table: pd.DataFrame, *, controls: Mapping[str, str] | None = None) -> list[Alert]:
    """Return alerts on semi-supervised models that do not beat their supervised baseline.

    A model is compared by its mean macro-F1 over the seeds with the same classifier trained on the labels alone.

    Parameters
    ----------
    table : scores of runs, from `semispectral.evaluation.scores.scores`.
    controls : baseline of each method; those of the table of methods by default.
    """
    controls = supervised_twins() if controls is None else controls
    if not set(controls) & set(table.get("method", ())):
        return []
    found = []
    for (features, per_class, part), one in table.groupby(["features", "per_class", "part"]):
        for method, control in controls.items():
            mean = one.groupby("method")["macro_f1"].mean()
            if {method, control} <= set(mean.index) and mean[method] <= mean[control]:
                message = (
                    f"{method} on {features} (macro-F1 {mean[method]:.3f}) does not beat its own {control} trained on "
                    f"the labels alone ({mean[control]:.3f}): the unlabelled pixels did not help"
                )
                seeds = tuple(int(seed) for seed in one.loc[one["method"] == method, "seed"])
                found.append(Alert(message, "warning", method, str(features), str(per_class), str(part), seeds))
    return found
