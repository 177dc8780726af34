"""Absorption features by depth: the middle value of an interval's pixels, and the range that holds most of them."""

from collections.abc import Sequence

import numpy as np

from semispectral.features.feature_files import SceneFeatures

# The columns of a value begin with what they hold, as those of the classes do, and with other words.
MEDIAN, LOWER, UPPER = "median_", "lower_", "upper_"
FEWEST_PIXELS = 3  # of an interval, with a value; fewer say nothing of it


def names_of(scans: Sequence[SceneFeatures]) -> tuple[str, ...]:
    """Return the names of the values of all scans, each once; scans of several sensors may have different ones.

    Parameters
    ----------
    scans : features of the scans of a hole.
    """
    return tuple(dict.fromkeys(name for scan in scans for name in scan.names))


def aligned(scan: SceneFeatures, names: tuple[str, ...]) -> SceneFeatures:
    """Return the features of a scan in the order of names; NaN for a value that it does not have.

    Parameters
    ----------
    scan : features of a scan.
    names : names of the values.
    """
    if scan.names == names:
        return scan
    values = np.full((len(names), *scan.values.shape[1:]), np.nan, np.float32)
    for place, name in enumerate(scan.names):
        values[names.index(name)] = scan.values[place]
    return SceneFeatures(names, values)


def columns_of(
    values: np.ndarray, inverse: np.ndarray, names: Sequence[str], *, coverage: float
) -> dict[str, np.ndarray]:
    """Return the columns of the log, float64 [interval] by name.

    Parameters
    ----------
    values : float32 [pixel, value].
    inverse : int [pixel], interval of each pixel.
    names : names of the values.
    coverage : share of the pixels between ``lower_`` and ``upper_``.
    """
    shares = ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)
    columns: dict[str, np.ndarray] = {}
    for place, name in enumerate(names):
        low, middle, high = quantiles_by(inverse, values[:, place], shares)
        columns |= {MEDIAN + name: middle, LOWER + name: low, UPPER + name: high}
    return columns


def quantiles_by(inverse: np.ndarray, values: np.ndarray, shares: Sequence[float]) -> list[np.ndarray]:
    """Return quantiles of the values of each group, linear between neighbours; NaN for a group with too few values.

    Parameters
    ----------
    inverse : int [pixel], group of each pixel.
    values : float [pixel]; NaN is no value.
    shares : the quantiles, 0 to 1.

    Returns
    -------
    One float64 [group] per quantile.
    """
    groups = int(inverse.max()) + 1 if len(inverse) else 0
    known = np.isfinite(values)
    order = np.lexsort((values[known], inverse[known]))
    sorted_values = values[known][order].astype(np.float64)
    counts = np.bincount(inverse[known], minlength=groups)
    first = np.cumsum(counts) - counts
    enough = counts >= FEWEST_PIXELS
    found = []
    for share in shares:
        place = first[enough] + share * (counts[enough] - 1)
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, first[enough] + counts[enough] - 1)
        quantile = np.full(groups, np.nan)
        quantile[enough] = sorted_values[below] + (place - below) * (sorted_values[above] - sorted_values[below])
        found.append(quantile)
    return found
