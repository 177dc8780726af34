"""Read a configuration file safely: YAML of plain values, each key once, without code and of limited size.

Run as a program, the module checks files before Snakemake reads them: Snakemake runs code that a file holds, and
silently takes the last of two equal keys.
"""

import math
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from semispectral.errors import ConfigError, MissingFileError, SemispectralError, UnreadableError, about
from semispectral.study.names import printable_lines, quoted

LARGEST_BYTES = 4_000_000
MOST_VALUES, LONGEST_KEY = 100_000, 2_000
LARGEST_NUMBER = 2**63
RUNS_CODE = ("__use_yte__", "__definitions__", "__variables__")  # keys that make it a template of Snakemake's (YTE)
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
OTHER_BASE = re.compile(r"[+-]?(0[0-9_]+|[0-9_]+(:[0-9_]+)+(\.[0-9_]*)?)")
PLAIN = (str, bool, int, float, type(None))
# Keys that had another name before, with their sections; rows of a list have the key of the list.
RENAMED: Mapping[str, str] = {
    "benchmark.budgets": "benchmark.labels_per_class",
    "benchmark.splits.guard": "benchmark.splits.buffer",
    "compare.controls": "compare.baselines",
    "controls": "baselines",
    "map.budget": "map.labels_per_class",
    "runs.budgets": "runs.labels_per_class",
    "split.guard": "split.buffer",
}


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration file.

    Parameters
    ----------
    path : Path, file to read.

    Raises
    ------
    MissingFileError : the file does not exist.
    ConfigError : it is not YAML in UTF-8, or holds anything but keys with plain values, each once; or a key has
        another name now.
    UnreadableError : it is not a regular file, or cannot be read.
    """
    content = _parsed(path, _text(path))
    if not isinstance(content, dict | None):
        raise ConfigError(f"{path}: needs keys with values (m1: ...), got {type(content).__name__}")
    if code := [key for key in content or {} if key in RUNS_CODE]:
        raise ConfigError(
            f"{path}: plain values are needed, but the key {code[0]} has Snakemake run code in the file; do "
            "not use a file of which you do not know where it is from; without code, take the key out"
        )
    with about(str(path)):
        require_plain(content or {})
        refuse_renamed(content or {})
    return content or {}


def _text(path: Path) -> str:
    if not path.exists():
        raise MissingFileError(f"{path}: the configuration does not exist; check the path (--config, CONFIG=)")
    if not path.is_file():
        raise UnreadableError(
            f"{path}: a configuration file is needed, but this is not a regular file; name a YAML file"
        )
    if path.stat().st_size > LARGEST_BYTES:
        raise ConfigError(
            f"{path}: a configuration has at most {LARGEST_BYTES} bytes, got {path.stat().st_size}; is it another file?"
        )
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: must be YAML in UTF-8, got another encoding ({error}); save it as UTF-8") from error


def _parsed(path: Path, text: str) -> Any:
    try:
        return _content(path, text)
    except SemispectralError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date like 2026-13-01
        said = " ".join(str(error).replace('in "<unicode string>", ', "in ").split())
        raise ConfigError(f"{path}: must be YAML, and cannot be read as such: {said}; correct it there") from error


def _content(path: Path, text: str) -> Any:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        _refuse_misread(path, node)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_misread(path: Path, top: yaml.Node | None) -> None:
    """Refuse what YAML reads otherwise than it looks: of two equal keys the last one, 017 as 15, 1:30 as 90."""
    waiting, seen = [top], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            _refuse_other_base(path, node)
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            _refuse_repeated_here(path, [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)])
            waiting += [value for _, value in node.value]


def _refuse_other_base(path: Path, node: yaml.ScalarNode) -> None:
    if node.tag in NUMBERS and OTHER_BASE.fullmatch(node.value):
        raise ConfigError(
            f"{path}: line {node.start_mark.line + 1} holds {quoted(node.value)}, which YAML takes for a number to the "
            "base of 8 or 60; write the number without leading 0 and without ':', or put text in quotes"
        )


def _refuse_repeated_here(path: Path, keys: list[yaml.ScalarNode]) -> None:
    seen: dict[str, yaml.ScalarNode] = {}
    for key in keys:
        first = seen.setdefault(key.value, key)
        if first is not key:
            lines = f"{first.start_mark.line + 1} and {key.start_mark.line + 1}"
            raise ConfigError(f"{path}: duplicate key {quoted(key.value)} in one section, in lines {lines}; remove one")


def require_plain(config: Mapping[str, Any]) -> None:
    """Refuse content that no configuration holds: YAML anchors in a ring, keys that are not text, dates, infinity.

    Parameters
    ----------
    config : mapping, configuration as read.
    """
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
    """Describe a key that is not text, or a value that is not plain; empty where there is none."""
    if isinstance(value, Mapping):
        return next((f"the key {str(key)[:80]}" for key in value if not isinstance(key, str)), "")
    if isinstance(value, list | tuple):
        return ""
    endless = isinstance(value, float) and not math.isfinite(value)
    large = isinstance(value, int) and abs(value) >= LARGEST_NUMBER
    return str(value)[:80] if endless or large or not isinstance(value, PLAIN) else ""


def refuse_renamed(config: Mapping[str, Any]) -> None:
    """Refuse a configuration with keys that have another name now.

    Parameters
    ----------
    config : mapping, configuration as read, or a part of it.

    Raises
    ------
    ConfigError : one line per old key, with its new name.
    """
    found = [f"the key {key} is called {RENAMED[key]} now; write the new name" for key in _old_keys("", config)]
    if found:
        raise ConfigError("the configuration cannot be used:\n" + "\n".join(f"  {line}" for line in found))


def _old_keys(where: str, value: Any) -> Iterator[str]:
    """Yield the old keys of a value, each once."""
    rows = value if isinstance(value, list | tuple) else [value]
    inner = {
        f"{where}.{key}".lstrip("."): item for row in rows if isinstance(row, Mapping) for key, item in row.items()
    }
    for key, item in inner.items():
        if key in RENAMED:
            yield key
        elif any(old.startswith(f"{key}.") for old in RENAMED):
            yield from _old_keys(key, item)


def main(arguments: list[str] | None = None) -> int:
    """Check the named files; return 1 and print a sentence for the first that is not a configuration.

    Parameters
    ----------
    arguments : list of str or None, paths; None: those of the command line.
    """
    try:
        for path in sys.argv[1:] if arguments is None else arguments:
            read_config(Path(path))
    except (SemispectralError, OSError) as error:
        sys.stderr.write(f"{printable_lines(str(error))}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
