"""Choose the pixels to label: those that stand for the most others first; with a model, then those that it doubts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semispectral.explore.clusters import fit_centres

ROWS_AT_ONCE = 2048
COARSEST, FINER, FINEST = 8, 1.5, 2  # clusters of the first division, how they grow, and how far beyond the queue
NEAREST = 0.1  # share of a cluster's pixels that may stand for it
SHARES = {"diverse": 0.5, "uncertain": 0.25, "unlike": 0.25}  # of the queue, once a model exists


@dataclass(frozen=True, eq=False)
class Judged:
    """What the models of a run say of the sampled pixels.

    Attributes
    ----------
    probability : float32 [pixel, class].
    log_p : float32 [pixel], in nats; lower is more unlike anything known. NaN if unknown.
    threshold : pixels with a lower log_p are unknown, in nats.
    """

    probability: np.ndarray
    log_p: np.ndarray
    threshold: float

    @property
    def margin(self) -> np.ndarray:
        """Probability of the first class less that of the second, float32 [pixel]; 1 with a single class."""
        if self.probability.shape[1] < 2:
            return np.ones(len(self.probability), np.float32)
        two = np.partition(self.probability, -2, axis=1)[:, -2:]
        return np.asarray(two[:, 1] - two[:, 0])


@dataclass(frozen=True, eq=False)
class Sampled:
    """Sampled pixels of all scenes, as the queue sees them.

    Attributes
    ----------
    table : DataFrame with scene, hole, line, sample and label (-1: unlabelled), one row per pixel.
    z : float32 [pixel, latent], scaled latents.
    """

    table: pd.DataFrame
    z: np.ndarray

    @property
    def labelled(self) -> np.ndarray:
        """Pixels that have a label, bool [pixel]."""
        return (self.table["label"] >= 0).to_numpy()


class Chosen:
    """Pixels chosen so far; keeps them apart from each other and from the labels, and counts them by hole.

    Parameters
    ----------
    sampled : all pixels.
    least_distance : least distance between two of them in a scene, in pixels (Chebyshev).

    Attributes
    ----------
    apart : float32 [pixel], distance in scaled latents from the nearest chosen or labelled pixel.
    by_hole : int64 [hole], number of chosen pixels.
    rows : the chosen pixels, in order.
    """

    def __init__(self, sampled: Sampled, *, least_distance: int) -> None:
        table = sampled.table
        self._scene, _ = pd.factorize(table["scene"])
        self._place = table[["line", "sample"]].to_numpy(np.int64)
        self._hole, names = pd.factorize(table["hole"])
        self._least = least_distance
        self._free = ~sampled.labelled
        self._z = sampled.z
        self._labelled = np.flatnonzero(sampled.labelled)
        self.apart = nearest(self._z, self._z[self._labelled])
        self.by_hole = np.zeros(len(names), np.int64)
        self.rows: list[int] = []

    @property
    def known(self) -> np.ndarray:
        """Pixels that are chosen or have a label, int64 [known pixel]."""
        return np.concatenate([self._labelled, np.asarray(self.rows, np.int64)])

    def free(self, rows: np.ndarray) -> np.ndarray:
        """Return those of some pixels that may still be chosen.

        Parameters
        ----------
        rows : int [some pixel].
        """
        return np.asarray(rows[self._free[rows]])

    def hole(self, rows: np.ndarray) -> np.ndarray:
        """Return the numbers of the holes of some pixels.

        Parameters
        ----------
        rows : int [some pixel].
        """
        return np.asarray(self._hole[rows])

    def take(self, row: int) -> None:
        """Choose a pixel; those nearer to it than the least distance can no longer be chosen.

        Parameters
        ----------
        row : its number.
        """
        self.rows.append(row)
        self.by_hole[self._hole[row]] += 1
        self.apart = np.minimum(self.apart, np.linalg.norm(self._z - self._z[row], axis=1))
        near = np.abs(self._place - self._place[row]).max(axis=1) < max(self._least, 1)
        self._free[near & (self._scene == self._scene[row])] = False


def diverse(sampled: Sampled, *, wanted: int, least_distance: int, seed: int) -> pd.DataFrame:
    """Choose pixels that stand for all others, as `spread_out` does.

    Parameters
    ----------
    sampled : the pixels.
    wanted : number of pixels.
    least_distance : least distance between two of them in a scene, in pixels.
    seed : seed of the clusters.

    Returns
    -------
    DataFrame with the columns row (number of the pixel) and share (of the pixels, of its cluster); it holds fewer rows
    than are wanted where too few pixels are far enough apart.
    """
    chosen = Chosen(sampled, least_distance=least_distance)
    shares = spread_out(sampled, chosen, wanted=wanted, seed=seed)
    return pd.DataFrame({"row": np.asarray(chosen.rows, np.int64), "share": shares})


def spread_out(sampled: Sampled, chosen: Chosen, *, wanted: int, seed: int) -> list[float]:
    """Choose pixels that stand for all others, from coarse to fine.

    The pixels are divided into `COARSEST` clusters, then into half as many more, and so on. Of each division, every
    cluster that holds neither a chosen pixel nor a label gives one, the most distant from those first. So each
    beginning of the queue is spread over all pixels, and pixels like labelled ones come last.

    Parameters
    ----------
    sampled : the pixels.
    chosen : pixels chosen so far; more are added.
    wanted : number of chosen pixels at the end.
    seed : seed of the clusters.

    Returns
    -------
    Share of the pixels in the cluster of each pixel that was added.
    """
    shares: list[float] = []
    held = min(int(sampled.labelled.sum()), wanted)  # clusters that labels hold give no pixel
    for number in _divisions(len(np.unique(sampled.z, axis=0)), wanted=wanted + held):
        if len(chosen.rows) >= wanted:
            break
        centres, cluster = fit_centres(sampled.z, number, seed=seed, starts=1)
        shares += _stage(sampled.z, centres, cluster, chosen, wanted=wanted)
    return shares


def _divisions(distinct: int, *, wanted: int) -> list[int]:
    """Return the numbers of clusters from coarse to fine, at most as many as there are different pixels."""
    numbers = [COARSEST]
    while numbers[-1] < FINEST * wanted:
        numbers.append(round(FINER * numbers[-1]))
    return sorted({min(number, distinct) for number in numbers}) if distinct else []


def nearest(z: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel from the nearest of some others, float32 [pixel]; infinite without any.

    Parameters
    ----------
    z : float32 [pixel, latent].
    others : float32 [other, latent].
    """
    found = np.full(len(z), np.inf, np.float32)
    for first in range(0, len(others) and len(z), ROWS_AT_ONCE):
        here = z[first : first + ROWS_AT_ONCE]
        square = (here**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * here @ others.T
        found[first : first + len(here)] = np.sqrt(np.maximum(square.min(axis=1), 0))
    return found


def _stage(z: np.ndarray, centres: np.ndarray, cluster: np.ndarray, chosen: Chosen, *, wanted: int) -> list[float]:
    """Take a pixel of every cluster that has none yet, and return the shares of these clusters."""
    away = np.linalg.norm(z - centres[cluster], axis=1)
    size = np.bincount(cluster, minlength=len(centres))
    without = np.setdiff1d(np.arange(len(centres)), cluster[chosen.known]).tolist()
    members = {index: np.flatnonzero(cluster == index) for index in without}
    middle = {index: rows[away[rows].argmin()] for index, rows in members.items()}
    shares = []
    while members and len(chosen.rows) < wanted:
        # the most distant cluster; where nothing is known yet, the largest
        index = max(members, key=lambda each: (chosen.apart[middle[each]], size[each]))
        row = _stands_for(members.pop(index), away, chosen)
        if row is not None:
            chosen.take(row)
            shares.append(float(size[index] / len(z)))
    return shares


def _stands_for(members: np.ndarray, away: np.ndarray, chosen: Chosen) -> int | None:
    """Return the pixel that stands for a cluster, of the hole that has given fewest; None if none is free.

    A hole can give one only if it has a pixel among the tenth of the cluster that is nearest to the centre.
    """
    near = chosen.free(members[away[members] <= np.quantile(away[members], NEAREST)])
    if not len(near):
        near = chosen.free(members)
    if not len(near):
        return None
    order = np.lexsort((away[near], chosen.by_hole[chosen.hole(near)]))
    return int(near[order[0]])


def doubtful(
    sampled: Sampled,
    judged: Judged,
    names: Sequence[str],
    *,
    first: Sequence[tuple[int, str]] = (),
    wanted: int,
    least_distance: int,
    seed: int,
) -> pd.DataFrame:
    """Choose pixels by the models of a run: far from every label, then uncertain, then unlike anything known.

    Diversity comes first, since the least certain pixels alone lie close together and teach less than medoids do. The
    shares are `SHARES`. The uncertain have the smallest margin between the first two classes, the unlike the lowest
    log p(x); of both, only one of each of many small clusters is taken.

    Parameters
    ----------
    sampled : the pixels.
    judged : what the models say of them.
    names : names of the classes, in label order.
    first : pixels that come before all others, each with its reason.
    wanted : number of pixels.
    least_distance : least distance between two of them in a scene, in pixels.
    seed : seed of the clusters.

    Returns
    -------
    DataFrame with the columns row (number of the pixel) and why.
    """
    chosen = Chosen(sampled, least_distance=least_distance)
    why = []
    for row, reason in first[:wanted]:
        chosen.take(row)
        why.append(reason)
    left = wanted - len(chosen.rows)
    spread = spread_out(sampled, chosen, wanted=len(chosen.rows) + round(SHARES["diverse"] * left), seed=seed)
    why += [f"far from the labels, stands for {share:.1%} of the sample" for share in spread]
    number = min(max(wanted, 1), len(np.unique(sampled.z, axis=0)))
    _, cluster = fit_centres(sampled.z, number, seed=seed, starts=1)
    unlike = np.nan_to_num(judged.log_p - judged.threshold, nan=0.0, posinf=0.0)
    for row in _one_of_each(judged.margin, cluster, chosen, wanted=round(SHARES["uncertain"] * left)):
        why.append(f"uncertain: {_between(judged.probability[row], names)}")
    for row in _one_of_each(unlike, cluster, chosen, wanted=wanted - len(chosen.rows)):
        said = f"{-unlike[row]:.1f} nats below the threshold" if unlike[row] < 0 else "the lowest log p(x)"
        why.append(f"unlike anything known: {said}")
    return pd.DataFrame({"row": np.asarray(chosen.rows, np.int64), "why": why})


def _one_of_each(value: np.ndarray, cluster: np.ndarray, chosen: Chosen, *, wanted: int) -> Iterator[int]:
    """Take the pixels of the lowest values, one of each cluster, and yield them."""
    seen: set[int] = set()
    for row in np.argsort(value, kind="stable"):
        if len(seen) == wanted:
            return
        if cluster[row] not in seen and len(chosen.free(np.array([row]))):
            seen.add(int(cluster[row]))
            chosen.take(int(row))
            yield int(row)


def _between(probability: np.ndarray, names: Sequence[str]) -> str:
    """Say which classes a pixel lies between."""
    two = np.argsort(-probability, kind="stable")[:2]
    return " or ".join(f"{names[place]} ({probability[place]:.2f})" for place in two)
