"""Read which values a file declares to be none: nodata under its many names, and the range of valid values."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from semispectral.scans.facts.hdf5_attributes import as_numbers, plain_name

# names as `plain_name` writes them
NODATA_NAMES = (
    "nodata",
    "nodatavalue",
    "fillvalue",
    "missingvalue",
    "dataignorevalue",
    "ignorevalue",
    "invalidvalue",
    "badvalue",
    "nullvalue",
    "fill",
    "missing",
)
RANGE_NAME, LOWEST_NAME, HIGHEST_NAME = "validrange", "validmin", "validmax"  # of netCDF's conventions


@dataclass(frozen=True)
class Marks:
    """Values that a file declares to be none, beside its one nodata value.

    Attributes
    ----------
    values : tuple of float, further nodata values.
    lowest, highest : float, smallest and largest valid value, as stored.
    """

    values: tuple[float, ...] = ()
    lowest: float = -math.inf
    highest: float = math.inf

    def __bool__(self) -> bool:
        return bool(self.values) or self.lowest > -math.inf or self.highest < math.inf

    def __str__(self) -> str:
        said = [f"{value:g}" for value in self.values]
        ranged = self.lowest > -math.inf or self.highest < math.inf
        return " and ".join(said + [f"what is outside {self.lowest:g} to {self.highest:g}"] * ranged)


def stated_marks(attributes: Mapping[str, Any]) -> tuple[tuple[float, ...], Marks, list[str]]:
    """Return nodata values and valid range among the attributes of an array, however their names are written.

    Parameters
    ----------
    attributes : mapping, attributes by name.

    Returns
    -------
    nodata : tuple of float, distinct values, in the order of `NODATA_NAMES`.
    marks : Marks, with the range alone.
    wrong : list of str, names of the nodata attributes that are no numbers.
    """
    known = {plain_name(name): (name, value) for name, value in attributes.items()}
    found: list[float] = []
    wrong = []
    for plain in NODATA_NAMES:
        if plain in known:
            name, value = known[plain]
            numbers = _numbers(value)
            found += numbers
            wrong += [] if numbers else [name]
    return tuple(dict.fromkeys(found)), _range(known), wrong


def _range(known: Mapping[str, tuple[str, Any]]) -> Marks:
    """Return the range of valid values; none where it is no range."""
    both = _numbers(known[RANGE_NAME][1]) if RANGE_NAME in known else []
    ends = [_numbers(known[name][1])[:1] if name in known else [] for name in (LOWEST_NAME, HIGHEST_NAME)]
    low, high = both if len(both) == 2 else ((ends[0] or [-math.inf])[0], (ends[1] or [math.inf])[0])
    return Marks(lowest=low, highest=high) if low < high else Marks()


def _numbers(value: Any) -> list[float]:
    """Return the numbers of an attribute; none where one of them is no number."""
    values = as_numbers(value).ravel()
    if values.dtype.kind not in "uif":
        return []
    return [float(number) for number in values]
