"""The stage `report`: figures, tables and the page that people read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.report.page import write_report
from semispectral.report.results import read_study


def run_report(
    index: str | Path,
    *,
    inputs: Mapping[str, str | Path | Sequence[str | Path]],
    root: str | Path,
    threads: int,
    cfg: str,
) -> None:
    """Draw the figures and write the report.

    Parameters
    ----------
    index : str or Path
        HTML file to write; the figures go beside it.
    inputs : mapping of str to paths
        Files of the results by the names that the rule gives them; `semispectral.report.results.read_study` reads them.
    root : str or Path
        Folder of the workflow, by whose sources the report says what made it.
    threads : int
        Number of processes that draw figures at once.
    cfg : str
        JSON of the sections of the configuration that the report shows; and ``classes``, whose names and colours it
        reads from their table.
    """
    shown = json.loads(cfg)
    shown.pop("classes", None)
    study = read_study({name: _paths(value) for name, value in inputs.items()}, shown)
    write_report(Path(index), study, root=Path(root), processes=threads)


def _paths(value: str | Path | Sequence[str | Path]) -> list[Path]:
    """One path or several, as a list."""
    several = [value] if isinstance(value, str | Path) else value
    return [Path(path) for path in several]
