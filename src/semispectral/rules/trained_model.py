"""What the rules of new scans depend on in a trained model: its numbers, and apart from them names and colours."""

import hashlib
import json
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError, UnreadableError
from semispectral.study.names import printable

DESCRIPTION = "model.json"
SHOWN = ("names", "colours")  # of the classes
OF_MAKING = ("made", "model_sha256", "scores", "holes")  # how it came about, how it scored, and a checksum of all


def described(path: str) -> dict[str, Any]:
    """Read the description of a trained model; the jobs check it.

    Parameters
    ----------
    path : str, folder of the model.

    Raises
    ------
    ConfigError : there is no model.
    UnreadableError : its description cannot be read.
    """
    file = Path(path, DESCRIPTION)
    if not path or not file.is_file():
        raise ConfigError(f"predict_new needs a trained model: --config model=results/model; got {path!r}")
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        _ = [found["classes"][key] for key in ("codes", *SHOWN)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = printable(str(error), limit=80)
        raise UnreadableError(
            f"{file}: a trained model with classes is needed, and it cannot be read ({said}); have it made again"
        ) from error
    return found


def numbers_of(path: str) -> dict[str, str]:
    """Return a trained model by its path and by a checksum of all that decides the numbers of a map.

    Parameters
    ----------
    path : str, folder of the model.
    """
    kept = {key: value for key, value in described(path).items() if key not in OF_MAKING}
    kept["classes"] = kept["classes"]["codes"]
    return {"path": path, "sha256": hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()}


def classes_of(path: str) -> dict[str, Any]:
    """Return codes, names and colours of the classes of a trained model.

    Parameters
    ----------
    path : str, folder of the model.
    """
    classes = described(path)["classes"]
    return {key: classes[key] for key in ("codes", *SHOWN)}
