"""Take level and contrast from each spectrum (SNV), or keep them in columns of their own.

References
----------
Barnes et al. (1989), the standard normal variate.
"""

from collections.abc import Callable

import numpy as np

from semispectral.spectra.normalisations.columns import FLAT, Arrays, changed_blocks, moments

DARK = 1e-3  # level and contrast below this share of the training pixels' mean are taken as this share


def snv(x: np.ndarray) -> np.ndarray:
    """Return the standard normal variate of each spectrum (Barnes et al. 1989).

    Each spectrum has mean 0 and standard deviation 1; a flat one is 0.

    Parameters
    ----------
    x : float32 [pixel, band].

    Returns
    -------
    float32 [pixel, band].

    Examples
    --------
    >>> snv(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]], np.float32)).round(2).tolist()
    [[-1.2200000286102295, 0.0, 1.2200000286102295], [0.0, 0.0, 0.0]]
    """
    return _shape_of(x)[0]


def _shape_of(x: np.ndarray, out: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the SNV, and the level and contrast of each spectrum, float32 [pixel, 1]; the SNV in ``out``, if given.

    The level is found in two steps, the second on what the first left over, since a sum of float32 is rounded.
    """
    x = np.ascontiguousarray(x, np.float32)  # so that the sums of a pixel do not depend on its neighbours
    share = np.float32(1 / x.shape[1])
    level = np.einsum("pb->p", x)[:, np.newaxis] * share
    centred = np.subtract(x, level, out=out)
    left = np.einsum("pb->p", centred)[:, np.newaxis] * share
    centred -= left
    level += left
    spread = np.sqrt(np.einsum("pb,pb->p", centred, centred)[:, np.newaxis] * share)
    centred /= np.where(spread > FLAT * np.abs(level), spread, np.float32(np.inf))
    return centred, level, spread


def level_and_spread(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and standard deviation of each spectrum, float32 [pixel, 1]."""
    return _shape_of(x)[1:]


def snv_and_level(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Return the SNV, and in two more columns the level and contrast that it removes, as logarithms.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], lowest level (mean) and contrast (standard deviation); a dark or flat pixel would otherwise be
        minus infinity.

    Returns
    -------
    float32 [pixel, band + 2].
    """
    return _views(x, floor, also_bands=False)


def two_views(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Return the SNV with level and contrast, as in `snv_and_level`, followed by the bands themselves.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], as in `snv_and_level`.

    Returns
    -------
    float32 [pixel, 2 band + 2].
    """
    return _views(x, floor, also_bands=True)


def _views(x: np.ndarray, floor: np.ndarray, *, also_bands: bool) -> np.ndarray:
    """Return the SNV with level and contrast, and the bands behind it if asked for."""
    pixels, bands = x.shape
    found = np.empty((pixels, bands + 2 + (bands if also_bands else 0)), np.float32)
    _, level, spread = _shape_of(x, out=found[:, :bands])
    np.log(np.maximum(np.concatenate([level, spread], axis=1), floor), out=found[:, bands : bands + 2])
    found[:, bands + 2 :] = x if also_bands else 0
    return found


def floor_of(x: np.ndarray) -> np.ndarray:
    """Return the lowest level and contrast to use, float32 [2]."""
    sizes = sum(
        np.abs(part).sum(axis=0, dtype=np.float64)
        for part in changed_blocks(x, lambda raw: np.concatenate(level_and_spread(raw), axis=1))
    )
    return np.asarray(np.maximum(DARK * sizes / len(x), np.finfo(np.float32).tiny), np.float32)


def fit_floored(x: np.ndarray, view: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Fit the floor, then mean and scale of the columns above it."""
    floor = floor_of(x)
    return {"floor": floor, **moments(x, lambda raw: view(raw, floor))}


def with_level_and_spread(shown: np.ndarray, raw: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Give the SNV of spectra the level and spread of the raw spectra that they belong to."""
    return np.asarray(shown * raw.std(axis=1, keepdims=True) + raw.mean(axis=1, keepdims=True))
