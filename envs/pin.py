"""Write the conda environments with the pins of locks/run.lock: ``python envs/pin.py`` (part of ``make lock``)."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "3.12"
NOT_IN_JOBS = {"snakemake", "snakemake-interface-logger-plugins", "snakemake-logger-plugin-rich"}
ONLY_TO_TRAIN = {"tensorflow", "tensorflow-probability", "tf-keras"}
HEADER = "# {what} Pins of locks/run.lock, written by `make lock`.\n"
ENVIRONMENTS = {
    "base": "For every stage that does not train: no TensorFlow.",
    "train": "For the stages that train M1, M2 and q(y|x).",
}


def locked() -> dict[str, str]:
    """Version of every package in the lock file."""
    text = (ROOT / "locks/run.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, flags=re.MULTILINE))


def direct() -> list[str]:
    """Names of the packages that the project itself asks for, and of what TensorFlow Probability needs beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["train"]]
    names = [re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0].lower() for requirement in asked]
    return sorted({*names, "tf-keras"} - NOT_IN_JOBS)


def environment(name: str) -> str:
    """Return the text of ``envs/<name>.yaml``."""
    versions = locked()
    chosen = [package for package in direct() if name == "train" or package not in ONLY_TO_TRAIN]
    pins = "".join(f"      - {package}=={versions[package]}\n" for package in chosen)
    head = HEADER.format(what=ENVIRONMENTS[name])
    channels = "channels:\n  - conda-forge\n  - nodefaults\n"
    return f"{head}{channels}dependencies:\n  - python={PYTHON}\n  - pip\n  - pip:\n{pins}"


if __name__ == "__main__":
    for name in ENVIRONMENTS:
        (ROOT / "envs" / f"{name}.yaml").write_text(environment(name), encoding="utf-8")
