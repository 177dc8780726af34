"""Absorption features on the page: layers over the picture, and the values of the stored pixels."""

import math
from itertools import pairwise

import numpy as np
from bokeh.palettes import viridis

from semispectral.features.feature_files import SceneFeatures, unit_of
from semispectral.page.layers import Measured, Overlay

COLOURS = tuple(str(colour).lower() for colour in viridis(12))
MOST_OF_LAYER = 500_000  # values of a layer: of a larger scan it has every second line and sample, or fewer
MOST_PIXELS = 15_000_000  # of all layers together; those with the fewest pixels are left out
LAYER_KINDS = ("position_nm", "depth")  # of a feature, that are shown as layers; of a formula its one value
SHOWN_KINDS = ("position_nm", "depth", "width_nm")  # of a feature, that a click shows
ENDS = (0.02, 0.98)  # quantiles of a value that have the first and the last colour


def overlays(features: SceneFeatures) -> tuple[Overlay, ...]:
    """Return position and depth of each feature, and each formula, as layers of steps of equal size.

    Parameters
    ----------
    features : features of the scene.
    """
    wanted = [place for place, name in enumerate(features.names) if _is_shown(name, features, LAYER_KINDS)]
    pixels = {place: int(np.isfinite(features.values[place]).sum()) for place in wanted}
    most = MOST_PIXELS // max(features.values[0].size, 1) if wanted else 0
    kept = sorted(wanted, key=lambda place: -pixels[place])[:most]
    return tuple(_overlay(features.names[place], features.values[place]) for place in sorted(kept) if pixels[place])


def _overlay(name: str, values: np.ndarray) -> Overlay:
    known = np.isfinite(values)
    low, high = np.quantile(values[known], ENDS)
    edges = np.linspace(low, high, len(COLOURS) + 1)
    thin = math.ceil(math.sqrt(values.size / MOST_OF_LAYER))
    thinned, there = values[::thin, ::thin], known[::thin, ::thin]
    place = np.where(there, np.digitize(np.nan_to_num(thinned), edges[1:-1]) + 1, 0)
    unit = f" {unit_of(name)}".rstrip()
    steps = [f"{first:.5g} to {last:.5g}{unit}" for first, last in pairwise(edges)]
    steps[0], steps[-1] = f"below {edges[1]:.5g}{unit}", f"above {edges[-2]:.5g}{unit}"
    return Overlay(name, place.astype(np.int32), tuple(steps), COLOURS, thin)


def measured(features: SceneFeatures, kept: np.ndarray) -> Measured | None:
    """Return the features of the stored pixels; None if there are none.

    Parameters
    ----------
    features : features of the scene.
    kept : bool [line, sample], stored pixels.
    """
    if not features.windows:
        return None
    places = _shown_places(features)
    of_windows = {value for window in features.windows for value in window.values}
    return Measured(
        windows=tuple((each.name, each.from_nm, each.to_nm) for each in features.windows),
        formulas=tuple(name for name in features.names if name not in of_windows),
        names=tuple(features.names[place] for place in places),
        values=np.ascontiguousarray(features.values[places][:, kept].T, np.float32),
    )


def shown(features: SceneFeatures) -> np.ndarray:
    """Return the values that a click shows, float32 [value, line, sample]; none if there are no features.

    Parameters
    ----------
    features : features of the scene.
    """
    return features.values[_shown_places(features)] if features.windows else features.values[:0]


def _shown_places(features: SceneFeatures) -> list[int]:
    """Return the places of the values that a click shows."""
    return [place for place, name in enumerate(features.names) if _is_shown(name, features, SHOWN_KINDS)]


def _is_shown(name: str, features: SceneFeatures, kinds: tuple[str, ...]) -> bool:
    """Return whether a value is of one of these kinds, or of a formula."""
    of_windows = {value for window in features.windows for value in window.values}
    wanted = {f"{window.name}_{kind}" for window in features.windows for kind in kinds}
    return name in wanted or name not in of_windows
