"""Read and write the alerts on scores, which are stored beside the scores."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from semispectral.storage.seal import read_json, write_json


def write_alerts(path: Path, found: Sequence[Mapping[str, Any]]) -> None:
    """Write alerts as JSON.

    Parameters
    ----------
    path : file to write.
    found : alerts, each the fields of a `semispectral.evaluation.alerts.Alert`.
    """
    write_json(path, {"alerts": list(found)})


def read_alerts(path: Path) -> list[dict[str, Any]]:
    """Read alerts that `write_alerts` wrote.

    Parameters
    ----------
    path : file to read.
    """
    found: list[dict[str, Any]] = read_json(path)["alerts"]
    return found
