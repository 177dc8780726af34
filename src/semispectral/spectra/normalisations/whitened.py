"""Views in the unit of the noise: bands whitened by its covariance, and components of largest signal over noise (MNF).

References
----------
Green, Berman, Switzer and Craig (1988), IEEE TGRS 26(1), the maximum noise fraction.
"""

import numpy as np

from semispectral.spectra.normalisations.columns import Arrays, as_it_is, changed_blocks, moments
from semispectral.spectra.normalisations.snv import floor_of, two_views

MNF_COMPONENTS = 30  # Maximum noise fraction: components of largest signal over noise


def with_whitened(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return two views, as in `two_views`, followed by the bands whitened by the noise covariance.

    The density of a whitened spectrum with one sigma a column is that of the spectrum with the covariance D S D, where
    S is the covariance of the noise: the same model, on other columns.

    Parameters
    ----------
    x : float32 [pixel, band].
    arrays : ``floor``, as in `snv_and_level`, ``centre`` [band] and ``whitening`` [band, band].

    Returns
    -------
    float32 [pixel, 3 band + 2].
    """
    white = (x - arrays["centre"]) @ arrays["whitening"]
    return np.concatenate([two_views(x, arrays["floor"]), white], axis=1)


def fit_with_whitened(x: np.ndarray, given: Arrays) -> dict[str, np.ndarray]:
    """Fit two views, the symmetric root of the inverse noise covariance, and mean and scale of all columns."""
    from scipy import linalg  # here: a draw knows the scales and fits none

    values, axes = linalg.eigh(given["noise_covariance"])
    centre = sum(block.sum(axis=0, dtype=np.float64) for block in changed_blocks(x, as_it_is)) / len(x)
    arrays = {
        "floor": floor_of(x),
        "centre": np.asarray(centre, np.float32),
        "whitening": np.asarray((axes / np.sqrt(values)) @ axes.T, np.float32),
    }
    return {**arrays, **moments(x, lambda raw: with_whitened(raw, arrays))}


def covariance_of(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean float64 [band] and covariance float64 [band, band] of spectra, block by block."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in changed_blocks(x, as_it_is)) / len(x)
    centred = (block - mean for block in changed_blocks(x, as_it_is))
    return np.asarray(mean), sum((each.T @ each for each in centred), np.zeros((x.shape[1],) * 2)) / len(x)


def fit_mnf(x: np.ndarray, given: Arrays) -> dict[str, np.ndarray]:
    """Fit the components of largest signal over noise (maximum noise fraction, Green et al. 1988).

    They are the generalised eigenvectors of the covariance of the spectra and that of the noise, in the unit of the
    noise: ``axes`` [band, component] gives the scores, ``back`` [component, band] the spectra without the rest.
    ``common_scale`` [1] is the root mean square of the deviations of all scores.
    """
    from scipy import linalg  # here: as in `fit_with_whitened`

    noise = given["noise_covariance"]
    mean, covariance = covariance_of(x)
    bands = len(mean)
    first = max(bands - int(given["mnf_components"]), 0)
    variances, axes = linalg.eigh(covariance, noise, subset_by_index=[first, bands - 1])
    axes = axes[:, ::-1]  # eigh gives them in ascending order
    # The sign of an eigenvector is arbitrary: make its largest entry positive, so that two runs agree.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    scale = np.sqrt(np.maximum(variances, 0).mean(keepdims=True))
    arrays = {"mean": mean, "axes": axes, "back": (noise @ axes).T, "common_scale": np.where(scale > 0, scale, 1)}
    return {name: np.ascontiguousarray(values, np.float32) for name, values in arrays.items()}


def mnf_scores(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the scores of the components, float32 [pixel, component], as they are: noise has variance 1 in each."""
    return np.asarray(np.subtract(x, arrays["mean"], dtype=np.float32) @ arrays["axes"], np.float32)


def undo_mnf(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the spectra that the scores stand for."""
    return np.asarray(x @ arrays["back"] + arrays["mean"])
