"""The image and the conda recipe ask for what the project asks for. They are built where there is a service for it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DECLARED: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = DECLARED["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RECIPE: dict[str, Any] = yaml.safe_load((ROOT / "envs/recipe/recipe.yaml").read_text(encoding="utf-8"))
CONDA_NAMES = {"matplotlib-base": "matplotlib", "snakemake-minimal": "snakemake"}


def test_the_image_is_of_this_version_and_of_a_python_that_fits() -> None:
    """Its label and its base agree with pyproject.toml; both stages have one base."""
    assert f"ARG VERSION={PROJECT['version']}\n" in DOCKERFILE
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert f"Programming Language :: Python :: {bases[0].partition(':')[2][:4]}" in PROJECT["classifiers"]


def test_the_image_copies_what_is_there() -> None:
    """Every source of a COPY of the clone exists and is not ignored; what installs needs no Git."""
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    for name in re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / name).exists()
    needed = ["README.md", "LICENSE", "Snakefile", "rules", "workflow", "config", "profiles", "envs", "locks", "src"]
    assert not set(needed) & set(ignored)
    assert {".git", ".venv", "results", "data"} <= set(ignored)
    locks = re.findall(r"echo (\w+)", DOCKERFILE)
    assert [name for name in locks if not (ROOT / f"locks/{name}.lock").is_file()] == []


def test_the_image_ends_without_rights() -> None:
    """The last user is not root, and its command is that of the package."""
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users[-1] not in ("root", "0")
    assert 'ENTRYPOINT ["semispectral"]' in DOCKERFILE


def test_the_image_is_compiled() -> None:
    """Its user cannot write beside the packages, so what they import is compiled when the image is built."""
    assert "-m compileall" in DOCKERFILE.partition("USER")[0]


def test_the_recipe_asks_for_what_the_package_asks_for() -> None:
    """The same packages with the same limits, by their names on conda, the same Pythons, version and command."""
    assert RECIPE["context"]["version"] == PROJECT["version"]
    wanted = {}
    for row in RECIPE["requirements"]["run"]:
        name, _, limits = row.partition(" ")
        wanted[CONDA_NAMES.get(name, name)] = limits
    assert wanted.pop("python") == PROJECT["requires-python"]
    asked = [re.fullmatch(r"([A-Za-z0-9-]+)(.*)", row) for row in PROJECT["dependencies"]]
    assert wanted == {found[1]: found[2] for found in asked if found}
    (entry,) = RECIPE["build"]["python"]["entry_points"]
    assert entry.split(" = ") == ["semispectral", PROJECT["scripts"]["semispectral"]]
    host = {row.partition(" ")[0] for row in RECIPE["requirements"]["host"]}
    assert {"python", "pip", "setuptools"} <= host
