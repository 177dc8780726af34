"""What is imported is declared, and what is declared is imported: pyproject.toml against every file of the project."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Declared, and imported by nobody here: what it is for.
NOT_IMPORTED = {
    "snakemake-logger-plugin-rich": "Snakemake loads it by name (--logger rich)",
}
DISTRIBUTIONS = {
    "pyro": ["pyro-ppl"],  # of the extra `bench`
    "griffe": ["griffelib"],  # of the group `docs`
    **packages_distributions(),
    "tensorflow": ["tensorflow"],  # also where it is installed as tensorflow-cpu
    "pydantic_core": ["pydantic"],  # which needs one version of it and no other
}


def plain(name: str) -> str:
    """The name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(requirements: list[str]) -> set[str]:
    """The names in a list of requirements."""
    return {plain(re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0]) for requirement in requirements}


DECLARED = required(PROJECT["project"]["dependencies"]) | required(PROJECT["project"]["optional-dependencies"]["train"])
FOR_DEVELOPERS = {
    name
    for groups in (PROJECT["project"].get("optional-dependencies", {}), PROJECT.get("dependency-groups", {}))
    for requirements in groups.values()
    for name in required([requirement for requirement in requirements if isinstance(requirement, str)])
}


LOCKED = {
    plain(name)
    for lock in (ROOT / "locks").glob("*.lock")
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
}


def code(folder: str) -> list[Path]:
    """The Python and Snakemake files of a folder."""
    return sorted(path for end in ("py", "smk") for path in (ROOT / folder).rglob(f"*.{end}"))


def imported(paths: list[Path]) -> dict[str, Path]:
    """Modules by their first name that files import, with one of the files; the standard library and ours left out."""
    own = {path.stem for folder in ("src", "tests", "measurements", "docs/generate", "envs") for path in code(folder)}
    own |= {path.name for path in (ROOT / "src").iterdir()}
    found: dict[str, Path] = {}
    for path in paths:
        for name in names(path):
            first = name.partition(".")[0]
            if first not in sys.stdlib_module_names and first not in own:
                found.setdefault(first, path)
    return found


@cache
def names(path: Path) -> list[str]:
    """The modules that a file imports; of a Snakemake file, which is no Python, those on lines of their own."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return re.findall(r"^ *(?:import|from) ([\w.]+)", text, flags=re.MULTILINE)
    nodes = list(ast.walk(ast.parse(text)))
    plainly = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plainly + [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]


def undeclared(modules: dict[str, Path], declared: set[str]) -> list[str]:
    """Modules none of whose distributions is declared."""
    return [
        f"{path.relative_to(ROOT)} imports {module}"
        for module, path in sorted(modules.items())
        if not {plain(name) for name in DISTRIBUTIONS.get(module, [module])} & declared
    ]


WORKFLOW = [ROOT / "Snakefile", *code("rules"), *code("workflow")]


def test_what_users_run_imports_what_is_declared() -> None:
    """Package, adapters and rules lean on no package that only comes along with another."""
    assert undeclared(imported([*code("src"), *WORKFLOW]), DECLARED) == []


def test_what_developers_run_imports_what_is_declared() -> None:
    """Tests, measurements and the generators of the docs may also use the extras, the groups, and what is locked."""
    paths = [path for folder in ("tests", "measurements", "docs/generate", "envs") for path in code(folder)]
    assert undeclared(imported(paths), DECLARED | FOR_DEVELOPERS | LOCKED) == []


def test_what_is_declared_is_imported() -> None:
    """A user installs nothing that only tests use."""
    modules = imported([*code("src"), *WORKFLOW])
    used = {plain(name) for module in modules for name in DISTRIBUTIONS.get(module, [module])}
    assert DECLARED - used == set(NOT_IMPORTED)
