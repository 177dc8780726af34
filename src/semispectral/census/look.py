"""Look at a scan before any long stage runs: a sparse sample of its data, and nothing of its labels."""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd

from semispectral.census.census_files import Census
from semispectral.census.copies import fingerprint
from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.quality import look, sparse_blocks
from semispectral.spectra.cleaned_scans import can_lose_values, lost_pixels, read_for
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.spectra.several_sensors import open_sensors, own_data, remarks_of_scene
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
NO_CLEANING = CleanConfig()


def look_at_scan(scene: Scene, *, core: np.ndarray | None = None, cleaning: CleanConfig = NO_CLEANING) -> Census:
    """Look at the data of one scene and not at its labels: all its pixels are unlabelled, masked or without data.

    The data are read in full where the sample has missing values: pixels without data are then counted as such.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    core : bool [line, sample] or None, pixels that are not masked as tray or shadow; None: all.
    cleaning : CleanConfig, settings of cleaning.

    Raises
    ------
    DataError, ShapeError, MissingFileError, UnreadableError : the scene cannot be used; the message says how to mend
        it.
    """
    with open_sensors(scene, cleaning) as cube:
        own = own_data(cube)
        looked = look(own)
        if looked["minimum"] == looked["maximum"]:
            raise DataError(
                f"{scene.data}: spectra are needed, but every value that was looked at is {looked['minimum']:g}: was "
                f"the array ever written? Check the column data_key of scenes.tsv (scene {scene.name})"
            )
        hashes = fingerprint(own)
        sensor = sensor_for(scene, cube, cleaning)  # references that cannot be used are refused now, not at the draw
        said = remarks_of_scene(scene, cube, sensor, cleaning, fate=FATE[cleaning.resamples], table="scenes.tsv")
        codes = np.zeros(cube.shape[:2], np.int32)
        if core is not None:
            codes[~core] = MASKED
            log.info("%s: %.1f %% of the pixels are masked as tray or shadow", scene.name, 100 * (codes != 0).mean())
        empty = empty_pixels(scene, cube, sensor, cleaning)
        said += _lost(empty, scene)
        codes[empty] = EMPTY
    lines, samples, bands = cube.shape
    return Census(
        scene=scene.name,
        hole=scene.hole,
        lines=lines,
        samples=samples,
        bands=bands,
        dtype=str(cube.extra.get("stored", cube.dtype)),
        wavelengths_nm=cube.wavelengths_nm,
        **looked,
        counts=counts_of(scene, ClassMap((), (), ()), codes),
        codes=codes,
        fingerprint=hashes,
        bad_bands=sensor.bad_bands,
        sensors=cube.sensors,
        remarks=tuple(said),
    )


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
        return lost_pixels(x, sample, sensor, cleaning).reshape(len(values), samples)

    good = np.delete(np.arange(bands), sensor.bad_bands)
    lines_alike = "reference_lines" not in cube.extra and not {"dropped_lines", "repeated_lines"} & set(cleaning.steps)
    if lines_alike and all(np.isfinite(values[:, :, good]).all() for values in sparse_blocks(cube)):
        # what is lost then lies in bad bands, references or dead elements: all lines are alike
        return np.repeat(empty(np.zeros((1, samples, bands), np.float32)), lines, axis=0)
    return np.concatenate([empty(values) for _, values in read_for(cube, cleaning).blocks(max_bytes=BLOCK_BYTES)])


def _lost(empty: np.ndarray, scene: Scene) -> Iterator[Remark]:
    """Yield a remark on the pixels without data."""
    if empty.all():
        raise DataError(
            f"{scene.data}: pixels that hold data are needed, and none of its {empty.size} does: too many bands "
            "are nodata, NaN or infinite; name these bands in cleaning.bad_bands, check the column nodata of "
            "scenes.tsv, or leave the scene out"
        )
    if empty.any():
        yield Remark(f"{int(empty.sum())} of its {empty.size} pixels hold no data")


def counts_of(scene: Scene, classes: ClassMap, codes: np.ndarray) -> pd.DataFrame:
    """Count the pixels of each code: code, name, role, pixels.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    classes : ClassMap, classes of the study.
    codes : int32 [line, sample], codes of its pixels.

    Raises
    ------
    DataError : a code is negative, or is in use and has no class.
    """
    values, pixels = np.unique(codes, return_counts=True)
    roles = [role_of(scene, int(code)) for code in values]
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


def role_of(scene: Scene, code: int) -> str:
    """Return what a code means in a scene: one of `semispectral.census.census_files.ROLES`.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    code : int, the code.
    """
    if code in scene.ignore or code in (MASKED, EMPTY):
        return "ignored"
    if code in scene.use:
        return "class"
    return "unlabelled" if code == 0 else "other"
