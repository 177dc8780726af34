"""What makes scores suspect, as it is kept beside them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from semispectral.storage.seal import read_json, write_json


def write_guards(path: Path, found: Sequence[Mapping[str, Any]]) -> None:
    """Write what makes scores suspect, each a mapping as of `semispectral.evaluation.alerts.Guard`."""
    write_json(path, {"guards": list(found)})


def read_guards(path: Path) -> list[dict[str, Any]]:
    """Read what `write_guards` wrote."""
    found: list[dict[str, Any]] = read_json(path)["guards"]
    return found
