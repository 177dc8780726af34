"""Keys of the configuration that had another name before, and the sentence that says so."""

from collections.abc import Iterator, Mapping
from typing import Any

from semispectral.errors import ConfigError

# By the old key with its sections; rows of a list have the key of the list.
RENAMED: Mapping[str, str] = {
    "benchmark.budgets": "benchmark.labels_per_class",
    "benchmark.splits.guard": "benchmark.splits.buffer",
    "compare.controls": "compare.baselines",
    "controls": "baselines",
    "map.budget": "map.labels_per_class",
    "runs.budgets": "runs.labels_per_class",
    "split.guard": "split.buffer",
}


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
