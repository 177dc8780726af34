"""A release is one number: that of pyproject.toml stands where a reader, a citation or an archive looks for it."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION: str = PROJECT["version"]


def text_of(name: str) -> str:
    """Text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_is_a_semantic_one() -> None:
    """Three numbers, and nothing that changes with each commit: checkpoints and results are compared by it."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert "dynamic" not in PROJECT


def test_a_tag_on_this_commit_is_the_version() -> None:
    """Where the checked-out commit bears a tag of a release, it is v and the version; an archive has no tags."""
    asked = ["git", "-C", str(ROOT), "tag", "--points-at", "HEAD", "--list", "v*"]
    tags = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    assert set(tags) <= {f"v{VERSION}"}


def test_the_changelog_has_the_release_and_what_breaks() -> None:
    """The newest release of CHANGELOG.md is this one, and begins with what breaks."""
    releases = re.split(r"^## ", text_of("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    newest = next(release for release in releases if not release.startswith("[Unreleased]"))
    assert newest.split()[0] == VERSION
    assert newest.split("\n### ")[1].startswith("What breaks\n")


def test_the_citation_and_the_archive_are_of_this_version() -> None:
    """CITATION.cff and .zenodo.json say the same as pyproject.toml, and have what their formats ask for."""
    cited = yaml.safe_load(text_of("CITATION.cff"))
    assert cited["version"] == VERSION
    assert cited["license"] == PROJECT["license"]
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert any(entry["year"] == 2014 for entry in cited["references"])
    archived = json.loads(text_of(".zenodo.json"))
    assert (archived["version"], archived["license"]) == (VERSION, PROJECT["license"])
    assert (archived["title"], archived["upload_type"]) == (cited["title"], "software")
    assert [person["name"] for person in archived["creators"]] == [person["name"] for person in cited["authors"]]
    assert "2014" in archived["description"]


def test_pages_name_the_wheel_of_this_version() -> None:
    """A page that prints a file name of a wheel, an image or a recipe prints that of today."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "envs").rglob("*.yaml")]
    for page in pages:
        for found in re.findall(r"semispectral[-_:=]v?(\d+\.\d+\.\d+)", page.read_text(encoding="utf-8")):
            assert found == VERSION, page
