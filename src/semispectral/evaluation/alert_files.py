"""Read and write the alerts on scores, which are stored beside the scores."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from semispectral.storage.seal import read_json, write_json


def write_guards(path: Path, found: Sequence[Mapping[str, Any]]) -> None:
    """Write alerts as JSON.

    Parameters
    ----------
    path : file to write.
    found : alerts, each the fields of a `semispectral.evaluation.alerts.Guard`.
    """
    write_json(path, {"guards": list(found)})


def read_guards(path: Path) -> list[dict[str, Any]]:
    """Read alerts that `write_guards` wrote.

    Parameters
    ----------
    path : file to read.
    """
    found: list[dict[str, Any]] = read_json(path)["guards"]
    return found
