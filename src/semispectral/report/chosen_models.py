"""Choose the models that the figures show, by the validation labels, never by the test part."""

from typing import NamedTuple

import pandas as pd

from semispectral.report.results import Study
from semispectral.study.methods import first_row

FAMILIES = ("svm", "m2")


class Chosen(NamedTuple):
    """Method and its features.

    Attributes
    ----------
    method : key of the method.
    features : bands or latents.
    """

    method: str
    features: str


def best_of_each_family(study: Study) -> list[Chosen]:
    """Return the SVM and the M2 or M1+M2 with the highest macro-F1 on the validation part.

    Without validation scores, the first by name is taken. If the study has neither, the best other method is.

    Parameters
    ----------
    study : results of the study.
    """
    found = [best for family in FAMILIES if (best := _best(study, [family]))]
    return found or [best for best in [_best(study, sorted(study.scores["method"].unique()))] if best]


def strongest_control(study: Study) -> Chosen | None:
    """Return the method with the highest macro-F1 on the validation part among those that are none of ours.

    Without validation scores, the first by name is taken. None if the study has no such method.

    Parameters
    ----------
    study : results of the study.
    """
    return _best(study, [name for name in sorted(study.scores["method"].unique()) if not first_row(name).ours])


def _best(study: Study, methods: list[str]) -> Chosen | None:
    """Return the method with the highest validation macro-F1."""
    rows = _of(study.validation, methods, study.headline)
    if not len(rows):
        rows = _of(study.scores, methods, study.headline).assign(macro_f1=0.0)
    if not len(rows):
        return None
    means = rows.groupby(["method", "features"])["macro_f1"].mean().sort_index()
    method, features = means.index[int(means.to_numpy().argmax())]
    return Chosen(method, features)


def _of(scores: pd.DataFrame, methods: list[str], per_class: str) -> pd.DataFrame:
    """Return the scores of some methods at given labels per class."""
    return scores[scores["method"].isin(methods) & (scores["per_class"].astype(str) == per_class)]
