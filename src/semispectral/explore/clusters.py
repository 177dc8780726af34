"""Cluster the latents of M1: k-means or a mixture of Gaussians, fitted on pixels that M1 may train on."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.special import softmax
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from semispectral.errors import DataError
from semispectral.scans.cube import Latents

KIND = "clusters 1"
LARGE = 50_000  # pixels; larger samples are clustered by mini-batches
BATCH = 8192
STARTS = 10  # k-means keeps the best of so many starts
SOFT = 0.2  # variance of a k-means cluster for its votes, as a share of the median squared distance from the centres
ROUNDS = 100
LEAST_VARIANCE = 1e-3  # of a component of a mixture, where the latents have variance 1
ROWS_AT_ONCE = 8192


class Fitted(NamedTuple):
    """Clusters in the space of scaled latents.

    Attributes
    ----------
    centres : float64 [cluster, scaled latent].
    precisions : float64 [cluster, scaled latent], inverse variances; all the same for k-means.
    log_weights : float64 [cluster], logarithms of the shares; 0 for k-means.
    """

    centres: np.ndarray
    precisions: np.ndarray
    log_weights: np.ndarray


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters of latents, in order of likeness: neighbours in number are alike.

    Attributes
    ----------
    scale : float32 [latent], factor by which each latent is multiplied; 0 for one that says nothing of its pixel.
    centres : float32 [cluster, latent], in scaled latents.
    precisions : float32 [cluster, latent], inverse variances; all the same for k-means.
    log_weights : float32 [cluster], logarithms of the shares; 0 for k-means.
    """

    scale: np.ndarray
    centres: np.ndarray
    precisions: np.ndarray
    log_weights: np.ndarray

    def __len__(self) -> int:
        return len(self.centres)

    def scaled(self, mean: np.ndarray) -> np.ndarray:
        """Return the scaled latents, float32 [pixel, latent].

        Parameters
        ----------
        mean : float32 [pixel, latent], means of q(z|x).
        """
        return np.asarray(mean * self.scale, np.float32)

    def of(self, mean: np.ndarray) -> np.ndarray:
        """Return the number of the cluster of each pixel, int64 [pixel].

        Parameters
        ----------
        mean : float32 [pixel, latent], means of q(z|x).
        """
        starts = range(0, max(len(mean), 1), ROWS_AT_ONCE)
        return np.concatenate([self._fit(mean[first : first + ROWS_AT_ONCE]).argmax(axis=1) for first in starts])

    def vote(self, mean: np.ndarray, named: np.ndarray) -> np.ndarray:
        """Return the class of each pixel, int64 [pixel], where each cluster has been given a class by one look.

        The clusters near a pixel vote, each with the probability that the pixel is of it.

        Parameters
        ----------
        mean : float32 [pixel, latent], means of q(z|x).
        named : int [cluster], class of each cluster.
        """
        classes = np.eye(int(named.max()) + 1)[named]
        starts = range(0, max(len(mean), 1), ROWS_AT_ONCE)
        votes = [softmax(self._fit(mean[first : first + ROWS_AT_ONCE]), axis=1) @ classes for first in starts]
        return np.asarray(np.concatenate(votes).argmax(axis=1))

    def distance(self, mean: np.ndarray, cluster: np.ndarray) -> np.ndarray:
        """Return the distance of each pixel from the centre of a cluster, float32 [pixel], in scaled latents.

        Parameters
        ----------
        mean : float32 [pixel, latent], means of q(z|x).
        cluster : int [pixel], numbers of clusters.
        """
        return np.asarray(np.linalg.norm(self.scaled(mean) - self.centres[cluster], axis=1), np.float32)

    def _fit(self, mean: np.ndarray) -> np.ndarray:
        """Return log(weight x density) of each pixel and cluster up to a constant, float64 [pixel, cluster]."""
        z = self.scaled(mean).astype(np.float64)
        centres, precisions = self.centres.astype(np.float64), self.precisions.astype(np.float64)
        square = z**2 @ precisions.T - 2 * z @ (centres * precisions).T + (precisions * centres**2).sum(axis=1)
        return np.asarray(self.log_weights + 0.5 * np.log(precisions).sum(axis=1) - 0.5 * square)

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and description for `semispectral.storage.model_files.save_model`."""
        names = ("scale", "centres", "precisions", "log_weights")
        return {name: getattr(self, name) for name in names}, {"kind": KIND, "clusters": len(self)}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "Clusters":
        """Return the clusters of `to_saved`.

        Parameters
        ----------
        arrays : arrays by name.
        description : content of model.json.

        Raises
        ------
        DataError : these are not clusters.
        """
        if description.get("kind") != KIND:
            raise DataError(f"clusters of latents (kind {KIND!r}) are needed, got kind {description.get('kind')!r}")
        return cls(**arrays)


def latent_scale(latents: Latents) -> np.ndarray:
    """Return the factor that gives each latent variance 1, and 0 for a latent that says nothing of its pixel.

    Such a latent varies less between pixels than M1 is uncertain about it in each: var(mean) < mean(variance). Without
    any that says something, all count.

    Parameters
    ----------
    latents : q(z|x) of the pixels.

    Returns
    -------
    float32 [latent].
    """
    spread = latents.mean.var(axis=0, dtype=np.float64)
    says = spread > np.exp(latents.log_variance.astype(np.float64)).mean(axis=0)
    if not says.any():
        says = spread > 0
    return np.where(says, 1 / np.sqrt(np.maximum(spread, np.finfo(np.float32).tiny)), 0).astype(np.float32)


def fit_clusters(latents: Latents, *, method: str, clusters: int, seed: int) -> Clusters:
    """Cluster pixels by their latents.

    Parameters
    ----------
    latents : q(z|x) of the pixels to fit on.
    method : a key of `METHODS`.
    clusters : number of clusters.
    seed : seed of the starts.

    Raises
    ------
    DataError : there are fewer distinct pixels than clusters.
    """
    scale = latent_scale(latents)
    z = (latents.mean * scale).astype(np.float64)
    distinct = len(np.unique(z, axis=0))
    if distinct < clusters:
        raise DataError(
            f"explore.clusters: {clusters} clusters need as many different pixels to cluster, got {distinct}; lower "
            "explore.clusters, or draw more pixels (sample.unlabelled)"
        )
    fitted = METHODS[method](z, clusters, seed)
    found = Clusters(scale, *(array.astype(np.float32) for array in fitted))
    filled = np.unique(found.of(latents.mean))  # a component of a mixture may be nobody's most probable one
    order = filled[by_likeness(fitted.centres[filled])]
    return Clusters(scale, *(np.ascontiguousarray(array[order], np.float32) for array in fitted))


def fit_centres(z: np.ndarray, clusters: int, *, seed: int, starts: int = STARTS) -> tuple[np.ndarray, np.ndarray]:
    """Fit k-means; large samples by mini-batches (Sculley 2010).

    Parameters
    ----------
    z : float [pixel, latent], scaled latents.
    clusters : number of clusters, at most as many as there are different pixels.
    seed : seed of the starts.
    starts : number of starts, of which the best is kept.

    Returns
    -------
    Centres float64 [cluster, latent], and the cluster of each pixel, int [pixel].
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans  # here: a map assigns pixels to clusters and fits none

    kind = partial(MiniBatchKMeans, batch_size=BATCH) if len(z) > LARGE else KMeans
    with threadpool_limits(1):  # the sums of several threads differ in their last digits
        model = kind(clusters, n_init=starts, random_state=seed).fit(z.astype(np.float64))
    return np.asarray(model.cluster_centers_), np.asarray(model.labels_)


def _kmeans(z: np.ndarray, clusters: int, seed: int) -> Fitted:
    """Return clusters by k-means."""
    centres, cluster = fit_centres(z, clusters, seed=seed)
    away = np.square(z - centres[cluster]).sum(axis=1)
    precision = 1 / max(SOFT * float(np.median(away)), LEAST_VARIANCE)
    return Fitted(centres, np.full_like(centres, precision), np.zeros(len(centres)))


def _mixture(z: np.ndarray, clusters: int, seed: int) -> Fitted:
    """Fit a mixture of Gaussians with diagonal covariances; of a large sample, on an even part of it."""
    from sklearn.mixture import GaussianMixture  # here: as in `fit_centres`

    step = -(-len(z) // LARGE)
    model = GaussianMixture(
        clusters, covariance_type="diag", reg_covar=LEAST_VARIANCE, max_iter=ROUNDS, random_state=seed
    )
    with threadpool_limits(1):
        model.fit(z[::step])
    return Fitted(model.means_, 1 / model.covariances_, np.log(np.maximum(model.weights_, np.finfo(float).tiny)))


METHODS = {"kmeans": _kmeans, "mixture": _mixture}


def by_likeness(centres: np.ndarray) -> np.ndarray:
    """Return the order of the leaves of the clusters' dendrogram (Ward), int64 [cluster].

    Of the orders that a dendrogram allows it is the one with the shortest way (Bar-Joseph et al. 2001).

    Parameters
    ----------
    centres : float [cluster, latent].
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering  # here: as in `fit_centres`

    if len(centres) < 3:
        return np.arange(len(centres))
    tree = linkage(centres, "ward")
    return np.asarray(leaves_list(optimal_leaf_ordering(tree, centres)), np.int64)


def medoids(clusters: Clusters, mean: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Return the pixel of each cluster that is nearest to its centre, int64 [cluster].

    Parameters
    ----------
    clusters : the clusters.
    mean : float32 [pixel, latent], means of q(z|x).
    cluster : int [pixel], cluster of each pixel; each cluster has one at least.
    """
    order = np.lexsort((clusters.distance(mean, cluster), cluster))
    _, first = np.unique(cluster[order], return_index=True)
    return np.asarray(order[first], np.int64)
