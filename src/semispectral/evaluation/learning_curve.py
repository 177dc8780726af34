"""The learning curve: the score against the number of labels given, and what more labels are expected to bring."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

MORE = 50  # labels, whose gain is foretold
COVERAGE = 0.9  # of its interval
RESAMPLES = 200
LINE_POINTS = 60  # of the drawn curve
LEAST_STEPS = 3  # numbers of labels that a curve can be fitted to
SLOWEST, FASTEST = 0.05, 2.0  # limits of the exponent


@dataclass(frozen=True)
class Expected:
    """What more labels are expected to bring.

    Attributes
    ----------
    labels : labels given so far.
    more : labels to come.
    now : score of the fitted curve with the labels given so far.
    gain : expected gain in the score by more labels.
    low, high : ends of its interval, `COVERAGE`.
    parameters : limit, loss and exponent of the fitted curve.
    """

    labels: int
    more: int
    now: float
    gain: float
    low: float
    high: float
    parameters: tuple[float, float, float]

    def line(self, least: int) -> pd.DataFrame:
        """Return the fitted curve with the columns labels and score, up to the labels to come.

        Parameters
        ----------
        least : fewest labels.
        """
        labels = np.geomspace(least, self.labels + self.more, LINE_POINTS)
        return pd.DataFrame({"labels": labels, "score": power_law(np.asarray(self.parameters), labels)})


def steps(labels: int, *, least: int) -> tuple[int, ...]:
    """Return the numbers of labels of a curve: all, half, a quarter, and so on.

    Parameters
    ----------
    labels : labels given so far.
    least : fewest labels of a step.

    Examples
    --------
    >>> steps(100, least=10)
    (12, 25, 50, 100)
    """
    numbers = [labels]
    while numbers[-1] // 2 >= max(least, 1):
        numbers.append(numbers[-1] // 2)
    return tuple(sorted(numbers))


def power_law(parameters: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return limit - loss x labels ^ -exponent, the usual form of a learning curve (Cortes et al. 1993).

    Parameters
    ----------
    parameters : float [3], limit, loss and exponent.
    labels : float [step].
    """
    limit, loss, exponent = parameters
    return np.asarray(limit - loss * labels**-exponent)


def fit_power_law(labels: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Fit a power law by least squares, with a limit of at most 1 and a loss of at least 0, float64 [3].

    Parameters
    ----------
    labels : float [point], numbers of labels.
    score : float [point], scores from 0 to 1.
    """
    start = (min(score.max() + 0.05, 1.0), 1.0, 0.5)

    def residual(parameters: np.ndarray) -> np.ndarray:
        return np.asarray(power_law(parameters, labels) - score)

    def slopes(parameters: np.ndarray) -> np.ndarray:
        _, loss, exponent = parameters
        left = labels**-exponent
        return np.stack([np.ones_like(labels), -left, loss * left * np.log(labels)], axis=1)

    found = least_squares(
        residual,
        start,
        jac=slopes,
        bounds=((0.0, 0.0, SLOWEST), (1.0 + 1e-9, np.inf, FASTEST)),
    )
    return np.asarray(found.x)


def expected(curve: pd.DataFrame, *, seed: int) -> Expected | None:
    """Return what `MORE` labels are expected to bring, by a power law through all points of the curve.

    The interval is that of the gain when the draws of labels are drawn anew, with replacement (bootstrap). It says how
    far the draws agree, and not whether the curve goes on as it began.

    Parameters
    ----------
    curve : DataFrame with the columns labels, draw and score.
    seed : seed of the bootstrap.

    Returns
    -------
    None with fewer numbers of labels than `LEAST_STEPS`, through which any curve would go.
    """
    curve = curve.dropna(subset=["score"])
    if curve["labels"].nunique() < LEAST_STEPS:
        return None
    last = int(curve["labels"].max())
    draws = [rows[["labels", "score"]].to_numpy(float) for _, rows in curve.groupby("draw", sort=True)]
    whole = fit_power_law(curve["labels"].to_numpy(float), curve["score"].to_numpy(float))
    random = np.random.default_rng(seed)
    gains = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([draws[place] for place in random.integers(0, len(draws), len(draws))])
        gains.append(_gain(fit_power_law(*drawn.T), last))
    tails = ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2)
    low, high = np.quantile(gains, tails)
    now = float(power_law(whole, np.array([last], float))[0])
    limit, loss, exponent = map(float, whole)
    return Expected(last, MORE, now, _gain(whole, last), float(low), float(high), (limit, loss, exponent))


def _gain(parameters: np.ndarray, labels: int) -> float:
    """Return the gain of the curve by `MORE` labels."""
    now, then = power_law(parameters, np.array([labels, labels + MORE], float))
    return float(then - now)
