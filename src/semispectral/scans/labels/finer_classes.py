"""Count the classes of a finer raster in every pixel of a scan: a SEM map has many pixels in one of the scan."""

from collections.abc import Sequence

import numpy as np
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import transform

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import Grid, on_earth

LEAST_COVERED = 0.5  # of the area of a pixel, by finer pixels with a class
BLOCK_BYTES = 8_000_000


def counted_shares(finer: Cube, grid: Grid, *, codes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of classes among the finer pixels of each pixel of a scan, in one pass over blocks of lines.

    A finer pixel belongs to the pixel in which its middle lies: by the georeference of both files, or, without, by
    their sizes. Other codes, nodata and NaN are not counted; a pixel that is covered to less than half has no shares.

    Parameters
    ----------
    finer : Cube, open raster of one band of codes.
    grid : Grid, grid of the scan.
    codes : codes of the classes in use, rising.

    Returns
    -------
    int64 [pixel], line x samples + sample, rising; and float32 [pixel, class], shares that sum to 1.

    Raises
    ------
    ShapeError : without a georeference, its lines and samples are not the same multiple of the scan's.
    DataError : it lies elsewhere, or is not finer than the scan.
    """
    to_scan = _to_scan(finer, grid)
    area = abs(to_scan.determinant)  # of a finer pixel, in pixels of the scan
    lines, samples = grid.shape
    of_class = np.asarray(codes)
    parts = []
    height = finer.block_lines(max_bytes=BLOCK_BYTES)
    for first in range(0, finer.shape[0], height):
        values = finer.read_lines(first, min(first + height, finer.shape[0]))[:, :, 0]
        known = np.isin(values, of_class) & (True if finer.nodata is None else values != finer.nodata)
        row, column = np.nonzero(known)
        x, y = column + 0.5, row + first + 0.5
        sample = np.floor(to_scan.a * x + to_scan.b * y + to_scan.c).astype(np.int64)
        line = np.floor(to_scan.d * x + to_scan.e * y + to_scan.f).astype(np.int64)
        inside = (line >= 0) & (line < lines) & (sample >= 0) & (sample < samples)
        label = np.searchsorted(of_class, values[known])
        key = (line * samples + sample) * len(codes) + label
        parts.append(np.stack(np.unique(key[inside], return_counts=True)))
    keys, counts = np.concatenate(parts, axis=1)
    if not len(keys):
        raise DataError(
            f"{finer.path}: a raster of finer pixels needs some of a class on the scan, got none; correct its codes or "
            "its georeference"
        )
    pixel, place = np.unique(keys // len(codes), return_inverse=True)
    total = np.zeros((len(pixel), len(codes)))
    np.add.at(total, (place, keys % len(codes)), counts)
    kept = total.sum(axis=1) * area >= LEAST_COVERED
    total = total[kept]
    return pixel[kept], (total / total.sum(axis=1, keepdims=True)).astype(np.float32)


def _to_scan(finer: Cube, grid: Grid) -> Affine:
    """Return the affine from (sample, line) of the finer raster to those of the scan."""
    own = Grid.of(finer)
    if own.located and grid.located:
        to_scan = ~Affine(*grid.transform) @ Affine(*own.transform)
        if on_earth(own.crs) and on_earth(grid.crs) and CRS.from_wkt(own.crs) != CRS.from_wkt(grid.crs):
            to_scan = ~Affine(*grid.transform) @ _carried(own, grid)
        if not abs(to_scan.determinant) <= 1:
            raise DataError(
                f"{finer.path}: a raster of one band is taken as classes of finer pixels, but its pixels are "
                f"{abs(to_scan.determinant) ** 0.5:.4g} times as long as those of the scan; correct its georeference, "
                "or write shares with a band for each class"
            )
        return to_scan
    down, across = (mine / scan for mine, scan in zip(own.shape, grid.shape, strict=True))
    if down != across or down < 1 or down != int(down):
        raise ShapeError(
            f"{finer.path}: without a georeference of it and the scan, a raster of finer pixels has a whole multiple "
            f"of the scan's lines and samples, {grid.shape}, got {own.shape}; resample it, or give both a georeference"
        )
    return Affine.scale(1 / down)


def _carried(own: Grid, grid: Grid) -> Affine:
    """Return the affine of a grid in the coordinate system of another, by three of its corners."""
    lines, samples = own.shape
    corners = [Affine(*own.transform) @ corner for corner in ((0, 0), (samples, 0), (0, lines))]
    xs, ys = transform(CRS.from_wkt(own.crs), CRS.from_wkt(grid.crs), *zip(*corners, strict=True))[:2]
    return Affine(
        *((xs[1] - xs[0]) / samples, (xs[2] - xs[0]) / lines, xs[0]),
        *((ys[1] - ys[0]) / samples, (ys[2] - ys[0]) / lines, ys[0]),
    )
