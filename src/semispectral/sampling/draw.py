"""Draw the sample of one scene: the quota of every class and part, in one pass over blocks of lines."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semispectral.errors import SplitError
from semispectral.sampling.clusters import Clusters, find_clusters
from semispectral.sampling.pixel_ranks import ANY, LowestPriority, likely_limits, priority, scene_labels
from semispectral.sampling.quota_files import bad_bands_of
from semispectral.scans.cube import PARTS, Cube, HoldData, Pixels
from semispectral.scans.quality import full_scale, whole
from semispectral.study.classes import IGNORED, UNLABELLED, ClassMap
from semispectral.study.scene import Scene
from semispectral.workflow.progress import Progress

log = logging.getLogger(__name__)

NO_CELL = -1


def shard(
    cube: Cube,
    codes: np.ndarray,
    parts: np.ndarray,
    quotas: pd.DataFrame,
    scene: Scene,
    classes: ClassMap,
    *,
    seed: int,
    block_bytes: int,
    holds_data: HoldData = whole,
    drop_saturated: bool = False,
    clusters: int = 0,
) -> Pixels:
    """Draw the sample of a scene: for each label and part, the valid pixels of lowest `priority`, up to the quota.

    The result does not depend on the block size or the file format. Memory holds the sample and one block. A second
    pass over the scene is made only where more pixels than expected hold no data.

    Parameters
    ----------
    cube : Cube, the scene.
    codes : int [line, sample], label codes from the census.
    parts : uint8 [line, sample], from the plan.
    quotas : DataFrame, quotas of the plan, of all scenes or of this one.
    scene : Scene, its row of ``scenes.tsv``.
    classes : ClassMap, the classes that occur.
    seed : int, seed of the draw.
    block_bytes : int, size of a block of lines, in bytes.
    holds_data : callable, function that tells which pixels hold data after cleaning.
    drop_saturated : bool, leave out pixels with a value at the maximum of an integer dtype.
    clusters : int, number of clusters from which unlabelled pixels are drawn in equal numbers; 0: no clusters.

    Returns
    -------
    Pixels in the file's dtype with all its bands, ordered by line and sample. A part holds fewer pixels than its quota,
        with a warning, where too few are valid.

    Raises
    ------
    SplitError : codes or parts do not have the cube's shape, or the plan has no quotas for the scene.
    """
    for what, raster in (("codes", codes), ("parts", parts)):
        if raster.shape != cube.shape[:2]:
            raise SplitError(
                f"{cube.path}: needs {what} of shape {cube.shape[:2]}, got {raster.shape}; run census and plan again"
            )
    label = scene_labels(codes, classes, use=scene.use, ignore=scene.ignore)
    cell = _cells(label, parts)
    available = _available(cell, classes=len(classes))
    sizes = _sizes(quotas, scene.name, available)
    groups = None
    if clusters:
        unlabelled = (cell != NO_CELL) & (label == UNLABELLED)
        groups = find_clusters(cube, unlabelled, clusters=clusters, seed=seed, holds_data=holds_data)
    draw = _Draw(cell, scene.name, seed, holds_data, full_scale(cube) if drop_saturated else None, groups)
    limits = likely_limits(sizes, _available(cell, classes=len(classes)))
    if clusters:
        limits[: len(PARTS)] = ANY  # nobody knows how many pixels a cluster has before all have been seen
    store = draw.from_blocks(cube, sizes, limits, block_bytes=block_bytes)
    short = (store.filled < sizes) & (limits != ANY)
    if short.any():
        log.info("%s: many pixels hold no data; a second pass looks at all of them", scene.name)
        store = draw.from_blocks(cube, sizes, np.where(short, ANY, limits), block_bytes=block_bytes)
    for text in _shortages(scene.name, classes, wanted=sizes, found=store.filled, available=available):
        log.warning("%s", text)
    x, place = store.result()
    return Pixels(x, _table(place, codes, label, parts, scene), cube.wavelengths_nm, bad_bands_of(quotas))


def _cells(label: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Return the number of the (label, part) pair of each pixel, int32 [line, sample]; `NO_CELL` outside all parts."""
    # Labels begin at UNLABELLED (-1) and parts at 1, so the first cell is (unlabelled, train) with number 0.
    cell = (label.astype(np.int32) - UNLABELLED) * len(PARTS) + parts - 1
    cell[(parts == 0) | (label == IGNORED)] = NO_CELL
    return np.asarray(cell, np.int32)


def _available(cell: np.ndarray, *, classes: int) -> np.ndarray:
    """Count the pixels of each cell, int64 [cell]."""
    return np.asarray(np.bincount((cell - NO_CELL).ravel(), minlength=(classes + 1) * len(PARTS) + 1))[1:]


def _sizes(quotas: pd.DataFrame, scene: str, available: np.ndarray) -> np.ndarray:
    """Return the number of rows to keep of each cell, int64 [cell]; at most the number available."""
    mine = quotas[quotas["scene"] == scene]
    if mine.empty:
        raise SplitError(f"{scene}: the plan has no quotas for this scene; run plan again")
    quota = np.zeros((len(available) // len(PARTS), len(PARTS)), np.int64)
    quota[mine["label"].to_numpy() - UNLABELLED, [PARTS.index(part) for part in mine["part"]]] = mine["quota"]
    return np.asarray(np.minimum(quota.ravel(), available))


@dataclass(frozen=True, eq=False)
class _Draw:
    """Criteria by which pixels of a scene are drawn.

    Attributes
    ----------
    cell : int32 [line, sample], number of the (label, part) pair.
    scene : str, name of the scene, part of the priority.
    seed : int, seed of the priority.
    holds_data : callable, function that tells which pixels hold data.
    saturated : [band], values that mark a pixel as saturated, or None.
    groups : clusters of the unlabelled pixels, or None.
    """

    cell: np.ndarray
    scene: str
    seed: int
    holds_data: HoldData
    saturated: np.ndarray | None
    groups: Clusters | None

    def from_blocks(self, cube: Cube, sizes: np.ndarray, limits: np.ndarray, *, block_bytes: int) -> LowestPriority:
        """Draw the pixels in one pass over the cube."""
        groups = 1 if self.groups is None else len(self.groups)
        store = LowestPriority(sizes, bands=cube.shape[2], dtype=cube.dtype, limits=limits, groups=groups)
        progress = Progress(cube.path.name, cube.shape[0], line_mb=cube.line_bytes / 1e6)
        for first, values in cube.blocks(max_bytes=block_bytes):
            self._offer(store, values, first)
            progress.say(first + len(values))
        progress.end()
        return store

    def _offer(self, store: LowestPriority, values: np.ndarray, first: int) -> None:
        """Offer those pixels of a block that might be kept and hold data."""
        lines, samples, bands = values.shape
        cell = self.cell[first : first + lines]
        rank = priority(self.seed, self.scene, np.arange(first, first + lines)[:, None], np.arange(samples))
        x, cell, rank = values.reshape(-1, bands), cell.ravel(), rank.ravel()
        group = self._group(x, cell)
        chosen = np.flatnonzero(store.wanted(cell, rank, group) & (cell != NO_CELL))
        spectra = x[chosen]
        good = self.holds_data(spectra, chosen % samples)
        if self.saturated is not None:
            good &= ~(spectra == self.saturated).any(axis=1)
        if not good.all():
            spectra, chosen = spectra[good], chosen[good]
        place = chosen + np.int64(first * samples)
        store.offer(spectra, cell=cell[chosen], rank=rank[chosen], place=place, group=group[chosen])

    def _group(self, x: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """Return the group of each pixel, int64 [pixel]: its cluster where it is unlabelled, 0 elsewhere."""
        group = np.zeros(len(cell), np.int64)
        if self.groups is not None:
            unlabelled = np.flatnonzero((cell >= 0) & (cell < len(PARTS)))
            group[unlabelled] = self.groups.of(x[unlabelled])
        return group


def _shortages(
    scene: str, classes: ClassMap, *, wanted: np.ndarray, found: np.ndarray, available: np.ndarray
) -> Iterator[str]:
    """Yield one sentence for each label and part that has fewer valid pixels than its quota."""
    for index in np.flatnonzero(found < wanted):
        label, part = divmod(int(index), len(PARTS))
        name = f"pixels of class {classes.names[label - 1]} (code {classes.codes[label - 1]})"
        name = name if label > 0 else "unlabelled pixels"
        yield (
            f"{scene}: {wanted[index]} {name} were planned for {PARTS[part]}, {found[index]} were drawn, "
            f"because {available[index] - found[index]} hold no data (NaN, infinite or nodata in too many bands) or "
            "are saturated"
        )


def _table(place: np.ndarray, codes: np.ndarray, label: np.ndarray, parts: np.ndarray, scene: Scene) -> pd.DataFrame:
    """Return the table of the drawn pixels: one row per pixel, with the columns of `Pixels.table`."""
    line, sample = np.divmod(place, codes.shape[1])
    part = parts[line, sample].astype(np.int64) - 1
    columns = {
        "scene": _repeated([scene.name], np.zeros(len(place), np.int64)),
        "hole": _repeated([scene.hole], np.zeros(len(place), np.int64)),
        "line": line.astype(np.int32),
        "sample": sample.astype(np.int32),
        "code": codes[line, sample].astype(np.int32),
        "label": label[line, sample],
        "part": _repeated(PARTS, part),
    }
    return pd.DataFrame(columns)


def _repeated(words: Sequence[str], place: np.ndarray) -> pd.Series:
    """Return a text column with the word at each place."""
    return pd.Series(pd.array(list(words), dtype="str").take(place))
