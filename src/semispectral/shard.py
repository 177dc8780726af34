"""The sample of one scene: its quota of every class and part, drawn in one pass over the cube's blocks of lines."""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd

from semispectral.errors import SplitError
from semispectral.labels import IGNORED, UNLABELLED, ClassMap
from semispectral.pixels import PARTS, Cube, Pixels
from semispectral.sampling import LowestPriority, priority, scene_labels
from semispectral.scenes import Scene

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
) -> Pixels:
    """Draw a scene's sample: for each label and part, the valid pixels of lowest `priority`, up to the quota.

    One pass; the same pixels whatever the block size or the format. Memory holds the sample and one block.

    Parameters
    ----------
    cube : the scene.
    codes : int [line, sample], as the census read them.
    parts : uint8 [line, sample], from the plan.
    quotas : the plan's quotas, of all scenes or of this one.
    scene, classes : its row of ``scenes.tsv``, and the classes that occur.
    seed : seed of the draw.
    block_bytes : bytes of a block of lines.

    Returns
    -------
    Pixels in the file's dtype, ordered by line and sample; fewer than the quota (with a warning) where too few are
    valid.

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
    sizes = _sizes(quotas, scene.name, cell, classes=len(classes))
    store = LowestPriority(sizes, bands=cube.shape[2], dtype=cube.dtype)
    nodata = cube.nodata if scene.nodata is None else scene.nodata
    invalid = np.zeros(len(sizes), np.int64)
    for first, values in cube.blocks(max_bytes=block_bytes):
        _offer_block(store, values, cell, first=first, scene=scene.name, seed=seed, nodata=nodata, invalid=invalid)
    for text in _shortages(scene.name, classes, wanted=sizes, found=store.filled, invalid=invalid):
        log.warning("%s", text)
    x, place = store.result()
    return Pixels(x, _table(place, codes, label, parts, scene), cube.wavelengths_nm)


def _cells(label: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Number of the (label, part) of each pixel, int32 [line, sample]; `NO_CELL` where it is in no part."""
    cell = (label.astype(np.int32) - UNLABELLED) * len(PARTS) + parts - 1
    return np.where((parts > 0) & (label != IGNORED), cell, NO_CELL).astype(np.int32)


def _sizes(quotas: pd.DataFrame, scene: str, cell: np.ndarray, *, classes: int) -> np.ndarray:
    """Rows to keep of each cell, int64 [cell]; no more than there are."""
    mine = quotas[quotas["scene"] == scene]
    if mine.empty:
        raise SplitError(f"{scene}: the plan has no quotas for this scene; run plan again")
    quota = np.zeros((classes + 1, len(PARTS)), np.int64)
    quota[mine["label"].to_numpy() - UNLABELLED, [PARTS.index(part) for part in mine["part"]]] = mine["quota"]
    there = np.bincount(cell[cell != NO_CELL], minlength=quota.size)
    return np.minimum(quota.ravel(), there)


def _offer_block(
    store: LowestPriority,
    values: np.ndarray,
    cell: np.ndarray,
    *,
    first: int,
    scene: str,
    seed: int,
    nodata: float | None,
    invalid: np.ndarray,
) -> None:
    """Offer the pixels of a block that could be drawn; count in `invalid` (int64 [cell]) those that hold no data."""
    line, sample = np.nonzero(cell[first : first + len(values)] != NO_CELL)
    index = cell[first + line, sample]
    rank = priority(seed, scene, first + line, sample)
    wanted = np.flatnonzero(store.wanted(index, rank))
    spectra = values[line[wanted], sample[wanted]]
    good = valid_spectra(spectra, nodata=nodata)
    np.add.at(invalid, index[wanted[~good]], 1)
    if not good.all():
        spectra, wanted = spectra[good], wanted[good]
    place = (first + line[wanted]).astype(np.int64) * cell.shape[1] + sample[wanted]
    store.offer(spectra, cell=index[wanted], rank=rank[wanted], place=place)


def valid_spectra(x: np.ndarray, *, nodata: float | None) -> np.ndarray:
    """Which spectra hold data, bool [pixel]: all values finite, and not `nodata` in every band; x is [pixel, band]."""
    valid = np.isfinite(x).all(axis=1) if x.dtype.kind == "f" else np.ones(len(x), bool)
    if nodata is not None:
        suspects = np.flatnonzero(x[:, 0] == nodata)
        valid[suspects] &= (x[suspects] != nodata).any(axis=1)
    return np.asarray(valid)


def _shortages(
    scene: str, classes: ClassMap, *, wanted: np.ndarray, found: np.ndarray, invalid: np.ndarray
) -> Iterator[str]:
    """One sentence for each label and part that has fewer valid pixels than its quota."""
    for index in np.flatnonzero(found < wanted):
        label, part = divmod(int(index), len(PARTS))
        name = f"pixels of class {classes.names[label - 1]} (code {classes.codes[label - 1]})"
        name = name if label > 0 else "unlabelled pixels"
        yield (
            f"{scene}: {wanted[index]} {name} were planned for {PARTS[part]}, {found[index]} were drawn, "
            f"because {invalid[index]} hold no data (not a number, or nodata in every band)"
        )


def _table(place: np.ndarray, codes: np.ndarray, label: np.ndarray, parts: np.ndarray, scene: Scene) -> pd.DataFrame:
    line, sample = np.divmod(place, codes.shape[1])
    columns = {
        "scene": pd.Series(scene.name, index=range(len(place)), dtype="str"),
        "hole": pd.Series(scene.hole, index=range(len(place)), dtype="str"),
        "line": line.astype(np.int32),
        "sample": sample.astype(np.int32),
        "code": codes[line, sample].astype(np.int32),
        "label": label[line, sample],
        "part": np.asarray(PARTS, dtype=object)[parts[line, sample].astype(np.int64) - 1],
    }
    return pd.DataFrame(columns).astype({"part": "str"})
