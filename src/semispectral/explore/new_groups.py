"""New groups: pixels that a trained model does not know, over the whole study."""

import numpy as np
from scipy.sparse.csgraph import connected_components

from semispectral.explore.clusters import Clusters, fit_centres
from semispectral.explore.explore_settings import number_of_clusters
from semispectral.explore.label_queue import nearest

FEW = 1 / 3  # of the mean number of labels in a cluster: with fewer, its class is taken for unnamed
LEAST_PIXELS, LEAST_SHARE = 10, 0.001  # of a group of unlike pixels: pixels, and share of the sample
NO_GROUP = -1


def new_groups(
    clusters: Clusters, mean: np.ndarray, labelled: np.ndarray, unlike: np.ndarray, *, seed: int
) -> np.ndarray:
    """Return the number of the new group of each pixel, int64 [pixel]; `NO_GROUP` for what the model knows.

    There are two kinds. A cluster that holds (nearly) none of the labels that the model learnt from is of a class that
    nobody has named; such clusters are one group where they are nearer to each other than to any label. The model's
    log p(x) does not tell these: it saw their pixels among the unlabelled ones. It tells the other kind, pixels that
    are unlike all that the model was trained on; they are clustered and joined in the same way. The groups with the
    fewest labels, and of these the largest, come first.

    Parameters
    ----------
    clusters : clusters of the latents.
    mean : float32 [pixel, latent], means of q(z|x).
    labelled : int [label], pixels whose labels the model learnt from.
    unlike : bool [pixel], pixels whose log p(x) is below the model's threshold.
    seed : seed of the clusters of the unlike pixels.
    """
    cluster = clusters.of(mean)
    z = clusters.scaled(mean)
    counts = np.bincount(cluster[labelled], minlength=len(clusters))
    unnamed = np.flatnonzero(counts <= FEW * len(labelled) / len(clusters))
    of_cluster = np.full(len(clusters), NO_GROUP, np.int64)
    of_cluster[unnamed] = _joined(clusters.centres[unnamed], z[labelled])
    found = of_cluster[cluster]
    others = np.flatnonzero(unlike & (found == NO_GROUP))
    least = max(LEAST_PIXELS, round(LEAST_SHARE * len(z)))
    strange = _unlike_groups(z[others], z[labelled], least=least, seed=seed)
    found[others] = np.where(strange == NO_GROUP, NO_GROUP, strange + of_cluster.max(initial=NO_GROUP) + 1)
    found[labelled] = NO_GROUP
    return _ordered(found, np.bincount(of_cluster[cluster[labelled]] + 1, minlength=int(found.max(initial=0)) + 2)[1:])


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


def _ordered(group: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the groups numbered from 0: those with the fewest labels first, and of these the largest."""
    numbers, size = np.unique(group[group != NO_GROUP], return_counts=True)
    order = numbers[np.lexsort((-size, labels[numbers]))]
    place = np.full(int(group.max(initial=NO_GROUP)) + 2, NO_GROUP, np.int64)
    place[order] = np.arange(len(order))
    return np.asarray(place[group])


def middles(z: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the pixel of each group that is nearest to its median, int64 [group].

    Parameters
    ----------
    z : float32 [pixel, latent], scaled latents.
    group : int [pixel], number of the group of each pixel, or `NO_GROUP`.
    """
    stands = []
    for number in range(int(group.max(initial=NO_GROUP)) + 1):
        rows = np.flatnonzero(group == number)
        away = np.linalg.norm(z[rows] - np.median(z[rows], axis=0), axis=1)
        stands.append(rows[away.argmin()])
    return np.asarray(stands, np.int64)
