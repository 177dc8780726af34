"""Apply the same cleaning to the drawn pixels of a scene and to its open cube."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError, about
from semispectral.scans.cube import Cube, HoldData, Pixels
from semispectral.scans.instrument import Sensor
from semispectral.scans.quality import valid_spectra, without_repeats
from semispectral.spectra.cleaning import Spectra, bridged, clean
from semispectral.spectra.cleaning_settings import CleanConfig, is_cleaned
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.spectra.several_sensors import clean_each, lost_in_each, open_sensors
from semispectral.spectra.shards import made_of_shard, read_shard
from semispectral.storage import provenance
from semispectral.storage.run_again import run_command
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings as as_settings

log = logging.getLogger(__name__)

PIXELS_AT_ONCE = 8192


def with_bad_bands(settings: CleanConfig, bad_bands: Sequence[int]) -> CleanConfig:
    """Return the settings with the bands that are left out of all scenes.

    Parameters
    ----------
    settings : CleanConfig, steps of cleaning.
    bad_bands : sequence of int, numbers of bands, from 0.
    """
    return replace(settings, bad_bands=tuple(sorted({*settings.bad_bands, *bad_bands}))) if bad_bands else settings


def clean_pixels(pixels: Pixels, scene: Scene | None, settings: CleanConfig) -> Pixels:
    """Return the clean the sample of a scene: float32, with the wavelengths that are left.

    The scene's file is opened only where the settings need more than the sample holds.

    Parameters
    ----------
    pixels : Pixels, the sample, as drawn.
    scene : Scene or None, row of ``scenes.tsv``; may be None where the file is not needed.
    settings : CleanConfig, steps of cleaning.
    """
    settings = with_bad_bands(settings, pixels.bad_bands)
    own = None if scene is None else _sensor_as_trained(scene, settings)
    if own is not None and scene is not None and (own.gaps or is_cleaned(scene, settings)):
        sensor = own
    elif pixels.x.dtype.kind == "f" or settings.bad_bands or settings.bad_ranges_nm:
        sensor = Sensor(wavelengths_nm=pixels.wavelengths_nm, sensors=pixels.sensors)
    else:
        return pixels
    with about(*((scene.name, str(scene.data)) if scene else ())):
        found = _clean(pixels.x, pixels.table["sample"].to_numpy(), sensor, settings)
    return replace(
        pixels,
        x=found.x,
        wavelengths_nm=found.sensor.wavelengths_nm,
        bad_bands=settings.bad_bands,
        sensors=found.sensor.sensors,
    )


def _sensor_as_trained(scene: Scene, settings: CleanConfig) -> Sensor:
    with open_sensors(scene, settings) as cube:
        return as_trained(sensor_for(scene, cube, settings), settings)


def as_trained(sensor: Sensor, settings: CleanConfig) -> Sensor:
    """Return the sensor of a scene for models that need all bands which the settings leave: own bad ones are bridged.

    A scene that was learnt from has no other bad bands than those of the settings. Where spectra are resampled, each
    scene leaves out its own.

    Parameters
    ----------
    sensor : Sensor, sensor of the scene.
    settings : CleanConfig, steps of cleaning, with the bad bands of the scenes that were learnt from.
    """
    if settings.resamples:
        return sensor
    own = set(sensor.bad_bands) - set(settings.bad_bands)
    kept = tuple(band for band in sensor.bad_bands if band not in own)
    return replace(sensor, bad_bands=kept, gaps=tuple(sorted({*sensor.gaps, *own})))


def read_cleaned(
    path: Path,
    scenes: Mapping[str, Mapping[str, Any]],
    settings: CleanConfig,
    *,
    rows: pd.DataFrame | None = None,
    bad_bands: Sequence[int] = (),
) -> Pixels:
    """Read a shard of a scene, or some of its rows, and clean it.

    A scan that cleaning opens again must be the one that the shard was drawn from.

    Parameters
    ----------
    path : Path, file of the shard.
    scenes : rows of ``scenes.tsv`` by name, of the scenes whose files cleaning opens.
    settings : CleanConfig, steps of cleaning.
    rows : DataFrame or None, pixels to read, with their ``row`` in the shard; it becomes the table. None: all pixels.
    bad_bands : sequence of int, numbers of the bands that are left out of all scenes.

    Raises
    ------
    IntegrityError : the scan has changed since the shard was drawn, or the rows are not those of this shard.
    """
    row = scenes.get(path.stem)
    if row is not None:
        provenance.require_unchanged(provenance.inputs(), made_of_shard(path), by="draw")
    scene = None if row is None else as_settings(Scene, row, where="scenes.tsv")
    pixels = replace(read_shard(path), bad_bands=tuple(bad_bands))
    return clean_pixels(pixels if rows is None else _chosen(pixels, rows, path), scene, settings)


def _chosen(pixels: Pixels, rows: pd.DataFrame, path: Path) -> Pixels:
    """Return the chosen rows of a shard, with their table."""
    at, place = rows["row"].to_numpy(), ["line", "sample"]
    if len(at) and (at.max() >= len(pixels) or (pixels.table[place].to_numpy()[at] != rows[place].to_numpy()).any()):
        raise IntegrityError(
            f"{path}: is not the shard that was split: its pixels are others; run split again "
            f"({run_command('-R split')})"
        )
    return replace(pixels, x=pixels.x[at], table=rows)


def without_lost(pixels: Pixels) -> Pixels:
    """Return the cleaned pixels without those that hold no data.

    A scan knows its own bad bands when it is drawn; with those of the other scans too, a spectrum may have too many
    gaps.

    Parameters
    ----------
    pixels : Pixels, pixels of a scene after cleaning.
    """
    kept = valid_spectra(pixels.x, pixels.sensors)
    if kept.all():
        return pixels
    log.warning("%d of %d drawn pixels hold no data in the bands that all scenes share", (~kept).sum(), len(kept))
    return pixels.where(kept)


def as_cleaned(cleaning: Mapping[str, Any], pixels: Pixels) -> dict[str, Any]:
    """Return the section ``cleaning`` as it was applied to these pixels: with the bands that all scenes leave out.

    Parameters
    ----------
    cleaning : mapping, section ``cleaning`` of the configuration.
    pixels : Pixels, sample of a scene.
    """
    return {**cleaning, "bad_bands": list(pixels.bad_bands)} if pixels.bad_bands else dict(cleaning)


@contextmanager
def open_cleaned(scene: Scene, settings: CleanConfig) -> Iterator[Cube]:
    """Open a scene with cleaned blocks: float32, NaN in pixels without data.

    Where nothing is to be cleaned, the scene itself is yielded.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning.

    Yields
    ------
    Cube, closed at the end.
    """
    with open_sensors(scene, settings) as cube:
        yield cleaned_scene(scene, cube, sensor_for(scene, cube, settings), settings)


@contextmanager
def open_as_trained(scene: Scene, settings: CleanConfig) -> Iterator[Cube]:
    """Open a scene as `open_cleaned` does, with all bands that a model needs: bad ones of its own are bridged.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning that the model was trained with.

    Yields
    ------
    Cube, closed at the end.
    """
    with open_sensors(scene, settings) as cube:
        yield cleaned_scene(scene, cube, as_trained(sensor_for(scene, cube, settings), settings), settings)


def cleaned_scene(scene: Scene, cube: Cube, sensor: Sensor, settings: CleanConfig) -> Cube:
    """Return an open scene with cleaned blocks, or the scene itself where nothing is to be cleaned.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    sensor : Sensor, references, bad bands and gaps of the sensor.
    settings : CleanConfig, steps of cleaning.
    """
    dropped = settings.bad_bands or settings.bad_ranges_nm or sensor.bad_bands or sensor.gaps
    if not (is_cleaned(scene, settings) or dropped or cube.dtype.kind == "f"):
        return cube
    with about(scene.name, str(scene.data)):
        return clean_cube(read_for(cube, settings), sensor, settings)


def read_for(cube: Cube, settings: CleanConfig) -> Cube:
    """Return an open scene as cleaning reads it: without lines that repeat the one before, if that step is taken.

    Parameters
    ----------
    cube : Cube, open scene.
    settings : CleanConfig, steps of cleaning.
    """
    return without_repeats(cube) if "repeated_lines" in settings.steps and not cube.sensors else cube


def clean_cube(cube: Cube, sensor: Sensor, settings: CleanConfig) -> Cube:
    """Return a cube whose blocks are cleaned when they are read.

    Parameters
    ----------
    cube : Cube, open scene.
    sensor : Sensor, references, bad bands and gaps of the sensor.
    settings : CleanConfig, steps of cleaning.
    """
    lines, samples, bands = cube.shape
    probe = _clean(np.zeros((1, bands), np.float32), np.zeros(1, int), sensor, settings)

    def read_lines(first: int, last: int) -> np.ndarray:
        values = cube.read_lines(first, last).reshape(-1, bands)
        x = _clean(values, np.tile(np.arange(samples), last - first), sensor, settings).x
        return x.reshape(last - first, samples, -1)

    return replace(
        cube,
        shape=(lines, samples, probe.x.shape[1]),
        dtype=np.dtype(np.float32),
        read_lines=read_lines,
        wavelengths_nm=probe.sensor.wavelengths_nm,
        sensors=probe.sensor.sensors,
        band_names=(),
        close=lambda: None,  # whoever opened the scene closes it
    )


def _clean(x: np.ndarray, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> Spectra:
    """Return the clean spectra in pieces that fit the processor's cache."""
    cleaned = clean_each if sensor.sensors else clean
    pieces = [
        cleaned(x[i : i + PIXELS_AT_ONCE], sample=sample[i : i + PIXELS_AT_ONCE], sensor=sensor, settings=settings)
        for i in range(0, max(len(x), 1), PIXELS_AT_ONCE)
    ]
    return replace(pieces[0], x=np.concatenate([piece.x for piece in pieces]), sample=sample)


def can_lose_values(scene: Scene, cube: Cube, settings: CleanConfig) -> bool:
    """Return whether cleaning can leave pixels without data.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    settings : CleanConfig, steps of cleaning.
    """
    judging = {"dead_columns", "dropped_lines", "repeated_lines"}
    judged = settings.uses_references(named=scene.has_references) or judging & set(settings.steps)
    return cube.dtype.kind == "f" or bool(judged)


def data_holder(scene: Scene, cube: Cube, settings: CleanConfig, bad_bands: Sequence[int] = ()) -> HoldData:
    """Return a function that tells which pixels hold data after cleaning.

    The function takes values [pixel, band] and the sample int [pixel] of each, and returns bool [pixel].

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    settings : CleanConfig, steps of cleaning.
    bad_bands : sequence of int, numbers of the bands that are left out of all scenes.
    """
    sensor = sensor_for(scene, cube, settings)
    if not can_lose_values(scene, cube, settings):
        return lambda x, sample: np.ones(len(x), bool)
    kept = with_bad_bands(settings, bad_bands)
    return lambda x, sample: ~lost_pixels(x, sample, sensor, kept)


def lost_pixels(x: np.ndarray, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> np.ndarray:
    """Return a mask of the pixels without data after cleaning: of several sensors, those that none has data of.

    Parameters
    ----------
    x : [pixel, band], values; NaN where there is none.
    sample : int [pixel], column of the detector.
    sensor : Sensor, sensor of the scene.
    settings : CleanConfig, steps of cleaning.

    Returns
    -------
    bool [pixel].
    """
    if sensor.sensors:
        return np.asarray(lost_in_each(x, sample=sample, sensor=sensor, settings=settings).all(axis=1))
    return bridged(x, sample=sample, sensor=sensor, settings=settings)[1]
