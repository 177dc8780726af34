"""Keep a trained model in a directory with ``weights.safetensors`` and ``model.json``, without pickle.

``model.json`` holds the checksum of the weights, its own checksum, and the provenance
(`semispectral.storage.provenance`).
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from semispectral.errors import IntegrityError, MissingFileError
from semispectral.storage import provenance
from semispectral.storage.atomic import replacing_directory, write_atomically
from semispectral.storage.run_again import run_command

__all__ = ["DESCRIPTION", "WEIGHTS", "fill_model", "load_model", "save_model", "write_atomically"]

WEIGHTS = "weights.safetensors"
DESCRIPTION = "model.json"
MADE = "made"
NO_FILES: Mapping[str, bytes] = {}
OWN = "model_sha256"  # of model.json without this key


def save_model(
    directory: Path,
    arrays: Mapping[str, np.ndarray],
    description: Mapping[str, Any],
    files: Mapping[str, bytes] = NO_FILES,
) -> None:
    """Write the arrays of a model and its description; ``description["kind"]`` names the kind of model.

    The directory is absent, as before, or complete. Earlier content is removed, since a directory holds one model.

    Parameters
    ----------
    directory : Path, folder of the model.
    arrays : weights by name.
    description : mapping, content of ``model.json``.
    files : further files by name, such as the history of the training.
    """
    with replacing_directory(directory) as unfinished:
        fill_model(unfinished, arrays, description)
        for name, content in files.items():
            write_atomically(unfinished / name, content)


def fill_model(directory: Path, arrays: Mapping[str, np.ndarray], description: Mapping[str, Any]) -> str:
    """Write a model into a directory that is being filled, and return the SHA-256 of its weights.

    Existing provenance is kept.

    Parameters
    ----------
    directory : Path, folder to fill.
    arrays : weights by name.
    description : mapping, content of ``model.json``.
    """
    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    write_atomically(directory / WEIGHTS, content)
    made = provenance.current()
    full = {**({MADE: made} if made else {}), **description, "weights_sha256": hashlib.sha256(content).hexdigest()}
    full = json.loads(json.dumps(full)) | {OWN: ""}
    full[OWN] = _own_checksum(full)
    write_atomically(directory / DESCRIPTION, json.dumps(full, indent=1, sort_keys=True).encode())
    return str(full["weights_sha256"])


def _own_checksum(description: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in description.items() if key != OWN}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def load_model(directory: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read the arrays and the description that `save_model` wrote.

    Parameters
    ----------
    directory : Path, folder of the model.

    Returns
    -------
    Arrays by name, and the description.

    Raises
    ------
    MissingFileError : the directory or one of its files does not exist.
    IntegrityError : the weights or the description were changed.
    """
    for name in (WEIGHTS, DESCRIPTION):
        if not (directory / name).is_file():
            raise MissingFileError(
                f"{directory}: a model directory needs {name}, which is not there; copy the whole folder, or make it "
                f"again ({run_command()})"
            )
    content = (directory / WEIGHTS).read_bytes()
    description = read_description(directory)
    provenance.compare_versions(directory, description.get(MADE, {}))
    if hashlib.sha256(content).hexdigest() != description["weights_sha256"]:
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


def read_description(directory: Path) -> dict[str, Any]:
    """Read the description of a model and check it.

    Parameters
    ----------
    directory : Path, folder of the model.

    Raises
    ------
    IntegrityError : the description was changed.
    """
    path = directory / DESCRIPTION
    try:
        description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        same = _own_checksum(description) == description[OWN] and "weights_sha256" in description
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IntegrityError(f"{path}: is damaged ({error}); delete {directory} and rerun") from error
    if not same:
        raise IntegrityError(f"{path}: its checksum differs: the file was changed; delete {directory} and rerun")
    return description
