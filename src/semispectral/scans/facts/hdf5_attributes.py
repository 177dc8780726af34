"""Attributes of HDF5 objects: found whatever the writing of their names, and read without harm whatever they hold."""

from collections.abc import Iterable
from typing import Any

import h5py
import numpy as np


def plain_name(name: str) -> str:
    """A name in small letters, without what parts its words: ``_FillValue`` and ``fill value`` are one."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def attributes_of(item: h5py.HLObject) -> dict[str, Any]:
    """The attributes of a dataset or group by name, without those that are empty or cannot be read."""
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
    """Name and value of the first of ``names``, as `plain_name` writes them, that the object has."""
    there = {plain_name(name): (name, value) for name, value in attributes_of(item).items()}
    return next((there[name] for name in names if name in there), None)


def as_text(value: Any) -> str:
    """An attribute, or the first of its values, as text."""
    values = np.asarray(value).ravel()
    if not values.size:
        return ""
    return values[0].decode("utf-8", "replace") if isinstance(values[0], bytes) else str(values[0])


def as_numbers(value: Any) -> np.ndarray:
    """An attribute as an array, of float64 where it holds texts that are all numbers."""
    values = np.asarray(value)
    if values.dtype.kind not in "SUO":
        return values
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        return values


def as_number(value: Any) -> float | None:
    """An attribute, or the first of its values, as a number; None where it is none."""
    try:
        return float(as_text(value))
    except ValueError:
        return None
