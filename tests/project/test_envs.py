"""The pins: conda environments, the lock files, and where they come from."""

import importlib.util
import re
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(path.stem for path in (ROOT / "locks").glob("*.lock"))
TOOLS = {"dev": {"pytest", "mypy", "ruff", "pre-commit", "uv"}, "docs": {"mkdocs", "mkdocs-material", "mkdocstrings"}}
specification = importlib.util.spec_from_file_location("pin", ROOT / "envs/pin.py")
assert specification is not None
assert specification.loader is not None
pin = importlib.util.module_from_spec(specification)
specification.loader.exec_module(pin)


def pins(name: str) -> dict[str, str]:
    """Versions in a lock file."""
    text = (ROOT / f"locks/{name}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, flags=re.MULTILINE))


def test_environments_have_the_lock_s_pins() -> None:
    """A conda environment is what `make lock` would write from the lock file."""
    for name in pin.ENVIRONMENTS:
        assert (ROOT / f"envs/{name}.yaml").read_text(encoding="utf-8") == pin.environment(name)


def test_only_training_has_tensorflow() -> None:
    """The environment of the other stages is the small one."""
    assert "tensorflow" not in (ROOT / "envs/base.yaml").read_text().replace("no TensorFlow", "")
    assert "tensorflow==" in (ROOT / "envs/train.yaml").read_text()


def test_the_gpu_lock_has_the_same_versions() -> None:
    """With a GPU the same packages are installed, and those of CUDA."""
    cpu, gpu = pins("run"), pins("gpu")
    assert cpu.pop("tensorflow-cpu") == cpu["tensorflow"]
    assert cpu.items() <= gpu.items()
    assert any(name.startswith("nvidia-") for name in gpu)


def test_one_build_of_tensorflow_is_installed() -> None:
    """Both builds are the same files: the two entries of the run-time lock exclude each other."""
    text = (ROOT / "locks/run.lock").read_text(encoding="utf-8")
    markers = {
        name: Marker(marker) for name, marker in re.findall(r"^(tensorflow(?:-cpu)?)==\S+ ; (.*) \\$", text, re.M)
    }
    machines = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
    for system, machine in machines:
        here = {"sys_platform": system, "platform_machine": machine}
        fit = [name for name, marker in markers.items() if marker.evaluate(here)]
        assert fit == ["tensorflow-cpu" if (system, machine) == ("linux", "x86_64") else "tensorflow"]


def test_a_user_installs_no_tools() -> None:
    """Tools of developers are in locks of their own; what they share with the run-time lock has its version."""
    run = pins("run")
    for lock, needed in TOOLS.items():
        tools = pins(lock)
        assert tools.keys() >= needed
        assert not run.keys() & needed
        assert {name: tools[name] for name in tools.keys() & run.keys()}.items() <= run.items()


def test_the_installer_is_no_more_than_it_needs() -> None:
    """The first pip installs another pip and what builds packages; nothing else depends on its age."""
    assert pins("installer").keys() == {"pip", "setuptools"}
    assert pins("installer")["setuptools"] == pins("run")["setuptools"]


def test_every_package_has_hashes_and_no_host() -> None:
    """A lock file holds hashes for every package and names no package index."""
    for name in LOCKS:
        text = (ROOT / f"locks/{name}.lock").read_text(encoding="utf-8")
        entries = re.split(r"^(?=[A-Za-z0-9_.-]+==)", text, flags=re.MULTILINE)[1:]
        assert len(entries) == len(pins(name)), name
        assert all("--hash=sha256:" in entry for entry in entries), name
        assert "://" not in text, name


def test_rules_name_environments_that_exist() -> None:
    """Every conda: path is a file."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk")]
    named = {name for text in texts for name in re.findall(r'"\.\./envs/(\w+\.yaml)"', text)}
    assert named
    assert named <= {path.name for path in (ROOT / "envs").glob("*.yaml")}
