"""Clusters of the pixels of a scene, and the colours that show them."""

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import hsv_to_rgb, to_hex

NO_CLUSTER = -1
TINTS = ((0.75, 0.95), (0.5, 0.75), (0.9, 0.6))  # saturation and value of neighbours in turn


@dataclass(frozen=True, eq=False)
class ClusterMap:
    """Map of the clusters of one scene.

    Attributes
    ----------
    cluster : int16 [line, sample], number of the cluster from 0; `NO_CLUSTER` for what is not of interest.
    picture : uint8 [line, sample, 3], false colours.
    """

    cluster: np.ndarray
    picture: np.ndarray


def group_colours(number: int) -> tuple[str, ...]:
    """Return a colour for each of some groups: alike groups, which are neighbours, have neighbouring hues.

    Neighbours differ in saturation and brightness, so that they can be told apart.

    Parameters
    ----------
    number : number of groups.
    """
    hues = np.arange(number) / max(number, 1)
    return tuple(to_hex(hsv_to_rgb((hue, *TINTS[place % len(TINTS)]))) for place, hue in enumerate(hues))
