"""Absorption features by depth: the middle value of an interval's pixels, and the range that holds most of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semispectral.features.feature_files import Measured

# The columns of a value begin with what they hold, as those of the classes do, and with other words.
MEDIAN, LOWER, UPPER = "median_", "lower_", "upper_"
FEWEST_PIXELS = 3  # of an interval, with a value; fewer say nothing of it


def names_of(scans: Sequence[Measured]) -> tuple[str, ...]:
    """Return the names of the values of all scans, each once; scans of several sensors may have different ones.

    Parameters
    ----------
    scans : features of the scans of a hole.
    """
    return tuple(dict.fromkeys(name for scan in scans for name in scan.names))


@dataclass(frozen=True)
class Aligned:
    """Features of a scan in the order of the names of its hole; NaN for a value that the scan does not have.

    Attributes
    ----------
    scan : features of the scan.
    names : names of the values of the hole.
    """

    scan: Measured
    names: tuple[str, ...]

    @property
    def values(self) -> np.ndarray:
        """Values, float32 [value, line, sample]."""
        own = self.scan.values
        if self.scan.names == self.names:
            return own
        values = np.full((len(self.names), *own.shape[1:]), np.nan, np.float32)
        for place, name in enumerate(self.scan.names):
            values[self.names.index(name)] = own[place]
        return values


class ByInterval:
    """Middle value and range of the features of each interval, of pixels that come scan by scan.

    Of the intervals that are complete, only the results are held.

    Parameters
    ----------
    names : names of the values.
    coverage : share of the pixels between ``lower_`` and ``upper_``.
    """

    def __init__(self, names: Sequence[str], *, coverage: float) -> None:
        self._names = tuple(names)
        self._shares = ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)
        self._open: list[tuple[np.ndarray, np.ndarray]] = []
        self._places: list[np.ndarray] = []
        self._found: list[np.ndarray] = []

    def add(self, interval: np.ndarray, values: np.ndarray) -> None:
        """Add pixels.

        Parameters
        ----------
        interval : int64 [pixel], number of the interval of each.
        values : float32 [pixel, value]; NaN is no value.
        """
        self._open.append((interval, values))

    def close(self, below: float) -> None:
        """Sum up the intervals of lower number: no pixel of them will be added any more.

        Parameters
        ----------
        below : number of the first interval that is not complete.
        """
        if not any((interval < below).any() for interval, _ in self._open):
            return
        interval = np.concatenate([interval for interval, _ in self._open])
        values = np.concatenate([values for _, values in self._open])
        done = interval < below
        self._open = [(interval[~done], values[~done])]
        places, inverse = np.unique(interval[done], return_inverse=True)
        columns = [quantiles_by(inverse, column, self._shares) for column in values[done].T]
        self._places.append(places)
        self._found.append(np.array(columns).reshape(len(self._names), len(self._shares), len(places)))

    def columns(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """Return the columns of the log, float64 [interval] by name; NaN for an interval without pixels.

        Parameters
        ----------
        places : int64 [interval], numbers of the intervals, rising; they hold all that were added.
        """
        self.close(np.inf)
        found = np.full((len(self._names), len(self._shares), len(places)), np.nan)
        for numbers, each in zip(self._places, self._found, strict=True):
            found[:, :, np.searchsorted(places, numbers)] = each
        kinds = (LOWER, MEDIAN, UPPER)
        return {
            kind + name: found[place, kinds.index(kind)]
            for place, name in enumerate(self._names)
            for kind in (MEDIAN, LOWER, UPPER)
        }


def _sorted_in_groups(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values by group, rising in each, float32 [pixel].

    Group and value are the halves of one whole number, whose order is theirs: to sort such numbers takes a tenth of
    the time of `numpy.lexsort`.

    Parameters
    ----------
    group : int [pixel], from 0.
    values : float32 [pixel], finite.
    """
    sign = np.uint32(1 << 31)
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rising = np.where(bits & sign, ~bits, bits | sign)  # of negative numbers, larger bits are smaller values
    ordered = np.sort((group.astype(np.uint64) << np.uint64(32)) | rising)
    rising = (ordered & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return np.where(rising & sign, rising ^ sign, ~rising).view(np.float32)


def quantiles_by(inverse: np.ndarray, values: np.ndarray, shares: Sequence[float]) -> list[np.ndarray]:
    """Return quantiles of the values of each group, linear between neighbours; NaN for a group with too few values.

    Parameters
    ----------
    inverse : int [pixel], group of each pixel.
    values : float32 [pixel]; NaN is no value.
    shares : the quantiles, 0 to 1.

    Returns
    -------
    One float64 [group] per quantile.
    """
    groups = int(inverse.max()) + 1 if len(inverse) else 0
    known = np.isfinite(values)
    sorted_values = _sorted_in_groups(inverse[known], values[known]).astype(np.float64)
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
