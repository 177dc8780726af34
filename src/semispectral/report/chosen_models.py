"""Which models the figures show: chosen on the validation labels, never on the test part."""

from typing import NamedTuple

import pandas as pd

from semispectral.report.results import Study

FAMILIES = ("svm", "m2")


class Chosen(NamedTuple):
    """A method and the features it sees."""

    method: str
    features: str


def best_of_each_family(study: Study) -> list[Chosen]:
    """The SVM and the M2 or M1+M2 with the highest macro-F1 on the validation part; other methods where neither is.

    Where nothing was validated, the first by name stands.
    """
    found = [best for family in FAMILIES if (best := _best(study, [family]))]
    return found or [best for best in [_best(study, sorted(study.scores["method"].unique()))] if best]


def _best(study: Study, methods: list[str]) -> Chosen | None:
    rows = _of(study.validation, methods, study.headline)
    if not len(rows):
        rows = _of(study.scores, methods, study.headline).assign(macro_f1=0.0)
    if not len(rows):
        return None
    means = rows.groupby(["method", "features"])["macro_f1"].mean().sort_index()
    method, features = means.index[int(means.to_numpy().argmax())]
    return Chosen(method, features)


def _of(scores: pd.DataFrame, methods: list[str], budget: str) -> pd.DataFrame:
    return scores[scores["method"].isin(methods) & (scores["budget"].astype(str) == budget)]
