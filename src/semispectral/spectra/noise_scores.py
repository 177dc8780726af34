"""The latents of M1 with noise-whitened scores beside them, as one input of a classifier."""

import numpy as np

from semispectral.scans.cube import Latents
from semispectral.spectra.scaling import Scaler, without_gaps


def scaled_scores(scaler: Scaler, x: np.ndarray) -> np.ndarray:
    """Return noise-whitened scores over one common scale, float32 [pixel, component].

    Parameters
    ----------
    scaler : Scaler, the components (``mnf``).
    x : [pixel, band], spectra after cleaning; the scores of a sensor without data of a pixel are 0, their mean.
    """
    return np.asarray(without_gaps(scaler.transform(x)) / scaler.common_scale, np.float32)


def with_scores(latents: Latents, scaler: Scaler, x: np.ndarray) -> Latents:
    """Return latents with the scores of the same pixels beside them.

    A latent keeps the deviation that M1 gives it. In units of the noise a score has the deviation 1: so each input is
    as uncertain as it was measured, and a classifier that draws its inputs anew sees no more than that.

    Parameters
    ----------
    latents : Latents, q(z1|x) of the pixels.
    scaler : Scaler, the components (``mnf``).
    x : [pixel, band], spectra of the same pixels after cleaning.

    Returns
    -------
    Latents : first the latents, then the scores over their common scale.
    """
    scores = scaled_scores(scaler, x)
    log_variance = np.broadcast_to(-2 * np.log(scaler.common_scale), scores.shape)
    return Latents(
        np.concatenate([latents.mean, scores], axis=1),
        np.concatenate([latents.log_variance, log_variance.astype(np.float32)], axis=1),
        latents.table,
    )
