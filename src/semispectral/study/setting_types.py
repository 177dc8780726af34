"""Classes of settings and the types of their values: each setting stands once, with its default, limits and meaning.

A class of settings is a frozen dataclass that pydantic checks. The text below a field says what the setting is.
config/config.schema.yaml and docs/configuration.md are written from these classes (docs/generate).
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar, dataclass_transform

import pydantic.dataclasses
from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from semispectral.study.setting_words import choice_error, in_words

T = TypeVar("T", bound=type)

CLOSED = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field, Field))
def settings_class(section: str) -> Callable[[T], T]:
    """Make a class of settings: a frozen dataclass whose values are checked whenever one is made.

    Unknown keys and values of another type are refused with a `ConfigError`: ``"5"`` is no number, True no 1. A
    ``__post_init__`` checks only what lies between settings.

    Parameters
    ----------
    section : what messages call the settings: their section of the configuration.
    """

    def made(cls: T) -> T:
        checked: Any = pydantic.dataclasses.dataclass(frozen=True, config=CLOSED)(cls)
        checked.__init__ = _telling(checked.__init__, checked, section)
        return checked  # type: ignore[no-any-return]  # the class itself

    return made


def _telling(build: Callable[..., None], cls: type, section: str) -> Callable[..., None]:
    """Give the constructor the project's own error and words; lists, as YAML gives them, become tuples."""
    names = [field.name for field in dataclasses.fields(cls)]

    @functools.wraps(build)
    def told(self: Any, *values: Any, **named: Any) -> None:
        if len(values) > len(names):
            raise TypeError(f"{cls.__name__} takes {len(names)} values, got {len(values)}")
        given = dict(zip(names, values, strict=False)) | named
        try:
            build(self, **{key: _tupled(value) for key, value in given.items()})
        except ValidationError as error:
            raise in_words(error, cls, where=section) from None

    return told


def _tupled(value: Any) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


class _Rule:
    """A rule for a value after its type, for use in ``Annotated``; `_check` gives the value or raises ValueError."""

    def _check(self, value: Any) -> Any:
        """Give the value back where it keeps the rule."""
        raise NotImplementedError

    def _words(self) -> dict[str, Any]:
        """Give what the schema says of the rule."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | self._words()


class OneOf(_Rule):
    """One of some names.

    Parameters
    ----------
    names : the choices, in the order of the reference page.
    also : names that the package itself uses, and that nobody is told of.
    """

    def __init__(self, names: Iterable[str], *, also: Iterable[str] = ()) -> None:
        self.names = names  # a table may grow, so that its names are read when a value is checked
        self.also = tuple(also)

    def _check(self, value: Any) -> Any:
        names = tuple(self.names)
        if value not in names + self.also:
            raise choice_error(names)
        return value

    def _words(self) -> dict[str, Any]:
        return {"enum": list(self.names)}


class Unique(_Rule):
    """No value twice; of a list of settings with a key, no two with the same value of that key."""

    def __init__(self, by: str = "") -> None:
        self.by = by

    def _check(self, value: Any) -> Any:
        seen = [getattr(each, self.by) if self.by else each for each in value]
        if len(set(seen)) < len(seen):
            raise ValueError(f"must not repeat a {self.by or 'value'}")
        return value

    def _words(self) -> dict[str, Any]:
        return {"uniqueBy": self.by} if self.by else {"uniqueItems": True}


class Rising(_Rule):
    """Two numbers that rise."""

    def _check(self, value: Any) -> Any:
        if not value[0] < value[1]:
            raise ValueError("must be two numbers that rise, the smaller one first")
        return value

    def _words(self) -> dict[str, Any]:
        return {"rising": True}


class NumberOr(_Rule):
    """A whole number, or one of some words that stand for one."""

    def __init__(self, *names: str, least: int) -> None:
        self.names = names
        self.least = least

    def _check(self, value: Any) -> Any:
        number = isinstance(value, int) and not isinstance(value, bool) and value >= self.least
        if not (number or value in self.names):
            raise ValueError(f"must be a whole number from {self.least}, or {' or '.join(self.names)}")
        return value

    def _words(self) -> dict[str, Any]:
        pattern = self.names[0] if len(self.names) == 1 else f"({'|'.join(self.names)})"
        return {"type": ["integer", "string"], "minimum": self.least, "pattern": f"^{pattern}$"}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self._words()


Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]
InnerShare = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
CountFromZero = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0)]
Candidates = Annotated[tuple[Positive, ...], Field(min_length=1)]
PerClass = Annotated[int | str, NumberOr("all", least=1)]
Windows = Annotated[tuple[Annotated[tuple[Positive, Positive], Rising()], ...], Field(min_length=1), Unique()]  # in nm
