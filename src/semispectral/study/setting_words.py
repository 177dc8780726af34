"""Errors of pydantic in the project's words: the key, what it needs, what came, and the nearest name."""

import dataclasses
import re
from collections.abc import Mapping, Sized
from typing import Any, get_args, get_type_hints

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from semispectral.errors import ConfigError
from semispectral.study.suggestions import hint, nearest

Details = Mapping[str, Any]  # of one error: type, loc, input, ctx

TEXT_TYPES = ("string_type", "path_type")
NEEDED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "path_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "mapping_type": "keys with values",
    "dataclass_type": "keys with values",
    "dataclass_exact_type": "keys with values",
    "none_required": "null",
}
LIMITS = {
    "greater_than": ("gt", "above {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "below {}"),
    "less_than_equal": ("le", "{} or less"),
    "too_short": ("min_length", "a list of at least {} value(s)"),
    "too_long": ("max_length", "a list of at most {} values"),
}


def choice_error(names: tuple[str, ...]) -> PydanticCustomError:
    """Make the error of a value that is none of some names."""
    return PydanticCustomError("choice", "must be one of {names}", {"names": list(names)})


def in_words(error: ValidationError, cls: type, *, where: str) -> ConfigError:
    """Make a `ConfigError` with one line per mistake.

    Parameters
    ----------
    error : pydantic's.
    cls : the class of settings that was to be built, for the names that it knows.
    where : what messages call these settings: the section, or the class.
    """
    return ConfigError("\n".join(_line(each, cls, where) for each in error.errors(include_url=False)))


def _line(found: Details, cls: type, where: str) -> str:
    kind, loc = found["type"], found["loc"]
    place = _place(where, loc)
    if kind == "unexpected_keyword_argument":
        return f"{_place(where, loc[:-1])}: unknown key {loc[-1]!r}; {hint(str(loc[-1]), _known(cls, loc[:-1]))}"
    if kind == "missing":
        return _missing(found, where)
    if kind == "value_error":
        return _own(str(found["ctx"]["error"]), place, bool(loc), found["input"])
    or_null = " or null" if type(None) in get_args(_hint(cls, loc)) else ""
    return f"{place} must be {_needed(found)}{or_null}, got {found['input']!r}{_perhaps(found)}{_as_text(found)}"


def _as_text(found: Details) -> str:
    """Say how text is written that YAML takes for something else: no, 12 or null."""
    return "; put text in quotes" if found["type"] in TEXT_TYPES and not isinstance(found["input"], Sized) else ""


def _place(where: str, loc: tuple[Any, ...]) -> str:
    return where + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


def _hint(cls: type, loc: tuple[Any, ...]) -> Any:
    """Give the type of the setting at a place; Any inside lists and tables."""
    hint: Any = cls
    for key in loc:
        hint = get_type_hints(hint).get(str(key), Any) if dataclasses.is_dataclass(hint) else Any
    return hint


def _known(cls: type, loc: tuple[Any, ...]) -> list[str]:
    """Name the keys that the settings at a place have."""
    hint = _hint(cls, loc)
    return [field.name for field in dataclasses.fields(hint)] if dataclasses.is_dataclass(hint) else []


def _missing(found: Details, where: str) -> str:
    loc = found["loc"]
    if isinstance(loc[-1], int):  # of a list of fixed length
        return f"{_place(where, loc[:-1])} must be a list of more values, got {found['input']!r}"
    return f"{_place(where, loc[:-1])}: needs a value for {loc[-1]}"


def _own(message: str, place: str, of_value: bool, value: Any) -> str:
    """Say which rule of our own is broken: one between settings says all itself, one of a value what is needed."""
    return f"{place} {message}, got {value!r}" if of_value and message.startswith("must ") else message


def _needed(found: Details) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind in LIMITS:
        key, words = LIMITS[kind]
        limit = context[key]
        return words.format(f"{limit:g}" if isinstance(limit, float) else limit)
    choices = _choices(found)
    return f"one of {', '.join(map(repr, choices))}" if choices else NEEDED.get(kind, str(found["msg"]))


def _choices(found: Details) -> list[str]:
    context: Details = found.get("ctx", {})
    if found["type"] == "choice":
        return list(context["names"])
    return re.findall(r"'([^']*)'", context["expected"]) if found["type"] == "literal_error" else []


def _perhaps(found: Details) -> str:
    near = nearest(str(found["input"]), _choices(found))
    return f"; did you mean {near!r}?" if near else ""
