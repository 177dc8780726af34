"""Which pixels are drawn: those of lowest priority, a function of seed and place alone."""

import hashlib

import numpy as np

from semispectral.labels import UNLABELLED, ClassMap, CodeSet


def scene_labels(codes: np.ndarray, classes: ClassMap, *, use: CodeSet, ignore: CodeSet) -> np.ndarray:
    """Labels int16 of one scene's codes; a class that the scene does not `use` is unlabelled there.

    `ClassMap.to_label`, for a collection in which scenes may use different codes.
    """
    label = classes.to_label(codes, ignore=ignore)
    unused = [place for place, code in enumerate(classes.codes) if code not in use]
    if unused:
        label[np.isin(label, unused)] = UNLABELLED
    return label


def _mixed(values: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele et al. 2014): a one-to-one map of uint64 that looks random."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def priority(seed: int, scene: str, line: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Random rank of pixels, the same whenever and in whatever order it is asked; the lowest are drawn.

    Parameters
    ----------
    seed : seed of the draw.
    scene : name of the scene.
    line, sample : int [...], 0 to 2^32 - 1.

    Returns
    -------
    uint64 [...], uniform; no two pixels of a scene share one.
    """
    key = int.from_bytes(hashlib.blake2b(f"{seed}:{scene}".encode(), digest_size=8).digest(), "little")
    place = (np.asarray(line, np.uint64) << np.uint64(32)) | np.asarray(sample, np.uint64)
    # Mixed twice: a key that only shifted the places would give two scenes related draws.
    return _mixed(_mixed(place + np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(key))


class LowestPriority:
    """A store that keeps, for each cell, the rows of lowest priority among all that were offered.

    Parameters
    ----------
    sizes : int [cell], rows that each cell keeps.
    bands : values of a row.
    dtype : of the values.

    Notes
    -----
    What is kept does not depend on how the offers are cut, as long as no priority occurs twice in a cell.
    """

    def __init__(self, sizes: np.ndarray, *, bands: int, dtype: np.dtype[np.generic]) -> None:
        total = int(sizes.sum())
        self._slots = np.split(np.arange(total), np.cumsum(sizes)[:-1])
        self._x = np.zeros((total, bands), dtype)
        self._place = np.zeros(total, np.int64)
        self._priority = np.zeros(total, np.uint64)
        self._filled = np.zeros(len(sizes), np.int64)
        # Any priority is welcome until a cell is full; a cell without rows is left out by `wanted`.
        self._limit = np.full(len(sizes), np.iinfo(np.uint64).max, np.uint64)
        self._open = np.asarray(sizes) > 0

    def wanted(self, cell: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """Which rows would be kept now, bool [row]; cell is int [row], rank is uint64 [row]."""
        return np.asarray(self._open[cell] & (rank <= self._limit[cell]))

    def offer(self, x: np.ndarray, *, cell: np.ndarray, rank: np.ndarray, place: np.ndarray) -> None:
        """Offer rows: x [row, band], cell int [row], rank uint64 [row], place int64 [row] (what to know them by)."""
        for index in np.unique(cell[self._open[cell]]):
            self._offer_to(int(index), x, np.flatnonzero(cell == index), rank, place)

    def _offer_to(self, cell: int, x: np.ndarray, rows: np.ndarray, rank: np.ndarray, place: np.ndarray) -> None:
        slots = self._slots[cell]
        held = slots[: self._filled[cell]]
        together = np.concatenate([self._priority[held], rank[rows]])
        size = min(len(together), len(slots))
        best = np.argpartition(together, size - 1)[:size]
        coming = rows[best[best >= len(held)] - len(held)]
        stays = np.zeros(len(slots), bool)
        stays[best[best < len(held)]] = True
        target = slots[~stays][: len(coming)]
        self._x[target], self._priority[target], self._place[target] = x[coming], rank[coming], place[coming]
        self._filled[cell] = size
        if size == len(slots):
            self._limit[cell] = self._priority[slots].max()

    @property
    def filled(self) -> np.ndarray:
        """Rows held by each cell, int64 [cell]."""
        return self._filled.copy()

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows held and their places, ascending by place: x [row, band], place int64 [row]."""
        held = np.concatenate([slots[:count] for slots, count in zip(self._slots, self._filled, strict=True)])
        order = held[np.argsort(self._place[held])]
        return self._x[order], self._place[order]
