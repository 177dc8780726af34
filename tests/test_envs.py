"""The pins: conda environments, the two lock files, and where they come from."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.lock", "requirements-gpu.lock"]
specification = importlib.util.spec_from_file_location("pin", ROOT / "envs/pin.py")
assert specification is not None
assert specification.loader is not None
pin = importlib.util.module_from_spec(specification)
specification.loader.exec_module(pin)


def pins(name: str) -> dict[str, str]:
    """Versions in a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", sorted(pin.ENVIRONMENTS))
def test_environment_has_the_lock_s_pins(name: str) -> None:
    """A conda environment is what `make lock` would write from the lock file."""
    assert (ROOT / f"envs/{name}.yaml").read_text(encoding="utf-8") == pin.environment(name)


def test_only_training_has_tensorflow() -> None:
    """The environment of the other stages is the small one."""
    assert "tensorflow" not in (ROOT / "envs/base.yaml").read_text().replace("no TensorFlow", "")
    assert "tensorflow==" in (ROOT / "envs/train.yaml").read_text()


def test_the_gpu_lock_has_the_same_versions() -> None:
    """With a GPU the same packages are installed, and those of CUDA."""
    cpu, gpu = pins("requirements.lock"), pins("requirements-gpu.lock")
    assert cpu.items() <= gpu.items()
    assert any(name.startswith("nvidia-") for name in gpu)


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes_and_no_host(name: str) -> None:
    """A lock file holds hashes for every package and names no package index."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9_.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(name))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


@pytest.mark.parametrize("path", [ROOT / "rules" / f"{name}.smk" for name in ("data", "m1", "classify")])
def test_rules_name_environments_that_exist(path: Path) -> None:
    """Every conda: path is a file."""
    for name in re.findall(r'"\.\./envs/(\w+\.yaml)"', path.read_text()):
        assert (ROOT / "envs" / name).is_file()
