"""A trained model on disk: one directory with ``weights.safetensors`` and ``model.json``. No pickle, ever."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from semispectral.errors import IntegrityError, MissingFileError

WEIGHTS = "weights.safetensors"
DESCRIPTION = "model.json"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either absent, as before, or complete."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def save_model(directory: Path, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> None:
    """Write a model's arrays and its description; ``description["kind"]`` says which model it is.

    An existing directory is emptied first: a model directory holds one model.
    """
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    write_atomically(directory / WEIGHTS, content)
    full = {**description, "weights_sha256": hashlib.sha256(content).hexdigest()}
    write_atomically(directory / DESCRIPTION, json.dumps(full, indent=1, sort_keys=True).encode())


def load_model(directory: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `save_model` wrote: (arrays by name, description).

    Raises
    ------
    MissingFileError : the directory or one of its files is not there.
    IntegrityError : the weights are not those that were written.
    """
    for name in (WEIGHTS, DESCRIPTION):
        if not (directory / name).is_file():
            raise MissingFileError(f"{directory}: a model directory needs {name}; train the model again (snakemake -R)")
    content = (directory / WEIGHTS).read_bytes()
    try:
        description: dict[str, Any] = json.loads((directory / DESCRIPTION).read_text(encoding="utf-8"))
        checksum = description["weights_sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"{directory / DESCRIPTION}: is damaged ({error}); delete {directory} and rerun"
        ) from error
    if hashlib.sha256(content).hexdigest() != checksum:
        raise IntegrityError(
            f"{directory / WEIGHTS}: its checksum is not the one in {DESCRIPTION}: the file was cut or changed; "
            f"delete {directory} and rerun"
        )
    try:
        return load(content), description
    except SafetensorError as error:
        raise IntegrityError(
            f"{directory / WEIGHTS}: cannot be read ({error}); delete {directory} and rerun"
        ) from error
