"""Score a classifier with nested parts of the labels that were given: the points of the learning curve."""

import numpy as np
import pandas as pd

from semispectral.classifiers.svm import SvmConfig, kernel_width, train_svm
from semispectral.evaluation.learning_curve import steps
from semispectral.evaluation.scores import confusion_matrix, scores_of_confusion

DRAWS = 8  # orders in which the labels might have been given
MOST_LABELS = 2048
PER_CLASS = 2  # labels of the first step, so that it knows most of the classes ...
QUARTER = 4  # ... or a quarter of all labels, so that few labels of many classes have a curve too ...
FEWEST = 5  # ... but never fewer than these
COLUMNS = ("labels", "draw", "score")


def learning_curve(
    x: np.ndarray, label: np.ndarray, held_x: np.ndarray, held_label: np.ndarray, *, settings: SvmConfig, seed: int
) -> pd.DataFrame:
    """Score an SVM on held-out labels with more and more of the labels given.

    Each draw is an order of all labels given; a step is a beginning of it, so that steps are nested. The SVM has the
    first cost and width of its settings, untuned: the curve compares numbers of labels, not methods.

    Parameters
    ----------
    x : float32 [pixel, input], features of the labels given.
    label : int [pixel], their classes.
    held_x : float32 [held pixel, input], features of the held-out labels.
    held_label : int [held pixel], their classes.
    settings : settings of the SVM.
    seed : seed of the draws.

    Returns
    -------
    DataFrame with the columns `COLUMNS`; score is macro-F1.
    """
    most = min(len(label), MOST_LABELS)
    least = max(FEWEST, min(PER_CLASS * len(np.unique(label)), most // QUARTER))
    classes = int(max(label.max(initial=0), held_label.max(initial=0))) + 1
    random = np.random.default_rng(seed)
    rows = []
    for draw in range(DRAWS):
        order = random.permutation(len(label))[:most]
        for number in steps(most, least=least):
            chosen = order[:number]
            predicted = _predicted(x[chosen], label[chosen], held_x, classes=classes, settings=settings)
            found = scores_of_confusion(confusion_matrix(held_label, predicted, classes))
            rows.append((number, draw, float(found["macro_f1"])))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _predicted(
    x: np.ndarray, label: np.ndarray, held_x: np.ndarray, *, classes: int, settings: SvmConfig
) -> np.ndarray:
    """Return the classes of the held-out pixels by an SVM of some labels."""
    gamma = settings.gamma[0] * kernel_width(x)
    model = train_svm(x, label, classes=classes, cost=settings.cost[0], gamma=gamma, temperature=1.0, settings=settings)
    return model.predict(held_x)
