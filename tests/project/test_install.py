"""`make setup` on machines as they are: any pip, an index that went on, half-made environments, no Python that fits.

The project here is a small one with the real Makefile and installer; its packages are wheels that the test makes, in an
index of its own, which has newer releases than the lock files name.
"""

import base64
import compileall
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = getattr(sys, "_base_executable", sys.executable)
# The oldest pip that a Python of ours brings: none older runs on it.
OLDEST_PIP = {11: "22.3", 12: "23.2.1", 13: "24.2"}[sys.version_info.minor]
LOCKED_PIP = re.findall(r"^pip==(\S+)", (ROOT / "locks/installer.lock").read_text(encoding="utf-8"), re.MULTILINE)[0]


def digest(data: bytes) -> str:
    """SHA-256 as the RECORD of a wheel has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@dataclass
class Index:
    """A package index: a folder of wheels for each name."""

    folder: Path
    wheels: dict[tuple[str, str], Path] = field(default_factory=dict)

    def add(self, wheel: Path) -> None:
        """Offer a wheel; its name and version stand in its file's name."""
        name, version = wheel.name.split("-")[:2]
        page = self.folder / name
        page.mkdir(parents=True, exist_ok=True)
        self.wheels[name, version] = Path(shutil.copy(wheel, page))
        links = [f'<a href="{path.name}">{path.name}</a>' for path in sorted(page.glob("*.whl"))]
        (page / "index.html").write_text(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>")

    def make(self, name: str, version: str, *, metadata: str = "") -> None:
        """Make a wheel with one module that knows its version, and offer it."""
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}.py": f"VERSION = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},sha256={digest(text.encode())},{len(text)}\n" for path, text in files.items())
        wheel = self.folder / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
                archive.writestr(path, text)
        self.add(wheel)
        wheel.unlink()

    def lock(self, *pins: str) -> str:
        """The text of a lock file for pins like name==version, with hashes."""
        hashes = {pin: hashlib.sha256(self.wheels[tuple(pin.split("=="))].read_bytes()) for pin in pins}
        return "".join(f"{pin} \\\n    --hash=sha256:{found.hexdigest()}\n" for pin, found in hashes.items())


class Project:
    """A project with the Makefile and the installer of this one, an index, and lock files older than the index."""

    def __init__(self, folder: Path, index: Index, *, programs: Path | None = None) -> None:
        self.folder, self.index, self.programs = folder, index, programs
        (folder / "envs").mkdir(parents=True)
        shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
        shutil.copyfile(ROOT / "envs/install.sh", folder / "envs/install.sh")
        (folder / "pyproject.toml").touch()
        pip = next(version for name, version in index.wheels if name == "pip")
        for lock, pins in {
            "installer": [f"pip=={pip}"],
            "run": ["upper==1.0", "lower==1.0"],
            "gpu": ["upper==1.0", "lower==1.0", "cuda==1.0"],
            "dev": ["tool==1.0"],
        }.items():
            self.write_lock(lock, *pins)

    def write_lock(self, lock: str, *pins: str) -> None:
        """Write a lock file."""
        path = self.folder / f"locks/{lock}.lock"
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.index.lock(*pins), encoding="utf-8")

    def make(self, *arguments: str, path: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run make with this index alone; `path` is a folder of programs that come first, before the project's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE", "PYTHON"))}
        own = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": self.index.folder.as_uri(), "LANG": "C.UTF-8"}
        folders = [str(folder) for folder in (path, self.programs) if folder]
        programs = {"PATH": os.pathsep.join([*folders, os.environ["PATH"]])}
        return subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=self.folder,
            env=kept | own | programs | more,
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, *arguments: str, **more: str) -> str:
        """Let make install the packages; what it said."""
        done = self.make(".venv/.locked", *arguments, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stderr

    def installed(self) -> dict[str, str]:
        """What is in .venv, name and version, setuptools aside (Python 3.11 brings it)."""
        found = self.folder.glob(".venv/lib/python3.*/site-packages/*.dist-info")
        return dict(info.stem.split("-")[:2] for info in found if not info.name.startswith("setuptools"))


def bundled_pip() -> Path:
    """The wheel of pip that this Python brings for new environments, which some distributions keep elsewhere."""
    import ensurepip

    elsewhere = sysconfig.get_config_var("WHEEL_PKG_DIR")
    folders = [Path(ensurepip.__file__).parent / "_bundled", *([Path(elsewhere)] if elsewhere else [])]
    return next(wheel for folder in folders for wheel in folder.glob("pip-*.whl"))


def offer(folder: Path, pip: Path) -> Index:
    """An index: two packages that need each other, by an extra too; a newer release of each; the wheel of pip."""
    index = Index(folder)
    index.add(pip)
    for version in ("1.0", "2.0"):
        index.make("upper", version, metadata="Requires-Dist: lower[more]>=1.0\n")
        index.make("lower", version, metadata='Provides-Extra: more\nRequires-Dist: tool ; extra == "more"\n')
        index.make("cuda", version)
        index.make("tool", version)
    return index


@pytest.fixture(scope="module")
def unpacked_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pip of this Python, unpacked and compiled: to copy it takes no time, and to make an environment seconds."""
    return unpacked(bundled_pip(), tmp_path_factory.mktemp("pip"))


@pytest.fixture
def project(tmp_path: Path, unpacked_pip: Path) -> Project:
    """A project whose installer is the pip of this Python."""
    programs = tmp_path / "programs"
    python_with(unpacked_pip, programs / "python3")
    return Project(tmp_path / "project", offer(tmp_path / "index", bundled_pip()), programs=programs)


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    """The same, where environments are made by Python itself."""
    return Project(tmp_path / "project", offer(tmp_path / "index", bundled_pip()))


@pytest.fixture(scope="module")
def pips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Wheels of pip from the package index: the oldest that a Python of ours brings, the newest, and the locked one."""
    wheels = {}
    for kind, wanted in {"oldest": f"pip=={OLDEST_PIP}", "newest": "pip", "locked": f"pip=={LOCKED_PIP}"}.items():
        folder = tmp_path_factory.mktemp(kind)
        command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--timeout", "15", "--retries", "0"]
        done = subprocess.run([*command, wanted, "-d", str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no package index is reached, so there is no other pip to try: {done.stderr.strip()[-200:]}")
        (wheels[kind],) = folder.glob("*.whl")
    return wheels


def program(path: Path, text: str) -> Path:
    """A shell script as a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def unpacked(wheel: Path, folder: Path) -> Path:
    """The content of a wheel in a folder, compiled."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    compileall.compile_dir(folder, quiet=2)
    return folder


def python_with(pip: Path, at: Path) -> Path:
    """A Python whose new environments begin with this pip, which is unpacked."""
    copy = f'cp -a {pip}/. "$(echo .venv/lib/python3.*/site-packages)"'
    made = f'"-m venv .venv") {PYTHON} -m venv --without-pip .venv && {copy};;'
    behind = '*_base_executable*) echo "$0";;'  # it says of itself that no other Python stands behind it
    return program(at, f'case "$*" in {made} {behind} *) exec {PYTHON} "$@";; esac')


@pytest.mark.parametrize("kind", ["oldest", "newest"])
@pytest.mark.slow
def test_any_pip_installs_what_the_lock_says(tmp_path: Path, pips: dict[str, Path], kind: str) -> None:
    """From the oldest and from the newest pip the locked one is installed, and with it the locked releases alone."""
    project = Project(tmp_path / "project", offer(tmp_path / "index", pips["locked"]))
    pip = unpacked(pips[kind], tmp_path / "pip")
    project.install(f"PYTHON={python_with(pip, tmp_path / 'bin/python3')}")
    assert project.installed() == {"pip": LOCKED_PIP, "upper": "1.0", "lower": "1.0"}


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the pips that err so do not run on this Python")
def test_the_oldest_pip_alone_would_fail(tmp_path: Path, pips: dict[str, Path]) -> None:
    """What the locked installer is for: this index tempts an old pip past the lock file, which its hashes refuse."""
    index = offer(tmp_path / "index", pips["oldest"])
    (tmp_path / "run.lock").write_text(index.lock("upper==1.0", "lower==1.0", "tool==1.0"))
    command = [PYTHON, "-I", pips["oldest"] / "pip", "install", "--require-hashes", "--target", tmp_path / "to"]
    plain = [*command, "-r", tmp_path / "run.lock"]
    environment = {
        "PATH": os.environ["PATH"],
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": index.folder.as_uri(),
    }
    done = subprocess.run(plain, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "hash" in done.stderr.lower()


@pytest.mark.slow
def test_what_is_there_is_left_until_the_lock_or_the_folder_changes(project: Project) -> None:
    """A second call installs nothing; what a new lock file no longer names is gone; a moved .venv is made anew."""
    project.install()
    before = (project.folder / ".venv/.locked").stat().st_mtime_ns
    assert project.install() == ""
    assert project.install(f"PYTHON={project.folder}/.venv/bin/python") == ""
    assert (project.folder / ".venv/.locked").stat().st_mtime_ns == before
    project.write_lock("run", "lower==2.0")
    os.utime(project.folder / "locks/run.lock", (2**31, 2**31))
    # Activated, where python3 is the one that is removed; the Python behind it makes the new one.
    project.install(path=project.folder / ".venv/bin")
    assert project.installed().keys() == {"pip", "lower"}
    assert project.installed()["lower"] == "2.0"
    project.folder = project.folder.rename(project.folder.with_name("moved"))
    assert "made anew" in project.install()
    assert str(project.folder) in (project.folder / ".venv/bin/activate").read_text()


@pytest.mark.parametrize("left", ["no python", "a file"])
@pytest.mark.slow
def test_a_half_made_environment_is_made_anew(project: Project, left: str) -> None:
    """Whatever an interrupted call or a machine without python3-venv left, the next call says so and repairs it."""
    venv = project.folder / ".venv"
    if left == "no python":
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", venv], check=True)
        for path in venv.glob("bin/python*"):
            path.unlink()
            path.symlink_to("/gone/python3")
    if left == "a file":
        venv.touch()
    assert "made anew" in project.install()
    assert project.installed()["upper"] == "1.0"


@pytest.mark.slow
def test_an_interrupted_install_begins_again(project: Project) -> None:
    """A package that did not come leaves nothing that counts as whole; the next call makes .venv anew."""
    lock = project.folder / "locks/run.lock"
    whole = lock.read_text()
    lock.write_text(project.index.lock("cuda==1.0") + "upper==1.0 \\\n    --hash=sha256:" + 64 * "0" + "\n")
    done = project.make(".venv/.locked")
    assert done.returncode
    assert "locks/run.lock was not installed" in done.stderr
    assert not (project.folder / ".venv/.locked").exists()
    lock.write_text(whole)
    (project.folder / ".venv/lib/left.py").touch()
    project.install()
    assert project.installed().keys() == {"pip", "upper", "lower"}
    assert not (project.folder / ".venv/lib/left.py").exists()


@pytest.mark.slow
def test_interrupted_tools_begin_again(project: Project) -> None:
    """While tools are added .venv does not count as whole: a call that is cut off is repeated from a sound state."""
    project.install()
    (project.folder / ".venv/.installed").touch()  # as if the project itself were in
    whole = (project.folder / "locks/dev.lock").read_text()
    (project.folder / "locks/dev.lock").write_text(whole.replace("sha256:", "sha256:0")[:-2] + "\n")
    assert project.make(".venv/.dev").returncode
    assert not (project.folder / ".venv/.locked").exists()
    (project.folder / "locks/dev.lock").write_text(whole)
    assert "made anew" in project.install()
    (project.folder / ".venv/.installed").touch()
    done = project.make(".venv/.dev")
    assert done.returncode == 0, done.stderr
    assert project.installed()["tool"] == "1.0"


@pytest.mark.slow
def test_a_gpu_stays_until_it_is_said_off(project: Project) -> None:
    """GPU=1 installs CUDA's packages, a later call without it keeps them, and GPU=0 goes back."""
    project.install("GPU=1")
    assert "cuda" in project.installed()
    assert project.install() == ""
    project.install("GPU=0")
    assert "cuda" not in project.installed()


def said(project: Project, python: str | Path, **more: Path) -> str:
    """What make says, in one line, of a Python that does not do; .venv is not touched."""
    venv = project.folder / ".venv"
    venv.mkdir()
    done = project.make("setup", *([f"PYTHON={python}"] if python else []), **more)
    assert done.returncode
    assert list(venv.iterdir()) == []
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("make: ") and "***" not in line]
    assert "Traceback" not in done.stderr
    return line


def test_a_python_that_is_not_there(plain: Project) -> None:
    """The sentence names it, and what is needed."""
    line = said(plain, "python3.99")
    assert "there is no python3.99 on this machine" in line
    assert "Python 3.11 to 3.13 is needed" in line
    assert "PYTHON=python3.12" in line


@pytest.mark.parametrize("version", ["2.7.18", "3.10.13", "3.14.0"])
def test_a_python_of_another_age(plain: Project, tmp_path: Path, version: str) -> None:
    """The sentence says which one it is."""
    answer = f'case "$2" in *print\\(sys.version*|*%d.%d.%d*) echo {version};; *) echo False;; esac'
    line = said(plain, program(tmp_path / "bin/python-old", answer))
    assert f"python-old is {version}" in line
    assert "Python 3.11 to 3.13 is needed" in line


@pytest.mark.parametrize("answer", ["exit 0", "exit 1", "echo hello"])
def test_a_program_that_is_no_python(plain: Project, tmp_path: Path, answer: str) -> None:
    """A program that answers otherwise is not tried further."""
    line = said(plain, program(tmp_path / "bin/other", answer))
    assert "Python 3.11 to 3.13 is needed" in line


def test_no_python_fits(plain: Project, tmp_path: Path) -> None:
    """Where none is named, the sentence says which one was found, and how to name another."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        program(tmp_path / "bin" / name, 'case "$2" in *%d.%d.%d*) echo 3.10.1;; *) echo False;; esac')
    line = said(plain, "", path=tmp_path / "bin")
    assert "python3 is 3.10.1" in line
    assert "PYTHON=" in line


@pytest.mark.slow
def test_one_that_fits_is_found_and_modules_from_elsewhere_do_not_count(plain: Project, tmp_path: Path) -> None:
    """Where python3 is too old, another one is taken; PYTHONPATH and settings of pip keep nothing out of .venv."""
    with zipfile.ZipFile(plain.index.wheels["upper", "1.0"]) as archive:
        archive.extractall(tmp_path / "elsewhere")
    program(tmp_path / "bin/python3", "echo 3.10.1")
    for name in ("python3.11", "python3.12", "python3.13"):
        program(tmp_path / "bin" / name, f'exec {PYTHON} "$@"')
    plain.install(path=tmp_path / "bin", PYTHONPATH=str(tmp_path / "elsewhere"), PIP_USER="1")
    assert plain.installed()["upper"] == "1.0"


def test_what_the_surroundings_say_of_python_does_not_reach_what_make_runs(plain: Project) -> None:
    """Neither modules from elsewhere, nor that nothing compiled is kept: else each process compiles what it imports."""
    more = plain.folder / "more.mk"
    more.write_text("show:\n\t@env\n", encoding="utf-8")
    settings = {"PYTHONPATH": "elsewhere", "PYTHONHOME": "elsewhere", "PYTHONDONTWRITEBYTECODE": "1", "OTHER": "1"}
    done = plain.make("-f", "Makefile", "-f", str(more), "show", **settings)
    shown = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert shown & set(settings) == {"OTHER"}


def test_no_module_venv(plain: Project, tmp_path: Path) -> None:
    """A Debian without python3-venv: the sentence says what to install."""
    python = program(tmp_path / "bin/python3", f'case "$2" in *ensurepip*) exit 1;; *) exec {PYTHON} "$@";; esac')
    line = said(plain, python)
    assert "has no module venv" in line
    assert f"apt install python3.{sys.version_info.minor}-venv" in line
