"""The adapters of the workflow: each starts the log and calls the function of its stage with what its rule declares."""

import ast
import re
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = sorted((ROOT / "workflow/scripts").glob("*.py"))
RULES = "".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
LOG_FIRST = "logs.start(snakemake.log[0], job=snakemake"


def rules() -> dict[str, str]:
    """The text of every rule that makes files itself, by its name."""
    pieces = re.split(r"^\s*rule (\w+):", RULES, flags=re.MULTILINE)[1:]
    return {name: text for name, text in zip(pieces[::2], pieces[1::2], strict=True) if "output:" in text}


def section(text: str, name: str) -> str:
    """The lines of one directive of a rule."""
    found = re.search(rf"^( *){name}:\n((?:\1 +.*\n|\n)+)", text, flags=re.MULTILINE)
    return found[2] if found else ""


def stage_call(tree: ast.Module) -> ast.Call:
    """The only call of a function of the package besides those of ``logs`` and ``use_threads``."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    (call,) = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id.startswith("run_")]
    return call


def definition(tree: ast.Module, name: str) -> ast.FunctionDef:
    """The function that an adapter imports by a name."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    (module,) = [node.module for node in imports if name in {alias.name for alias in node.names}]
    source = ROOT / "src" / f"{str(module).replace('.', '/')}.py"
    functions = [node for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef)]
    return next(function for function in functions if function.name == name)


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_the_log_starts_first(path: Path) -> None:
    """The log starts before the stage, and before TensorFlow is imported, which must not see a GPU it was not given."""
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert "__future__" not in text, "Snakemake puts a preamble in front: it would be a SyntaxError"
    assert "snakemake.config" not in text
    begun = text[: text.index(LOG_FIRST)].count("\n") + 1
    assert stage_call(tree).lineno > begun
    late = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.lineno > begun]
    early = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.lineno < begun]
    with_tensorflow = re.compile(r"\.training\.|fits_m[12]|stage_benchmark_m1")
    assert not [module for module in early if with_tensorflow.search(str(module))]
    assert all(with_tensorflow.search(str(module)) or "stage_benchmark_fit" in str(module) for module in late)


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_the_stage_gets_its_parameters(path: Path) -> None:
    """An adapter names every parameter of the stage that has no default, and no other."""
    tree = ast.parse(path.read_text())
    call = stage_call(tree)
    assert isinstance(call.func, ast.Name)
    arguments = definition(tree, call.func.id).args
    named = {str(keyword.arg) for keyword in call.keywords}
    positional = [argument.arg for argument in arguments.args][: len(call.args)]
    optional = {name.arg for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value}
    known = {argument.arg for argument in [*arguments.args, *arguments.kwonlyargs]}
    assert len(positional) == len(call.args)
    assert known - optional <= named | set(positional) <= known


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_the_rule_declares_what_the_adapter_reads(path: Path) -> None:
    """Inputs, outputs, parameters and wildcards that an adapter names stand in its rule; its configuration is used."""
    text = rules()[path.stem]
    used = re.findall(r"snakemake\.(input|output|params|wildcards)\.(?!get\b|items\b)(\w+)", path.read_text())
    for directive, name in used:
        if directive == "wildcards":
            assert f"{{{name}}}" in section(text, "output"), name
        else:
            assert re.search(rf"^ *{name}=", section(text, directive), flags=re.MULTILINE), f"{directive}.{name}"
    declared = set(re.findall(r"^(\w+)=", dedent(section(text, "params")), flags=re.MULTILINE))
    assert declared - {"code"} <= {name for directive, name in used if directive == "params"}


def test_every_rule_has_an_adapter_and_the_other_way_round() -> None:
    """One adapter per rule, of the rule's name."""
    assert sorted(rules()) == [path.stem for path in ADAPTERS]
    for name, text in rules().items():
        assert f'"../workflow/scripts/{name}.py"' in text


@pytest.mark.parametrize("name", rules())
def test_every_rule_says_all_that_it_must(name: str) -> None:
    """A message, the hash of its code, a log, a benchmark, resources and an environment stand in every rule."""
    text = rules()[name]
    for key in (f'code=code("{name}")', "message:", "log:", "benchmark:", "threads:", "mem_mb=", "runtime=", "conda:"):
        assert key in text, key


def test_a_rule_made_of_another_says_what_it_does() -> None:
    """A rule that is another one with other files has a message of its own."""
    pieces = re.split(r"^use rule \w+ as (\w+) with:", RULES, flags=re.MULTILINE)[1:]
    assert pieces
    for name, text in zip(pieces[::2], pieces[1::2], strict=True):
        assert section(text.split("\n\n\n")[0] + "\n", "message"), name


def test_every_rule_file_says_what_it_needs_and_makes() -> None:
    """The head of a rule file: what it does, Needs, Produces."""
    for path in (ROOT / "rules").glob("*.smk"):
        head = path.read_text(encoding="utf-8").split("\n\n")[0]
        assert re.search(r"^# \w.+\n(# .*\n)*# Needs: (.*\n)*?.*Produces: ", head), path


def test_rules_read_the_checked_configuration_only() -> None:
    """The raw config goes through its check and nowhere else."""
    assert RULES.count("read_study(config,") == 1
    assert not re.search(r"\bconfig(\[|\.get)", RULES)


def test_rules_name_files_and_compute_nothing() -> None:
    """What a rule computes from scenes and settings is a typed function of `semispectral.rules`, with its own tests."""
    assert not re.search(r"^\s*(def|class) ", RULES, flags=re.MULTILINE)
