"""What tests of several rooms share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """A training run with its checkpoints in a temporary directory."""
    from semispectral.training.run import Run

    return Run(seed=3, checkpoints=tmp_path / "checkpoints")
