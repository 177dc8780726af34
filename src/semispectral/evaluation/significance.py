"""Compare methods: paired Wilcoxon tests with Holm's correction, and McNemar's test."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from semispectral.evaluation.predictions import PIXEL, check_predictions

MODEL = ["method", "features"]
PAIR = ["first_method", "first_features", "second_method", "second_features"]
MCNEMAR = ["per_class", "seed", *PAIR, "only_first", "only_second", "probability", "probability_holm"]


def holm(probability: np.ndarray) -> np.ndarray:
    """Adjust p-values for several tests by Holm's method (Holm 1979).

    Parameters
    ----------
    probability : float64 [test], p-values. NaN stays NaN and does not count as a test.

    Returns
    -------
    float64 [test], adjusted p-values.

    Examples
    --------
    >>> import numpy as np
    >>> holm(np.array([0.01, 0.04]))
    array([0.02, 0.04])
    """
    adjusted = np.full(len(probability), np.nan)
    tested = np.flatnonzero(np.isfinite(probability))
    order = tested[np.argsort(probability[tested], kind="stable")]
    # The smallest of m p-values is multiplied by m, the next by m - 1, ...; the running maximum keeps their order.
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(probability[order] * factors), 1)
    return adjusted


def paired_wilcoxon(scores: pd.DataFrame, *, score: str = "macro_f1", part: str = "test") -> pd.DataFrame:
    """Compare every pair of models by Wilcoxon's signed-rank test, paired by seed.

    Holm's correction is over the pairs of each number of labels per class. Five seeds or fewer cannot give p < 0.05,
    whatever the scores.

    Parameters
    ----------
    scores : table of `semispectral.evaluation.scores.scores`.
    score : score to compare.
    part : "test" or "valid".

    Returns
    -------
    DataFrame: per_class, first_method, first_features, second_method, second_features, seeds (pairs), difference
    (median of first - second), probability (two-sided p), probability_holm.
    """
    rows = []
    for per_class, table in scores[scores["part"] == part].groupby("per_class"):
        wide = table.pivot_table(index="seed", columns=MODEL, values=score)
        tests = [
            {
                "per_class": per_class,
                **dict(zip(PAIR, (*first, *second), strict=True)),
                **signed_rank(wide[first] - wide[second]),
            }
            for first, second in itertools.combinations(wide.columns, 2)
        ]
        corrected = holm(np.array([test["probability"] for test in tests]))
        rows += [{**test, "probability_holm": value} for test, value in zip(tests, corrected, strict=True)]
    return pd.DataFrame(rows, columns=["per_class", *PAIR, "seeds", "difference", "probability", "probability_holm"])


def signed_rank(difference: pd.Series) -> dict[str, float]:
    """Return the number of pairs, the median difference and the p-value of Wilcoxon's signed-rank test.

    Parameters
    ----------
    difference : float [seed], differences; NaN values are left out. p is 1 if all are 0, and NaN if there are none.
    """
    values = difference.dropna().to_numpy()
    if len(values) == 0:
        return {"seeds": 0, "difference": np.nan, "probability": np.nan}
    probability = float(stats.wilcoxon(values).pvalue) if np.any(values != 0) else 1.0
    return {"seeds": len(values), "difference": float(np.median(values)), "probability": probability}


def mcnemar(predictions: pd.DataFrame, *, part: str = "test") -> pd.DataFrame:
    """Compare every pair of models by McNemar's exact test, on the pixels that both predicted.

    There is a test for each number of labels per class and each seed.

    The test takes pixels as independent. Neighbouring pixels are not, so p is too small. Holm's correction is over the
    pairs of one number of labels per class and seed.

    Parameters
    ----------
    predictions : table of predictions.
    part : "test" or "valid".

    Returns
    -------
    DataFrame: per_class, seed, first_method, first_features, second_method, second_features, only_first, only_second
    (pixels that only the first, only the second model predicts correctly), probability (two-sided p), probability_holm.
    """
    check_predictions(predictions)
    chosen = predictions[predictions["part"] == part]
    right = chosen[["per_class", "seed", *MODEL, *PIXEL]].assign(
        right=(chosen["label"] == chosen["predicted"]).astype(np.int8)
    )
    rows = []
    for (per_class, seed), table in right.groupby(["per_class", "seed"]):
        wide = table.pivot_table(index=PIXEL, columns=MODEL, values="right", aggfunc="first").dropna() == 1
        rows += [{"per_class": per_class, "seed": seed, **test} for test in mcnemar_pairs(wide)]
    return pd.DataFrame(rows, columns=MCNEMAR)


def mcnemar_pairs(right: pd.DataFrame) -> list[dict[str, Any]]:
    """Compare every pair of models by McNemar's exact test on the same pixels, with Holm's correction over the pairs.

    Parameters
    ----------
    right : bool [pixel, model], True where a model (method, features) is correct.
    """
    tests = [
        {**dict(zip(PAIR, (*one, *two), strict=True)), **_discordant(right[one], right[two])}
        for one, two in itertools.combinations(right.columns, 2)
    ]
    corrected = holm(np.array([test["probability"] for test in tests]))
    return [{**test, "probability_holm": value} for test, value in zip(tests, corrected, strict=True)]


def _discordant(first: pd.Series, second: pd.Series) -> dict[str, float]:
    """Count pixels that only one of two models predicts correctly, and return the binomial p-value."""
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    total = only_first + only_second
    probability = float(stats.binomtest(only_first, total).pvalue) if total else 1.0
    return {"only_first": only_first, "only_second": only_second, "probability": probability}
