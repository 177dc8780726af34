"""Take level and contrast from each spectrum (SNV), or keep them in columns of their own.

References
----------
Barnes et al. (1989), the standard normal variate.
"""

from collections.abc import Callable

import numpy as np

from semispectral.spectra.normalisations.columns import Arrays, changed_blocks, moments, safe_scale

DARK = 1e-3  # level and contrast below this share of the training pixels' mean are taken as this share


def snv(x: np.ndarray) -> np.ndarray:
    """Return the standard normal variate of each spectrum (Barnes et al. 1989).

    Each spectrum has mean 0 and standard deviation 1; a flat one is 0.

    Parameters
    ----------
    x : float32 [pixel, band].

    Returns
    -------
    float32 [pixel, band].

    Examples
    --------
    >>> snv(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]], np.float32)).round(2).tolist()
    [[-1.2200000286102295, 0.0, 1.2200000286102295], [0.0, 0.0, 0.0]]
    """
    level, spread = level_and_spread(x)
    return np.asarray((x - level) / safe_scale(spread, level=level), dtype=np.float32)


def level_and_spread(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and standard deviation of each spectrum, float32 [pixel, 1]."""
    level = x.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    spread = np.sqrt(np.square(x - level).mean(axis=1, keepdims=True, dtype=np.float64))
    return level, spread.astype(np.float32)


def snv_and_level(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Return the SNV, and in two more columns the level and contrast that it removes, as logarithms.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], lowest level (mean) and contrast (standard deviation); a dark or flat pixel would otherwise be
        minus infinity.

    Returns
    -------
    float32 [pixel, band + 2].
    """
    level, spread = level_and_spread(x)
    taken = np.maximum(np.concatenate([level, spread], axis=1), floor)
    return np.concatenate([snv(x), np.log(taken)], axis=1)


def two_views(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Return the SNV with level and contrast, as in `snv_and_level`, followed by the bands themselves.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], as in `snv_and_level`.

    Returns
    -------
    float32 [pixel, 2 band + 2].
    """
    return np.concatenate([snv_and_level(x, floor), x], axis=1)


def floor_of(x: np.ndarray) -> np.ndarray:
    """Return the lowest level and contrast to use, float32 [2]."""
    sizes = sum(
        np.abs(part).sum(axis=0, dtype=np.float64)
        for part in changed_blocks(x, lambda raw: np.concatenate(level_and_spread(raw), axis=1))
    )
    return np.asarray(np.maximum(DARK * sizes / len(x), np.finfo(np.float32).tiny), np.float32)


def fit_floored(x: np.ndarray, view: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Fit the floor, then mean and scale of the columns above it."""
    floor = floor_of(x)
    return {"floor": floor, **moments(x, lambda raw: view(raw, floor))}


def with_level_and_spread(shown: np.ndarray, raw: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Give the SNV of spectra the level and spread of the raw spectra that they belong to."""
    return np.asarray(shown * raw.std(axis=1, keepdims=True) + raw.mean(axis=1, keepdims=True))
