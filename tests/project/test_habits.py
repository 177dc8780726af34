"""What keeps the project in order: hooks, templates, targets of make, and what the workflow catalogue asks for."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
CATALOGUE = ("README.md", "LICENSE", "workflow/Snakefile", "config/README.md", "config/config.yaml")


def locked(lock: str) -> set[str]:
    """Names of the packages in a lock file."""
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / f"locks/{lock}.lock").read_text(), flags=re.MULTILINE))


def names_of(requirements: list[str]) -> set[str]:
    """Names of the packages that requirements ask for."""
    return {re.split(r"[\[<>=]", requirement)[0].lower() for requirement in requirements}


def test_hooks_run_the_pinned_tools_as_make_lint_does() -> None:
    """Each hook is local and starts a program of .venv: those of `make lint`, which the lock file pins."""
    assert [repository["repo"] for repository in HOOKS] == ["local"]
    entries = [hook["entry"] for hook in HOOKS[0]["hooks"]]
    assert all(entry.startswith(".venv/bin/") for entry in entries)
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    programs = {Path(shlex.split(entry)[0]).name for entry in entries} - {"python"}
    assert programs == {"ruff", "snakefmt", "mypy", "lint-imports"}
    assert all(program in lint for program in programs)
    assert {"pre-commit", "ruff", "snakefmt", "mypy", "import-linter"} <= locked("dev")


def test_every_requirement_is_in_a_lock_file() -> None:
    """`make lock` resolves every extra but the benchmark's, and every group; a lock file has what they name."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    extras, groups = declared["project"]["optional-dependencies"], declared["dependency-groups"]
    assert all("==" in requirement for requirement in extras.pop("bench"))
    assert names_of(declared["project"]["dependencies"]) <= locked("run") & locked("gpu")
    for extra, requirements in extras.items():
        assert f"--extra {extra}" in makefile
        assert names_of(requirements) <= locked("gpu" if extra == "gpu" else "run"), extra
    for group, requirements in groups.items():
        assert f"--group {group}" in makefile
        assert names_of(requirements) <= locked("run" if group == "cpu" else group), group


def test_make_help_lists_every_target() -> None:
    """A target that a person may call has its line in `make help`."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert phony
    said = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"^  make ([\w-]+) +\S", said, flags=re.MULTILINE)) == set(phony[1].split())


def test_the_site_is_built_strictly() -> None:
    """A broken link ends `make docs`: with --quiet, mkdocs counts no warnings, and --strict means nothing."""
    (line,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "mkdocs build" in line]
    assert "--strict" in line
    assert "-q" not in line
    assert "--quiet" not in line
    kinds = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["validation"]
    assert {kind for checks in kinds.values() for kind in checks.values()} == {"warn"}


def test_forms_for_issues_are_whole() -> None:
    """Each has a name and a description, asks for something, and every question has a label."""
    for path in FORMS:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= set(form), path
        kinds = {part["type"] for part in form["body"]}
        assert kinds <= {"textarea", "input", "dropdown", "checkboxes", "markdown"}, path
        assert all(part["attributes"]["label"] for part in form["body"]), path
        assert len({part["id"] for part in form["body"]}) == len(form["body"]), path


def test_the_workflow_catalogue_finds_what_it_looks_for() -> None:
    """The files of the standard layout are there; its own file says that no flags are needed, and of a report."""
    assert [name for name in CATALOGUE if not (ROOT / name).is_file()] == []
    said = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))["usage"]
    assert said["report"] is True
    assert said["mandatory-flags"]["flags"] == ""
    assert said["software-stack-deployment"]["conda"] is True
