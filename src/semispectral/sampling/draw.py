"""The sample of one scene: its quota of every class and part, drawn in one pass over the cube's blocks of lines."""

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
    """Draw a scene's sample: for each label and part, the valid pixels of lowest `priority`, up to the quota.

    One pass; the same pixels whatever the block size or the format. Memory holds the sample and one block. Only where
    more pixels than expected hold no data does a second pass look at all of them.

    Parameters
    ----------
    cube : the scene.
    codes : int [line, sample], as the census read them.
    parts : uint8 [line, sample], from the plan.
    quotas : the plan's quotas, of all scenes or of this one.
    scene, classes : its row of ``scenes.tsv``, and the classes that occur.
    seed : seed of the draw.
    block_bytes : bytes of a block of lines.
    holds_data : which of some pixels hold data, by the cleaning that follows.
    drop_saturated : leave out pixels with a value at the largest of an integer dtype.
    clusters : unlabelled pixels are drawn evenly over so many clusters of spectra; 0: as they lie.

    Returns
    -------
    Pixels in the file's dtype, with all its bands and the numbers of those that the plan leaves out, ordered by line
    and sample; fewer than the quota (with a warning) where too few are valid.

    Raises
    ------
    SplitError : codes or parts are not of the cube's shape, or the plan has no quotas for the scene.
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
    """Number of the (label, part) of each pixel, int32 [line, sample]; `NO_CELL` where it is in no part."""
    cell = (label.astype(np.int32) - UNLABELLED) * len(PARTS) + parts - 1
    cell[(parts == 0) | (label == IGNORED)] = NO_CELL
    return np.asarray(cell, np.int32)


def _available(cell: np.ndarray, *, classes: int) -> np.ndarray:
    """Pixels of each cell, int64 [cell]."""
    return np.asarray(np.bincount((cell - NO_CELL).ravel(), minlength=(classes + 1) * len(PARTS) + 1))[1:]


def _sizes(quotas: pd.DataFrame, scene: str, available: np.ndarray) -> np.ndarray:
    """Rows to keep of each cell, int64 [cell]; no more than there are."""
    mine = quotas[quotas["scene"] == scene]
    if mine.empty:
        raise SplitError(f"{scene}: the plan has no quotas for this scene; run plan again")
    quota = np.zeros((len(available) // len(PARTS), len(PARTS)), np.int64)
    quota[mine["label"].to_numpy() - UNLABELLED, [PARTS.index(part) for part in mine["part"]]] = mine["quota"]
    return np.asarray(np.minimum(quota.ravel(), available))


@dataclass(frozen=True, eq=False)
class _Draw:
    """What decides whether a pixel is drawn.

    cell : int32 [line, sample]; scene, seed : of the priorities; holds_data : what may be drawn; saturated : [band],
    values that a drawn pixel has nowhere, or None; groups : of the unlabelled pixels, or None.
    """

    cell: np.ndarray
    scene: str
    seed: int
    holds_data: HoldData
    saturated: np.ndarray | None
    groups: Clusters | None

    def from_blocks(self, cube: Cube, sizes: np.ndarray, limits: np.ndarray, *, block_bytes: int) -> LowestPriority:
        """One pass over the cube."""
        groups = 1 if self.groups is None else len(self.groups)
        store = LowestPriority(sizes, bands=cube.shape[2], dtype=cube.dtype, limits=limits, groups=groups)
        progress = Progress(cube.path.name, cube.shape[0], line_mb=cube.line_bytes / 1e6)
        for first, values in cube.blocks(max_bytes=block_bytes):
            self._offer(store, values, first)
            progress.say(first + len(values))
        progress.end()
        return store

    def _offer(self, store: LowestPriority, values: np.ndarray, first: int) -> None:
        """Offer the pixels of a block that would be kept and hold data."""
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
        """Group of each pixel, int64 [pixel]: its cluster where it is unlabelled, 0 elsewhere."""
        group = np.zeros(len(cell), np.int64)
        if self.groups is not None:
            unlabelled = np.flatnonzero((cell >= 0) & (cell < len(PARTS)))
            group[unlabelled] = self.groups.of(x[unlabelled])
        return group


def _shortages(
    scene: str, classes: ClassMap, *, wanted: np.ndarray, found: np.ndarray, available: np.ndarray
) -> Iterator[str]:
    """One sentence for each label and part that has fewer valid pixels than its quota."""
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
    """The words at the places, as text."""
    return pd.Series(pd.array(list(words), dtype="str").take(place))
