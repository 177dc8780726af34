"""The tables that a run leaves: docs/columns.md describes each column, and they are read as the documentation says."""

import re
from pathlib import Path
from typing import Any

import pytest

from described_columns import PAGE, undescribed
from semispectral.storage.results_format import older_format, require_readable_format

pytestmark = pytest.mark.slow


def test_every_column_of_a_finished_study_is_described(finished_study: Path) -> None:
    """A new table or column needs its line on the page."""
    assert undescribed(finished_study / "results") == {}


def test_a_finished_study_bears_the_mark_of_its_format(finished_study: Path) -> None:
    """Its stages have written it, and nothing is said of results of today."""
    assert (finished_study / "results/format.json").is_file()
    require_readable_format(finished_study / "results")
    assert older_format(finished_study / "results") == ""


def test_the_tables_are_read_as_the_page_says(finished_study: Path) -> None:
    """The functions of docs/howto/read-tables.md run on a finished study and find what is in it."""
    page = (PAGE.parent / "howto/read-tables.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "read-tables.md", "exec"), names)  # noqa: S102 - the page is ours
    scores = names["scores_of_methods"](finished_study / "results")
    assert {("m2", "latents", "5"), ("svm", "bands", "5")} <= set(scores.index)
    assert scores.is_monotonic_decreasing
    wrong = names["wrong_pixels"](finished_study / "results")
    assert (wrong["true"] != wrong["said"]).all()
    log = names["log_of_hole"](finished_study / "results", "DH3")
    assert (log["share"] > 0).all()
    assert (log["depth_to_m"] > log["depth_from_m"]).all()
