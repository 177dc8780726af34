"""Write the map of a scan that was never labelled, with a trained model: what is core is found from its data alone."""

import logging
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.maps.as_trained import as_in_training, cleaning_for, sensor_of_new, states_conversion
from semispectral.maps.bundle import Bundle
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.known_scans import scale_to_trained, write_drawn
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.readers import open_scene
from semispectral.scans.tray_mask import MaskConfig, find_mask
from semispectral.spectra.cleaned_scans import cleaned_scene
from semispectral.spectra.cleaning import LARGEST_GAP
from semispectral.spectra.remarks import band_names, remarks
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

FATE = "they are bridged, as far as the model needs them"  # of bad bands of a new scan


def map_new(
    scene: Scene,
    bundle: Bundle,
    directory: Path,
    *,
    mask: MaskConfig,
    smooth: SmoothConfig,
    threads: int,
    table: str = "scenes.tsv",
) -> None:
    """Write the map of a scan, from its data alone, and say what its file states and what is made of it.

    Parameters
    ----------
    scene : the scan. Where its row has codes to ignore, its label file is read, to leave those pixels out.
    bundle, directory : as in `semispectral.maps.known_scans.map_known`.
    mask : how tray and shadow are told from core where nobody has marked them.
    table : what names scale and nodata beside the file, in words.

    Raises
    ------
    DataError : the scan lacks the references that training had, or no pixel of it can be mapped.
    """
    _require_references(scene, bundle)
    given, scene = scene.scale, as_in_training(scene, bundle)
    if scene.scale != given:
        log.info("%s: scale %g, as in training: none is given, and the file states none", scene.name, scene.factor)
    with open_scene(scene) as cube:
        cleaning = cleaning_for(cube, bundle)
        sensor = sensor_of_new(scene, cube, cleaning)
        said = remarks(scene, cube, sensor, cleaning, fate=FATE, table=table)
        for remark in said:
            log.log(logging.WARNING if remark.odd else logging.INFO, "%s: %s", scene.name, remark.text)
        known, scale = Known(_of_interest(scene, cube, mask)), scale_to_trained(scene, bundle)
        cleaned = cleaned_scene(scene, cube, sensor, cleaning)
        drawn = draw_map(cleaned, bundle, known=known, smooth=smooth, threads=threads, scale=scale)
        if not drawn.map.valid.any():
            raise DataError(_why_nothing(cube, sensor, known))
        write_drawn(directory, drawn, cleaned, scene, smooth)


def _require_references(scene: Scene, bundle: Bundle) -> None:
    """Refuse counts where the model knows reflectance: a given scale says that the scan is calibrated."""
    if not bundle.facts.get("references") or scene.white_key:
        return
    if scene.scale is None and not states_conversion(scene):
        raise DataError(
            f"{scene.data}: the model was trained on scans with white and dark references, and this one names none; "
            "give the columns white_key and dark_key of scenes.tsv or, if it holds reflectance already, say so by the "
            "column scale of scenes.tsv (reflectance = value x scale)"
        )
    log.warning(
        "%s: the model was trained on scans with white and dark references, and this one names none: by its scale it "
        "is taken for calibrated",
        scene.name,
    )


def _why_nothing(cube: Cube, sensor: Sensor, known: Known) -> str:
    """Why no pixel of a scan was mapped, in words."""
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


def _of_interest(scene: Scene, cube: Cube, mask: MaskConfig) -> np.ndarray:
    """Pixels of a new scan that are neither masked nor of a code to ignore, bool [line, sample]."""
    wanted = ~find_mask(cube, scale=scene.factor, settings=mask)
    codes = read_scene_labels(scene, cube) if scene.ignore.ranges else np.zeros(cube.shape[:2], int)
    values, inverse = np.unique(codes, return_inverse=True)
    ignored = np.array([int(value) in scene.ignore for value in values])[inverse].reshape(codes.shape)
    return np.asarray(wanted & ~ignored)
