"""Shares of classes in every pixel of a scan, as SEM maps (MLA, QEMSCAN) give them: read by lines, and made labels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import Grid
from semispectral.scans.formats.first_bytes import NUMPY
from semispectral.scans.formats.known import LABEL_TABLE, format_of
from semispectral.scans.formats.numpy_files import array_axes
from semispectral.scans.labels.class_words import ClassWords
from semispectral.scans.labels.finer_classes import counted_shares
from semispectral.scans.labels.label_rasters import UNLABELLED_CODE, require_over_data, require_same_place
from semispectral.scans.labels.share_tables import read_share_table
from semispectral.scans.labels.share_values import MOST_OVER, place_of_class, spread
from semispectral.scans.readers import open_cube, read_array
from semispectral.study.classes import ClassMap
from semispectral.study.names import some
from semispectral.study.scene import LabelSource, Scene

BLOCK_BYTES = 16_000_000


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of classes over the pixels of a scan.

    Attributes
    ----------
    codes : tuple of int, codes of the classes, rising.
    shape : (lines, samples).
    read_lines : function of the first and the last line that returns float32 [line, sample, class]: shares that sum to
        1, or NaN of all classes in a pixel without any.
    close : function that releases the file.
    """

    codes: tuple[int, ...]
    shape: tuple[int, int]
    read_lines: Callable[[int, int], np.ndarray]
    close: Callable[[], None] = field(default=lambda: None)

    def __enter__(self) -> "Shares":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the first and the last line of blocks that fill the scan."""
        height = max(BLOCK_BYTES // (4 * self.shape[1] * len(self.codes)), 1)
        for first in range(0, self.shape[0], height):
            yield first, min(first + height, self.shape[0])

    def labels(self, least: float) -> np.ndarray:
        """Return the code of the dominant class of each pixel, int32 [line, sample]; 0 where its share is too small.

        Parameters
        ----------
        least : smallest share of a dominant class.
        """
        found = np.full(self.shape, UNLABELLED_CODE, np.int32)
        codes = np.asarray(self.codes, np.int32)
        for first, last in self.blocks():
            shares = np.nan_to_num(self.read_lines(first, last), nan=-1.0)
            sure = (shares.max(axis=2) >= least) & (shares[:, :, 0] >= 0)
            found[first:last] = np.where(sure, codes[shares.argmax(axis=2)], UNLABELLED_CODE)
        return found

    def at(self, line: np.ndarray, sample: np.ndarray) -> np.ndarray:
        """Return the shares of pixels, float32 [pixel, class]; NaN where there are none.

        Parameters
        ----------
        line, sample : int [pixel], their places.
        """
        found = np.full((len(line), len(self.codes)), np.nan, np.float32)
        for first, last in self.blocks():
            mine = np.flatnonzero((line >= first) & (line < last))
            if len(mine):
                found[mine] = self.read_lines(first, last)[line[mine] - first, sample[mine]]
        return found


def open_shares(source: LabelSource, scene: Scene, cube: Cube, classes: ClassMap) -> Shares:
    """Open shares of classes over a scan: a raster with a band for each class, a finer raster of classes, or a table.

    Parameters
    ----------
    source : LabelSource, file of a scene whose key says that it holds shares.
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    classes : ClassMap, classes of the study.

    Raises
    ------
    DataError, ShapeError : it does not lie on the scan, or has bands or columns that are no class of the scene. Values
        that are no shares are refused when they are read.
    """
    used = tuple(sorted(code for code in classes.codes if code in scene.use))
    if not used:
        raise DataError(f"{source.path}: shares are of classes, and classes.tsv names none that {scene.name} uses")
    words, grid = ClassWords(scene, classes), Grid.of(cube, pixel_mm=scene.pixel_mm)
    if format_of(source.path, what="labels") == LABEL_TABLE:
        return _in_memory(used, grid, *read_share_table(source.path, scene, words, codes=used, shape=grid.shape))
    raster = _opened(source)
    try:
        if raster.shape[2] == 1:
            found = _in_memory(used, grid, *counted_shares(raster, grid, codes=used))
            raster.close()
            return found
        return _of_raster(raster, grid, words, used)
    except BaseException:
        raster.close()
        raise


def _opened(source: LabelSource) -> Cube:
    """Open a raster; an array of NumPy with two axes has one band."""
    plain = format_of(source.path, what="labels") == NUMPY and array_axes(source.path, key="") == len(
        ("line", "sample")
    )
    if not plain:
        return open_cube(source.path, axes=f"{source.axes},band")
    values = read_array(source.path, key="")[:, :, np.newaxis]
    return Cube(source.path, values.shape, values.dtype, lambda first, last: values[first:last])


def _in_memory(codes: tuple[int, ...], grid: Grid, pixel: np.ndarray, shares: np.ndarray) -> Shares:
    """Return shares of some pixels, int64 [pixel] rising, float32 [pixel, class]."""
    samples = grid.shape[1]

    def read_lines(first: int, last: int) -> np.ndarray:
        lines = np.full(((last - first) * samples, len(codes)), np.nan, np.float32)
        start, end = np.searchsorted(pixel, (first * samples, last * samples))
        lines[pixel[start:end] - first * samples] = shares[start:end]
        return lines.reshape(last - first, samples, len(codes))

    return Shares(codes, grid.shape, read_lines)


def _of_raster(raster: Cube, grid: Grid, words: ClassWords, codes: tuple[int, ...]) -> Shares:
    """Return the shares of a raster with a band for each of some classes."""
    require_over_data(raster.path, raster.shape[:2], grid.shape)
    require_same_place(raster.path, Grid.of(raster), grid)
    place = _places(raster, words, codes)

    def read_lines(first: int, last: int) -> np.ndarray:
        values = raster.read_lines(first, last).astype(np.float32)
        if raster.nodata is not None and np.isfinite(raster.nodata):
            values[values == np.float32(raster.nodata)] = np.nan
        values[(np.isnan(values) | (values == 0)).all(axis=2)] = np.nan
        _require_shares(raster, values, first)
        return spread(values, place, classes=len(codes))

    return Shares(codes, grid.shape, read_lines, raster.close)


def _places(raster: Cube, words: ClassWords, codes: tuple[int, ...]) -> np.ndarray:
    """Return the place among the classes of each band, int64 [band]: by its name, or in the order of the codes."""
    names, bands = raster.band_names, raster.shape[2]
    if not names:
        if bands != len(codes):
            raise ShapeError(
                f"{raster.path}: without names of its bands, a raster of shares needs one for each class of "
                f"classes.tsv that {words.scene.name} uses, in the order of the codes: {len(codes)}, got {bands}; name "
                "the bands"
            )
        return np.arange(bands)
    found = [place_of_class(name, words, codes, f"{raster.path}, band {n}") for n, name in enumerate(names, start=1)]
    twice = [name for name, place in zip(names, found, strict=True) if found.count(place) > 1]
    if twice:
        raise DataError(f"{raster.path}: every class has one band, and these are of one class: {some(twice)}")
    return np.asarray(found)


def _require_shares(raster: Cube, values: np.ndarray, first: int) -> None:
    """Refuse values that are no shares, float32 [line, sample, band]; NaN in all bands of a pixel means none."""
    none = np.isnan(values).all(axis=2, keepdims=True)
    wrong = ~none & ~((values >= 0) & (values <= 1 + MOST_OVER))
    if wrong.any():
        line, sample, band = (int(at[0]) for at in np.nonzero(wrong))
        percent = "; divide percent by 100" if values[line, sample, band] > 1 else ""
        raise DataError(
            f"{raster.path}, line {first + line}, sample {sample}, band {band + 1}: a share from 0 to 1 is needed, got "
            f"{values[line, sample, band]:g} (and in {int(wrong.sum()) - 1} more values of these lines); pixels "
            f"without shares have 0, NaN or nodata in all bands{percent}"
        )
    total = values.sum(axis=2)
    if (total > 1 + MOST_OVER).any():
        line, sample = (int(at[0]) for at in np.nonzero(total > 1 + MOST_OVER))
        raise DataError(
            f"{raster.path}, line {first + line}, sample {sample}: the shares of a pixel sum to at most 1, got "
            f"{total[line, sample]:g}; correct them"
        )
