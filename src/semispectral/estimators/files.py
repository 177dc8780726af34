"""Save and load estimators: one directory of safetensors, JSON and Parquet, without pickle.

The models in it are stored as those of the workflow.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.estimators.rows import is_missing
from semispectral.sampling.training_files import HISTORY
from semispectral.storage.atomic import replacing_directory
from semispectral.storage.model_files import DESCRIPTION, fill_model, load_model
from semispectral.storage.parquet import read_table, write_table

KIND = "estimator"
MISSING = {"missing": True}  # JSON has no NaN
Saved = tuple[dict[str, np.ndarray], dict[str, Any]]


def write(
    directory: Path, facts: Mapping[str, Any], parts: Mapping[str, Saved], histories: Mapping[str, pd.DataFrame]
) -> None:
    """Write an estimator to a directory.

    Parameters
    ----------
    directory : path of the directory; an existing saved model in it is replaced.
    facts : description of the estimator, JSON-compatible.
    parts : arrays and description of the scaler and of each model, by name; each gets a subdirectory.
    histories : training history of each model, by name, one row per epoch.

    Raises
    ------
    DataError : the directory is a file, or holds files that would be lost.
    """
    if directory.exists() and not directory.is_dir():
        raise DataError(f"{directory}: is a file; name a directory")
    if directory.exists() and any(directory.iterdir()) and not (directory / DESCRIPTION).is_file():
        raise DataError(f"{directory}: holds files that are no saved model; name a new directory")
    with replacing_directory(directory) as unfinished:
        fill_model(unfinished, {}, {**facts, "kind": KIND, "parts": sorted(parts)})
        for name, (arrays, description) in parts.items():
            fill_model(unfinished / name, arrays, description)
        for name, history in histories.items():
            write_table(unfinished / name / HISTORY, history)


def read(directory: Path, *, name: str) -> tuple[dict[str, Any], dict[str, Saved], dict[str, pd.DataFrame]]:
    """Read an estimator that `write` wrote.

    Parameters
    ----------
    directory : path of the directory.
    name : name of the estimator's class.

    Returns
    -------
    Description, parts by name, and histories by name.

    Raises
    ------
    MissingFileError, IntegrityError : a file is absent or was changed.
    DataError : the directory does not hold an estimator of this class.
    """
    _, facts = load_model(directory)
    if facts.get("kind") != KIND or facts.get("estimator") != name:
        raise DataError(
            f"{directory}: a saved {name} is needed, got {facts.get('estimator') or facts.get('kind')!r}; "
            "load it with the class that saved it"
        )
    parts = {part: load_model(directory / part) for part in facts["parts"]}
    histories = {part: directory / part / HISTORY for part in parts}
    return facts, parts, {part: read_table(path) for part, path in histories.items() if path.is_file()}


def classes_to_json(classes: np.ndarray) -> dict[str, Any]:
    """Convert class labels to JSON, with their dtype.

    Parameters
    ----------
    classes : array [class] of numbers, booleans or text.

    Raises
    ------
    DataError : a label has another type.
    """
    values = classes.tolist()
    strange = [value for value in values if not isinstance(value, str | int | float | bool)]
    if strange:
        raise DataError(f"classes to save must be numbers or text, got {strange[0]!r}")
    return {"dtype": classes.dtype.str if classes.dtype != object else "object", "values": values}


def classes_from_json(saved: Mapping[str, Any]) -> np.ndarray:
    """Restore class labels from JSON.

    Parameters
    ----------
    saved : mapping that `classes_to_json` returned.
    """
    return np.asarray(saved["values"], dtype=np.dtype(saved["dtype"]))


def parameters_to_json(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Convert constructor parameters to JSON.

    Parameters
    ----------
    parameters : values by name. A RandomState object becomes null, since only ``fit`` uses it.
    """
    return {key: _as_json(value) for key, value in parameters.items()}


def _as_json(value: Any) -> Any:
    if value is not None and is_missing(value):
        return MISSING
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, np.random.RandomState):
        return None
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list | tuple) else value


def parameters_from_json(saved: Mapping[str, Any]) -> dict[str, Any]:
    """Restore constructor parameters from JSON.

    Parameters
    ----------
    saved : mapping that `parameters_to_json` returned; lists become tuples, missing values become NaN.
    """
    known = {key: np.nan if value == MISSING else value for key, value in saved.items()}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in known.items()}
