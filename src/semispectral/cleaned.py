"""A scene as the models see it: the pixels of its shard, and its open cube, taken through one and the same cleaning."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.clean_settings import CleanConfig, is_cleaned
from semispectral.cleaning import Spectra, clean
from semispectral.errors import about
from semispectral.io import open_scene
from semispectral.io.shards import read_shard
from semispectral.pixels import Cube, Pixels
from semispectral.quality import valid_spectra
from semispectral.scene import Scene
from semispectral.sensor import Sensor, sensor_of
from semispectral.settings import settings as as_settings

PIXELS_AT_ONCE = 8192


def sensor_for(scene: Scene, cube: Cube, settings: CleanConfig) -> Sensor:
    """The scene's sensor, as far as these settings ask for it."""
    return sensor_of(scene, cube, look_for_dead="dead_columns" in settings.steps)


def clean_pixels(pixels: Pixels, scene: Scene, settings: CleanConfig) -> Pixels:
    """The pixels of a scene's shard, float32 and with the wavelengths that are left; as they are without cleaning."""
    if not is_cleaned(scene, settings):
        return pixels
    with open_scene(scene) as cube:
        sensor = sensor_for(scene, cube, settings)
    with about(scene.name, str(scene.data)):
        found = _clean(pixels.x, pixels.table["sample"].to_numpy(), sensor, settings)
    return replace(pixels, x=found.x, wavelengths_nm=found.sensor.wavelengths_nm)


def read_cleaned(path: Path, scenes: Mapping[str, Mapping[str, Any]], settings: CleanConfig) -> Pixels:
    """Read a scene's shard and clean it; ``scenes`` has the rows of the scenes that are cleaned, by name."""
    pixels = read_shard(path)
    row = scenes.get(path.stem)
    if row is None:
        return pixels
    scene: Scene = as_settings(Scene, row, where="scenes.tsv")
    return clean_pixels(pixels, scene, settings)


@contextmanager
def open_cleaned(scene: Scene, settings: CleanConfig) -> Iterator[Cube]:
    """The scene, open, with cleaned blocks: float32, NaN in pixels without data; as it is without cleaning."""
    with open_scene(scene) as cube:
        with about(scene.name, str(scene.data)):
            cleaned = (
                clean_cube(cube, sensor_for(scene, cube, settings), settings) if is_cleaned(scene, settings) else cube
            )
        yield cleaned


def clean_cube(cube: Cube, sensor: Sensor, settings: CleanConfig) -> Cube:
    """A cube whose blocks are cleaned as they are read."""
    lines, samples, bands = cube.shape
    probe = _clean(np.zeros((1, bands), np.float32), np.zeros(1, int), sensor, settings)

    def read_lines(first: int, last: int) -> np.ndarray:
        raw = cube.read_lines(first, last).reshape(-1, bands)
        x = _clean(raw, np.tile(np.arange(samples), last - first), sensor, settings).x
        x[~valid_spectra(raw, nodata=cube.nodata)] = np.nan
        return x.reshape(last - first, samples, -1)

    return replace(
        cube,
        shape=(lines, samples, probe.x.shape[1]),
        dtype=np.dtype(np.float32),
        read_lines=read_lines,
        wavelengths_nm=probe.sensor.wavelengths_nm,
        band_names=(),
        nodata=None,
        close=lambda: None,  # whoever opened the scene closes it
    )


def _clean(x: np.ndarray, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> Spectra:
    """Piece by piece: what the steps need in between stays small."""
    pieces = [
        clean(x[i : i + PIXELS_AT_ONCE], sample=sample[i : i + PIXELS_AT_ONCE], sensor=sensor, settings=settings)
        for i in range(0, max(len(x), 1), PIXELS_AT_ONCE)
    ]
    return replace(pieces[0], x=np.concatenate([piece.x for piece in pieces]), sample=sample)


def usable_samples(scene: Scene, cube: Cube, settings: CleanConfig) -> np.ndarray:
    """Columns of the detector that give a spectrum at all after cleaning, bool [sample]."""
    usable = np.ones(cube.shape[1], bool)
    if not is_cleaned(scene, settings):
        return usable
    sensor = sensor_for(scene, cube, settings)
    if settings.uses_references(named=bool(scene.white_key)) and sensor.white is not None and sensor.dark is not None:
        usable &= (sensor.white > sensor.dark).any(axis=1)
    if sensor.dead is not None:
        usable &= ~sensor.dead.all(axis=1)
    return usable
