"""Snakemake's own report: each file that the workflow puts into it has a caption, a category and a label."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r"\breport\(\n(?P<inside>.*?)\n        \)", flags=re.DOTALL)
RULES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.smk"))}
CALLS = [(name, found["inside"]) for name, text in RULES.items() for found in CALL.finditer(text)]


def test_all_calls_are_looked_at() -> None:
    """No call of report() is written in a way that this test would not see."""
    written = sum(len(re.findall(r"(?<![\w.])report\(", text)) for text in RULES.values())
    assert len(CALLS) == written >= 4


@pytest.mark.parametrize(("rules", "inside"), CALLS)
def test_it_has_caption_category_and_label(rules: str, inside: str) -> None:
    """The caption is a file of workflow/report; category and label say something."""
    caption = re.search(r'caption="([^"]+)"', inside)
    assert caption, f"{rules}: {inside}"
    assert (ROOT / "rules" / caption[1]).read_text(encoding="utf-8").strip()
    assert re.search(r'category="[^"]+"', inside), f"{rules}: {inside}"
    assert re.search(r'labels=\{"[^"]+": "[^"]+"\}', inside), f"{rules}: {inside}"


@pytest.mark.parametrize("path", sorted((ROOT / "workflow/report").glob("*.rst")), ids=lambda path: path.name)
def test_every_caption_is_used(path: Path) -> None:
    """A caption that no output names is left over."""
    assert any(f'"../workflow/report/{path.name}"' in inside for _, inside in CALLS)
