"""Paired differences of macro-F1: each model against the best baseline and its own q(y|x), and M1's gate."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from semispectral.evaluation.intervals import mean_interval
from semispectral.evaluation.significance import PAIR, holm, signed_rank
from semispectral.figures.methods import per_class_order
from semispectral.study.methods import METHODS, twin_of

CONTROL, OWN, GATE = "best baseline", "own q(y|x)", "M1's gate"
GATE_PAIR = ("svm-latents", "svm-bands")
SCORE = "macro_f1"
ALPHA = 0.05
COLUMNS = [
    *("kind", "per_class", "first", "second", "seeds", "mean", "low", "high", "median"),
    *("probability", "probability_holm"),
]


def differences(scores: pd.DataFrame, *, seed: int, resamples: int, level: float = 0.95) -> pd.DataFrame:
    """Return macro-F1 of a first method minus that of a second, on the same seeds.

    The best baseline has the highest mean over the seeds. It is chosen on the test part, which favours the baselines.
    Pairs with a method that was not run are left out.

    Parameters
    ----------
    scores : one row per run, complete.
    seed : seed of the bootstrap over seeds.
    resamples : number of resamples.
    level : coverage of the interval, 0 to 1.

    Returns
    -------
    DataFrame: kind ("best baseline", "own q(y|x)" or "M1's gate"), per_class, first and second (keys of the table of
    methods), seeds, mean, low and high (NaN for a single seed), median, probability (Wilcoxon, two-sided), and
    probability_holm (Holm's correction over the rows of one number of labels per class).
    """
    rows = []
    for per_class in sorted(scores["per_class"].unique(), key=per_class_order):
        wide = wide_scores(scores[scores["per_class"] == per_class])
        tests = [
            {"kind": kind, "per_class": per_class, "first": first, "second": second}
            | _tested((wide[first] - wide[second]).to_numpy(), seed=seed, resamples=resamples, level=level)
            for kind, first, second in _pairs(wide)
        ]
        corrected = holm(np.array([test["probability"] for test in tests], np.float64))
        rows += [{**test, "probability_holm": value} for test, value in zip(tests, corrected, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


def wide_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Return macro-F1 float64 [seed, method] at given labels per class, in the order of the table of methods.

    Parameters
    ----------
    scores : one row per run.
    """
    columns = {
        name: own.set_index("seed")[SCORE]
        for name, row in METHODS.items()
        if len(own := scores[(scores["method"] == row.method) & (scores["features"] == row.features)])
    }
    return pd.DataFrame(columns).sort_index()


def best_control(wide: pd.DataFrame) -> str | None:
    """Return the baseline with the highest mean; None if no baseline was run.

    Parameters
    ----------
    wide : float64 [seed, method], from `wide_scores`.
    """
    means = wide[[name for name in wide if not METHODS[str(name)].ours]].mean()
    return None if means.empty else str(means.idxmax())


def _pairs(wide: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield kind, first and second method of each difference."""
    best = best_control(wide)
    ours = [str(name) for name in wide if METHODS[str(name)].ours]
    found = [(CONTROL, name, best) for name in ours]
    found += [(OWN, name, twin_of(name)) for name in ours]
    found.append((GATE, *GATE_PAIR))
    for kind, first, second in found:
        if first in wide and second is not None and second in wide:
            yield kind, first, second


def _tested(values: np.ndarray, *, seed: int, resamples: int, level: float) -> dict[str, float]:
    """Return mean, interval and p of the differences of a pair."""
    low, high = mean_interval(values, seed=seed, resamples=resamples, level=level)
    found = signed_rank(pd.Series(values))
    return {
        "seeds": found["seeds"],
        "mean": float(values.mean()),
        "low": low,
        "high": high,
        "median": found["difference"],
        "probability": found["probability"],
    }


def mcnemar_wins(mcnemar: pd.DataFrame, first: str, second: str) -> tuple[int, int, int]:
    """Count the seeds in which the first method is better by McNemar's test, in which it is worse, and all seeds.

    Parameters
    ----------
    mcnemar : rows at given labels per class, from `semispectral.evaluation.significance.mcnemar`.
    first : key of the first method.
    second : key of the second method.
    """
    one, two = ((METHODS[name].method, METHODS[name].features) for name in (first, second))
    pairs = pd.Series(list(mcnemar[PAIR].itertuples(index=False, name=None)), index=mcnemar.index)
    sign = np.select([pairs == (*one, *two), pairs == (*two, *one)], [1, -1])
    lead = sign * (mcnemar["only_first"] - mcnemar["only_second"])
    sure = mcnemar["probability_holm"] < ALPHA
    return int((sure & (lead > 0)).sum()), int((sure & (lead < 0)).sum()), int((sign != 0).sum())
