"""Census: what a scene holds, from its labels in full and a sparse sample of its data, before any long stage runs."""

import logging

import numpy as np
import pandas as pd

from semispectral.census_files import Census
from semispectral.copies import fingerprint
from semispectral.errors import DataError
from semispectral.io import open_scene
from semispectral.io.label_files import read_scene_labels
from semispectral.labels import MASKED, ClassMap
from semispectral.mask import MaskConfig, find_mask
from semispectral.quality import look
from semispectral.scene import Scene
from semispectral.sensor import sensor_of

log = logging.getLogger(__name__)

MASKED_NAME = "masked: tray or shadow"
NO_MASK = MaskConfig()


def census(scene: Scene, classes: ClassMap, *, mask: MaskConfig = NO_MASK) -> Census:
    """Look at one scene: labels in full, data sparsely, or in full where tray and shadow are to be masked.

    A pixel that is labelled as a class is never masked: whoever labelled it has looked at it.

    Raises
    ------
    DataError, ShapeError, MissingFileError, UnreadableError : the scene cannot be used; the message says what to do.
    """
    with open_scene(scene) as cube:
        codes = read_scene_labels(scene, cube, classes)
        counts = _counts(scene, classes, codes)
        looked = look(cube)
        if looked["minimum"] == looked["maximum"]:
            raise DataError(
                f"{scene.data}: spectra are needed, but every value that was looked at is {looked['minimum']:g}: was "
                f"the array ever written? Check the column data_key of scenes.tsv (scene {scene.name})"
            )
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
