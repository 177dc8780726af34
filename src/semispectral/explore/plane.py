"""A map of the latents: sampled pixels on a plane, coloured by their group."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from semispectral.figures.colours import INK, PAPER
from semispectral.figures.style import WIDTH_INCHES, styled

SHOWN = 6000  # pixels
AXES = {"pca": "principal component", "tsne": "t-SNE"}
Place = Callable[[np.ndarray, int], np.ndarray]


def on_plane(z: np.ndarray, *, layout: str, seed: int) -> np.ndarray:
    """Place pixels on a plane so that alike ones lie together, float64 [pixel, 2].

    Parameters
    ----------
    z : float32 [pixel, latent], scaled latents.
    layout : a key of `LAYOUTS`.
    seed : seed of t-SNE.
    """
    varied = z[:, z.std(axis=0) > 0]
    if min(varied.shape) < 3:  # there is nothing to turn
        return np.asarray(np.pad(varied[:, :2], ((0, 0), (0, max(0, 2 - varied.shape[1])))), np.float64)
    with threadpool_limits(1):  # the sums of several threads differ in their last digits
        return LAYOUTS[layout](varied.astype(np.float64), seed)


def _pca(z: np.ndarray, seed: int) -> np.ndarray:
    """Return the first two principal components."""
    from sklearn.decomposition import PCA

    return np.asarray(PCA(2, svd_solver="covariance_eigh").fit_transform(z))


def _tsne(z: np.ndarray, seed: int) -> np.ndarray:
    """Return t-SNE (van der Maaten and Hinton 2008), begun from the principal components."""
    from sklearn.manifold import TSNE  # here: few ask for it, and it brings half of scikit-learn

    perplexity = min(30.0, (len(z) - 1) / 3)
    return np.asarray(TSNE(2, init="pca", perplexity=perplexity, random_state=seed, n_jobs=1).fit_transform(z))


LAYOUTS: dict[str, Place] = {"pca": _pca, "tsne": _tsne}


def shown_rows(pixels: int, *, seed: int) -> np.ndarray:
    """Return the pixels that are drawn, int64 [shown pixel], in order.

    Parameters
    ----------
    pixels : number of pixels.
    seed : seed of the choice.
    """
    random = np.random.default_rng(seed)
    return np.sort(random.choice(pixels, min(SHOWN, pixels), replace=False))


@styled
def plane_figure(
    place: np.ndarray, cluster: np.ndarray, colours: Sequence[str], *, queued: np.ndarray, layout: str
) -> Figure:
    """Draw pixels on a plane in the colours of their groups, the numbers of the groups, and the queue.

    Parameters
    ----------
    place : float [pixel, 2].
    cluster : int [pixel], group of each pixel.
    colours : colours of the groups.
    queued : bool [pixel], pixels of the queue.
    layout : how they were placed.
    """
    figure = Figure(figsize=(WIDTH_INCHES, 0.62 * WIDTH_INCHES), layout="constrained")
    axis = figure.subplots()
    axis.scatter(place[:, 0], place[:, 1], c=np.asarray(colours)[cluster], s=5, linewidths=0, rasterized=True)
    asked = place[queued]
    axis.scatter(
        asked[:, 0], asked[:, 1], s=26, facecolors="none", edgecolors=INK, linewidths=0.8, label="in the queue"
    )
    for number in np.unique(cluster):
        middle = np.median(place[cluster == number], axis=0)
        box = {"boxstyle": "round,pad=0.15", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.75}
        axis.text(middle[0], middle[1], str(number + 1), fontsize=8, ha="center", va="center", bbox=box)
    axis.set_xlabel(f"{AXES[layout]} 1")
    axis.set_ylabel(f"{AXES[layout]} 2")
    axis.legend(loc="upper right")
    return figure
