"""Unmix spectra: non-negative least squares on the means of the classes, weighted by the spread within them.

A spectrum is the sum of the class means, each times a coefficient that is not negative, plus what members of a class
differ by. Coefficients are divided by their sum: brightness is no share.
"""

import numpy as np

SWEEPS = 300
SETTLED = 1e-6  # largest change of a coefficient in a sweep, of the largest coefficient
NEXT_SWEEPS = 60  # from coefficients that are nearly right


def unmixed(x: np.ndarray, means: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return the coefficients of spectra, float64 [pixel, class], by non-negative least squares.

    Parameters
    ----------
    x : float32 [pixel, band], spectra.
    means : float64 [class, band], mean spectrum of each class.
    spread : float64 [band], standard deviation within the classes, by which bands are weighted.
    """
    weighted = means / spread
    return non_negative(weighted @ weighted.T, (x / spread) @ weighted.T)


def non_negative(gram: np.ndarray, product: np.ndarray, *, start: np.ndarray | None = None) -> np.ndarray:
    """Minimise a G a / 2 - p a over a >= 0 for many p at once, class by class in turn (coordinate descent).

    Parameters
    ----------
    gram : float64 [class, class], positive definite.
    product : float64 [pixel, class].
    start : float64 [pixel, class], coefficients to begin with; None: 0.

    Returns
    -------
    float64 [pixel, class].
    """
    found = np.zeros(product.shape) if start is None else start.copy()
    for _ in range(SWEEPS if start is None else NEXT_SWEEPS):
        changed = 0.0
        for place in range(len(gram)):
            slope = product[:, place] - found @ gram[:, place]
            new = np.maximum(found[:, place] + slope / gram[place, place], 0)
            changed = max(changed, float(np.abs(new - found[:, place]).max(initial=0)))
            found[:, place] = new
        if changed <= SETTLED * max(float(found.max(initial=0)), np.finfo(float).tiny):
            break
    return found


def shares_of(coefficients: np.ndarray) -> np.ndarray:
    """Return shares that sum to 1; NaN for a pixel without any.

    Parameters
    ----------
    coefficients : float64 [pixel, class], none negative.
    """
    total = coefficients.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(coefficients, total, out=np.full(coefficients.shape, np.nan), where=total > 0))


def shares_with_errors(x: np.ndarray, means: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of spectra, and their standard errors by the resampled means of the classes.

    Parameters
    ----------
    x : float32 [pixel, band], spectra.
    means : float64 [1 + resample, class, band], means of the classes, and of resamples of their members.
    spread : float64 [band], standard deviation within the classes.

    Returns
    -------
    float64 [pixel, class], shares; float64 [pixel, class], standard errors, NaN with fewer than two resamples.
    """
    weighted = x / spread
    first = unmixed(x, means[0], spread)
    shares = shares_of(first)
    if len(means) < 3:
        return shares, np.full(shares.shape, np.nan)
    sums, squares = np.zeros(shares.shape), np.zeros(shares.shape)
    for resampled in means[1:]:
        scaled = resampled / spread
        again = shares_of(non_negative(scaled @ scaled.T, weighted @ scaled.T, start=first))
        sums += again - shares  # around the shares themselves, so that little is lost to rounding
        squares += np.square(again - shares)
    count = len(means) - 1
    variance = (squares - np.square(sums) / count) / (count - 1)
    return shares, np.sqrt(np.maximum(variance, 0))
