"""Files of the pixels that a page shows: spectra that it holds itself, tiles of all the others, and their index."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.page.pixels import Quantised
from semispectral.scans.identity import Identity
from semispectral.storage import arrays
from semispectral.storage.seal import damaged, read_json

INDEX, HELD = "index.json", "held.parquet"
COMPRESSION = "zstd"
VALUES = ("code", "low", "step")


def write_held(path: Path, curves: Mapping[str, Quantised], scan: Identity) -> None:
    """Write the spectra that a page holds.

    Parameters
    ----------
    path : file to write.
    curves : reflectance [row, band] of each kind of curve, by name.
    scan : identity of the scan.
    """
    content: dict[str, np.ndarray] = {}
    for name, values in curves.items():
        low, step = values.low[:, None], values.step[:, None]
        content |= {f"{name}_code": values.code, f"{name}_low": low, f"{name}_step": step}
    arrays.write(path, content, pd.DataFrame(), {"curves": list(curves), "scan": asdict(scan)}, COMPRESSION)


def read_held(directory: Path, index: Mapping[str, Any]) -> dict[str, Quantised]:
    """Read the spectra that a page holds, by the name of the kind of curve.

    Parameters
    ----------
    directory : folder of the pixels.
    index : from `read_index`.
    """
    names = tuple(f"{name}_{value}" for name in index["curves"] for value in VALUES)
    found, _, _ = arrays.read(directory / HELD, names)
    return {
        name: Quantised(found[f"{name}_code"], found[f"{name}_low"][:, 0], found[f"{name}_step"][:, 0])
        for name in index["curves"]
    }


def read_index(directory: Path) -> dict[str, Any]:
    """Read the index of the pixels of a page.

    Parameters
    ----------
    directory : folder of the pixels.
    """
    return read_json(directory / INDEX)


def means_of(index: Mapping[str, Any]) -> np.ndarray:
    """Return the mean reflectance of the training pixels of each class, float32 [class, band]; NaN without any.

    Parameters
    ----------
    index : from `read_index`.
    """
    absent = [np.nan] * index["bands"]
    return np.array([absent if row is None else row for row in index["means"]], np.float32)


def require_tiles(directory: Path, index: Mapping[str, Any]) -> None:
    """Check that the tiles are those that were written.

    Parameters
    ----------
    directory : folder of the pixels.
    index : from `read_index`.

    Raises
    ------
    IntegrityError : one is absent, or was cut or changed.
    """
    for name, known in index["tiles"].items():
        path = directory / f"{name}.js"
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != known:
            raise damaged(directory, f"its tile {path.name} is absent, or its checksum is another")
