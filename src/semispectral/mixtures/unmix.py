"""Unmix spectra: non-negative least squares on the means of the classes, in units of the spread within them.

A spectrum is the sum of the class means, each times a coefficient that is not negative, plus what members of a class
differ by. Coefficients are divided by their sum: brightness is no share.
"""

import numpy as np

ROUNDS = 200  # of exchanges; some ten are needed
WHOLE_EXCHANGES = 3  # that may go by without fewer wrong classes, before one class at a time is exchanged
RIDGE = 1e-10  # of the diagonal, for means that are alike
TOLERANCE = 1e-9  # of the largest product


def unmixed(x: np.ndarray, means: np.ndarray, whitening: np.ndarray) -> np.ndarray:
    """Return the coefficients of spectra, float64 [pixel, class], by non-negative least squares.

    Parameters
    ----------
    x : float32 [pixel, band], spectra.
    means : float64 [class, band], mean spectrum of each class.
    whitening : float64 [band, band], by which spectra are multiplied to have independent errors of 1.
    """
    weighted = means @ whitening
    return non_negative(weighted @ weighted.T, (x @ whitening) @ weighted.T)


def non_negative(gram: np.ndarray, product: np.ndarray, *, start: np.ndarray | None = None) -> np.ndarray:
    """Minimise a G a / 2 - p a over a >= 0 for many p at once, exactly.

    Block principal pivoting (Kim and Park 2011, SIAM J. Sci. Comput. 33, 3261): the classes that take part are solved
    for without a bound; those that come out negative leave, those that would lower the sum of squares come in, until
    none is wrong. Means of minerals are so much alike that a descent class by class would end long before the minimum.

    Parameters
    ----------
    gram : float64 [class, class], positive definite.
    product : float64 [pixel, class].
    start : float64 [pixel, class], coefficients that are nearly right, of which the positive ones take part at first;
        None: none does.

    Returns
    -------
    float64 [pixel, class].
    """
    size = np.sqrt(np.diag(gram))
    scaled, wanted = gram / np.outer(size, size) + RIDGE * np.eye(len(gram)), product / size
    taking_part = np.zeros(product.shape, bool) if start is None else start > 0
    found = _solved(scaled, wanted, taking_part)
    least, left = np.full(len(product), len(gram) + 1), np.full(len(product), WHOLE_EXCHANGES)
    slack = TOLERANCE * np.abs(wanted).max(initial=0)
    for _ in range(ROUNDS):
        wrong = np.where(taking_part, found < -slack, wanted - found @ scaled > slack)
        number = wrong.sum(axis=1)
        rows = np.flatnonzero(number)
        if not len(rows):
            break
        better = number[rows] < least[rows]
        least[rows] = np.minimum(least[rows], number[rows])
        left[rows] = np.where(better, WHOLE_EXCHANGES, left[rows] - 1)
        last = len(gram) - 1 - wrong[rows, ::-1].argmax(axis=1)
        one_by_one = np.arange(len(gram)) == last[:, np.newaxis]
        taking_part[rows] ^= np.where((left[rows] >= 0)[:, np.newaxis], wrong[rows], one_by_one)
        found[rows] = _solved(scaled, wanted[rows], taking_part[rows])
    return np.asarray(np.maximum(found, 0) / size)


def _solved(gram: np.ndarray, product: np.ndarray, taking_part: np.ndarray) -> np.ndarray:
    """Return the coefficients of the classes that take part, without a bound; 0 for the others."""
    both = taking_part[:, :, np.newaxis] & taking_part[:, np.newaxis, :]
    systems = np.where(both, gram, np.eye(len(gram)))
    return np.asarray(np.linalg.solve(systems, np.where(taking_part, product, 0)[..., np.newaxis])[..., 0])


def shares_of(coefficients: np.ndarray) -> np.ndarray:
    """Return shares that sum to 1; NaN for a pixel without any.

    Parameters
    ----------
    coefficients : float64 [pixel, class], none negative.
    """
    total = coefficients.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(coefficients, total, out=np.full(coefficients.shape, np.nan), where=total > 0))


def shares_with_errors(x: np.ndarray, means: np.ndarray, whitening: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of spectra, and their standard errors by the resampled means of the classes.

    Parameters
    ----------
    x : float32 [pixel, band], spectra.
    means : float64 [1 + resample, class, band], means of the classes, and of resamples of their members.
    whitening : float64 [band, band], by which spectra are multiplied to have independent errors of 1.

    Returns
    -------
    float64 [pixel, class], shares; float64 [pixel, class], standard errors, NaN with fewer than two resamples.
    """
    first = unmixed(x, means[0], whitening)
    shares = shares_of(first)
    if len(means) < 3:
        return shares, np.full(shares.shape, np.nan)
    weighted = x @ whitening
    sums, squares = np.zeros(shares.shape), np.zeros(shares.shape)
    for resampled in means[1:]:
        scaled = resampled @ whitening
        again = shares_of(non_negative(scaled @ scaled.T, weighted @ scaled.T, start=first))
        sums += again - shares  # around the shares themselves, so that little is lost to rounding
        squares += np.square(again - shares)
    count = len(means) - 1
    variance = (squares - np.square(sums) / count) / (count - 1)
    return shares, np.sqrt(np.maximum(variance, 0))
