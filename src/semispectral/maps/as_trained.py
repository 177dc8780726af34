"""Bring a new scan to the scale, bands and cleaning of the training scans."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from semispectral.maps.bundle import Bundle
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.readers import open_scene
from semispectral.spectra.band_matching import needed_of_scan
from semispectral.spectra.cleaned_scans import cleaned_scene
from semispectral.spectra.cleaning_settings import CleanConfig, scale_after
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.spectra.several_sensors import open_sensors
from semispectral.study.scene import Scene


def cleaning_for(cube: Cube, bundle: Bundle) -> CleanConfig:
    """Return the cleaning of a scan for a model.

    It is the cleaning of the training scans, without the bands that the model does not need. Numbers of bad bands hold
    for the training scans only; those of another scan are found by wavelength. If spectra are resampled, both lists are
    those of the configuration.

    Parameters
    ----------
    cube : the open scan.
    bundle : the trained model.
    """
    cleaning, model_nm = bundle.cleaning, bundle.wavelengths_nm
    if cleaning.resamples or model_nm is None or cube.wavelengths_nm is None:
        return cleaning
    unneeded = np.flatnonzero(~needed_of_scan(cube, bundle.model_bands))
    return replace(cleaning, bad_bands=tuple(unneeded.tolist()), bad_ranges_nm=())


def sensor_of_new(scene: Scene, cube: Cube, cleaning: CleanConfig) -> Sensor:
    """Return the sensor of a scan for a trained model: bad bands that the model needs are bridged, not left out.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    cube : the open scan.
    cleaning : its cleaning, from `cleaning_for`.
    """
    sensor = sensor_for(scene, cube, cleaning)
    return sensor if cleaning.resamples else replace(sensor, bad_bands=(), gaps=sensor.bad_bands)


@contextmanager
def open_for(scene: Scene, bundle: Bundle) -> Iterator[Cube]:
    """Open a scan and clean it as the model needs it.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    bundle : the trained model.
    """
    with open_sensors(scene, bundle.cleaning) as cube:
        cleaning = cleaning_for(cube, bundle)
        yield cleaned_scene(scene, cube, sensor_of_new(scene, cube, cleaning), cleaning)


def as_in_training(scene: Scene, bundle: Bundle) -> Scene:
    """Return the scene with the scale of the training scans, if neither its row nor its file gives a scale.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    bundle : the trained model.
    """
    trained = bundle.facts["scale"]
    if scene.scale is not None or trained is None or states_conversion(scene):
        return scene
    return replace(scene, scale=float(trained))


def states_conversion(scene: Scene) -> bool:
    """Return True if the file of a scan says how to convert its values to reflectance or another quantity.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    """
    with open_scene(scene) as cube:
        return cube.extra.get("conversion") is not None


def scale_to_trained(scene: Scene, bundle: Bundle) -> float:
    """Return the factor from cleaned values of a scan to those of the training scans; 1 if these differ in scale.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    bundle : the trained model.
    """
    trained = bundle.facts["scale"]
    return 1.0 if trained is None else float(scale_after(scene, bundle.cleaning) / trained)
