"""New groups: pixels that a trained model does not know, over the whole study."""

import numpy as np
from scipy.sparse.csgraph import connected_components

from semispectral.explore.clusters import fit_centres
from semispectral.explore.explore_settings import number_of_clusters
from semispectral.explore.label_queue import nearest

STARTS = 3
FEW = 1 / 3  # of the labels that a cluster would hold if they were spread evenly: with fewer, its class is unnamed
LEAST_LACK = 1.0  # labels that a group holds less than that: with a lack of fewer, having none says nothing
LEAST_PIXELS, LEAST_SHARE = 10, 0.001  # of a group of unlike pixels: pixels, and share of the sample
NO_GROUP = -1


def new_groups(z: np.ndarray, labelled: np.ndarray, unlike: np.ndarray, *, seed: int) -> np.ndarray:
    """Return the number of the new group of each pixel, int64 [pixel]; `NO_GROUP` for what the model knows.

    There are two kinds. A cluster that holds (nearly) none of the labels that the model learnt from is of a class that
    nobody has named; such clusters are one group where they are nearer to each other than to any label. The model's
    log p(x) does not tell these: it saw their pixels among the unlabelled ones. It tells the other kind, pixels that
    are unlike all that the model was trained on; they are clustered and joined in the same way. Groups that lack the
    most labels come first: those that an even spread of the labels would have given them.

    Parameters
    ----------
    z : float32 [pixel, component], spectra in the unit of their noise (MNF), where distances tell classes apart.
    labelled : int [label], pixels whose labels the model learnt from.
    unlike : bool [pixel], pixels whose log p(x) is below the model's threshold.
    seed : seed of the clusters.
    """
    rate = len(labelled) / max(len(z), 1)
    found = _unnamed(z, labelled, rate=rate, seed=seed)
    others = np.flatnonzero(unlike & (found == NO_GROUP))
    least = max(LEAST_PIXELS, round(LEAST_SHARE * len(z)))
    strange = _unlike_groups(z[others], z[labelled], least=least, seed=seed)
    found[others] = np.where(strange == NO_GROUP, NO_GROUP, strange + found.max(initial=NO_GROUP) + 1)
    lack = _lack(found, labelled, rate=rate)
    found[labelled] = NO_GROUP
    return _ordered(found, lack)


def _unnamed(z: np.ndarray, labelled: np.ndarray, *, rate: float, seed: int) -> np.ndarray:
    """Return the group of each pixel whose cluster holds too few labels; `NO_GROUP` for the others."""
    number = min(number_of_clusters("auto", pixels=len(z)), len(np.unique(z, axis=0)))
    centres, cluster = fit_centres(z, number, seed=seed, starts=STARTS)
    counts, size = (np.bincount(rows, minlength=len(centres)) for rows in (cluster[labelled], cluster))
    unnamed = np.flatnonzero(counts <= FEW * rate * size)
    of_cluster = np.full(len(centres), NO_GROUP, np.int64)
    of_cluster[unnamed] = _joined(centres[unnamed], z[labelled])
    found = of_cluster[cluster]
    wanting = np.append(_lack(found, labelled, rate=rate) >= LEAST_LACK, False)  # the last is that of `NO_GROUP`
    return np.asarray(np.where(wanting[found], found, NO_GROUP))


def _lack(group: np.ndarray, labelled: np.ndarray, *, rate: float) -> np.ndarray:
    """Return how many labels each group holds less than its number of pixels asks for, float64 [group]."""
    groups = int(group.max(initial=NO_GROUP)) + 1
    size, held = (np.bincount(rows + 1, minlength=groups + 1)[1:] for rows in (group, group[labelled]))
    return np.asarray(rate * size - held)


def _joined(centres: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the group of each of some centres: those join that are nearer to each other than either to a label."""
    to_label = nearest(centres, labels)
    apart = np.linalg.norm(centres[:, None] - centres, axis=2)
    _, group = connected_components(apart < np.minimum(to_label[:, None], to_label))
    return np.asarray(group, np.int64)


def _unlike_groups(z: np.ndarray, labels: np.ndarray, *, least: int, seed: int) -> np.ndarray:
    """Return the group of each pixel that is unlike all; `NO_GROUP` in a group of fewer pixels than the least."""
    number = min(number_of_clusters("auto", pixels=len(z)), len(np.unique(z, axis=0)))
    if len(z) < least:
        return np.full(len(z), NO_GROUP, np.int64)
    centres, cluster = fit_centres(z, number, seed=seed)
    group = _joined(centres, labels)[cluster]
    return np.asarray(np.where(np.bincount(group)[group] < least, NO_GROUP, group))


def _ordered(group: np.ndarray, lack: np.ndarray) -> np.ndarray:
    """Return the groups numbered from 0, those that lack the most labels first."""
    numbers = np.unique(group[group != NO_GROUP])
    order = numbers[np.argsort(-lack[numbers], kind="stable")]
    place = np.full(len(lack) + 1, NO_GROUP, np.int64)
    place[order] = np.arange(len(order))
    return np.asarray(place[group])


def middles(z: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the pixel of each group that is nearest to its median, int64 [group].

    Parameters
    ----------
    z : float32 [pixel, component], as in `new_groups`.
    group : int [pixel], number of the group of each pixel, or `NO_GROUP`.
    """
    stands = []
    for number in range(int(group.max(initial=NO_GROUP)) + 1):
        rows = np.flatnonzero(group == number)
        away = np.linalg.norm(z[rows] - np.median(z[rows], axis=0), axis=1)
        stands.append(rows[away.argmin()])
    return np.asarray(stands, np.int64)
