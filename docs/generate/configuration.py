"""Write docs/configuration.md from config/config.schema.yaml: ``python docs/generate/configuration.py``."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semispectral.study.config import read_schema

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/configuration.md"
HEAD = """# Configuration: every key

Written by `make docs` from `config/config.schema.yaml`, which is what a configuration is checked against: a key that
does not stand here is refused, and the nearest one named. What you leave out has its default. How the files of a study
belong together, and the columns of `scenes.tsv`, are in `config/README.md`.

Editors that speak with the YAML language server (VS Code with its YAML extension, Neovim, Helix, Emacs and others)
complete and explain these keys while you type. The first line of `config/config.yaml` tells them where the schema is;
write it into your own overlays too, with the path from there:

    # yaml-language-server: $schema=config.schema.yaml
"""
KINDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
LIMITS = {"minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "to {}", "exclusiveMaximum": "below {}"}
Schema = dict[str, Any]


def resolved(part: Schema, definitions: Schema) -> Schema:
    """A key's schema with what it refers to."""
    name = part.get("$ref", "").removeprefix("#/$defs/")
    return {**definitions.get(name, {}), **part}


def values(part: Schema, definitions: Schema) -> str:
    """What a key may be, in words."""
    part = resolved(part, definitions)
    if "enum" in part:
        return ", ".join(f"`{choice}`" for choice in part["enum"])
    if part.get("type") == "array":
        items = values(part.get("items", {}), definitions)
        items = re.sub(r"\b(number|text|list)\b", r"\1s", items)
        return f"list of {items}{_size(part)}"
    if part.get("type") == "object":
        return "keys with values"
    kinds = [part["type"]] if isinstance(part.get("type"), str) else part.get("type", [])
    numeric = [KINDS[kind] for kind in kinds if kind != "string"]
    limits = [words.format(part[key]) for key, words in LIMITS.items() if key in part]
    said = [" ".join([*numeric, *limits])] if numeric else []
    return " or ".join([*said, *(_text(part) for kind in kinds if kind == "string")])


def _text(part: Schema) -> str:
    """Text, or the words that a pattern allows."""
    words = part.get("pattern", "").strip("^$").strip("()").split("|")
    plain = [word for word in words if word.isalpha()]
    return " or ".join(f"`{word}`" for word in plain) if plain and plain == words else KINDS["string"]


def _size(part: Schema) -> str:
    least, most = part.get("minItems"), part.get("maxItems")
    if least and least == most:
        return f", {least} of them"
    return f", at least {least}" if least else ""


def as_yaml(value: Any) -> str:
    """A default as one would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    return {"": '""'}.get(value, str(value)) if isinstance(value, str) else str(value)


def rows(section: Schema, definitions: Schema, above: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Key, default, values and meaning of every key of a section, deeper ones with dots."""
    for key, part in section.get("properties", {}).items():
        if "properties" in part:
            yield f"`{above}{key}`", "", "section", part["description"]
            yield from rows(part, definitions, f"{above}{key}.")
            continue
        default = f"`{as_yaml(part['default'])}`" if "default" in part else "must be given"
        yield f"`{above}{key}`", default, values(part, definitions), part["description"]
    other = section.get("additionalProperties")
    if isinstance(other, dict):
        yield from rows(other, definitions, f"{above}<name>.")


def table(found: Iterator[tuple[str, str, str, str]]) -> str:
    """A Markdown table of keys, or a word where there are none."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in found]
    return (
        "\n".join(["| key | default | values | what it is |", "|---|---|---|---|", *lines]) if lines else "No keys yet."
    )


def page(schema: Schema) -> str:
    """The whole page."""
    definitions, properties = schema.get("$defs", {}), schema["properties"]
    plain = {key: part for key, part in properties.items() if part.get("type") != "object"}
    parts = [HEAD, "## Keys without a section\n", table(rows({"properties": plain}, definitions)), ""]
    for key, part in properties.items():
        if key not in plain:
            parts += [f"## {key}\n", f"{part['description']}\n", table(rows(part, definitions)), ""]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(read_schema(ROOT / "config/config.schema.yaml")), encoding="utf-8")
