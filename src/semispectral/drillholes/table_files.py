"""Which tables of drill holes a configuration names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semispectral.study.paths import inside, outside_allowed

KEYS = ("table", "collar", "survey")  # of the section intervals


def hole_tables(config: Mapping[str, Any]) -> dict[str, list[Path]]:
    """Return the tables that the section ``intervals`` names, one or none for each of its keys.

    Parameters
    ----------
    config : mapping, complete configuration.

    Raises
    ------
    ConfigError : a path leads out of data_root.
    """
    root, outside, section = Path(config["data_root"]), outside_allowed(config), config["intervals"]
    return {
        key: [inside(section[key], f"config, intervals.{key}", root=root, allow_outside=outside)]
        if section[key]
        else []
        for key in KEYS
    }


def interval_label_files(config: Mapping[str, Any]) -> list[Path]:
    """Return the tables of interval labels, in the order of their sources.

    Parameters
    ----------
    config : mapping, complete configuration.

    Raises
    ------
    ConfigError : a path leads out of data_root.
    """
    root, outside = Path(config["data_root"]), outside_allowed(config)
    tables = [source["table"] for source in config["interval_labels"]["sources"]]
    return [inside(name, "config, interval_labels.sources", root=root, allow_outside=outside) for name in tables]
