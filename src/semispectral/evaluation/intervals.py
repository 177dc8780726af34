"""Mean scores over seeds, with bootstrap intervals that resample seeds and holes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from semispectral.evaluation.predictions import check_predictions, class_count, probabilities_of
from semispectral.evaluation.scores import (
    CLASS_SCORES,
    COUNTS,
    pixel_losses,
    score,
    scores_by_class,
    scores_of_confusion,
)

TRAINED = ["method", "features", "per_class", "part"]
VALUES_AT_ONCE = 5_000_000


def summary(predictions: pd.DataFrame, *, seed: int, resamples: int = 1000, level: float = 0.95) -> pd.DataFrame:
    """Return the mean of each score over the seeds, with a bootstrap interval.

    Each resample draws seeds and holes with replacement; the drawn holes are the same for all seeds (Efron and
    Tibshirani 1993). With few holes the interval is too narrow: two or three holes do not show how holes differ.

    Parameters
    ----------
    predictions : table of predictions.
    seed : seed of the bootstrap.
    resamples : number of resamples.
    level : coverage of the interval, 0 to 1.

    Returns
    -------
    DataFrame, one row per method, features, per_class, part and score: mean, std (over seeds), low, high (NaN if
    nothing can be resampled), seeds, holes, resampled ("seeds and holes", "seeds", "holes" or "nothing").
    """
    check_predictions(predictions)
    rows = []
    for trained, table in predictions.groupby(TRAINED):
        identity = dict(zip(TRAINED, trained, strict=True))
        single = pd.DataFrame([score(one) for _, one in table.groupby("seed")])
        seeds, holes = table["seed"].nunique(), table["hole"].nunique()
        drawn = bootstrap(table, seed=seed, resamples=resamples)
        # Scores that are no sums over pixels cannot be weighted by holes: they are resampled over seeds alone.
        names = [str(name) for name in single if name not in COUNTS]
        ranked = [name for name in names if name not in drawn]
        drawn |= _bootstrap_seeds(single, ranked, seed=seed, resamples=resamples)
        for name in names:
            over_holes = holes > 1 and name not in ranked
            units = [unit for unit, used in (("seeds", seeds > 1), ("holes", over_holes)) if used]
            low, high = interval(drawn[name], level=level) if units else (np.nan, np.nan)
            figures = {"mean": single[name].mean(), "std": single[name].std(), "low": low, "high": high}
            resampled = " and ".join(units) or "nothing"
            rows.append({**identity, "score": name, **figures, "seeds": seeds, "holes": holes, "resampled": resampled})
    return pd.DataFrame(rows)


def interval(values: np.ndarray, *, level: float) -> tuple[float, float]:
    """Return the percentile interval of resampled values; NaN values are left out.

    Parameters
    ----------
    values : float [resample].
    level : coverage of the interval, 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> interval(np.arange(101.0), level=0.5)
    (25.0, 75.0)
    """
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap(table: pd.DataFrame, *, seed: int, resamples: int) -> dict[str, np.ndarray]:
    """Resample scores that are functions of sums over pixels, over seeds and holes.

    Parameters
    ----------
    table : predictions of one method, features, per_class and part.
    seed : seed of the bootstrap.
    resamples : number of resamples.

    Returns
    -------
    float64 [resample] for each score.
    """
    confusion, loss = _cells(table)
    drawn: dict[str, list[np.ndarray]] = defaultdict(list)
    for pooled, weight, seeds in _resampled(confusion, seed=seed, resamples=resamples):
        values = scores_of_confusion(pooled)
        pixels = pooled.sum(axis=(2, 3))
        for name, sums in loss.items():
            values[name] = np.where(pixels > 0, weight @ sums.T / np.maximum(pixels, 1), np.nan)
        for name, value in values.items():
            drawn[name].append(_mean_of_drawn(value, seeds))
    return {name: np.concatenate(values) for name, values in drawn.items()}


def _resampled(
    confusion: np.ndarray, *, seed: int, resamples: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield resamples in blocks.

    A resample of holes is a count of how often each hole is drawn, so its confusion matrix is the weighted sum of those
    of the holes: no pixel is drawn again.

    Parameters
    ----------
    confusion : float64 [seed, hole, true class, predicted class].
    seed : seed of the bootstrap.
    resamples : number of resamples.

    Yields
    ------
    Confusion float64 [resample, seed, class, class], weights int64 [resample, hole], seeds int64 [resample, seed].
    """
    generator = np.random.default_rng(seed)
    seed_count, hole_count, classes = confusion.shape[:3]
    block = max(1, VALUES_AT_ONCE // (seed_count * classes**2))  # bounds the memory of the confusion below
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        seeds = generator.integers(seed_count, size=(count, seed_count))
        # Drawing as many holes as there are, with replacement, gives multinomial counts.
        weight = generator.multinomial(hole_count, np.full(hole_count, 1 / hole_count), size=count)
        yield np.einsum("rh,shij->rsij", weight, confusion, optimize=True), weight, seeds


def _mean_of_drawn(value: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Return the mean over the drawn seeds, float64 [resample, ...]; NaN values are left out.

    Parameters
    ----------
    value : float64 [resample, seed, ...], score of every seed.
    seeds : int64 [resample, seed], drawn seeds.
    """
    # `seeds` has two axes; trailing axes of length 1 let it index values with an axis of classes too.
    chosen = np.take_along_axis(value, seeds.reshape(*seeds.shape, *[1] * (value.ndim - 2)), axis=1)
    return np.asarray(np.ma.filled(np.ma.masked_invalid(chosen).mean(axis=1), np.nan))


def class_summary(predictions: pd.DataFrame, *, seed: int, resamples: int = 1000, level: float = 0.95) -> pd.DataFrame:
    """Return the mean of each class score over the seeds, with an interval from the resamples of `summary`.

    Parameters
    ----------
    predictions : table of predictions.
    seed : seed of the bootstrap.
    resamples : number of resamples.
    level : coverage of the interval, 0 to 1.

    Returns
    -------
    DataFrame, one row per method, features, per_class, part, label and score: mean, low, high (NaN if nothing can be
    resampled, or if the score is undefined), seeds, holes.
    """
    check_predictions(predictions)
    tables = []
    for trained, table in predictions.groupby(TRAINED):
        identity = dict(zip(TRAINED, trained, strict=True))
        confusion = _cells(table)[0]
        tables += _class_rows(confusion, identity, seed=seed, resamples=resamples, level=level)
    return pd.concat(tables, ignore_index=True)


def _class_rows(
    confusion: np.ndarray, identity: dict[str, Any], *, seed: int, resamples: int, level: float
) -> list[pd.DataFrame]:
    """Return the rows of `class_summary` for one model, from its confusion float64 [seed, hole, class, class]."""
    seeds, holes, classes = confusion.shape[:3]
    single = scores_by_class(confusion.sum(axis=1))
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in CLASS_SCORES}
    for pooled, _, chosen in _resampled(confusion, seed=seed, resamples=resamples):
        for name, value in scores_by_class(pooled).items():
            drawn[name].append(_mean_of_drawn(value, chosen))
    tables = []
    for name in CLASS_SCORES:
        bounds = [interval(values, level=level) for values in np.concatenate(drawn[name]).T]
        low, high = np.array(bounds).T if seeds > 1 or holes > 1 else np.full((2, classes), np.nan)
        mean = np.ma.filled(np.ma.masked_invalid(single[name]).mean(axis=0), np.nan)
        columns = {**identity, "label": np.arange(classes), "score": name, "mean": mean, "low": low, "high": high}
        tables.append(pd.DataFrame({**columns, "seeds": seeds, "holes": holes}))
    return tables


def mean_interval(values: np.ndarray, *, seed: int, resamples: int, level: float) -> tuple[float, float]:
    """Return the bootstrap interval of a mean over seeds; NaN for a single seed.

    Parameters
    ----------
    values : float [seed].
    seed : seed of the bootstrap.
    resamples : number of resamples.
    level : coverage of the interval, 0 to 1.
    """
    if len(values) < 2:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))
    return interval(values[drawn].mean(axis=1), level=level)


def _cells(table: pd.DataFrame) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Count the confusion float64 [seed, hole, class, class], and sum each loss float64 [seed, hole]."""
    seed_code, seeds = pd.factorize(table["seed"], sort=True)
    hole_code, holes = pd.factorize(table["hole"], sort=True)
    classes = class_count(table)
    label, predicted = table["label"].to_numpy(np.int64), table["predicted"].to_numpy(np.int64)
    # One integer per (seed, hole, true class, predicted class), so that a single bincount counts all of them.
    cell = seed_code * len(holes) + hole_code
    flat = (cell * classes + label) * classes + predicted
    counts = np.bincount(flat, minlength=len(seeds) * len(holes) * classes**2)
    shape = (len(seeds), len(holes))
    losses = pixel_losses(probabilities_of(table), label)
    sums = {
        name: np.bincount(cell, weights=loss, minlength=len(seeds) * len(holes)).reshape(shape)
        for name, loss in losses.items()
    }
    return counts.reshape(*shape, classes, classes).astype(np.float64), sums


def _bootstrap_seeds(single: pd.DataFrame, names: Sequence[str], *, seed: int, resamples: int) -> dict[str, np.ndarray]:
    """Resample over seeds the scores that cannot be pooled over holes, float64 [resample]."""
    drawn = np.random.default_rng(seed).integers(len(single), size=(resamples, len(single)))
    return {name: single[name].to_numpy()[drawn].mean(axis=1) for name in names}
