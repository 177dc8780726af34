"""Read attributes of HDF5 objects safely, whatever they hold and however their names are written."""

from collections.abc import Iterable
from typing import Any

import h5py
import numpy as np


def plain_name(name: str) -> str:
    """Return a name in lower case without separators: ``_FillValue`` and ``fill value`` are the same.

    Parameters
    ----------
    name : str, name as the file writes it.

    Examples
    --------
    >>> plain_name("_FillValue")
    'fillvalue'
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


def attributes_of(item: h5py.HLObject) -> dict[str, Any]:
    """Return the attributes of a dataset or group by name, without those that are empty or cannot be read.

    Parameters
    ----------
    item : h5py.HLObject, dataset or group.
    """
    found = {}
    for name in item.attrs:
        try:
            value = item.attrs[name]
        except Exception:  # noqa: S112  # types that h5py has no words for; whoever wants the attribute misses it
            continue
        if not isinstance(value, h5py.Empty):
            found[name] = value
    return found


def first_attribute(item: h5py.HLObject, names: Iterable[str]) -> tuple[str, Any] | None:
    """Return name and value of the first of some names that the object has, or None.

    Parameters
    ----------
    item : h5py.HLObject, dataset or group.
    names : iterable of str, names, as `plain_name` writes them.
    """
    there = {plain_name(name): (name, value) for name, value in attributes_of(item).items()}
    return next((there[name] for name in names if name in there), None)


def as_text(value: Any) -> str:
    """Return an attribute, or the first of its values, as text.

    Parameters
    ----------
    value : value of the attribute.
    """
    values = np.asarray(value).ravel()
    if not values.size:
        return ""
    return values[0].decode("utf-8", "replace") if isinstance(values[0], bytes) else str(values[0])


def as_numbers(value: Any) -> np.ndarray:
    """Return an attribute as an array, of float64 where it holds texts that are all numbers.

    Parameters
    ----------
    value : value of the attribute.
    """
    values = np.asarray(value)
    if values.dtype.kind not in "SUO":
        return values
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        return values


def as_number(value: Any) -> float | None:
    """Return an attribute, or the first of its values, as a float; None where it is not a number.

    Parameters
    ----------
    value : value of the attribute.
    """
    try:
        return float(as_text(value))
    except ValueError:
        return None
