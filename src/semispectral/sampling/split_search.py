"""Dealing holes or blocks to train, valid and test, so that most classes can be learnt and tested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter

from semispectral.scans.cube import PARTS

CANDIDATES = 200
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Units:
    """What is dealt, and the labels that each deal would leave.

    Parameters
    ----------
    count : units (blocks or holes), known by number.
    seen : int64 [cell, 9], the units within the guard of the pixels of a cell; the first is their own.
    labelled : int64 [cell, class], labelled pixels of each cell.
    """

    count: int
    seen: np.ndarray
    labelled: np.ndarray

    @classmethod
    def whole(cls, labels: Sequence[np.ndarray]) -> "Units":
        """One unit without neighbours: all pixels of some label rasters, such as one hole's."""
        values = np.concatenate([label[label >= 0] for label in labels])
        return cls(1, np.zeros((1, 9), np.int64), np.bincount(values)[None, :])

    @classmethod
    def join(cls, parts: Sequence["Units"]) -> "Units":
        """All units of several scenes, numbered on."""
        firsts = np.cumsum([0, *(part.count for part in parts)])
        classes = max(part.labelled.shape[1] for part in parts)
        seen = [part.seen + first for part, first in zip(parts, firsts[:-1], strict=True)]
        labelled = [np.pad(part.labelled, ((0, 0), (0, classes - part.labelled.shape[1]))) for part in parts]
        return cls(int(firsts[-1]), np.concatenate(seen), np.concatenate(labelled))

    def kept(self, deal: np.ndarray) -> np.ndarray:
        """Labelled pixels in each part that are not near another part, int64 [part, class]; deal is int [unit]."""
        part = deal[self.seen]
        safe = (part == part[:, :1]).all(axis=1)
        return np.stack([self.labelled[safe & (part[:, 0] == index + 1)].sum(axis=0) for index in range(len(PARTS))])


def grid(shape: tuple[int, ...], *, lines: int, samples: int) -> np.ndarray:
    """Number of the block of each pixel, int64 [line, sample]; blocks are about lines x samples (0: the whole width).

    The blocks of a scene are equally large to a pixel, so that none is a sliver at the edge.
    """
    rows = max(1, round(shape[0] / lines))
    columns = max(1, round(shape[1] / samples)) if samples else 1
    row = np.arange(shape[0]) * rows // shape[0]
    column = np.arange(shape[1]) * columns // shape[1]
    return np.asarray(row[:, None] * columns + column[None, :])


def grid_units(label: np.ndarray, blocks: np.ndarray, *, guard: int) -> Units:
    """The blocks of one scene; a pixel may lie near those that its guard of ceil(guard / 2) pixels touches.

    Parameters
    ----------
    label : int16 [line, sample].
    blocks : int64 [line, sample], from `grid`.
    guard : pixels, smaller than a block, so that corners and sides of the guard tell all blocks it touches.
    """
    reach = (guard + 1) // 2
    line, sample = np.nonzero(label >= 0)
    count = int(blocks.max()) + 1
    lines = [np.clip(line + step, 0, label.shape[0] - 1) for step in (0, -reach, reach)]
    samples = [np.clip(sample + step, 0, label.shape[1] - 1) for step in (0, -reach, reach)]
    own = blocks[line, sample]
    # The block and the sides on which the guard leaves it tell all nine: one number to sort by, not nine.
    sides = [blocks[at, sample] != own for at in lines[1:]] + [blocks[line, at] != own for at in samples[1:]]
    key = sum((side.astype(np.int64) << bit for bit, side in enumerate(sides)), own << len(sides))
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    seen = np.stack([blocks[at[first], beside[first]] for at in lines for beside in samples], axis=1)
    value = label[line, sample].astype(np.int64)
    classes = int(value.max(initial=-1)) + 1
    counts = np.bincount(cell * classes + value, minlength=len(seen) * classes)
    return Units(count, seen, counts.reshape(len(seen), classes))


def guarded(parts: np.ndarray, guard: int) -> np.ndarray:
    """Leave out the pixels between different parts, so that `guard` pixels lie between those that stay.

    The part of lower number gives ceil(guard / 2) pixels along the border, the other floor(guard / 2).

    Parameters
    ----------
    parts : uint8 [line, sample], 1 to 3 everywhere.
    guard : pixels.
    """
    lower, upper = guard // 2, (guard + 1) // 2
    near_higher = maximum_filter(parts, size=2 * upper + 1, mode="nearest") > parts
    near_lower = minimum_filter(parts, size=2 * lower + 1, mode="nearest") < parts
    return np.where(near_higher | near_lower, 0, parts).astype(np.uint8)


def best_deal(units: Units, shares: tuple[float, float, float], *, seed: int) -> np.ndarray:
    """Part of each unit, int64 [unit], 1 train, 2 valid, 3 test: the best of `CANDIDATES` seeded deals.

    Best is: no part that was asked for is without labels; most classes in train and test; most of them in valid too;
    shares of each class nearest to those asked.

    Parameters
    ----------
    units : blocks or holes.
    shares : asked of train, valid and test, adding up to 1; a part of share 0 gets nothing.
    seed : seed of the deals.
    """
    candidates = [_candidate(units.count, shares, seed=seed, number=number) for number in range(CANDIDATES)]
    scores = [_score(units.kept(deal), np.asarray(shares)) for deal in candidates]
    return candidates[max(range(CANDIDATES), key=lambda number: (scores[number], -number))]


def part_bounds(shares: tuple[float, float, float]) -> np.ndarray:
    """Where in [0, 1) valid and test begin, float64 [2]; a share of 0 gets nothing, rounding or not."""
    return np.array([shares[0] if shares[1] or shares[2] else 1.0, 1 - shares[2]])


def _candidate(count: int, shares: tuple[float, float, float], *, seed: int, number: int) -> np.ndarray:
    """One deal: units take turns on the golden-ratio sequence, which keeps the shares also among few units."""
    generator = np.random.default_rng([seed, number])
    turn = (generator.random() + GOLDEN * np.arange(count)) % 1
    part = 1 + np.searchsorted(part_bounds(shares), turn, side="right")
    return np.asarray(generator.permutation(part))


def _score(kept: np.ndarray, shares: np.ndarray) -> tuple[int, int, int, float]:
    """How good a deal is; higher is better. kept is int64 [part, class]."""
    asked = shares > 0
    has = kept > 0
    learnt_and_tested = has[0] & (has[2] | ~asked[2])
    also_valid = learnt_and_tested & (has[1] | ~asked[1])
    occurring = kept[:, kept.sum(axis=0) > 0]
    gap = np.abs(occurring / np.maximum(occurring.sum(axis=0), 1) - shares[:, None]).sum(axis=0)
    return int((has.any(axis=1) & asked).sum()), int(learnt_and_tested.sum()), int(also_valid.sum()), -float(gap.sum())
