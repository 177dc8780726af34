"""Settings of the target `explore`, and the rule for the number of clusters."""

from typing import Annotated, Literal

from pydantic import Field

from semispectral.study.setting_types import Count, CountFromZero, NumberOr, Seed, settings_class

FEWEST, MOST = 8, 80  # clusters where the number is left to the rule


@settings_class("explore")
class ExploreConfig:
    """Clusters of M1's latents, their contact sheet, and the queue of pixels to label (target `explore`)."""

    seed: Seed = 1
    """Seed of the clusters."""
    method: Literal["kmeans", "mixture"] = "kmeans"
    """How pixels are clustered: k-means, or a mixture of Gaussians with diagonal covariance."""
    clusters: Annotated[int | str, NumberOr("auto", least=2)] = "auto"
    """Number of clusters. auto: twice the cube root of the number of pixels that are clustered, from 8 to 80."""
    layout: Literal["pca", "tsne"] = "pca"
    """How the contact sheet places pixels on a plane: principal components, or t-SNE."""
    queue: Count = 80
    """Number of pixels in the queue to label."""
    least_distance: CountFromZero = 5
    """Least distance between two pixels of the queue in a scene, in pixels."""
    by_model: bool = True
    """Whether the queue is chosen by the models of the run, as soon as a scene has labels. The models are then trained
    first.
    """
    suggestions: Annotated[int, Field(ge=0, le=10)] = 3
    """Number of best matches in the spectral library that are shown for each cluster."""


def number_of_clusters(wanted: int | str, *, pixels: int) -> int:
    """Return the number of clusters: the number that is wanted, or twice the cube root of the number of pixels.

    This is Rice's rule for the bins of a histogram, from `FEWEST` to `MOST`: 46 for 12 000 pixels.

    Parameters
    ----------
    wanted : a number, or ``auto``.
    pixels : number of pixels to cluster.

    Examples
    --------
    >>> number_of_clusters("auto", pixels=12_000), number_of_clusters(40, pixels=12_000)
    (46, 40)
    """
    if isinstance(wanted, int):
        return wanted
    return int(min(max(round(2 * pixels ** (1 / 3)), FEWEST), MOST, max(pixels, 1)))
