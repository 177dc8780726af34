"""Check the configuration against its schema, and fill in the defaults."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from semispectral.errors import ConfigError, MissingFileError
from semispectral.study.config_file import refuse_renamed, require_plain
from semispectral.study.numerals import decimal, whole
from semispectral.study.paths import require_path
from semispectral.study.suggestions import hint, nearest

Schema = dict[str, Any]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # that in C is ten times as fast; not every build has it
FOLDERS_AND_TABLES = ("data_root", "scenes", "classes", "sensors", "model")
MISSPELT = 0.75  # likeness from which a key is taken for a misspelt neighbour rather than for one of another section


def read_schema(path: Path) -> Schema:
    """Read the schema, a YAML file.

    Parameters
    ----------
    path : Path, file to read.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: the configuration's schema does not exist; restore it from the repository")
    schema: Schema = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  a safe one
    return schema


def lay_over(config: dict[str, Any], overlay: Mapping[str, Any]) -> None:
    """Merge a configuration into another as Snakemake does: sections key by key; other values are replaced.

    Parameters
    ----------
    config : dict, what lies below; it is changed.
    overlay : mapping, what is laid over it.
    """
    for key, value in overlay.items():
        if isinstance(value, Mapping) and isinstance(config.get(key), dict):
            lay_over(config[key], value)
        else:
            config[key] = value


def complete(config: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Check a configuration and fill in the defaults.

    Text that YAML or the command line did not read as a number or truth value (``1e-3``, ``--config 'svm={"folds":
    3}'``) is converted where the schema needs one.

    Parameters
    ----------
    config : mapping, configuration as read.
    schema : dict, schema of the configuration.

    Raises
    ------
    ConfigError : one line per mistake: the key, the needed value, the given one, and the nearest key for a typo; keys
        with another name now are named first.
    """
    require_plain(config)
    refuse_renamed(config)
    full: dict[str, Any] = _filled(config, schema)
    errors = sorted(CHECKER(schema).iter_errors(full), key=lambda error: list(map(str, error.path)))
    if errors:
        sections = dict(_sections(schema))
        lines = [line for error in errors for line in _in_words(error, sections)]
        raise ConfigError("the configuration cannot be used:\n" + "\n".join(f"  {line}" for line in lines))
    for key in FOLDERS_AND_TABLES:
        require_path(full.get(key) or "", f"config, {key}")
    require_path(full.get("pathvars", {}).get("results", ""), "config, pathvars.results")
    return full


def defaults(schema: Schema) -> dict[str, Any]:
    """Return the configuration of an empty file.

    Parameters
    ----------
    schema : dict, schema of the configuration.
    """
    filled: dict[str, Any] = _filled({}, schema)
    return filled


def _filled(value: Any, schema: Schema) -> Any:
    """Return a copy with defaults in place and numeric text converted to numbers."""
    if isinstance(value, Mapping):
        properties: dict[str, Schema] = schema.get("properties", {})
        other = schema.get("additionalProperties")
        filled = {key: _filled(item, properties.get(key, other or {})) for key, item in value.items()}
        for key, part in properties.items():
            if key not in filled and ("default" in part or "properties" in part):
                filled[key] = _filled(deepcopy(part.get("default", {})), part)
        return filled
    if value is None and "properties" in schema:
        return _filled({}, schema)  # a section whose keys are all commented out
    if isinstance(value, list | tuple):
        return [_filled(item, schema.get("items", {})) for item in value]
    return _typed(value, schema) if isinstance(value, str) else value


def _typed(text: str, schema: Schema) -> Any:
    """Convert text to the type that the schema needs, if it can be."""
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        try:
            return FROM_TEXT[kind](text)
        except (KeyError, ValueError):
            continue
    return text


FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "integer": whole,
    "number": decimal,
    "boolean": lambda text: {"true": True, "false": False}[text.lower()],
    "null": lambda text: {"null": None, "none": None}[text.lower()],
}


def _sections(schema: Schema, where: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield every section of the schema with its keys; the top level has no name."""
    properties: dict[str, Schema] = schema.get("properties", {})
    yield where, list(properties)
    for key, part in properties.items():
        if "properties" in part:
            yield from _sections(part, f"{where}.{key}".lstrip("."))


def _unique_by(_: Any, key: str, rows: Any, __: Schema) -> Iterator[ValidationError]:
    """Check the schema's own keyword ``uniqueBy``: no two rows of a list share the value of a key."""
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    values = Counter(str(row[key]) for row in found if key in row)
    if repeated := [value for value, times in values.items() if times > 1]:
        yield ValidationError(f"each needs a {key} of its own, got {', '.join(map(repr, repeated))} more than once")


def _rising(_: Any, asked: bool, values: Any, __: Schema) -> Iterator[ValidationError]:
    """Check the schema's own keyword ``rising``: numbers of a list rise."""
    numbers = isinstance(values, list) and all(isinstance(value, int | float) for value in values)
    if asked and numbers and sorted(set(values)) != values:
        yield ValidationError(f"needs numbers that rise, the smaller one first, got {values!r}")


OWN = {"uniqueBy": _unique_by, "rising": _rising}
CHECKER = extend(Draft202012Validator, OWN)  # type: ignore[no-untyped-call]  # jsonschema's


def _in_words(error: ValidationError, sections: Mapping[str, list[str]]) -> Iterator[str]:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    say = partial(_unknown_keys, sections) if error.validator == "additionalProperties" else _say(error)
    yield from (f"{where}: {text}" if where else text for text in say(error))


def _say(error: ValidationError) -> Callable[[ValidationError], list[str]]:
    return WORDS.get(str(error.validator), _as_it_is)


def _as_it_is(error: ValidationError) -> list[str]:
    return [error.message]


def _unknown_keys(sections: Mapping[str, list[str]], error: ValidationError) -> list[str]:
    schema = cast(Schema, error.schema)
    known = sorted(schema.get("properties", {}))
    return [_unknown_key(str(key), known, sections) for key in cast(Schema, error.instance) if key not in known]


def _unknown_key(key: str, known: list[str], sections: Mapping[str, list[str]]) -> str:
    """Describe an unknown key: the nearest key here, or the section in which that very key belongs."""
    elsewhere = [f"{section}.{key}" for section, keys in sections.items() if section and key in keys]
    if elsewhere and not nearest(key, known, cutoff=MISSPELT):
        return f"unknown key {key!r}; did you mean {' or '.join(map(repr, elsewhere))}?"
    return f"unknown key {key!r}; {hint(key, known)}"


def _type(error: ValidationError) -> list[str]:
    kinds = cast(Any, error.validator_value)
    words = [KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    unquoted = KINDS["string"] in words and not isinstance(error.instance, dict | list | tuple)
    advice = "; put text in quotes" if unquoted else ""
    return [f"must be {' or '.join(words)}, got {error.instance!r}{advice}"]


def _choice(error: ValidationError) -> list[str]:
    known = cast(list[Any], error.validator_value)
    choices = [str(choice) for choice in known]
    near = nearest(str(error.instance), choices)
    perhaps = f"; did you mean {near!r}?" if near else ""
    return [f"must be one of {', '.join(choices)}, got {error.instance!r}{perhaps}"]


KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys with values",
    "null": "null",
}
WORDS: dict[str, Callable[[ValidationError], list[str]]] = {
    "type": _type,
    "enum": _choice,
    "minimum": lambda error: [f"must be {error.validator_value} or more, got {error.instance!r}"],
    "maximum": lambda error: [f"must be {error.validator_value} or less, got {error.instance!r}"],
    "exclusiveMinimum": lambda error: [f"must be above {error.validator_value}, got {error.instance!r}"],
    "exclusiveMaximum": lambda error: [f"must be below {error.validator_value}, got {error.instance!r}"],
    "minItems": lambda error: [f"needs at least {error.validator_value} value(s), got {error.instance!r}"],
    "maxItems": lambda error: [f"needs at most {error.validator_value} values, got {error.instance!r}"],
    "uniqueItems": lambda error: [f"must not repeat a value, got {error.instance!r}"],
    "pattern": lambda error: [f"is not written as it should be, got {error.instance!r}"],
}
