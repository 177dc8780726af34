"""A configuration file as it stands: YAML that holds plain values, with keys, and not without end."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from semispectral.errors import ConfigError, MissingFileError, SemispectralError
from semispectral.names import quoted

LARGEST_BYTES = 4_000_000
MOST_VALUES, LONGEST_KEY = 100_000, 2_000
LARGEST_NUMBER = 2**63
PLAIN = (str, bool, int, float, type(None))


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration file.

    Raises
    ------
    MissingFileError : it is not there.
    ConfigError : it is not YAML in UTF-8, or holds something else than keys with plain values.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: the configuration is not there; name another one with --config")
    if path.stat().st_size > LARGEST_BYTES:
        raise ConfigError(f"{path}: a configuration has at most {LARGEST_BYTES} bytes, got {path.stat().st_size}")
    try:
        content = _content(path)
    except SemispectralError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, or a date like 2026-13-01
        raise ConfigError(f"{path}: must be YAML in UTF-8, and cannot be read as such: {error}") from error
    if not isinstance(content, dict | None):
        raise ConfigError(f"{path}: needs keys with values (m1: ...), got {type(content).__name__}")
    require_plain(content or {})
    return content or {}


def _content(path: Path) -> Any:
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        _refuse_repeated(path, node)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_repeated(path: Path, top: yaml.Node | None) -> None:
    """YAML takes the last of two equal keys, and the first is lost without a word."""
    waiting, seen = [top], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            _refuse_repeated_here(path, [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)])
            waiting += [value for _, value in node.value]


def _refuse_repeated_here(path: Path, keys: list[yaml.ScalarNode]) -> None:
    seen: dict[str, yaml.ScalarNode] = {}
    for key in keys:
        first = seen.setdefault(key.value, key)
        if first is not key:
            lines = f"{first.start_mark.line + 1} and {key.start_mark.line + 1}"
            raise ConfigError(
                f"{path}: the key {quoted(key.value)} stands twice in one section, in lines {lines}; leave one out"
            )


def require_plain(config: Mapping[str, Any]) -> None:
    """Refuse what no configuration holds: a ring or a bomb of YAML anchors, keys that are no text, dates, infinity."""
    waiting: list[tuple[str, Any]] = [("", config)]
    seen = 0
    while waiting:
        where, value = waiting.pop()
        seen += 1
        if seen > MOST_VALUES or len(where) > LONGEST_KEY:
            raise ConfigError(
                f"the configuration holds more than {MOST_VALUES} values, or sections in sections without end (at "
                f"{where[:80]!r}); write out what its YAML anchors stand for"
            )
        inner = _inner(where, value)
        waiting += inner
        strange = _strange(value)
        if strange:
            raise ConfigError(
                f"the configuration cannot be used:\n  {where or 'a key'}: text, finite numbers, true and false are "
                f"needed, got {strange}; put text in quotes"
            )


def _inner(where: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(f"{where}.{key!s:.200}".lstrip("."), item) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [(f"{where}[{place}]", item) for place, item in enumerate(value)]
    return []


def _strange(value: Any) -> str:
    """A key that is no text, or a value that is not plain, in words; empty where there is none."""
    if isinstance(value, Mapping):
        return next((f"the key {str(key)[:80]}" for key in value if not isinstance(key, str)), "")
    if isinstance(value, list | tuple):
        return ""
    endless = isinstance(value, float) and not math.isfinite(value)
    large = isinstance(value, int) and abs(value) >= LARGEST_NUMBER
    return str(value)[:80] if endless or large or not isinstance(value, PLAIN) else ""
