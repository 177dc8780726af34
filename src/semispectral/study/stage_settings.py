"""Convert plain values to the settings dataclass of a stage, with a clear error where a value does not fit."""

import dataclasses
import json
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from semispectral.errors import ConfigError
from semispectral.study.suggestions import hint, nearest

T = TypeVar("T")


def settings(cls: type[T], given: str | Mapping[str, Any], *, where: str = "") -> T:
    """Build a settings dataclass from a mapping, or from the JSON text that a rule passes as ``params.cfg``.

    Lists become tuples, nested mappings nested dataclasses, and whole numbers floats where a float is needed.

    Parameters
    ----------
    cls : type, a dataclass whose ``__post_init__`` checks ranges.
    given : values of its fields; the others keep their defaults.
    where : str, name of the section in messages; empty: the name of the class.

    Raises
    ------
    ConfigError : a key is unknown or missing, or a value has another type.
    """
    where = where or cls.__name__
    values = json.loads(given) if isinstance(given, str) else given
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: needs keys with values, got {values!r}")
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    refuse_unknown(values, fields, where=where)
    absent = [name for name, field in fields.items() if name not in values and _required(field)]
    if absent:
        raise ConfigError(f"{where}: needs a value for {', '.join(absent)}")
    hints = get_type_hints(cls)
    return cls(**{key: _convert(value, hints[key], f"{where}.{key}") for key, value in values.items()})


def stage_settings(cls: type[T], cfg: str, section: str) -> T:
    """Build a settings dataclass from one section of a rule's ``params.cfg``.

    Parameters
    ----------
    cls : type, a dataclass.
    cfg : str, JSON text of the sections.
    section : str, name of the section.
    """
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


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _wrong(where: str, needed: str, value: Any) -> ConfigError:
    return ConfigError(f"{where} must be {needed}, got {value!r}")


def _convert(value: Any, hint: Any, where: str) -> Any:
    origin = get_origin(hint) or hint
    if origin in CONVERT:
        return CONVERT[origin](value, hint, where)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return settings(hint, value, where=where)
    return value


def _number(value: Any, _: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(where, "a number", value)
    return float(value)


def _whole_number(value: Any, _: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise _wrong(where, "a whole number", value)
    return int(value)


def _truth(value: Any, _: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(where, "true or false", value)
    return value


def _text(value: Any, _: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, "text", value)
    return value


def _path(value: Any, _: Any, where: str) -> Path:
    return Path(_text(value, str, where))


def _nothing(value: Any, _: Any, where: str) -> None:
    if value is not None:
        raise _wrong(where, "null", value)


def _choice(value: Any, hint: Any, where: str) -> Any:
    for choice in get_args(hint):
        if value == choice and isinstance(value, bool) == isinstance(choice, bool):
            return choice
    choices = get_args(hint)
    near = nearest(str(value), map(str, choices))
    perhaps = f"; did you mean {near!r}?" if near else ""
    raise ConfigError(f"{where} must be one of {', '.join(map(repr, choices))}, got {value!r}{perhaps}")


def _either(value: Any, hint: Any, where: str) -> Any:
    messages = []
    for option in get_args(hint):
        try:
            return _convert(value, option, where)
        except ConfigError as error:
            messages.append(str(error).removeprefix(f"{where} must be ").rsplit(", got", 1)[0])
    raise _wrong(where, " or ".join(messages), value)


def _tuple(value: Any, hint: Any, where: str) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise _wrong(where, "a list", value)
    hints = get_args(hint) or (Any, ...)
    if len(hints) == 2 and hints[1] is ...:
        hints = (hints[0],) * len(value)
    if len(hints) != len(value):
        raise _wrong(where, f"a list of {len(hints)} values", value)
    return tuple(_convert(item, kind, f"{where}[{i}]") for i, (item, kind) in enumerate(zip(value, hints, strict=True)))


def _mapping(value: Any, hint: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(where, "keys with values", value)
    kind = (get_args(hint) or (str, Any))[1]
    return {str(key): _convert(item, kind, f"{where}.{key}") for key, item in value.items()}


CONVERT: dict[Any, Callable[[Any, Any, str], Any]] = {
    bool: _truth,
    int: _whole_number,
    float: _number,
    str: _text,
    Path: _path,
    type(None): _nothing,
    Literal: _choice,
    Union: _either,
    types.UnionType: _either,
    tuple: _tuple,
    dict: _mapping,
    Mapping: _mapping,
}
