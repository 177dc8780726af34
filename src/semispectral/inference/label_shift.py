"""How much more or less common each class is among the pixels to be mapped than among the labels."""

import numpy as np

LEAST_SHARE = 1e-4  # of a class among the unlabelled pixels, so that none becomes impossible


def log_label_shift(probability: np.ndarray, *, steps: int) -> np.ndarray:
    """log(p(y) among some pixels) - log(p(y) in training), where training saw all classes equally often.

    Saerens, Latinne and Decaestecker (2002), eq. 2.8 and 2.9: EM over the posteriors of pixels without labels.
    A few steps are steadier than its limit, which trusts the posteriors wholly and can empty a class.

    Parameters
    ----------
    probability : float [pixel, class], q(y|x) of unlabelled pixels.
    steps : of EM; 0 gives no shift.

    Returns
    -------
    float32 [class], to be added to the logits of q(y|x).
    """
    classes = probability.shape[1]
    share = np.full(classes, 1.0 / classes)
    for _ in range(steps if len(probability) else 0):
        posterior = probability * share
        share = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
        share = np.maximum(share, LEAST_SHARE)
        share /= share.sum()
    return np.asarray(np.log(share * classes), np.float32)
