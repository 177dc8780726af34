"""Read the position of a scan in its hole from its file (HDF5, TSG), in the words of scenes.tsv."""

from pathlib import Path

import h5py
import numpy as np

from semispectral.errors import SemispectralError
from semispectral.scans.facts.tsg_holes import dataset_of
from semispectral.scans.formats.scene_files import tsg_pair

FACTS = ("hole", "pixel_mm", "depth_from_m", "depth_to_m")


def scan_facts(path: Path) -> dict[str, str]:
    """Return the facts of `FACTS` that a file states, as the text of a cell; none in other formats than HDF5 and TSG.

    They are optional: one that cannot be read is left out.

    Parameters
    ----------
    path : Path, file to read.
    """
    header, data = tsg_pair(path)
    if header and data:
        return _of_tsg(header)
    try:
        with h5py.File(path, "r", locking="best-effort") as file:
            return {name: _text(file.attrs[name]) for name in FACTS if name in file.attrs}
    except (OSError, ValueError, TypeError):
        return {}


def _of_tsg(header: Path) -> dict[str, str]:
    try:
        found = dataset_of(header)
    except SemispectralError:
        return {}
    depths = {"depth_from_m": found.depth_from_m, "depth_to_m": found.depth_to_m}
    return {"hole": found.hole} | {name: str(depth) for name, depth in depths.items() if depth is not None}


def _text(value: object) -> str:
    first = np.asarray(value).ravel()[:1].tolist() or [""]
    return first[0].decode(errors="replace") if isinstance(first[0], bytes) else str(first[0])
