"""A scan as the training scans were: its scale, its bands and its cleaning brought to those that a model knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from semispectral.maps.bundle import Bundle
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.readers import open_scene
from semispectral.spectra.band_matching import needed_bands
from semispectral.spectra.cleaned_scans import cleaned_scene, sensor_for
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.scene import Scene


def cleaning_for(cube: Cube, bundle: Bundle) -> CleanConfig:
    """How a scan is cleaned for a model: as the training scans were, without the bands that the model does not need.

    The numbers of bad bands are those of the training scans; another scan's are found by wavelength. Where spectra are
    resampled, both are as the configuration says.
    """
    cleaning, model_nm = bundle.cleaning, bundle.wavelengths_nm
    if cleaning.resamples or model_nm is None or cube.wavelengths_nm is None:
        return cleaning
    unneeded = np.flatnonzero(~needed_bands(cube.wavelengths_nm, model_nm))
    return replace(cleaning, bad_bands=tuple(unneeded.tolist()), bad_ranges_nm=())


def sensor_of_new(scene: Scene, cube: Cube, cleaning: CleanConfig) -> Sensor:
    """The sensor of a scan for a trained model: a bad band that the model needs is bridged and not left out."""
    sensor = sensor_for(scene, cube, cleaning)
    return sensor if cleaning.resamples else replace(sensor, bad_bands=(), gaps=sensor.bad_bands)


@contextmanager
def open_for(scene: Scene, bundle: Bundle) -> Iterator[Cube]:
    """A scan, open, as the model sees it."""
    with open_scene(scene) as cube:
        cleaning = cleaning_for(cube, bundle)
        yield cleaned_scene(scene, cube, sensor_of_new(scene, cube, cleaning), cleaning)


def as_in_training(scene: Scene, bundle: Bundle) -> Scene:
    """The scan with the scale of the training scans, where none is given and its file states none."""
    trained = bundle.facts["scale"]
    if scene.scale is not None or trained is None or states_conversion(scene):
        return scene
    return replace(scene, scale=float(trained))


def states_conversion(scene: Scene) -> bool:
    """Whether the scan's file says how its values become reflectance, or another quantity."""
    with open_scene(scene) as cube:
        return cube.extra.get("conversion") is not None
