"""Census: what a scene holds, from its labels in full and a sparse sample of its data, before any long stage runs."""

import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import DataError, IntegrityError, MissingFileError
from semispectral.io import open_scene, read_scene_labels
from semispectral.labels import ClassMap
from semispectral.quality import look
from semispectral.scenes import Scene
from semispectral.weights import write_atomically

log = logging.getLogger(__name__)

ROLES = ("class", "ignored", "unlabelled", "other")
METADATA = "wavelengths_nm"
HEADER: dict[str, Callable[[Any], Any]] = {
    "lines": int,
    "samples": int,
    "bands": int,
    "dtype": str,
    "minimum": float,
    "maximum": float,
    "bad_share": float,
    "saturated_share": float,
}


@dataclass(frozen=True, eq=False)
class Census:
    """What one scene holds.

    Parameters
    ----------
    scene, hole : names.
    lines, samples, bands, dtype : of the data as stored.
    wavelengths_nm : float64 [band], or None.
    minimum, maximum : of the good values in the sparse sample of the data, as stored.
    bad_share : share of that sample which is NaN, infinite or nodata, 0 to 1.
    saturated_share : share of it at the largest value of an integer dtype, 0 to 1.
    counts : one row per code: code, name, role (one of `ROLES`), pixels.
    codes : int32 [line, sample], the raster of labels.
    """

    scene: str
    hole: str
    lines: int
    samples: int
    bands: int
    dtype: str
    wavelengths_nm: np.ndarray | None
    minimum: float
    maximum: float
    bad_share: float
    saturated_share: float
    counts: pd.DataFrame
    codes: np.ndarray

    def pixels(self, role: str) -> int:
        """Number of pixels in a role."""
        return int(self.counts.loc[self.counts["role"] == role, "pixels"].sum())


def census(scene: Scene, classes: ClassMap) -> Census:
    """Look at one scene: labels in full, data sparsely.

    Raises
    ------
    DataError, ShapeError, MissingFileError, UnreadableError : the scene cannot be used; the message says what to do.
    """
    with open_scene(scene) as cube:
        codes = read_scene_labels(scene, cube)
        counts = _counts(scene, classes, codes)
        looked = look(cube)
    lines, samples, bands = cube.shape
    found = Census(
        scene=scene.name,
        hole=scene.hole,
        lines=lines,
        samples=samples,
        bands=bands,
        dtype=str(cube.dtype),
        wavelengths_nm=cube.wavelengths_nm,
        **looked,
        counts=counts,
        codes=codes,
    )
    if not found.pixels("class"):
        log.warning(
            "%s: no pixel of %s has a code of a class in use; it can only serve as unlabelled", scene.name, scene.labels
        )
    return found


def _counts(scene: Scene, classes: ClassMap, codes: np.ndarray) -> pd.DataFrame:
    values, pixels = np.unique(codes, return_counts=True)
    roles = [_role(scene, int(code)) for code in values]
    negative = [int(code) for code in values if code < 0 and int(code) not in scene.ignore]
    if negative:
        raise DataError(
            f"{scene.labels}: label codes must be 0 or more, got {negative} (scene {scene.name}); if they mark pixels "
            "that are not of interest, list them in the column 'ignore' of scenes.tsv"
        )
    names = dict(zip(classes.codes, classes.names, strict=True))
    absent = [int(code) for code, role in zip(values, roles, strict=True) if role == "class" and code not in names]
    if absent:
        raise DataError(
            f"{scene.labels}: every code in use needs a row in classes.tsv, these have none: {absent} (scene "
            f"{scene.name}); add them there, or leave them out of the column 'use' of scenes.tsv"
        )
    return pd.DataFrame(
        {
            "code": values.astype(np.int32),
            "name": [names.get(int(code), "") for code in values],
            "role": roles,
            "pixels": pixels.astype(np.int64),
        }
    )


def _role(scene: Scene, code: int) -> str:
    if code in scene.ignore:
        return "ignored"
    if code in scene.use:
        return "class"
    return "unlabelled" if code == 0 else "other"


def write_census(found: Census, parquet: Path, codes_npy: Path) -> None:
    """Write the table (one row per code, the header facts beside each) and the raster of codes, both atomically."""
    nm = found.wavelengths_nm
    table = found.counts.copy()
    for place, name in enumerate(("scene", "hole")):
        table.insert(place, name, getattr(found, name))
    for name in HEADER:
        table[name] = getattr(found, name)
    table["first_nm"] = np.nan if nm is None else float(nm[0])
    table["last_nm"] = np.nan if nm is None else float(nm[-1])
    table.attrs[METADATA] = json.dumps(None if nm is None else [float(value) for value in nm])
    content = io.BytesIO()
    np.save(content, found.codes, allow_pickle=False)
    write_atomically(codes_npy, content.getvalue())
    write_atomically(parquet, table.to_parquet(index=False))


def read_census(path: Path) -> Census:
    """Read what `write_census` wrote; the raster of codes is the ``.npy`` of the same name beside it, memory-mapped."""
    raster = path.with_suffix(".npy")
    for file in (path, raster):
        if not file.is_file():
            raise MissingFileError(f"{file}: a census is needed, but it is not there; run the rule 'census' again")
    try:
        table = pd.read_parquet(path)
        nm = json.loads(table.attrs[METADATA])
        first = table.iloc[0]
        return Census(
            scene=str(first["scene"]),
            hole=str(first["hole"]),
            **{name: kind(first[name]) for name, kind in HEADER.items()},
            wavelengths_nm=None if nm is None else np.asarray(nm, np.float64),
            counts=table[["code", "name", "role", "pixels"]],
            codes=np.load(raster, mmap_mode="r", allow_pickle=False),
        )
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise IntegrityError(f"{path}: is not a census as it was written ({error}); delete it and run again") from error
