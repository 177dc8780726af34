"""The example of docs/estimators.md runs as it is printed, and its model has learnt what the page says."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs/estimators.md"


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")  # hundreds of steps, which compilation without optimisation makes slower
def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It predicts, finds novel rows, saves and loads; samples of a class are taken for that class."""
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    said, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(said):
        exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    lines = dict(line.rsplit(" ", 1) for line in said.getvalue().splitlines() if not line.endswith("]]"))
    assert float(lines["accuracy"]) > 0.9
    assert lines["unlike all others"] == "True"
    assert lines["the same"] == "True"
    sample, classes = names["model"].sample(300, np.repeat(["chlorite", "quartz", "talc"], 100))
    assert (names["model"].predict(sample) == classes).mean() > 0.9
