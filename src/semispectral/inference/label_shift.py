"""Estimate how class shares among the pixels to map differ from those in training."""

import numpy as np

LEAST_SHARE = 1e-4  # of a class among the unlabelled pixels, so that none becomes impossible


def log_label_shift(probability: np.ndarray, *, steps: int) -> np.ndarray:
    """Estimate log p(y) among unlabelled pixels minus log p(y) in training, for training on equal classes.

    Saerens, Latinne and Decaestecker (2002), eq. 2.8 and 2.9: EM over the posteriors of unlabelled pixels. A few steps
    are more robust than convergence, which trusts the posteriors fully and can empty a class.

    Parameters
    ----------
    probability : float [pixel, class], q(y|x) of unlabelled pixels.
    steps : number of EM steps; 0 gives no shift.

    Returns
    -------
    float32 [class], to be added to the logits of q(y|x).

    Examples
    --------
    >>> import numpy as np
    >>> log_label_shift(np.full((10, 2), 0.5), steps=2)
    array([0., 0.], dtype=float32)
    """
    classes = probability.shape[1]
    share = np.full(classes, 1.0 / classes)
    for _ in range(steps if len(probability) else 0):
        posterior = probability * share
        share = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
        share = np.maximum(share, LEAST_SHARE)
        share /= share.sum()
    return np.asarray(np.log(share * classes), np.float32)
