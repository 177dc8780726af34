"""Read the labels of a scene from its files, each of any known format, and lay them over each other."""

import logging
from pathlib import Path
from typing import Protocol

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import Grid
from semispectral.scans.formats import envi, geotiff, hdf5, tsg
from semispectral.scans.formats import first_bytes as beginnings
from semispectral.scans.formats import known as formats
from semispectral.scans.formats import matlab as mat
from semispectral.scans.formats import numpy_files as npy
from semispectral.scans.formats.known import format_of
from semispectral.scans.labels import label_tables, page_files, png, polygons
from semispectral.scans.labels.class_words import ClassWords
from semispectral.scans.labels.label_rasters import UNLABELLED_CODE, CodeRaster, as_codes
from semispectral.scans.labels.shares import open_shares
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.names import some
from semispectral.study.scene import LabelSource, Scene

log = logging.getLogger(__name__)


class LabelReader(Protocol):
    """Function that reads, or burns, the labels of one kind of file, once its header has the shape of ``grid``."""

    def __call__(self, path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
        """Read the labels of a file."""


LABEL_READERS: dict[str, LabelReader] = {
    beginnings.HDF5: hdf5.read_labels,
    beginnings.MATLAB: mat.read_labels,
    formats.ENVI: envi.read_labels,
    beginnings.TIFF: geotiff.read_labels,
    beginnings.NUMPY: npy.read_labels,
    beginnings.PNG: png.read_labels,
    formats.POLYGONS: polygons.read_labels,
    beginnings.TSG: tsg.read_labels,
}
NO_CODES = CodeSet(())


def read_labels(
    path: Path,
    *,
    key: str = "",
    axes: str = "line,sample",
    shape: tuple[int, int],
    grid: Grid | None = None,
    ignore: CodeSet = NO_CODES,
    classes: ClassMap | None = None,
) -> np.ndarray:
    """Read the label codes of a scene of any known format; nodata and NaN become 0, unlabelled.

    Parameters
    ----------
    path : Path, file to read.
    key, axes : str, as in `semispectral.scans.readers.open_cube`.
    shape : (lines, samples) of the data.
    grid : position of the data: polygons are burnt into it, rasters must lie on it; None: samples and lines are the
        coordinates.
    ignore : CodeSet, codes that are kept although the file declares them as nodata.
    classes : ClassMap or None, classes in which labels that are names or colours are looked up.

    Returns
    -------
    int32 [line, sample].
    """
    read, grid = _reader(path), grid or Grid(shape)
    return as_codes(path, read(path, key=key, axes=axes, grid=grid), grid=grid, ignore=ignore, classes=classes)


def read_scene_labels(scene: Scene, cube: Cube, classes: ClassMap | None = None) -> np.ndarray:
    """Read the label codes of a row of scenes.tsv over its open cube, int32 [line, sample].

    Where several files label a pixel, the last one of them counts.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    classes : ClassMap or None, classes in which labels that are names or colours are looked up.
    """
    first, *over = scene.label_sources
    codes = _read_source(first, scene, cube, classes)
    for source in over:
        later = _read_source(source, scene, cube, classes)
        changed = (later != UNLABELLED_CODE) & (codes != UNLABELLED_CODE) & (codes != later)
        if changed.any():
            log.info(
                "%s: %s gives %d pixels another label than the files before it", scene.name, source.path, changed.sum()
            )
        codes = np.where(later != UNLABELLED_CODE, later, codes)
    _say_unknown(scene, codes, classes)
    return codes


def _say_unknown(scene: Scene, codes: np.ndarray, classes: ClassMap | None) -> None:
    """Warn of codes that nothing in the study's tables speaks of: perhaps a slip of whoever painted them."""
    values, counts = np.unique(codes, return_counts=True)
    known = {UNLABELLED_CODE, *(classes.codes if classes else ())}
    unknown = {
        code: number
        for code, number in zip(values.tolist(), counts.tolist(), strict=True)
        if code not in known and code not in scene.use and code not in scene.ignore
    }
    if classes is not None and unknown:
        log.warning(
            "%s: %d labelled pixels count as unlabelled, for classes.tsv has no such code, nor has use or ignore of "
            "scenes.tsv: %s",
            scene.name,
            sum(unknown.values()),
            some([f"{code} in {number}" for code, number in unknown.items()]),
        )


def _read_source(source: LabelSource, scene: Scene, cube: Cube, classes: ClassMap | None) -> np.ndarray:
    """Return the codes of one file of labels of a scene, int32 [line, sample]."""
    if source.has_shares:
        with open_shares(source, scene, cube, classes or ClassMap((), (), ())) as shares:
            return shares.labels(source.least_share)
    kind, shape = format_of(source.path, what="labels"), cube.shape[:2]
    words = ClassWords(scene, classes or ClassMap((), (), ()))
    if kind == formats.LABEL_TABLE:
        return label_tables.read_labels(source.path, scene, words, key=source.key, shape=shape)
    if kind == beginnings.PAGE_LABELS:
        return page_files.read_labels(source.path, scene, words, key=source.key, shape=shape)
    if kind == beginnings.PNG:
        page_files.require_own_picture(source.path, scene)
    return read_labels(
        source.path,
        key=source.key,
        axes=source.axes,
        shape=shape,
        grid=Grid.of(cube, pixel_mm=scene.pixel_mm),
        ignore=scene.ignore,
        classes=classes,
    )


def _reader(path: Path) -> LabelReader:
    """Return the reader of a raster or of polygons, which need not know which scan they are of."""
    kind = format_of(path, what="labels")
    if kind not in LABEL_READERS:
        raise DataError(f"{path}: a raster or polygons are needed here, got {kind}; name another file")
    return LABEL_READERS[kind]
