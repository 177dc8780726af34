"""Search for the split of holes or blocks with which most classes can be learnt and tested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semispectral.scans.cube import PARTS

CANDIDATES = 200
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Units:
    """Units to assign to parts (blocks or holes), and the labels that each assignment would leave.

    Attributes
    ----------
    count : int, number of units.
    seen : int64 [cell, 9], units within the buffer of the pixels of a cell; the first is the unit they lie in.
    labelled : int64 [cell, class], labelled pixels of each cell.
    """

    count: int
    seen: np.ndarray
    labelled: np.ndarray

    @classmethod
    def whole(cls, labels: Sequence[np.ndarray]) -> "Units":
        """Return one unit without neighbours that holds all pixels of some label rasters, such as those of one hole.

        Parameters
        ----------
        labels : int16 [line, sample] each, label rasters.
        """
        values = np.concatenate([label[label >= 0] for label in labels])
        return cls(1, np.zeros((1, 9), np.int64), np.bincount(values)[None, :])

    @classmethod
    def join(cls, parts: Sequence["Units"]) -> "Units":
        """Join the units of several scenes and number them consecutively.

        Parameters
        ----------
        parts : units of each scene.
        """
        firsts = np.cumsum([0, *(part.count for part in parts)])
        classes = max(part.labelled.shape[1] for part in parts)
        seen = [part.seen + first for part, first in zip(parts, firsts[:-1], strict=True)]
        labelled = [np.pad(part.labelled, ((0, 0), (0, classes - part.labelled.shape[1]))) for part in parts]
        return cls(int(firsts[-1]), np.concatenate(seen), np.concatenate(labelled))

    def kept(self, deal: np.ndarray) -> np.ndarray:
        """Count the labelled pixels of each part that are not near another part.

        Parameters
        ----------
        deal : int [unit], part of each unit.

        Returns
        -------
        int64 [part, class].
        """
        part = deal[self.seen]
        # A cell counts only if all nine blocks around it are of one part; otherwise the buffer takes its pixels.
        safe = (part == part[:, :1]).all(axis=1)
        return np.stack([self.labelled[safe & (part[:, 0] == index + 1)].sum(axis=0) for index in range(len(PARTS))])


def grid(shape: tuple[int, ...], *, lines: int, samples: int) -> np.ndarray:
    """Return the number of the block of each pixel.

    The blocks of a scene differ in size by at most one pixel along each axis, so that none is a sliver at the edge.

    Parameters
    ----------
    shape : tuple of int, (lines, samples) of the scene.
    lines : int, height of a block, about, in pixels.
    samples : int, width of a block, about, in pixels; 0: the whole width.

    Returns
    -------
    int64 [line, sample].

    Examples
    --------
    >>> grid((4, 4), lines=2, samples=2).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    """
    rows = max(1, round(shape[0] / lines))
    columns = max(1, round(shape[1] / samples)) if samples else 1
    row = np.arange(shape[0]) * rows // shape[0]
    column = np.arange(shape[1]) * columns // shape[1]
    return np.asarray(row[:, None] * columns + column[None, :])


def grid_units(label: np.ndarray, blocks: np.ndarray, *, buffer: int) -> Units:
    """Return the blocks of one scene as units, with the neighbours within the buffer of each labelled pixel.

    Parameters
    ----------
    label : int16 [line, sample], labels.
    blocks : int64 [line, sample], from `grid`.
    buffer : int, buffer, in pixels; smaller than a block, so that the corners and sides of the buffer touch every block
        in it.
    """
    reach = (buffer + 1) // 2
    line, sample = np.nonzero(label >= 0)
    count = int(blocks.max()) + 1
    # Every labelled pixel looks at nine places: itself, and the corners and sides of the square of its buffer, cut at
    # the edge of the scene. As the buffer is smaller than a block, these nine meet every block that the square meets.
    lines = [np.clip(line + step, 0, label.shape[0] - 1) for step in (0, -reach, reach)]
    samples = [np.clip(sample + step, 0, label.shape[1] - 1) for step in (0, -reach, reach)]
    own = blocks[line, sample]
    # Pixels that see the same nine blocks form a cell. Their own block and the sides on which the buffer leaves it
    # determine all nine, so the cell is found by sorting one number (block, then four bits) and not rows of nine.
    sides = [blocks[at, sample] != own for at in lines[1:]] + [blocks[line, at] != own for at in samples[1:]]
    key = sum((side.astype(np.int64) << bit for bit, side in enumerate(sides)), own << len(sides))
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    seen = np.stack([blocks[at[first], beside[first]] for at in lines for beside in samples], axis=1)
    # One count per cell and class: `bincount` over the flat index of a [cell, class] table.
    value = label[line, sample].astype(np.int64)
    classes = int(value.max(initial=-1)) + 1
    counts = np.bincount(cell * classes + value, minlength=len(seen) * classes)
    return Units(count, seen, counts.reshape(len(seen), classes))


def with_buffer(parts: np.ndarray, buffer: int) -> np.ndarray:
    """Leave out the pixels between different parts, so that `buffer` pixels lie between those that stay.

    The part of lower number gives ceil(buffer / 2) pixels along the border, the other floor(buffer / 2).

    Parameters
    ----------
    parts : uint8 [line, sample], 1 to 3 everywhere.
    buffer : int, buffer, in pixels.

    Examples
    --------
    >>> with_buffer(np.array([[1], [1], [1], [3], [3], [3]], np.uint8), buffer=2).ravel().tolist()
    [1, 1, 0, 0, 3, 3]
    """
    from scipy.ndimage import maximum_filter, minimum_filter  # here: whoever reads a split does not wait for it

    # A maximum filter of size 2 n + 1 finds the pixels within n of a higher part; a minimum filter, of a lower one.
    lower, upper = buffer // 2, (buffer + 1) // 2
    near_higher = maximum_filter(parts, size=2 * upper + 1, mode="nearest") > parts
    near_lower = minimum_filter(parts, size=2 * lower + 1, mode="nearest") < parts
    return np.where(near_higher | near_lower, 0, parts).astype(np.uint8)


def best_deal(units: Units, shares: tuple[float, float, float], *, seed: int) -> np.ndarray:
    """Return the best of `CANDIDATES` seeded assignments of units to parts.

    The best assignment has, in this order: labels in every part that was asked for; most classes in train and test;
    most of these in valid too; class shares nearest to those asked for.

    Parameters
    ----------
    units : Units, blocks or holes.
    shares : shares of train, valid and test, adding up to 1; a part of share 0 stays empty.
    seed : int, seed of the assignments.

    Returns
    -------
    int64 [unit], 1 train, 2 valid, 3 test.
    """
    candidates = [_candidate(units.count, shares, seed=seed, number=number) for number in range(CANDIDATES)]
    scores = [_score(units.kept(deal), np.asarray(shares)) for deal in candidates]
    return candidates[max(range(CANDIDATES), key=lambda number: (scores[number], -number))]


def part_bounds(shares: tuple[float, float, float]) -> np.ndarray:
    """Return the bounds in [0, 1) at which valid and test begin, float64 [2]; a share of 0 stays empty.

    Parameters
    ----------
    shares : shares of train, valid and test, adding up to 1.
    """
    return np.array([shares[0] if shares[1] or shares[2] else 1.0, 1 - shares[2]])


def _candidate(count: int, shares: tuple[float, float, float], *, seed: int, number: int) -> np.ndarray:
    """Draw one assignment: units take turns on the golden-ratio sequence, which keeps the shares even for few units."""
    generator = np.random.default_rng([seed, number])
    turn = (generator.random() + GOLDEN * np.arange(count)) % 1
    part = 1 + np.searchsorted(part_bounds(shares), turn, side="right")
    return np.asarray(generator.permutation(part))


def _score(kept: np.ndarray, shares: np.ndarray) -> tuple[int, int, int, float]:
    """Score an assignment; higher is better. ``kept`` is int64 [part, class]."""
    asked = shares > 0
    has = kept > 0
    learnt_and_tested = has[0] & (has[2] | ~asked[2])
    also_valid = learnt_and_tested & (has[1] | ~asked[1])
    occurring = kept[:, kept.sum(axis=0) > 0]
    gap = np.abs(occurring / np.maximum(occurring.sum(axis=0), 1) - shares[:, None]).sum(axis=0)
    return int((has.any(axis=1) & asked).sum()), int(learnt_and_tested.sum()), int(also_valid.sum()), -float(gap.sum())
