"""Stretch a false-colour image for display."""

import numpy as np

PERCENTILES = (2, 98)


def stretched(picture: np.ndarray) -> np.ndarray:
    """Stretch a false-colour image for display.

    Each channel is scaled from its 2nd to its 98th percentile. Pixels without data become grey.

    Parameters
    ----------
    picture : float32 [line, sample, 3], NaN where there is no data.

    Returns
    -------
    float32 [line, sample, 3], 0 to 1.
    """
    seen = np.isfinite(picture).all(axis=2)
    if not seen.any():
        return np.full(picture.shape, 0.5, np.float32)
    low, high = np.percentile(picture[seen], PERCENTILES, axis=0)
    scaled = (picture - low) / np.maximum(high - low, np.finfo(np.float32).tiny)
    return np.where(seen[:, :, None], np.clip(scaled, 0, 1), 0.5).astype(np.float32)
