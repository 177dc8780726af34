"""What ran: the versions of the packages, and the commit of the workflow where there is one."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "semispectral",
    "snakemake",
    "tensorflow",
    "tensorflow-probability",
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "pyarrow",
    "matplotlib",
)
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that the results depend on, as installed; nothing is imported."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def commit(root: Path) -> str:
    """The commit that a folder is checked out at; empty where it is no Git working tree."""
    git = root / ".git"
    if git.is_file():  # a worktree names its folder in a file
        git = root / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    head = git / "HEAD"
    if not head.is_file():
        return ""
    content = head.read_text(encoding="utf-8").strip()
    found = _of_reference(git, content.removeprefix("ref:").strip()) if content.startswith("ref:") else content
    return found if COMMIT.fullmatch(found) else ""


def _of_reference(git: Path, reference: str) -> str:
    common = git / "commondir"
    folders = [git, *([git / common.read_text(encoding="utf-8").strip()] if common.is_file() else [])]
    for folder in folders:
        if (folder / reference).is_file():
            return (folder / reference).read_text(encoding="utf-8").strip()
        packed = folder / "packed-refs"
        for line in packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []:
            if line.endswith(f" {reference}"):
                return line.split(" ")[0]
    return ""
