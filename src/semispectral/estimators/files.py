"""An estimator on disk: one directory of safetensors, JSON and Parquet, no pickle; its parts are the workflow's."""

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
    """Write an estimator.

    Parameters
    ----------
    facts : what the estimator is besides its parts, as JSON takes it.
    parts : scaler and models, by name; each gets a directory of its own.
    histories : of the models among the parts.

    Raises
    ------
    DataError : the directory holds something else, which would be lost.
    """
    if directory.exists() and not directory.is_dir():
        raise DataError(f"{directory}: is a file; name a directory that save may write")
    if directory.exists() and any(directory.iterdir()) and not (directory / DESCRIPTION).is_file():
        raise DataError(f"{directory}: holds files that are no saved model; name a new directory")
    with replacing_directory(directory) as unfinished:
        fill_model(unfinished, {}, {**facts, "kind": KIND, "parts": sorted(parts)})
        for name, (arrays, description) in parts.items():
            fill_model(unfinished / name, arrays, description)
        for name, history in histories.items():
            write_table(unfinished / name / HISTORY, history)


def read(directory: Path, *, name: str) -> tuple[dict[str, Any], dict[str, Saved], dict[str, pd.DataFrame]]:
    """What `write` wrote of an estimator of that name: facts, parts and histories.

    Raises
    ------
    MissingFileError, IntegrityError : a file is absent, or not what was written.
    DataError : the directory holds something else.
    """
    _, facts = load_model(directory)
    if facts.get("kind") != KIND or facts.get("estimator") != name:
        raise DataError(
            f"{directory}: a saved {name} is wanted, got {facts.get('estimator') or facts.get('kind')!r}; "
            "load it with the class that saved it"
        )
    parts = {part: load_model(directory / part) for part in facts["parts"]}
    histories = {part: directory / part / HISTORY for part in parts}
    return facts, parts, {part: read_table(path) for part, path in histories.items() if path.is_file()}


def classes_to_json(classes: np.ndarray) -> dict[str, Any]:
    """Class labels as JSON, with their dtype.

    Raises
    ------
    DataError : labels that are neither numbers, truth values nor text.
    """
    values = classes.tolist()
    strange = [value for value in values if not isinstance(value, str | int | float | bool)]
    if strange:
        raise DataError(f"classes to save must be numbers or text, got {strange[0]!r}")
    return {"dtype": classes.dtype.str if classes.dtype != object else "object", "values": values}


def classes_from_json(saved: Mapping[str, Any]) -> np.ndarray:
    """The labels of `classes_to_json`."""
    return np.asarray(saved["values"], dtype=np.dtype(saved["dtype"]))


def parameters_to_json(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Constructor parameters as JSON; a random state that is an object, which only fit used, becomes null."""
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
    """The parameters of `parameters_to_json`; lists become tuples, and what was missing becomes NaN."""
    known = {key: np.nan if value == MISSING else value for key, value in saved.items()}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in known.items()}
