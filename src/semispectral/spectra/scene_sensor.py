"""Describe the instrument of an open scene as far as cleaning needs it: references, dead elements, stripes, smile."""

from dataclasses import replace

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor, marked_bands, sensor_of
from semispectral.scans.quality import sparse_blocks
from semispectral.spectra.cleaning import bridged
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.detector_faults import SMOOTHED, estimate_smile, estimate_stripes
from semispectral.study.scene import Scene


def sensor_for(scene: Scene, cube: Cube, settings: CleanConfig) -> Sensor:
    """Return the sensor of a scene, as far as the settings need it.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene; one that is made of several sensors states its bad bands, and its detectors are behind it.
    settings : CleanConfig, steps of cleaning.
    """
    if cube.sensors:
        return Sensor(wavelengths_nm=cube.wavelengths_nm, bad_bands=marked_bands(cube), sensors=cube.sensors)
    sensor = sensor_of(
        scene, cube, look_for_dead="dead_columns" in settings.steps, header_bad_bands=settings.header_bad_bands
    )
    return _with_faults(sensor, cube, settings) if {"stripes", "smile"} & set(settings.steps) else sensor


def _with_faults(sensor: Sensor, cube: Cube, settings: CleanConfig) -> Sensor:
    """Add the faults of the detector that are to be undone, estimated from a sparse sample of all its bands."""
    blocks = whole_blocks(cube, sensor, settings)
    stripes = estimate_stripes(blocks, threshold=settings.stripe_threshold) if "stripes" in settings.steps else None
    smile = estimate_smile(blocks, bands=smile_bands(cube, settings)) if "smile" in settings.steps else None
    shift = None if smile is None else smile.shift if smile.is_seen else np.zeros(cube.shape[1])
    return replace(sensor, stripes=stripes, smile=shift)


def whole_blocks(cube: Cube, sensor: Sensor, settings: CleanConfig) -> list[np.ndarray]:
    """Return a sparse sample of a scene, [line, sample, band] in each block: all bands, gaps bridged, NaN without data.

    Parameters
    ----------
    cube : Cube, open scene.
    sensor : Sensor, references, bad bands and gaps of the sensor.
    settings : CleanConfig, steps of cleaning.
    """
    whole = replace(sensor, bad_bands=(), gaps=tuple(sorted({*sensor.bad_bands, *sensor.gaps})))
    kept = replace(settings, bad_bands=(), bad_ranges_nm=())
    blocks = []
    for values in sparse_blocks(cube):
        sample = np.tile(np.arange(cube.shape[1]), len(values))
        found, lost = bridged(values.reshape(len(sample), -1), sample=sample, sensor=whole, settings=kept)
        found.x[lost] = np.nan
        blocks.append(found.x.reshape(values.shape))
    return blocks


def smile_bands(cube: Cube, settings: CleanConfig) -> np.ndarray:
    """Return a mask of the bands that show the smile, bool [band].

    Parameters
    ----------
    cube : Cube, open scene.
    settings : CleanConfig, steps of cleaning.

    Raises
    ------
    DataError : ranges are given, and the scene has no wavelengths, or fewer than seven bands in them.
    """
    nm, ranges = cube.wavelengths_nm, settings.smile_ranges_nm
    if not ranges:
        return np.ones(cube.shape[2], bool)
    inside = np.zeros(cube.shape[2], bool)
    for first, last in ranges:
        inside |= (nm >= first) & (nm <= last) if nm is not None else False
    if inside.sum() < SMOOTHED:
        raise DataError(
            f"{cube.path}: cleaning.smile_ranges_nm needs at least {SMOOTHED} bands of the scan, got {inside.sum()}; "
            "widen the ranges, or leave them out to look at all bands"
        )
    return inside
