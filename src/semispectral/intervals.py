"""Scores over seeds, with bootstrap intervals that resample seeds and holes."""

import numpy as np
import pandas as pd

from semispectral.evaluation import (
    CONFUSION_SCORES,
    PROBABILITY_SCORES,
    pixel_losses,
    score,
    scores_of_confusion,
)
from semispectral.predictions import check_predictions, class_count, probabilities_of

TRAINED = ["method", "features", "budget", "part"]
RANKED_SCORES = ("ece", "aurc")  # not sums over pixels, so that holes cannot be reweighted
VALUES_AT_ONCE = 5_000_000


def summary(predictions: pd.DataFrame, *, seed: int, resamples: int = 1000, level: float = 0.95) -> pd.DataFrame:
    """Mean of each score over the seeds, with an interval.

    Each resample draws seeds, and holes, the same for all seeds (Efron and Tibshirani 1993). With few holes the
    interval is too narrow: two or three of them do not show how holes differ.

    Parameters
    ----------
    predictions : the long table.
    seed : seed of the bootstrap.
    resamples : number of resamples.
    level : coverage of the interval.

    Returns
    -------
    DataFrame, one row per method, features, budget, part and score: mean, std (over seeds), low, high (NaN where
    there is nothing to resample), seeds, holes, resampled ("seeds and holes", "seeds", "holes" or "nothing").
    """
    check_predictions(predictions)
    rows = []
    for trained, table in predictions.groupby(TRAINED):
        identity = dict(zip(TRAINED, trained, strict=True))
        single = pd.DataFrame([score(one) for _, one in table.groupby("seed")])
        seeds, holes = table["seed"].nunique(), table["hole"].nunique()
        drawn = bootstrap(table, seed=seed, resamples=resamples)
        drawn |= _bootstrap_seeds(single, seed=seed, resamples=resamples)
        for name in (*CONFUSION_SCORES, *PROBABILITY_SCORES):
            over_holes = holes > 1 and name not in RANKED_SCORES
            units = [unit for unit, used in (("seeds", seeds > 1), ("holes", over_holes)) if used]
            low, high = interval(drawn[name], level=level) if units else (np.nan, np.nan)
            figures = {"mean": single[name].mean(), "std": single[name].std(), "low": low, "high": high}
            resampled = " and ".join(units) or "nothing"
            rows.append({**identity, "score": name, **figures, "seeds": seeds, "holes": holes, "resampled": resampled})
    return pd.DataFrame(rows)


def interval(values: np.ndarray, *, level: float) -> tuple[float, float]:
    """Percentile interval of resampled values, NaN left out."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap(table: pd.DataFrame, *, seed: int, resamples: int) -> dict[str, np.ndarray]:
    """Scores that are functions of sums over pixels, resampled over seeds and holes, float64 [resample].

    Parameters
    ----------
    table : predictions of one method, features, budget and part.
    """
    confusion, loss = _cells(table)
    generator = np.random.default_rng(seed)
    seed_count, hole_count, classes = confusion.shape[:3]
    block = max(1, VALUES_AT_ONCE // (seed_count * classes**2))
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in (*CONFUSION_SCORES, "nll", "brier")}
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        seeds = generator.integers(seed_count, size=(count, seed_count))
        weight = generator.multinomial(hole_count, np.full(hole_count, 1 / hole_count), size=count)
        pooled = np.einsum("rh,shij->rsij", weight, confusion, optimize=True)
        values = scores_of_confusion(pooled)
        pixels = pooled.sum(axis=(2, 3))
        for name, sums in loss.items():
            values[name] = np.where(pixels > 0, weight @ sums.T / np.maximum(pixels, 1), np.nan)
        for name, value in values.items():
            chosen = np.ma.masked_invalid(np.take_along_axis(value, seeds, axis=1))
            drawn[name].append(np.ma.filled(chosen.mean(axis=1), np.nan))
    return {name: np.concatenate(values) for name, values in drawn.items()}


def _cells(table: pd.DataFrame) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Confusion float64 [seed, hole, class, class], and sums of each loss float64 [seed, hole]."""
    seed_code, seeds = pd.factorize(table["seed"], sort=True)
    hole_code, holes = pd.factorize(table["hole"], sort=True)
    classes = class_count(table)
    label, predicted = table["label"].to_numpy(np.int64), table["predicted"].to_numpy(np.int64)
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


def _bootstrap_seeds(single: pd.DataFrame, *, seed: int, resamples: int) -> dict[str, np.ndarray]:
    """Mean of the scores that cannot be pooled over holes, resampled over seeds, float64 [resample]."""
    drawn = np.random.default_rng(seed).integers(len(single), size=(resamples, len(single)))
    return {name: single[name].to_numpy()[drawn].mean(axis=1) for name in RANKED_SCORES}
