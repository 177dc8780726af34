"""How much one member of an average should count beside the others, chosen on labels that were held out of training."""

from collections.abc import Sequence

import numpy as np

from semispectral.inference.average import average

CANDIDATES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # each twice the one before: a half more or less changes little
SMALLEST = 1e-12  # probability: an average of members that say 0.0001 at least is hardly ever below it
HeldOut = tuple[Sequence[np.ndarray], np.ndarray]


def losses_of_last(divisions: Sequence[HeldOut], *, others: Sequence[float]) -> dict[float, float]:
    """Return the log loss of an average on held-out labels, by the weight of its last member.

    Parameters
    ----------
    divisions : for each division of the labels into folds, what each member says of pixels that were held out of its
        training, float [pixel, class], and their labels, int [pixel]; at least one.
    others : weights of the members before the last.

    Returns
    -------
    Mean over the divisions, in nats, of every candidate, from the smallest.

    Examples
    --------
    >>> label = np.array([0, 1])
    >>> wrong, right = np.eye(2)[1 - label], np.eye(2)[label]
    >>> losses = losses_of_last([([wrong, right], label)], others=[1.0])
    >>> min(losses, key=losses.get)
    16.0
    """
    return {
        weight: float(np.mean([_log_loss(average(said, [*others, weight]), label) for said, label in divisions]))
        for weight in CANDIDATES
    }


def _log_loss(probability: np.ndarray, label: np.ndarray) -> float:
    """Return the mean log loss; not from `semispectral.evaluation.scores`, whose scores nothing is trained by."""
    true = probability[np.arange(len(label)), label].astype(np.float64)
    return float(-np.log(np.maximum(true, SMALLEST)).mean())
