"""Count the content of a scene before any long stage runs: all labels, and a sparse sample of the data."""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd

from semispectral.census.census_files import Census
from semispectral.census.copies import fingerprint
from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.quality import look, sparse_blocks
from semispectral.scans.readers import open_scene
from semispectral.scans.tray_mask import MaskConfig, find_mask
from semispectral.spectra.cleaned_scans import can_lose_values, sensor_for
from semispectral.spectra.cleaning import bridged
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.remarks import remarks
from semispectral.study.classes import EMPTY, MASKED, ClassMap
from semispectral.study.names import some
from semispectral.study.scene import Remark, Scene

log = logging.getLogger(__name__)

MASKED_NAME, EMPTY_NAME = "masked: tray or shadow", "no data"
FATE = {  # of bad bands, without and with resampling
    False: "they are left out of all scenes",
    True: "they are left out, and resampling bridges them",
}
BLOCK_BYTES = 8_000_000
NO_MASK, NO_CLEANING = MaskConfig(), CleanConfig()


def census(
    scene: Scene, classes: ClassMap, *, mask: MaskConfig = NO_MASK, cleaning: CleanConfig = NO_CLEANING
) -> Census:
    """Count the content of one scene: all labels, and a sparse sample of the data.

    The data are read in full where tray and shadow are masked, and where the sample has missing values: pixels without
    data are then counted as such. A pixel that is labelled as a class is never masked, since a person has labelled it.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    classes : ClassMap, classes of the study.
    mask : MaskConfig, settings of the mask of tray and shadow.
    cleaning : CleanConfig, settings of cleaning.

    Raises
    ------
    DataError, ShapeError, MissingFileError, UnreadableError : the scene cannot be used; the message says how to mend
        it.
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
        sensor = sensor_for(scene, cube, cleaning)  # references that cannot be used are refused now, not at the shard
        said = remarks(scene, cube, sensor, cleaning, fate=FATE[cleaning.resamples], table="scenes.tsv")
        if mask.method != "none":
            codes = _masked(codes, find_mask(cube, scale=scene.factor, settings=mask), scene)
        empty = empty_pixels(scene, cube, sensor, cleaning)
        said += _lost(codes, empty, scene)
        codes = np.where(empty, EMPTY, codes).astype(np.int32)
        counts = _counts(scene, classes, codes)
    lines, samples, bands = cube.shape
    found = Census(
        scene=scene.name,
        hole=scene.hole,
        lines=lines,
        samples=samples,
        bands=bands,
        dtype=str(cube.extra.get("stored", cube.dtype)),
        wavelengths_nm=cube.wavelengths_nm,
        **looked,
        counts=counts,
        codes=codes,
        fingerprint=hashes,
        bad_bands=sensor.bad_bands,
        remarks=tuple(said),
    )
    if not found.pixels("class"):
        log.warning(
            "%s: no pixel of %s has a code of a class in use; it can only serve as unlabelled",
            scene.name,
            scene.label_files,
        )
    return found


def empty_pixels(scene: Scene, cube: Cube, sensor: Sensor, cleaning: CleanConfig) -> np.ndarray:
    """Return a mask of the pixels without data after cleaning; one pass over the cube where there can be any.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    sensor : Sensor, references, bad bands and gaps of the sensor.
    cleaning : CleanConfig, settings of cleaning.

    Returns
    -------
    bool [line, sample].
    """
    lines, samples, bands = cube.shape
    if not can_lose_values(scene, cube, cleaning):
        return np.zeros((lines, samples), bool)

    def empty(values: np.ndarray) -> np.ndarray:
        x, sample = values.reshape(-1, bands), np.tile(np.arange(samples), len(values))
        return bridged(x, sample=sample, sensor=sensor, settings=cleaning)[1].reshape(len(values), samples)

    good = np.delete(np.arange(bands), sensor.bad_bands)
    lines_alike = "reference_lines" not in cube.extra and "dropped_lines" not in cleaning.steps
    if lines_alike and all(np.isfinite(values[:, :, good]).all() for values in sparse_blocks(cube)):
        # what is lost then lies in bad bands, references or dead elements: all lines are alike
        return np.repeat(empty(np.zeros((1, samples, bands), np.float32)), lines, axis=0)
    return np.concatenate([empty(values) for _, values in cube.blocks(max_bytes=BLOCK_BYTES)])


def _lost(codes: np.ndarray, empty: np.ndarray, scene: Scene) -> Iterator[Remark]:
    """Yield remarks on the pixels without data."""
    if empty.all():
        raise DataError(
            f"{scene.data}: pixels that hold data are needed, and none of its {empty.size} does: too many bands "
            "are nodata, NaN or infinite; name these bands in cleaning.bad_bands, check the column nodata of "
            "scenes.tsv, or leave the scene out"
        )
    found, pixels = np.unique(codes[empty], return_counts=True)
    labelled = sum(int(count) for code, count in zip(found, pixels, strict=True) if int(code) in scene.use)
    if empty.any():
        yield Remark(
            f"{int(empty.sum())} of its {empty.size} pixels hold no data, {labelled} labelled ones among them",
            odd=bool(labelled),
        )


def _masked(codes: np.ndarray, mask: np.ndarray, scene: Scene) -> np.ndarray:
    values = np.unique(codes[mask])
    spared = [int(code) for code in values if _role(scene, int(code)) in ("class", "ignored")]
    masked = mask & ~np.isin(codes, spared)
    labelled = int((mask & ~masked & np.isin(codes, [code for code in spared if code in scene.use])).sum())
    log.info("%s: %.1f %% of the pixels are masked as tray or shadow", scene.name, 100 * masked.mean())
    if labelled:
        log.warning("%s: %d labelled pixels are as dark as tray or shadow; they are kept", scene.name, labelled)
    return np.where(masked, MASKED, codes).astype(np.int32)


def _counts(scene: Scene, classes: ClassMap, codes: np.ndarray) -> pd.DataFrame:
    values, pixels = np.unique(codes, return_counts=True)
    roles = [_role(scene, int(code)) for code in values]
    negative = [int(code) for code, role in zip(values, roles, strict=True) if code < 0 and role != "ignored"]
    if negative:
        raise DataError(
            f"{scene.label_files}: label codes must be 0 or more, got [{some(negative)}] (scene {scene.name}); if they "
            "mark pixels that are not of interest, list them in the column 'ignore' of scenes.tsv"
        )
    names = {MASKED: MASKED_NAME, EMPTY: EMPTY_NAME, **dict(zip(classes.codes, classes.names, strict=True))}
    absent = [int(code) for code, role in zip(values, roles, strict=True) if role == "class" and code not in names]
    if absent:
        raise DataError(
            f"{scene.label_files}: every code in use needs a row in classes.tsv, these have none: [{some(absent)}] "
            f"(scene {scene.name}); add them there, or leave them out of the column 'use' of scenes.tsv"
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
    if code in scene.ignore or code in (MASKED, EMPTY):
        return "ignored"
    if code in scene.use:
        return "class"
    return "unlabelled" if code == 0 else "other"
