"""Read the position of a scan in its hole from attributes of an HDF5 file, in the words of scenes.tsv."""

from pathlib import Path

import h5py
import numpy as np

FACTS = ("hole", "pixel_mm", "depth_from_m", "depth_to_m")


def scan_facts(path: Path) -> dict[str, str]:
    """Return the attributes of `FACTS` that a file has, as the text of a cell; none in other formats than HDF5.

    They are optional: one that cannot be read is left out.

    Parameters
    ----------
    path : Path, file to read.
    """
    try:
        with h5py.File(path, "r", locking="best-effort") as file:
            return {name: _text(file.attrs[name]) for name in FACTS if name in file.attrs}
    except (OSError, ValueError, TypeError):
        return {}


def _text(value: object) -> str:
    first = np.asarray(value).ravel()[:1].tolist() or [""]
    return first[0].decode(errors="replace") if isinstance(first[0], bytes) else str(first[0])
