"""From plain values to the settings of a stage, with plain words where a value does not fit."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from semispectral.errors import ConfigError
from semispectral.study.setting_words import in_words
from semispectral.study.suggestions import hint

T = TypeVar("T")


def settings(cls: type[T], given: str | Mapping[str, Any], *, where: str = "") -> T:
    """Build settings from a mapping, or from the JSON text that a rule passes as ``params.cfg``.

    Lists become tuples, nested mappings nested settings, whole numbers floats where a float is wanted; no text becomes
    a number.

    Parameters
    ----------
    cls : a class of settings, or another dataclass of plain values such as `Scene`.
    given : its fields; those that are left out keep their defaults.
    where : the name of the section in messages; the class's name when empty.

    Raises
    ------
    ConfigError : an unknown key, a missing one without default, a value of another type or beyond its limits.
    """
    where = where or cls.__name__
    values = json.loads(given) if isinstance(given, str) else given
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: needs keys with values, got {values!r}")
    refuse_unknown(values, [field.name for field in dataclasses.fields(cls)], where=where)  # type: ignore[arg-type]
    try:
        kind: type = cls
        built: T = _adapter(kind).validate_json(json.dumps(_plain(values), default=str), strict=True)
    except ValidationError as error:
        raise in_words(error, cls, where=where) from None
    return built


def stage_settings(cls: type[T], cfg: str, section: str) -> T:
    """Build settings from one section of a rule's ``params.cfg``."""
    return settings(cls, json.loads(cfg)[section], where=section)


def refuse_unknown(given: Iterable[str], known: Iterable[str], *, where: str) -> None:
    """Raise a `ConfigError` for the first unknown key, with the nearest known one.

    Parameters
    ----------
    given : iterable of str, keys that were given.
    known : iterable of str, known keys.
    where : str, name of the section in messages.
    """
    names = sorted(known)
    for key in given:
        if key not in names:
            raise ConfigError(f"{where}: unknown key {key!r}; {hint(str(key), names)}")


@cache
def _adapter(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _plain(value: Any) -> Any:
    """Values as JSON has them; 5.0 is written 5, which is a whole number as well as another."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
