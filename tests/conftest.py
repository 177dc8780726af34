"""What tests of several rooms share."""

from pathlib import Path
from typing import Any

import pytest

from semispectral.storage import provenance

# The files of tests that take longest on one core, the longest first. A worker takes whole files in this order, so that
# none of these is begun when the others are done; all files with a slow test come before those without.
LONGEST = (
    "workflow/test_reruns.py",
    "workflow/test_benchmark.py",
    "measurements/test_programs.py",
    "workflow/test_killed_workflow.py",
    "training/test_training.py",
    "training/test_killed.py",
    "workflow/test_commands.py",
)
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files by what they take."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.relative_to(TESTS).as_posix()
        return LONGEST.index(name) if name in LONGEST else len(LONGEST), item.path not in slow

    items.sort(key=place)


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
