"""The adapters of the workflow: read, one call, write."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = sorted((ROOT / "workflow/scripts").glob("*.py"))
RULES = "".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))


def test_adapters_are_plain() -> None:
    """Each has a docstring, no branch and no whole configuration, and logging starts first."""
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.While, ast.Try)
    for path in ADAPTERS:
        text = path.read_text()
        tree = ast.parse(text)
        assert ast.get_docstring(tree), path
        assert not [node for node in ast.walk(tree) if isinstance(node, forbidden)], path
        assert "__future__" not in text, f"{path}: Snakemake puts a preamble in front: it would be a SyntaxError"
        assert "snakemake.config" not in text, path
        assert "logs.start(snakemake.log[0], job=snakemake" in text, path


def rules() -> dict[str, str]:
    """The text of every rule that makes files itself, by its name."""
    pieces = re.split(r"^\s*rule (\w+):", RULES, flags=re.MULTILINE)[1:]
    return {name: text for name, text in zip(pieces[::2], pieces[1::2], strict=True) if "output:" in text}


def test_every_rule_has_an_adapter_and_the_other_way_round() -> None:
    """One adapter per rule, of the rule's name."""
    assert sorted(rules()) == [path.stem for path in ADAPTERS]
    for name, text in rules().items():
        assert f'"../workflow/scripts/{name}.py"' in text


def test_every_rule_says_all_that_it_must() -> None:
    """The hash of its code, a log, a benchmark, resources and an environment stand in every rule."""
    for name, text in rules().items():
        for key in (f'code=code("{name}")', "log:", "benchmark:", "threads:", "mem_mb=", "runtime=", "conda:"):
            assert key in text, f"{name}: {key}"


def test_rules_read_the_checked_configuration_only() -> None:
    """The raw config goes through its check and nowhere else."""
    assert RULES.count("complete(config,") == 1
    assert not re.search(r"\bconfig(\[|\.get)", RULES)
