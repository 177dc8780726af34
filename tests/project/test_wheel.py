"""The wheel: it brings the workflow, and a study runs from it in an environment that has no clone."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from semispectral.workflow.home import CLONE

pytestmark = pytest.mark.slow

Installed = Callable[..., "subprocess.CompletedProcess[str]"]
PROGRAM = "import sys; from semispectral.commands.main import main; sys.exit(main())"
CENSUS = "census DH1_1: done"
COUNTED = "results/census/DH1_1.parquet"
NOT_SHIPPED = {"config/README.md"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the project's files, so that nothing is built in the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "-C", str(CLONE), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (CLONE / name).is_file():
            (folder / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CLONE / name, folder / "copy" / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(folder / "copy")], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Installed:
    """A function that runs a command of the wheel, installed beside the packages of this environment."""
    folder = wheel.parent / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next(folder.glob("lib/python3.*/site-packages"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(packages)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    # What the wheel needs is taken from this environment, after the wheel itself; the clone's own code is not seen.
    others = [path for path in sys.path if path.endswith("-packages")]
    (packages / "zz_others.pth").write_text("\n".join(others))
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}

    def run(cwd: Path, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(folder / "bin/python"), "-c", PROGRAM, *words]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    return run


def test_it_brings_the_workflow_and_what_modules_read(wheel: Path) -> None:
    """Every file of the workflow that is under version control, and every file beside the modules that is no module."""
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    listed = subprocess.run(["git", "-C", str(CLONE), "ls-files"], capture_output=True, text=True, check=True)
    files = listed.stdout.split()
    of_workflow = ("Snakefile", "rules/", "workflow/", "config/", "profiles/", "envs/base.yaml", "envs/train.yaml")
    wanted = {
        f"semispectral/shipped/{name}" for name in files if name.startswith(of_workflow) and name not in NOT_SHIPPED
    }
    wanted |= {name.removeprefix("src/") for name in files if name.startswith("src/")}
    assert wanted - names == set()
    assert not [name for name in names if name.startswith(("tests/", "measurements/", "docs/"))]


def test_a_study_runs_from_it(installed: Installed, tmp_path: Path) -> None:
    """The built-in core, made by one command, is checked by the next; the jobs are those of a clone."""
    made = installed(tmp_path, "new", "core", "--demo")
    assert made.returncode == 0, made.stderr
    checked = installed(tmp_path / "core", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.endswith("Nothing is wrong: semispectral run runs it.\n")
    counted = installed(tmp_path / "core", "run", COUNTED, "--cores", "2")
    assert counted.returncode == 0, counted.stdout + counted.stderr
    assert (tmp_path / "core" / COUNTED).is_file()
    assert CENSUS in counted.stderr, counted.stderr
    again = installed(tmp_path / "core", "run", COUNTED, "--cores", "2")
    assert (again.returncode, CENSUS in again.stderr) == (0, False), again.stderr
