"""Count the content of a scene before any long stage runs: a sparse sample of the data, and then all labels."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from semispectral.census.census_files import Census
from semispectral.census.copies import fingerprint_of_labels
from semispectral.census.look import counts_of, look_at_scan, role_of
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import EMPTY, MASKED, ClassMap
from semispectral.study.scene import Remark, Scene

log = logging.getLogger(__name__)

NO_CLEANING = CleanConfig()


def census(
    scene: Scene, classes: ClassMap, *, core: np.ndarray | None = None, cleaning: CleanConfig = NO_CLEANING
) -> Census:
    """Count the content of one scene: `look_at_scan`, and `count_labels` where it has labels.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    classes : ClassMap, classes of the study.
    core : bool [line, sample] or None, pixels that are not masked as tray or shadow; None: all.
    cleaning : CleanConfig, settings of cleaning.
    """
    found = look_at_scan(scene, core=core, cleaning=cleaning)
    return count_labels(found, scene, classes) if scene.has_labels else found


def count_labels(found: Census, scene: Scene, classes: ClassMap) -> Census:
    """Return the census of a scene with its labels: codes, counts, and what is odd about them.

    A pixel that is labelled as a class is never masked, since a person has labelled it. Of the data, only the lines of
    a few labelled pixels are read, by which copies are found.

    Parameters
    ----------
    found : Census, the scene without its labels, from `look_at_scan`.
    scene : Scene, row of ``scenes.tsv``.
    classes : ClassMap, classes of the study.

    Raises
    ------
    DataError, ShapeError, MissingFileError, UnreadableError : the labels cannot be used, or do not lie on the scan; the
        message says how to mend them.
    """
    with open_scene(scene) as cube:
        labels = read_scene_labels(scene, cube, classes)
        counts_of(scene, classes, labels)  # codes that cannot be used are refused even where they are masked
        hashes = {**found.fingerprint, **fingerprint_of_labels(cube, labels, scene.use)}
    empty = found.codes == EMPTY
    codes = _masked(labels, found.codes == MASKED, scene)
    codes = np.where(empty, EMPTY, codes).astype(np.int32)
    labelled = replace(
        found,
        counts=counts_of(scene, classes, codes),
        codes=codes,
        fingerprint=hashes,
        remarks=(*found.remarks, *_lost_labels(labels[empty], scene)),
    )
    if not labelled.pixels("class"):
        log.warning(
            "%s: no pixel of %s has a code of a class in use; it can only serve as unlabelled",
            scene.name,
            scene.label_files,
        )
    return labelled


def _lost_labels(codes: np.ndarray, scene: Scene) -> Iterator[Remark]:
    """Yield a remark on the labelled ones among the pixels without data; ``codes`` are those of such pixels."""
    found, pixels = np.unique(codes, return_counts=True)
    labelled = sum(int(count) for code, count in zip(found, pixels, strict=True) if int(code) in scene.use)
    if labelled:
        yield Remark(f"{labelled} labelled pixels hold no data", odd=True)


def _masked(codes: np.ndarray, mask: np.ndarray, scene: Scene) -> np.ndarray:
    values = np.unique(codes[mask])
    spared = [int(code) for code in values if role_of(scene, int(code)) in ("class", "ignored")]
    masked = mask & ~np.isin(codes, spared)
    labelled = int((mask & ~masked & np.isin(codes, [code for code in spared if code in scene.use])).sum())
    if labelled:
        log.warning("%s: %d labelled pixels are tray or shadow by the mask; they are kept", scene.name, labelled)
    return np.where(masked, MASKED, codes).astype(np.int32)
