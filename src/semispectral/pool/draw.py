"""Draw the pool of one scene: pixels whatever their labels, and labelled pixels of each class, in one pass each.

A draw depends on its own scene alone: neither on the split nor on the other scenes. Its pixels are those of lowest
rank (`semispectral.pool.pixel_ranks`), so that a larger draw holds the smaller one.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semispectral.census.copies import spectra_hash
from semispectral.errors import SplitError
from semispectral.pool.clusters import Clusters, find_clusters
from semispectral.pool.pixel_ranks import ANY, LowestPriority, likely_limits, priority, with_neighbours
from semispectral.pool.sample_settings import SampleConfig
from semispectral.scans.cube import Cube, HoldData, Pixels
from semispectral.scans.quality import full_scale, whole
from semispectral.study.classes import EMPTY, MASKED
from semispectral.study.scene import Scene
from semispectral.workflow.progress import Progress

log = logging.getLogger(__name__)

NO_CELL = -1
BLOCK_BYTES = 8_000_000


def draw_unlabelled(
    cube: Cube,
    codes: np.ndarray,
    scene: Scene,
    *,
    settings: SampleConfig,
    holds_data: HoldData = whole,
    block_bytes: int = BLOCK_BYTES,
) -> Pixels:
    """Draw pixels of a scene whatever their labels; only codes that the scene ignores are looked at, and left out.

    Parameters
    ----------
    cube : Cube, the scene.
    codes : int [line, sample], codes of the census; those of the labels where the scene ignores some.
    scene : Scene, its row of ``scenes.tsv``.
    settings : SampleConfig, number of pixels, clusters to draw from, seed.
    holds_data : callable, function that tells which pixels hold data after cleaning.
    block_bytes : int, size of a block of lines, in bytes.

    Returns
    -------
    Pixels in the file's dtype with all its bands, ordered by line and sample. All have code 0, whatever their labels.
    """
    _require_shape(cube, codes)
    usable = ~np.isin(codes, [MASKED, EMPTY])
    ignored = [code for code in np.unique(codes[usable]).tolist() if code in scene.ignore]
    usable &= ~np.isin(codes, ignored)
    groups = None
    if settings.clusters:
        groups = find_clusters(cube, usable, clusters=settings.clusters, seed=settings.seed, holds_data=holds_data)
    draw = _Draw(
        cell=np.where(usable, 0, NO_CELL),
        rank=with_neighbours(_ranks(settings.seed, f"unlabelled pixels of {scene.name}", codes.shape)),
        holds_data=holds_data,
        saturated=full_scale(cube) if settings.drop_saturated else None,
        groups=groups,
    )
    return draw.pixels(
        cube, scene, names=["pixels"], codes=[0], most=settings.unlabelled_per_scene, block_bytes=block_bytes
    )


def draw_labelled(
    cube: Cube,
    codes: np.ndarray,
    scene: Scene,
    *,
    settings: SampleConfig,
    holds_data: HoldData = whole,
    block_bytes: int = BLOCK_BYTES,
) -> Pixels:
    """Draw labelled pixels of each class of a scene. Only blocks of lines that hold such pixels are read.

    Parameters
    ----------
    cube : Cube, the scene.
    codes : int [line, sample], codes of the labels.
    scene : Scene, its row of ``scenes.tsv``.
    settings : SampleConfig, number of pixels of a class, seed.
    holds_data : callable, function that tells which pixels hold data after cleaning.
    block_bytes : int, size of a block of lines, in bytes.

    Returns
    -------
    Pixels in the file's dtype with all its bands, ordered by line and sample, with their codes.
    """
    _require_shape(cube, codes)
    used = [code for code in np.unique(codes).tolist() if code in scene.use and code not in (MASKED, EMPTY)]
    cell = np.full(codes.shape, NO_CELL)
    for number, code in enumerate(used):
        cell[codes == code] = number
    draw = _Draw(
        cell=cell,
        rank=_ranks(settings.seed, scene.name, codes.shape),
        holds_data=holds_data,
        saturated=full_scale(cube) if settings.drop_saturated else None,
    )
    names = [f"pixels of code {code}" for code in used]
    return draw.pixels(cube, scene, names=names, codes=used, most=settings.class_per_scene, block_bytes=block_bytes)


def _require_shape(cube: Cube, codes: np.ndarray) -> None:
    if codes.shape != cube.shape[:2]:
        raise SplitError(f"{cube.path}: needs codes of shape {cube.shape[:2]}, got {codes.shape}; run census again")


def _ranks(seed: int, stream: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return the rank of every pixel of a scene, uint64 [line, sample]."""
    lines, samples = (np.arange(size) for size in shape)
    return priority(seed, stream, lines[:, None], samples)


@dataclass(frozen=True, eq=False)
class _Draw:
    """Criteria by which pixels of a scene are drawn.

    Attributes
    ----------
    cell : int64 [line, sample], number of the class to draw from, or `NO_CELL`.
    rank : uint64 [line, sample], the lowest of a cell are drawn.
    holds_data : callable, function that tells which pixels hold data.
    saturated : [band], values that mark a pixel as saturated, or None.
    groups : clusters from which equal numbers are drawn, or None.
    """

    cell: np.ndarray
    rank: np.ndarray
    holds_data: HoldData
    saturated: np.ndarray | None
    groups: Clusters | None = None

    def pixels(
        self, cube: Cube, scene: Scene, *, names: list[str], codes: list[int], most: int, block_bytes: int
    ) -> Pixels:
        """Draw at most ``most`` pixels of each cell, and describe them.

        A second pass over the scene is made only where more pixels than expected hold no data.

        Parameters
        ----------
        cube : Cube, the scene.
        scene : Scene, its row of ``scenes.tsv``.
        names : what each cell holds, in words.
        codes : code of each cell.
        most : largest number of pixels of a cell.
        block_bytes : size of a block of lines, in bytes.
        """
        available = np.bincount(self.cell[self.cell != NO_CELL], minlength=len(codes))
        sizes = np.minimum(available, most)
        limits = likely_limits(sizes, available)
        if self.groups is not None:
            limits[:] = ANY  # nobody knows how many pixels a cluster has before all have been seen
        store = self._from_blocks(cube, sizes, limits, block_bytes)
        short = (store.filled < sizes) & (limits != ANY)
        if short.any():
            log.info("%s: many pixels hold no data; a second pass looks at all of them", scene.name)
            store = self._from_blocks(cube, sizes, np.where(short, ANY, limits), block_bytes)
        for index in np.flatnonzero(store.filled < sizes):
            lost = available[index] - store.filled[index]
            log.warning(
                "%s: %d %s were asked for, %d were drawn, because %d hold no data (NaN, infinite or nodata in too many "
                "bands) or are saturated",
                *(scene.name, sizes[index], names[index], store.filled[index], lost),
            )
        x, place = store.result()
        return Pixels(x, self._table(x, place, scene, codes), cube.wavelengths_nm, sensors=cube.sensors)

    def _from_blocks(self, cube: Cube, sizes: np.ndarray, limits: np.ndarray, block_bytes: int) -> LowestPriority:
        """Draw the pixels in one pass over those blocks that hold any."""
        groups = 1 if self.groups is None else len(self.groups)
        store = LowestPriority(sizes, bands=cube.shape[2], dtype=cube.dtype, limits=limits, groups=groups)
        if not len(sizes):
            return store
        wanted = ((self.cell != NO_CELL) & (self.rank <= limits[self.cell])).any(axis=1)
        progress = Progress(cube.path.name, cube.shape[0], line_mb=cube.line_bytes / 1e6)
        height = cube.block_lines(max_bytes=block_bytes)
        for first in range(0, cube.shape[0], height):
            last = min(first + height, cube.shape[0])
            if wanted[first:last].any():
                self._offer(store, cube.read_lines(first, last), first)
            progress.say(last)
        progress.end()
        return store

    def _offer(self, store: LowestPriority, values: np.ndarray, first: int) -> None:
        """Offer those pixels of a block that might be kept and hold data."""
        lines, samples, bands = values.shape
        x = values.reshape(-1, bands)
        cell, rank = (raster[first : first + lines].ravel() for raster in (self.cell, self.rank))
        inside = np.flatnonzero(cell != NO_CELL)
        group = np.zeros(len(cell), np.int64)
        if self.groups is not None:
            group[inside] = self.groups.of(x[inside])
        chosen = inside[store.wanted(cell[inside], rank[inside], group[inside])]
        spectra = x[chosen]
        good = self.holds_data(spectra, chosen % samples)
        if self.saturated is not None:
            good &= ~(spectra == self.saturated).any(axis=1)
        if not good.all():
            spectra, chosen = spectra[good], chosen[good]
        place = chosen + np.int64(first * samples)
        store.offer(spectra, cell=cell[chosen], rank=rank[chosen], place=place, group=group[chosen])

    def _table(self, x: np.ndarray, place: np.ndarray, scene: Scene, codes: list[int]) -> pd.DataFrame:
        """Return one row per drawn pixel: its place and code, when it was drawn, and the hash of its spectrum."""
        line, sample = np.divmod(place, self.cell.shape[1])
        cell = self.cell[line, sample]
        group = np.zeros(len(x), np.int64) if self.groups is None else self.groups.of(x)
        return pd.DataFrame(
            {
                "scene": pd.Series([scene.name] * len(x), dtype="str"),
                "line": line.astype(np.int32),
                "sample": sample.astype(np.int32),
                "code": np.asarray(codes, np.int32)[cell],
                "turn": _turns(cell, group, self.rank[line, sample]),
                "hash": spectra_hash(x),
            }
        )


def _turns(cell: np.ndarray, group: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return the turn of each pixel in the draw of its cell, int32 [pixel], from 0: groups give one pixel in turn.

    A smaller draw is made of the first turns of a larger one, as balanced as the whole.
    """
    table = pd.DataFrame({"cell": cell, "group": group, "rank": rank})
    table["within"] = table.sort_values("rank").groupby(["cell", "group"]).cumcount()
    return table.sort_values(["within", "group"]).groupby("cell").cumcount().sort_index().to_numpy(np.int32)
