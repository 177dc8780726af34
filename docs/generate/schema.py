"""Write config/config.schema.yaml from the classes of settings: ``python docs/generate/schema.py``."""

import ast
import dataclasses
import inspect
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter

from semispectral.commands.configuration import Configuration

PATH = Path(__file__).resolve().parents[2] / "config/config.schema.yaml"
HEAD = """# What config.yaml may say. Closed: a key that is not here is refused, and the nearest one named.
# Written by `make docs` from the classes of settings (semispectral.commands.configuration); change it there.
# Editors with yaml-language-server complete and explain keys from this file.
"""
ORDER = ("description", "type", "enum", "pattern", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
ORDER += ("items", "minItems", "maxItems", "uniqueItems", "uniqueBy", "rising", "additionalProperties", "required")
ORDER += ("properties",)
Schema = dict[str, Any]


def schema() -> Schema:
    """Give the schema of the whole configuration."""
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "semispectral configuration"}
    return top | _section(Configuration())


def _section(values: Any) -> Schema:
    """Give the schema of settings, with these values as defaults.

    pydantic's own knows the defaults of each class alone, not those that M1 gives to its training loop.
    """
    cls = type(values)
    parts = _parts(cls)
    properties = {}
    for key in _in_order(cls):
        if key not in parts:
            continue  # settings that another section holds
        value = getattr(values, key)
        part = parts[key]
        if dataclasses.is_dataclass(value):
            part = {"description": part["description"]} | _section(value)
        else:
            part["default"] = _as_lists(value)
        properties[key] = part
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _parts(cls: type) -> dict[str, Schema]:
    """Give the schema of every key; of one that a class takes over, the text stands with the class it is from."""
    parts: dict[str, Schema] = {}
    for each in reversed(cls.__mro__):
        if dataclasses.is_dataclass(each):
            found = TypeAdapter(each).json_schema()
            named = {each.__name__: found} | found.get("$defs", {})
            for name, held in _settings_in(each).items():
                if name in named:
                    _describe(named[name], held)
            for key, part in found["properties"].items():
                parts[key] = parts.get(key, {}) | _plain(part, found.get("$defs", {}))
    return parts


def _settings_in(cls: Any) -> dict[str, type]:
    """Give a class of settings and those that its fields hold, by name."""
    if not _is_section(cls):
        return {name: held for part in get_args(cls) for name, held in _settings_in(part).items()}
    within = [_settings_in(hint) for hint in get_type_hints(cls).values()]
    return {cls.__name__: cls} | {name: held for found in within for name, held in found.items()}


def _describe(part: Schema, cls: type) -> None:
    """Give every key the text below its field: pydantic would read it whenever a class is made, in every process."""
    for each in reversed(cls.__mro__):
        (block,) = ast.parse(dedent(inspect.getsource(each))).body if dataclasses.is_dataclass(each) else [ast.Pass()]
        for field, text in pairwise(getattr(block, "body", [])):
            match field, text:
                case (
                    ast.AnnAssign(target=ast.Name(id=key)),
                    ast.Expr(value=ast.Constant(value=str(said))),
                ) if key in part["properties"]:
                    part["properties"][key]["description"] = inspect.cleandoc(said)


def _in_order(cls: type) -> list[str]:
    """Give the keys of a class: its own first, then those that it takes over; sections of it last."""
    names = [field.name for field in dataclasses.fields(cls)]
    own = inspect.get_annotations(cls)
    hints = get_type_hints(cls)
    return sorted(names, key=lambda name: (name not in own, cls is not Configuration and _is_section(hints[name])))


def _is_section(hint: Any) -> bool:
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def _plain(part: Any, definitions: Schema) -> Any:
    """Write out what pydantic refers to, without titles, null for what may be left out, and lists of two kinds."""
    if isinstance(part, list):
        return [_plain(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        inner = definitions[part["$ref"].rpartition("/")[2]]
        return _plain(inner | {key: value for key, value in part.items() if key != "$ref"}, definitions)
    if "anyOf" in part:  # a value that may be left out: null stands for that, and nobody writes it
        chosen = next(each for each in part["anyOf"] if each.get("type") != "null")
        left = {key: value for key, value in part.items() if key not in ("anyOf", "default")}
        return _plain(chosen | left, definitions)
    if "prefixItems" in part:
        part = {key: value for key, value in part.items() if key != "prefixItems"} | {"items": part["prefixItems"][0]}
    known = [key for key in (*ORDER, "default") if key in part]
    return {key: _named(key, part[key], definitions) for key in known}


def _named(key: str, value: Any, definitions: Schema) -> Any:
    """Write out what stands under a keyword; keys of settings may be called as keywords are, default included."""
    if key == "properties":
        return {name: _plain(part, definitions) for name, part in value.items()}
    if key in ("items", "additionalProperties"):
        return _plain(value, definitions)
    return " ".join(value.split()) if key == "description" else value


def _as_lists(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        given = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {key: _as_lists(each) for key, each in given.items() if each is not None}
    if isinstance(value, tuple | list):
        return [_as_lists(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_lists(each) for key, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_text() -> str:
    """Give the file's whole text."""
    return HEAD + yaml.safe_dump(schema(), sort_keys=False, width=120, allow_unicode=True, default_flow_style=None)


if __name__ == "__main__":
    PATH.write_text(as_text(), encoding="utf-8")
