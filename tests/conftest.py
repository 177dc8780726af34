"""What tests of several rooms share."""

from pathlib import Path
from typing import Any

import pytest

from semispectral.storage import provenance


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    """No test writes the provenance that a command in the test before it began with."""
    provenance._current.clear()
    provenance._others.clear()


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """A training run with its checkpoints in a temporary directory."""
    from semispectral.training.run import Run

    return Run(seed=3, checkpoints=tmp_path / "checkpoints")
