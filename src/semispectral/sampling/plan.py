"""Plan a collection: assign every pixel to a part, and set how many pixels of each class every scene gives."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.sampling.pixel_ranks import scene_labels
from semispectral.sampling.quotas import SampleConfig, available_pixels, class_warnings, share_quotas
from semispectral.sampling.split import WHOLE, LabelRaster, SplitConfig, split
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

MOST_SAID = 5  # warnings on the terminal; the log file and the plan hold all


@dataclass(frozen=True)
class Plan:
    """Parts of all pixels, and the number of pixels to draw from each scene.

    Attributes
    ----------
    classes : ClassMap, the classes that occur; a label is an index into them.
    parts : by scene, uint8 [line, sample]: 0 not used, 1 train, 2 valid, 3 test.
    quotas : DataFrame, table with the columns scene, hole, label (-1 unlabelled), part, available and quota (pixels).
    method : str, method of the split.
    guard : int, buffer between the parts on disk, in pixels.
    warnings : tuple of str, sentences about classes that cannot be learnt, tested or validated.
    bad_bands : tuple of int, numbers of the bands that are left out of all scenes.
    """

    classes: ClassMap
    parts: Mapping[str, np.ndarray]
    quotas: pd.DataFrame
    method: str
    guard: int
    warnings: tuple[str, ...]
    bad_bands: tuple[int, ...] = ()


def plan(
    scenes: Sequence[Scene],
    codes: Mapping[str, np.ndarray],
    classes: ClassMap,
    *,
    split_settings: SplitConfig,
    sample_settings: SampleConfig,
    odd: Sequence[str] = (),
    bad_bands: Sequence[int] = (),
) -> Plan:
    """Split the pixels of a collection into parts and set the quotas of every scene.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``, in any order.
    codes : label codes by scene, int [line, sample], from the census.
    classes : ClassMap, all of ``classes.tsv``.
    split_settings : SplitConfig, method and options of the split.
    sample_settings : SampleConfig, numbers of pixels to draw.
    odd : sequence of str, sentences on what is unusual about the scenes together; they are added to the warnings.
    bad_bands : sequence of int, numbers of the bands that are left out of all scenes.

    Raises
    ------
    DataError : a code that is used has no class, or a scene has no codes.
    SplitError : the split leaves no labelled pixel to train on.
    """
    occurring = _occurring(scenes, codes, classes)
    rasters = label_rasters(scenes, codes, occurring)
    parts = split(rasters, split_settings)
    quotas = share_quotas(available_pixels(rasters, parts, classes=len(occurring)), sample_settings)
    warnings = (*odd, *(() if split_settings.method == WHOLE else class_warnings(quotas, occurring)))
    for number, warning in enumerate(warnings):
        log.log(logging.WARNING if number < MOST_SAID else logging.DEBUG, "%s", warning)
    if len(warnings) > MOST_SAID:
        log.warning("and %d more warnings, see the report", len(warnings) - MOST_SAID)
    return Plan(occurring, parts, quotas, split_settings.method, split_settings.distance, warnings, tuple(bad_bands))


def _occurring(scenes: Sequence[Scene], codes: Mapping[str, np.ndarray], classes: ClassMap) -> ClassMap:
    """Return the classes whose codes occur in the scenes that use them."""
    found: set[int] = set()
    for scene in scenes:
        raster = codes.get(scene.name)
        if raster is None or raster.ndim != 2 or raster.dtype.kind not in "iu":
            got = "none" if raster is None else f"{raster.dtype} {raster.shape}"
            raise DataError(
                f"{scene.name}: plan needs its codes as integers [line, sample], got {got}; run census again"
            )
        found |= {int(code) for code in np.unique(raster) if code in scene.use and code not in scene.ignore}
    return classes.select(found)


def label_rasters(scenes: Sequence[Scene], codes: Mapping[str, np.ndarray], classes: ClassMap) -> list[LabelRaster]:
    """Return the labels of every scene by its own `use` and `ignore`, ordered by the scene's name.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    codes : label codes by scene, int [line, sample].
    classes : ClassMap, classes of the study.

    Returns
    -------
    list of LabelRaster.
    """
    return [
        LabelRaster(s.name, s.hole, scene_labels(codes[s.name], classes, use=s.use, ignore=s.ignore))
        for s in sorted(scenes, key=lambda scene: scene.name)
    ]
