"""Scale the columns of spectra, each by itself: by their maximum, their range, or mean and standard deviation."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

BLOCK_PIXELS = 8192
FLAT = 1e-6  # a spread below this share of the level is rounding of float32, not signal
Arrays = Mapping[str, np.ndarray]


def changed_blocks(x: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the changed blocks of an array, float32 [pixel, column]."""
    for first in range(0, len(x), BLOCK_PIXELS):
        yield change(x[first : first + BLOCK_PIXELS].astype(np.float32))


def moments(x: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Return the mean and scale of every column after `change`; the scale of a constant column is 1."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in changed_blocks(x, change)) / len(x)
    square = sum(np.square(block - mean).sum(axis=0) for block in changed_blocks(x, change)) / len(x)
    return {"mean": mean.astype(np.float32), "scale": safe_scale(np.sqrt(square), level=mean).astype(np.float32)}


def safe_scale(scale: np.ndarray, *, level: np.ndarray) -> np.ndarray:
    """Return the scale to divide by; 1 for a constant column."""
    return np.where(scale > FLAT * np.abs(level), scale, 1)


def as_it_is(x: np.ndarray, *others: object) -> np.ndarray:
    """Return the spectra unchanged."""
    return x


def fit_nothing(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Return no arrays."""
    return {}


def fit_max(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Fit the maximum of all values."""
    return {"max": np.asarray([x.max()], dtype=np.float32)}


def fit_minmax(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Fit the minimum and range of every column."""
    low, high = x.min(axis=0).astype(np.float64), x.max(axis=0).astype(np.float64)
    return {"mean": low.astype(np.float32), "scale": safe_scale(high - low, level=high).astype(np.float32)}


def scale_max(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Divide by the maximum plus 1."""
    return np.asarray(x / (arrays["max"] + 1), dtype=np.float32)


def undo_max(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Undo `scale_max`."""
    return np.asarray(x * (arrays["max"] + 1))


def standardise(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Subtract the mean and divide by the scale of every column."""
    centred = np.subtract(x, arrays["mean"], dtype=np.float32)
    centred /= arrays["scale"]
    return np.asarray(centred)


def undo_standardise(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Undo `standardise`."""
    return np.asarray(x * arrays["scale"] + arrays["mean"])
