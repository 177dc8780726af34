"""Rank the pixels by a priority that depends on seed and place alone; the lowest are drawn."""

import hashlib
from typing import NamedTuple

import numpy as np

from semispectral.study.classes import EMPTY, IGNORED, MASKED, UNLABELLED, ClassMap, CodeSet


def scene_labels(codes: np.ndarray, classes: ClassMap, *, use: CodeSet, ignore: CodeSet) -> np.ndarray:
    """Return the labels of one scene's codes, int16; a class that the scene does not use is unlabelled there.

    This is `ClassMap.to_label` for a collection in which scenes may use different codes.

    Parameters
    ----------
    codes : int [line, sample], label codes.
    classes : ClassMap, classes of the study.
    use : CodeSet, codes that are classes in this scene.
    ignore : CodeSet, codes of pixels to ignore.

    Returns
    -------
    int16 [line, sample].
    """
    label = classes.to_label(codes, ignore=ignore)
    label[(codes == MASKED) | (codes == EMPTY)] = IGNORED
    unused = [place for place, code in enumerate(classes.codes) if code not in use]
    if unused:
        label[np.isin(label, unused)] = UNLABELLED
    return label


def left_out(codes: np.ndarray, *, ignore: CodeSet) -> np.ndarray:
    """Return the pixels of a scene that a mask or codes to ignore leave out, bool [line, sample].

    Parameters
    ----------
    codes : int [line, sample], codes of the census or of the labels.
    ignore : CodeSet, codes of pixels to ignore.
    """
    ignored = [code for code in np.unique(codes).tolist() if code in ignore]
    return np.asarray(np.isin(codes, [MASKED, *ignored]))


def _mixed(values: np.ndarray) -> np.ndarray:
    """Apply the finaliser of SplitMix64 (Steele et al. 2014), a one-to-one map of uint64 that looks random."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def priority(seed: int, scene: str, line: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Return a random rank of pixels that depends on seed, scene and place alone; the lowest are drawn.

    Parameters
    ----------
    seed : int, seed of the draw.
    scene : str, name of the scene.
    line, sample : int [...], position, 0 to 2^32 - 1.

    Returns
    -------
    uint64 [...], uniform; the ranks of the pixels of a scene are distinct.
    """
    key = int.from_bytes(hashlib.blake2b(f"{seed}:{scene}".encode(), digest_size=8).digest(), "little")
    place = (np.asarray(line, np.uint64) << np.uint64(32)) | np.asarray(sample, np.uint64)
    # Mixed twice: a key that only shifted the places would give two scenes related draws.
    return _mixed(_mixed(place + np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(key))


def with_neighbours(rank: np.ndarray) -> np.ndarray:
    """Return ranks by which an eighth of the pixels is drawn together with the next one of the line.

    The noise of a scan is estimated from pixels that lie side by side (`semispectral.noise`), and of a large scan a
    random draw holds hardly any. Each pixel is as likely to be drawn as before.

    Parameters
    ----------
    rank : uint64 [line, sample], from `priority`.

    Returns
    -------
    uint64 [line, sample]; that of the first pixel of a pair is its own, and the second one comes next to it.

    Examples
    --------
    >>> with_neighbours(np.array([[8, 50, 13, 20, 16]], np.uint64)).tolist()
    [[8, 9, 13, 20, 16]]
    """
    changed = rank.copy()
    first = rank[:, :-1:2]
    # The last two bits say nothing of how soon a pixel is drawn: a quarter of the pairs stays together.
    together = first & np.uint64(3) == 0
    second = changed[:, 1::2]
    second[together] = first[together] ^ np.uint64(1)
    return changed


ANY = np.iinfo(np.uint64).max


def likely_limits(sizes: np.ndarray, available: np.ndarray) -> np.ndarray:
    """Return an upper bound (6 sigma) on the priority of the sampled pixels of each cell, so that the rest is skipped.

    Priorities are uniform, so of n pixels about n x limit / 2^64 lie below a limit; six standard deviations are added.
    What exceeds them need not be looked at, unless too many of the others turn out to hold no data.

    Parameters
    ----------
    sizes : int [cell], rows to draw.
    available : int [cell], rows available.
    """
    share = (sizes + 6 * np.sqrt(sizes) + 16) / np.maximum(available, 1)
    limits = np.full(len(sizes), ANY, np.uint64)
    few = share < 1
    limits[few] = (share[few] * 2.0**64).astype(np.uint64)
    return limits


COMPARED = ("cell", "rank", "group")
SPARE = 1.25  # rows held, over rows kept, from which on those that cannot be drawn are let go


class Rows(NamedTuple):
    """Rows offered to a `LowestPriority`.

    Attributes
    ----------
    x : [row, band], spectra.
    cell : int [row], number of the cell.
    rank : uint64 [row], priority.
    place : int64 [row], index of the pixel in the scene.
    group : int64 [row], group within the cell.
    """

    x: np.ndarray
    cell: np.ndarray
    rank: np.ndarray
    place: np.ndarray
    group: np.ndarray


class LowestPriority:
    """Store that keeps, for each cell, the rows of lowest priority among all that were offered.

    Where the rows of a cell belong to several groups, each group gives the same number, or all that it has.

    Parameters
    ----------
    sizes : int [cell], number of rows that each cell keeps.
    bands : int, number of values of a row.
    dtype : dtype of the values.
    limits : uint64 [cell], upper bounds on the priorities to keep; None: no bounds.
    groups : int, number of groups.

    Notes
    -----
    What is kept does not depend on how the offers are cut, as long as no priority occurs twice in a cell: a row is
    kept by its place within its group, and further offers can only push it back.
    """

    def __init__(
        self,
        sizes: np.ndarray,
        *,
        bands: int,
        dtype: np.dtype[np.generic],
        limits: np.ndarray | None = None,
        groups: int = 1,
    ) -> None:
        self._sizes = np.asarray(sizes)
        start = np.full(len(sizes), ANY, np.uint64) if limits is None else limits
        self._limit = np.repeat(start[:, None], groups, axis=1)
        self._most = int(SPARE * self._sizes.sum()) + 1024
        none = np.zeros(0, np.int64)
        self._held = [Rows(np.zeros((0, bands), dtype), none, none.astype(np.uint64), none, none)]
        self._rows = 0

    def wanted(self, cell: np.ndarray, rank: np.ndarray, group: np.ndarray | int = 0) -> np.ndarray:
        """Return a mask of the rows that might be kept.

        Parameters
        ----------
        cell : int [...], number of the cell.
        rank : uint64 [...], priority.
        group : int [...] or 0, group within the cell.

        Returns
        -------
        bool, of the shape of ``cell``.
        """
        return np.asarray((rank <= self._limit[cell, group]) & (self._sizes[cell] > 0))

    def offer(
        self, x: np.ndarray, *, cell: np.ndarray, rank: np.ndarray, place: np.ndarray, group: np.ndarray | None = None
    ) -> None:
        """Offer rows; the arrays belong to the store afterwards.

        Parameters
        ----------
        x : [row, band], spectra.
        cell : int [row], number of the cell.
        rank : uint64 [row], priority.
        place : int64 [row], index of the pixel in the scene.
        group : int64 [row], group within the cell; None: all rows are of group 0.
        """
        group = np.zeros(len(cell), np.int64) if group is None else group
        self._held.append(Rows(x, cell, rank, place, group))
        self._rows += len(x)
        if self._rows > self._most:
            self._let_go()

    def _let_go(self) -> None:
        """Drop the rows that can no longer be among the lowest of their cell, and lower the limits accordingly."""
        cell, rank, group = (np.concatenate([getattr(rows, name) for rows in self._held]) for name in COMPARED)
        # The spectra stay where they are until it is known which rows remain: only cell, rank and group are joined,
        # so that memory holds the values once. Each cell then marks its lowest rows.
        keep = np.zeros(len(cell), bool)
        for index in np.flatnonzero(np.bincount(cell)):
            mine = np.flatnonzero(cell == index)
            best = _lowest(rank[mine], group[mine], min(len(mine), int(self._sizes[index])))
            keep[mine[best]] = True
            lost = mine[~keep[mine]]
            # A group that lost a row of this rank will never keep one of a higher rank: later offers are refused early.
            np.minimum.at(self._limit[index], group[lost], rank[lost])
        # The mask is cut back into the pieces that were offered; a piece that keeps all its rows is not copied.
        ends = np.cumsum([len(rows.cell) for rows in self._held])[:-1]
        pairs = zip(self._held, np.split(keep, ends), strict=True)
        self._held = [rows if kept.all() else Rows(*(array[kept] for array in rows)) for rows, kept in pairs]
        self._rows = int(keep.sum())

    @property
    def filled(self) -> np.ndarray:
        """Rows held by each cell, int64 [cell]."""
        self._let_go()
        return np.bincount(np.concatenate([rows.cell for rows in self._held]), minlength=len(self._sizes))

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows held and their places, ascending by place.

        Returns
        -------
        x [row, band] and place int64 [row].
        """
        self._let_go()
        place = np.concatenate([rows.place for rows in self._held])
        x = np.concatenate([rows.x for rows in self._held])
        if (np.diff(place) > 0).all():
            return x, place
        order = np.argsort(place)
        return x[order], place[order]


def _lowest(ranks: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
    """Return the places of the ``size`` rows that come first by their place within their group, then by group."""
    if size == len(ranks):
        return np.arange(size)
    if size == 0 or not groups.any():
        return np.asarray(np.argpartition(ranks, size)[:size])
    # Sort by group, then rank; subtract the start of each group to get the place of a row within its group. Taking rows
    # by that place first gives each group one row in turn, until the size is reached.
    order = np.lexsort((ranks, groups))
    counts = np.bincount(groups)
    within = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(order[np.lexsort((groups[order], within))[:size]])
