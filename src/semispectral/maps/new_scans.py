"""Map a scan without labels with a trained model. The core is found from the data of the scan alone."""

import logging

import numpy as np

from semispectral.errors import DataError
from semispectral.maps.as_trained import (
    as_in_training,
    cleaning_for,
    scale_to_trained,
    sensor_of_new,
    states_conversion,
)
from semispectral.maps.bundle import Bundle
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.numbers import Numbers, numbers_of
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.mask_picture import read_core
from semispectral.scans.tray_mask import MaskConfig, find_mask
from semispectral.spectra.cleaned_scans import cleaned_scene
from semispectral.spectra.cleaning import LARGEST_GAP
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.remarks import band_names, unclear_words
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.spectra.several_sensors import open_sensors, own_data, remarks_of_scene
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

FATE = "they are bridged, as far as the model needs them"  # of bad bands of a new scan


def map_new(
    scene: Scene,
    bundle: Bundle,
    *,
    mask: MaskConfig,
    smooth: SmoothConfig,
    threads: int,
    table: str = "scenes.tsv",
) -> Numbers:
    """Return the map of a new scan, and log how its file is read.

    Parameters
    ----------
    scene : the scan. If its row has codes to ignore, its label file is read, to leave those pixels out.
    bundle : the trained model.
    mask : settings that separate core from tray and shadow, unless the scene names a mask of its own.
    smooth : settings of the smoothing.
    threads : number of threads.
    table : where scale and nodata can be given, for messages.

    Raises
    ------
    DataError : the scan lacks the white and dark references that the training scans had, or no pixel can be mapped.
    """
    _require_references(scene, bundle)
    given, scene = scene.scale, as_in_training(scene, bundle)
    if scene.scale != given and not bundle.cleaning.uses_references(named=scene.has_references):
        log.info("%s: scale %g, as in training: none is given, and the file states none", scene.name, scene.factor)
    with open_sensors(scene, bundle.cleaning) as cube:
        cleaning = cleaning_for(cube, bundle)
        sensor = sensor_of_new(scene, cube, cleaning)
        if scene.scale != given and "unclear" in cube.extra:
            log.warning("%s: %s", scene.name, unclear_words(cube.extra["unclear"]))
        said = remarks_of_scene(scene, cube, sensor, cleaning, fate=FATE, table=table)
        for remark in said:
            log.log(logging.WARNING if remark.odd else logging.INFO, "%s: %s", scene.name, remark.text)
        parted = scene.mask is not None or mask.method != "none" or bool(scene.ignore.ranges)
        known = Known(_of_interest(scene, cube, mask, cleaning), parted=parted)
        scale = scale_to_trained(scene, bundle)
        cleaned = cleaned_scene(scene, cube, sensor, cleaning)
        drawn = draw_map(cleaned, bundle, known=known, smooth=smooth, threads=threads, scale=scale)
        if not drawn.map.valid.any():
            raise DataError(_why_nothing(cube, sensor, known))
        return numbers_of(drawn, cleaned, scene, smooth)


def _require_references(scene: Scene, bundle: Bundle) -> None:
    """Refuse raw counts if the model was trained on reflectance. A given scale means that the scan is calibrated."""
    if not bundle.facts.get("references") or scene.has_references:
        return
    if scene.scale is None and not states_conversion(scene):
        raise DataError(
            f"{scene.data}: the model was trained on scans with white and dark references, and this one names none; "
            "give the columns white and dark of scenes.tsv (white_key and dark_key: arrays in its own file) or, if it "
            "holds reflectance already, say so by the column scale of scenes.tsv (reflectance = value x scale)"
        )
    log.warning(
        "%s: the model was trained on scans with white and dark references, and this one names none: by its scale it "
        "is taken for calibrated",
        scene.name,
    )


def _why_nothing(cube: Cube, sensor: Sensor, known: Known) -> str:
    """Explain why no pixel of a scan was mapped."""
    wanted = True if known.wanted is None else known.wanted
    if not np.any(wanted):
        return f"{cube.path}: no pixel is left to be mapped: the mask leaves all of them out; look at what it masks"
    bands, bad = cube.shape[2], (*sensor.bad_bands, *sensor.gaps)
    fault = (
        f"{len(bad)} of its {bands} bands are marked as bad or hold no value ({band_names(bad, cube.wavelengths_nm)})"
        if bad
        else f"in each of them too many of the {bands} bands are nodata, NaN or infinite, or have no white reference"
    )
    return (
        f"{cube.path}: no pixel can be mapped, for {fault}; of the bands that the model needs at most "
        f"{LARGEST_GAP:.0%} can be bridged. Check the column nodata of scenes.tsv, or train a model without them "
        "(cleaning.bad_ranges_nm)"
    )


def _of_interest(scene: Scene, cube: Cube, mask: MaskConfig, cleaning: CleanConfig) -> np.ndarray:
    """Return the pixels of a new scan that are neither masked nor of an ignored code, bool [line, sample]."""
    if scene.mask is not None:
        wanted = read_core(scene.mask, cube.shape[:2])
    else:
        plain = cleaning.only_references
        own, row = own_data(cube), scene.alone
        seen = cleaned_scene(row, own, sensor_for(row, own, plain), plain)
        wanted = ~find_mask(seen, scale=row.factor, settings=mask)
    codes = read_scene_labels(scene, cube) if scene.ignore.ranges else np.zeros(cube.shape[:2], int)
    values, inverse = np.unique(codes, return_inverse=True)
    ignored = np.array([int(value) in scene.ignore for value in values])[inverse].reshape(codes.shape)
    return np.asarray(wanted & ~ignored)
