"""The example of docs/estimators.md runs as it is printed."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/estimators.md"


@pytest.mark.slow
def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code block predicts, samples, finds novel rows, saves and loads."""
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102 - the page is ours
    lines = dict(line.rsplit(" ", 1) for line in said.getvalue().splitlines() if not line.endswith("]]"))
    assert float(lines["accuracy"]) > 0.9
    assert lines["unlike all others"] == "True"
    assert lines["the same"] == "True"
