"""Record the provenance of a result: stage, commit, code, settings, seeds, versions and checksums of inputs.

A stage describes itself once (`start`); the writers of the package then add `current` to every result. It holds no time
and no host, so that the same run gives the same bytes.
"""

import hashlib
import json
import logging
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from semispectral.errors import IntegrityError
from semispectral.storage.run_again import run_command

log = logging.getLogger(__name__)

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
CPU_BUILD = {"tensorflow": "tensorflow-cpu"}  # the same code and version under another name, where there is no GPU
NOT_INSTALLED = "not installed"
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
CODE = ("Snakefile", "rules", "src", "workflow")
ROOT = Path(__file__).resolve().parents[3]  # of the checkout, where the package is used from one
LOGGED = "made by "  # what the line of a log begins with that holds the same as JSON
WHOLE_BYTES = 100_000_000  # larger inputs are known by pieces of them
PIECES, PIECE_BYTES = 32, 1 << 20
VOLATILE = ("made", "model_sha256")  # of a model: they differ where the model does not

Made = dict[str, Any]
_current: Made = {}
_others: dict[str, str] = {}


def start(made: Made) -> None:
    """Set the provenance of every result that this process writes from now on.

    Parameters
    ----------
    made : provenance, as `describe` returns it.
    """
    _current.clear()
    _current.update(made)
    log.debug("%s%s", LOGGED, json.dumps(made, sort_keys=True, ensure_ascii=False))


def current() -> Made:
    """Return the provenance that this process writes; empty before `start`."""
    return dict(_current)


def of_job(job: Any) -> Made:
    """Return the provenance of a Snakemake job.

    Parameters
    ----------
    job : object ``snakemake`` of the job's script.
    """
    config = json.loads(job.params.get("cfg", "{}"))
    made = describe(job.rule, config=config, inputs=job.input, root=Path(job.scriptdir).parents[1])
    wildcards = {name: str(value) for name, value in job.wildcards.items()}
    seeds = {"run": int(wildcards["seed"])} if "seed" in wildcards else {}
    return made | {"wildcards": wildcards, "code": job.params.get("code", ""), "seeds": made["seeds"] | seeds}


def describe(stage: str, *, config: Mapping[str, Any], inputs: Iterable[str | Path], root: Path = ROOT) -> Made:
    """Return the provenance of a stage: configuration, input files, code and versions.

    Parameters
    ----------
    stage : str, name of the rule.
    config : mapping, sections of the configuration that the stage uses.
    inputs : iterable of path-like, input files.
    root : Path, folder of the study's repository.
    """
    return {
        "stage": stage,
        "commit": commit(root) or commit(ROOT),
        "config": dict(config),
        "seeds": dict(_seeds(config)),
        "inputs": checksums(inputs),
        "versions": versions(),
    }


def _seeds(config: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items() if isinstance(config, Mapping) else ():
        name = f"{where}.{key}" if where else str(key)
        if key in ("seed", "seeds"):
            yield name, value
        yield from _seeds(value, name)


def checksums(paths: Iterable[str | Path]) -> dict[str, str]:
    """Return the checksum of each file or directory, by its path as given.

    Parameters
    ----------
    paths : iterable of path-like, files or directories.
    """
    return {str(path): checksum(Path(path)) for path in sorted(map(str, paths))}


def inputs() -> list[str]:
    """Return the input files of this process."""
    return list(_current.get("inputs", {}))


def require_unchanged(paths: Iterable[str | Path], made: Mapping[str, Any], *, by: str) -> None:
    """Check that files are still those that an earlier stage read.

    Parameters
    ----------
    paths : iterable of path-like, files to check.
    made : mapping, provenance of that stage's result.
    by : str, name of that stage's rule.

    Raises
    ------
    IntegrityError : a file has changed.
    """
    for path in map(str, paths):
        before = made.get("inputs", {}).get(path, "")
        if before and before != (_current.get("inputs", {}).get(path) or checksum(Path(path))):
            raise IntegrityError(
                f"{path}: is not the file that the rule '{by}' read: it was replaced or changed; put "
                f"the right file back, or remake the results that depend on it: {run_command(f'--forcerun {by}')}"
            )


def checksum(path: Path) -> str:
    """Return ``sha256:`` of a file, of a model without its provenance, or ``sha256-pieces:`` of a large file.

    Parameters
    ----------
    path : Path, file or directory of a model.
    """
    try:
        return _checksum(path)
    except (OSError, ValueError, AttributeError) as error:
        return f"cannot be read ({error})"  # whoever needs the file says so in its own words


def _checksum(path: Path) -> str:
    if (path / "model.json").is_file():
        said = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(path.rglob("model.json"))]
        kept = [{key: value for key, value in model.items() if key not in VOLATILE} for model in said]
        return f"sha256:{hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()}"
    if not path.is_file():
        return "no file"
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= WHOLE_BYTES:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        digest = hashlib.sha256(str(size).encode())
        for piece in range(PIECES):
            file.seek(piece * (size - PIECE_BYTES) // (PIECES - 1))
            digest.update(file.read(PIECE_BYTES))
        return f"sha256-pieces:{digest.hexdigest()}"


@cache
def _version(name: str) -> str:
    for distribution in (name, CPU_BUILD.get(name, name)):
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return NOT_INSTALLED


def versions() -> dict[str, str]:
    """Return the installed versions of Python and of the packages that results depend on; nothing is imported."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def other_versions(made: Mapping[str, Any]) -> str:
    """Return the packages whose versions have changed since something was made, in words; empty where none has.

    A package that is not installed mixes nothing: a model is used without the TensorFlow that trained it.

    Parameters
    ----------
    made : mapping, provenance of a result.
    """
    then, now = made.get("versions") if isinstance(made, Mapping) else {}, versions()
    if not isinstance(then, Mapping):  # of a stranger's model, maybe
        return ""
    changed = [name for name in then if now.get(name, NOT_INSTALLED) not in (NOT_INSTALLED, then[name])]
    return ", ".join(f"{name} {then[name]} ({now[name]} is installed)" for name in changed)


def compare_versions(path: Path, made: Mapping[str, Any]) -> None:
    """Log a warning, once for each difference, if a file was made with other versions of the packages.

    Parameters
    ----------
    path : Path, the file that is read.
    made : mapping, its provenance.
    """
    found = other_versions(made)
    if found and found not in _others:
        _others[found] = str(path)
        log.warning(
            "%s was made with %s: new results will mix versions and may differ in their last digits or "
            "more; in its study, this remakes all results: %s",
            path,
            found,
            run_command("--forceall"),
        )


def other_versions_read() -> dict[str, str]:
    """Return the differences that `compare_versions` has found, in words, each with the first file that shows it."""
    return dict(_others)


def commit(root: Path) -> str:
    """Return the commit that a folder is checked out at; empty outside a Git working tree.

    Parameters
    ----------
    root : Path, folder of the working tree.
    """
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


def uncommitted(root: Path) -> bool:
    """Return whether the code of a Git working tree differs from its commit; False where this is not known.

    Parameters
    ----------
    root : Path, folder of the working tree.
    """
    git = shutil.which("git")
    if git is None or not commit(root):
        return False
    asked = [git, "-C", str(root), "status", "--porcelain", "--untracked-files=no", "--", *CODE]
    said = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 - our own words
    return said.returncode == 0 and bool(said.stdout.strip())
