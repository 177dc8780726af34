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

from semispectral.atomic import write_atomically
from semispectral.copies import fingerprint
from semispectral.errors import DataError, IntegrityError, MissingFileError
from semispectral.io import open_scene, read_scene_labels
from semispectral.labels import MASKED, ClassMap
from semispectral.mask import MaskConfig, find_mask
from semispectral.quality import look
from semispectral.scenes import Scene
from semispectral.sensor import sensor_of
from semispectral.tables import read_table, write_table

log = logging.getLogger(__name__)

ROLES = ("class", "ignored", "unlabelled", "other")
MASKED_NAME = "masked: tray or shadow"
METADATA, FINGERPRINT = "wavelengths_nm", "fingerprint"
NO_MASK = MaskConfig()
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
    fingerprint : hashes of a sample of its spectra, by which copies of its pixels are found (`copies`).
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
    fingerprint: tuple[int, ...] = ()

    def pixels(self, role: str) -> int:
        """Number of pixels in a role."""
        return int(self.counts.loc[self.counts["role"] == role, "pixels"].sum())


def census(scene: Scene, classes: ClassMap, *, mask: MaskConfig = NO_MASK) -> Census:
    """Look at one scene: labels in full, data sparsely, or in full where tray and shadow are to be masked.

    A pixel that is labelled as a class is never masked: whoever labelled it has looked at it.

    Raises
    ------
    DataError, ShapeError, MissingFileError, UnreadableError : the scene cannot be used; the message says what to do.
    """
    with open_scene(scene) as cube:
        codes = read_scene_labels(scene, cube)
        counts = _counts(scene, classes, codes)
        looked = look(cube)
        hashes = fingerprint(cube, codes, scene.use)
        sensor_of(scene, cube, look_for_dead=False)  # references that cannot be used are refused now, not at the shard
        if mask.method != "none":
            codes = _masked(codes, find_mask(cube, scale=scene.scale, settings=mask), scene)
            counts = _counts(scene, classes, codes)
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
        fingerprint=hashes,
    )
    if not found.pixels("class"):
        log.warning(
            "%s: no pixel of %s has a code of a class in use; it can only serve as unlabelled", scene.name, scene.labels
        )
    return found


def _masked(codes: np.ndarray, mask: np.ndarray, scene: Scene) -> np.ndarray:
    values = np.unique(codes[mask])
    spared = [int(code) for code in values if _role(scene, int(code)) in ("class", "ignored")]
    masked = mask & ~np.isin(codes, spared)
    labelled = int((mask & ~masked & np.isin(codes, [code for code in spared if code in scene.use])).sum())
    log.info("%s: %.1f %% of the pixels are masked as tray or shadow", scene.name, 100 * masked.mean())
    if labelled:
        log.warning("%s: %d labelled pixels are as dark as tray or shadow; they stay", scene.name, labelled)
    return np.where(masked, MASKED, codes).astype(np.int32)


def _counts(scene: Scene, classes: ClassMap, codes: np.ndarray) -> pd.DataFrame:
    values, pixels = np.unique(codes, return_counts=True)
    roles = [_role(scene, int(code)) for code in values]
    negative = [int(code) for code, role in zip(values, roles, strict=True) if code < 0 and role != "ignored"]
    if negative:
        raise DataError(
            f"{scene.labels}: label codes must be 0 or more, got {negative} (scene {scene.name}); if they mark pixels "
            "that are not of interest, list them in the column 'ignore' of scenes.tsv"
        )
    names = {MASKED: MASKED_NAME, **dict(zip(classes.codes, classes.names, strict=True))}
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
    if code in scene.ignore or code == MASKED:
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
    table.attrs[FINGERPRINT] = json.dumps(found.fingerprint)
    content = io.BytesIO()
    np.save(content, found.codes, allow_pickle=False)
    write_atomically(codes_npy, content.getvalue())
    write_table(parquet, table)


def read_census(path: Path) -> Census:
    """Read what `write_census` wrote; the raster of codes is the ``.npy`` of the same name beside it, memory-mapped."""
    raster = path.with_suffix(".npy")
    for file in (path, raster):
        if not file.is_file():
            raise MissingFileError(f"{file}: a census is needed, but it is not there; run the rule 'census' again")
    try:
        table = read_table(path)
        nm = json.loads(table.attrs[METADATA])
        first = table.iloc[0]
        return Census(
            scene=str(first["scene"]),
            hole=str(first["hole"]),
            **{name: kind(first[name]) for name, kind in HEADER.items()},
            wavelengths_nm=None if nm is None else np.asarray(nm, np.float64),
            counts=table[["code", "name", "role", "pixels"]],
            codes=np.load(raster, mmap_mode="r", allow_pickle=False),
            fingerprint=tuple(json.loads(table.attrs[FINGERPRINT])),
        )
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise IntegrityError(f"{path}: is not a census as it was written ({error}); delete it and run again") from error
