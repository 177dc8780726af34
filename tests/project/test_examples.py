"""The examples in the docstrings of the package."""

import doctest
import importlib
from pathlib import Path

import pytest

import semispectral

ROOT = Path(semispectral.__file__).parent
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_examples_of_a_module_give_what_they_show(path: Path) -> None:
    """Every example runs, and its result is the one that stands under it."""
    name = ".".join(["semispectral", *path.relative_to(ROOT).with_suffix("").parts])
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
